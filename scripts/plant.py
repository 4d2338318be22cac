#!/usr/bin/env python3
"""Copies the package with the planted bugs of Tests/PlantedBugs in it, all asleep: the environment variable PLANTED_BUG wakes one.

A bug is a text: what it is, which checker has to find it, and for each file what stands there and what shall stand there instead. What
shall be replaced must stand in the file exactly once, so that a bug whose place has changed is noticed here and not by its absence.

Usage: scripts/plant.py list | scripts/plant.py TARGET
"""

import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SWITCH = """
/// Which of the planted bugs is awake: 0 for none.
public let plantedBug = getenv("PLANTED_BUG").flatMap { Int(String(cString: $0)) } ?? 0
"""


class Bug:
    def __init__(self, path):
        self.name = path.stem
        self.number = int(self.name[1:])
        text = path.read_text()
        self.title = text.splitlines()[0]
        self.checker = re.search(r"^found by: (\S+)$", text, re.M).group(1)
        # Where it was found last: whoever has little time begins there.
        known = re.search(r"^found in seed: (\d+)$", text, re.M)
        self.seed = int(known.group(1)) if known else 1
        # The weather in which it can show at all.
        among = re.search(r"^shows among: (.+)$", text, re.M)
        self.among = among.group(1) if among else "."
        self.changes = []
        for part in re.split(r"^file: ", text, flags=re.M)[1:]:
            file, rest = part.split("\n", 1)
            for old, new in re.findall(r"^<<<<\n(.*?)\n====\n(.*?)\n>>>>$", rest, re.M | re.S):
                self.changes.append((file.strip(), old, new))


def bugs():
    return [Bug(path) for path in sorted((ROOT / "Tests/PlantedBugs").glob("*.bug"))]


def planted(texts, bug):
    for file, old, new in bug.changes:
        text = texts.setdefault(file, (ROOT / file).read_text())
        if text.count(old) != 1:
            sys.exit(f"{bug.name}: what it replaces stands {text.count(old)} times in {file}, not once:\n{old}")
        texts[file] = text.replace(old, new)


def main(target):
    texts = {}
    for bug in bugs():
        planted(texts, bug)
    if target is None:
        return
    target.mkdir(parents=True, exist_ok=True)
    for name in ["Package.swift", "Sources", "Tests"]:
        copy(ROOT / name, target / name, {ROOT / file for file in texts})
    for file, text in texts.items():
        if not re.search(r"^import JSON$", text, re.M) and not file.startswith("Sources/JSON/"):
            text = re.sub(r"^import ", "import JSON\nimport ", text, count=1, flags=re.M)
        write(target / file, text)
    write(target / "Sources/JSON/PlantedBug.swift", "import Foundation\n" + SWITCH)


def copy(source, target, changed):
    """Leaves files alone that have not changed, so that the build leaves them alone, too."""
    if source in changed:
        return
    if source.is_dir():
        target.mkdir(exist_ok=True)
        present = {entry.name for entry in source.iterdir()}
        for entry in list(target.iterdir()):
            if entry.name not in present and entry.name != "PlantedBug.swift":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for entry in source.iterdir():
            copy(entry, target / entry.name, changed)
    elif not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)


def write(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "list":
        main(None)
        for bug in bugs():
            print(f"{bug.number}\t{bug.checker}\t{bug.seed}\t{bug.among}\t{bug.title}")
    else:
        main(pathlib.Path(sys.argv[1]).resolve())
