.PHONY: demo build test prove bench gallery format

# C is optimised in debug builds too: signing in costs a password hash (scrypt), seven seconds of it unoptimised and a tenth of one like this.
compile := swift build -Xcc -O2

build:
	scripts/install.sh build
	$(compile)

demo: build
	.build/debug/kiplot demo

test:
	scripts/install.sh test
	$(compile) --build-tests
	scripts/models.sh
	SWIFT_DETERMINISTIC_HASHING=1 swift test --skip-build
	.venv/bin/pytest -q -rP -p no:logging Tests/AzureDevOpsClient
	.venv/bin/pytest -q -n 2 --reruns 1 -rR Tests/Browser $(patsubst %,--ignore=Tests/Browser/test_%.py,demo scale speed)
	.venv/bin/pytest -q --reruns 1 -rRP -p no:logging Tests/Browser/test_demo.py Tests/Browser/test_scale.py Tests/Browser/test_speed.py
	scripts/prove.sh bounded

prove:
	scripts/install.sh test
	$(compile) --build-tests
	scripts/models.sh
	scripts/coverage.sh 100
	KIPLOT_PROVE=1 .venv/bin/pytest -q Tests/Browser/test_scale.py
	for product in kiplot azure-devops-simulator; do swift build -c release --product $$product || exit 1; done
	KIPLOT_PROVE=1 KIPLOT_BUILD=release .venv/bin/pytest -q -rP -p no:logging Tests/Browser/test_speed.py
	scripts/prove.sh full

gallery: build
	scripts/install.sh test
	KIPLOT_GALLERY=1 .venv/bin/pytest -q Tests/Browser/test_screens.py -k gallery

bench:
	scripts/install.sh test
	scripts/bench.sh

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift
