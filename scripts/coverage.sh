#!/usr/bin/env bash
# How much of FieldSync its own tests reach: regions and lines of each file, the regions that no test enters, and a total.
#
# Usage: scripts/coverage.sh [LEAST]      LEAST: the share of regions in per cent below which it fails; 0 when left out
#
# Swift's compiler counts regions, not branches: a region is a stretch of code that is run as a whole, so each arm of an `if`, a
# `switch` or a `??` is one, but not each outcome of a condition made of several. llvm-cov's column “branches” is always empty.
set -euo pipefail
cd "$(dirname "$0")/.."

least="${1:-0}"
scratch=.build-coverage
# A build of its own: counting makes the code slower, and the usual build would be thrown away.
options=(--enable-code-coverage --scratch-path "$scratch")

swift build "${options[@]}" --build-tests
# Counts of earlier runs would be added.
rm -f "$(dirname "$(swift test "${options[@]}" --show-codecov-path)")"/*.profraw
SWIFT_DETERMINISTIC_HASHING=1 swift test "${options[@]}" --skip-build --filter FieldSyncTests >"$scratch/tests.log" 2>&1 || {
    grep -E '✘|error' "$scratch/tests.log" || tail -20 "$scratch/tests.log"
    echo "The tests fail: there is nothing to count." >&2
    exit 1
}

python3 - "$(swift test "${options[@]}" --show-codecov-path)" "$least" <<'PYTHON'
import collections
import json
import sys

path, least = sys.argv[1], float(sys.argv[2])
export = json.load(open(path))["data"][0]
root = "/Sources/FieldSync/"


def share(summaries, kind):
    count = sum(summary[kind]["count"] for summary in summaries)
    covered = sum(summary[kind]["covered"] for summary in summaries)
    return 100 * covered / count if count else 100


def row(name, summaries):
    regions = sum(summary["regions"]["count"] for summary in summaries)
    print(f"{name:<40} {regions:>8} {share(summaries, 'regions'):>8.2f} % {share(summaries, 'lines'):>8.2f} %")


files = {file["filename"]: file["summary"] for file in export["files"] if root in file["filename"]}
print(f"{'FieldSync':<40} {'regions':>8} {'covered':>10} {'lines':>10}")
for name in sorted(files):
    row(name.split(root)[1], [files[name]])
row("total", list(files.values()))

# A region of a generic function is counted once for each type that it is used with.
counts = collections.Counter()
for function in export["functions"]:
    for line, column, end, end_column, count, file, _, kind in function["regions"]:
        name = function["filenames"][file]
        if kind == 0 and name in files:
            counts[name.split(root)[1], line, column, end, end_column] += count
missed = sorted(place for place, count in counts.items() if count == 0)
if missed:
    print("\nno test enters")
for name, line, column, end, end_column in missed:
    print(f"  {name}:{line}:{column} to {end}:{end_column}")

total = share(list(files.values()), "regions")
if total < least:
    print(f"\n{total:.2f} % of the regions are covered, {least:g} % are asked for.", file=sys.stderr)
    sys.exit(1)
PYTHON
