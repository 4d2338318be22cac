.PHONY: demo build test prove bench format

build:
	scripts/install.sh build
	swift build

demo: build
	.build/debug/kiplot demo

test:
	scripts/install.sh test
	swift build --build-tests
	scripts/models.sh
	SWIFT_DETERMINISTIC_HASHING=1 swift test --skip-build
	.venv/bin/pytest -q -rP -p no:logging Tests/AzureDevOpsClient
	.venv/bin/pytest -q Tests/Browser

prove:
	scripts/install.sh test
	swift build --build-tests
	scripts/models.sh
	swift build -c release --product kiplot-prove
	SWIFT_DETERMINISTIC_HASHING=1 .build/release/kiplot-prove seeds --count 1000
	KIPLOT_PROVE=1 .venv/bin/pytest -q Tests/Browser -k "ten_thousand"

bench:
	scripts/install.sh build
	scripts/bench.sh

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift
