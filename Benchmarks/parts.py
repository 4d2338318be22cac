"""Measures the pure parts, one core, with the `benchmark` package, and compares them with the committed table.

    parts.py           prints the table and writes it into docs/benchmarks.md; fails when a part has become more than a tenth slower

Every part is compared with a measure of the machine that is taken in the same run: machines differ, and so does one from hour to hour.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- the parts: written by make bench -->", "<!-- end of the parts -->"
MACHINE = "this machine: hash and sort 64 short texts"
# What counts as slower.
TOLERANCE = 1.1


def measure():
    """Nanoseconds of one call of each part, which four of five runs stay below."""
    command = ["swift", "package", "--package-path", ROOT / "Benchmarks" / "Parts", "--disable-sandbox", "benchmark", "--quiet",
               "--format", "jsonSmallerIsBetter", "--path", "stdout", "--no-progress", "--time-units", "nanoseconds"]
    answer = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"^\[.*^\]", answer.stdout, re.DOTALL | re.MULTILINE)
    if answer.returncode or not found:
        sys.exit(f"The parts could not be measured:\n{answer.stdout}\n{answer.stderr}")
    entries = {entry["name"].removesuffix(" - Time (wall clock)"): entry["extra"] for entry in json.loads(found.group(0))}
    return {name: int(re.search(r"80th percentile: (\d+)", extra).group(1)) for name, extra in sorted(entries.items())}


def before():
    """The parts of the committed table, in measures of the machine."""
    rows = re.findall(r"^\| (.+?) \| [\d,]+ \| ([\d.]+) \|", DOCUMENT.read_text().split(BEGIN)[1].split(END)[0], re.MULTILINE)
    return {name: float(weight) for name, weight in rows}


def main():
    found, known = measure(), before()
    machine = found[MACHINE]
    lines = ["| part | a second and core | time, in measures of the machine | against the table before |", "|---|---|---|---|"]
    slower = []
    for name, nanoseconds in found.items():
        weight = nanoseconds / machine
        change = weight / known[name] if known.get(name) else None
        if change and change > TOLERANCE:
            slower.append(name)
        verdict = "–" if change is None else f"{change - 1:+.0%}" + (" **slower**" if change > TOLERANCE else "")
        lines.append(f"| {name} | {1e9 / nanoseconds:,.0f} | {weight:.4f} | {verdict} |")
    print("\n".join(lines), flush=True)
    if slower:
        # The committed table stays what the next run is held against.
        sys.exit("Slower than the committed table by more than a tenth: " + ", ".join(slower))
    before_it, rest = DOCUMENT.read_text().split(BEGIN)
    DOCUMENT.write_text(before_it + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
