#!/bin/sh
# Measures the simulator and the product (release builds, up to twenty minutes the first time) and writes docs/benchmarks.md.
set -eu
cd "$(dirname "$0")/.."
for product in azure-devops-simulator kiplot kiplot-bench; do swift build -c release --product $product; done
# What a person wrote about the figures stays.
remarks=$(sed -n '/^## What limits/,$p' docs/benchmarks.md)
table=$(mktemp)
trap 'rm -f "$table"' EXIT
.build/release/azure-devops-simulator measure | tee "$table"
{
    echo "# Benchmarks"
    echo
    echo "Written by \`make bench\` on $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD)."
    echo "$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(free -g | awk '/Mem/ {print $2}') GB, $(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9.]*\).*/Swift \1/p')."
    echo
    echo "## The simulator"
    echo
    echo "One organisation, one thread: every call goes from its bytes to the bytes of its answer. Work items of the shape \`company\`,"
    echo "with about two revisions each."
    echo
    cat "$table"
    echo
    echo "$remarks"
} >docs/benchmarks.md
.venv/bin/python Benchmarks/bench.py
.venv/bin/python Benchmarks/parts.py
