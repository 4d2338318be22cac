"""Kills the real `kiplot serve` at every place between two steps, starts it again, and looks whether anything was lost.

For each flow one run is left alone: it tells which fail points are passed, and must find both sides in step. Then the flow is run again
for each point, the server is killed there with SIGKILL and started again, and the same judge looks at both sides.

    python3 Tests/Crash/crash.py --points 40 --jobs 2
    python3 Tests/Crash/crash.py --flow create --point "after receive POST wit/workitems/$Epic#1"
"""

import argparse
import concurrent.futures
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time
import traceback

import flows
import judge
import world as worlds

PROBLEMS = (worlds.Died, worlds.Interrupted, TimeoutError, AssertionError, OSError)


class Result:
    def __init__(self, flow, point, killed, violations, trace):
        self.flow, self.point, self.killed, self.violations, self.trace = flow, point, killed, violations, trace


def play(world, flow, point):
    """One run of a flow from the prepared state; never raises."""
    world.put_back()
    world.kill = point
    try:
        world.start_simulator()
        world.start_server()
        expected = flows.FLOWS[flow](world)
        flows.reach(world, expected)
        judge.settle(world)
        violations = judge.judge(world, expected)
    except PROBLEMS as error:
        violations = [f"stuck: {type(error).__name__}: {error}\n{_place(error)}"]
    try:
        world.stop()
    except PROBLEMS as error:
        violations.append(f"stuck: the programs do not end: {error}")
    return Result(flow, point, world.kills > 0, violations, world.trace())


def _place(error):
    return "".join(traceback.format_tb(error.__traceback__)[-3:])


def in_order(trace, count):
    """Every named point once, then again and again at its later passages, so that a bounded run meets as many as it can. Where there is
    time for a few only, they are spread over the whole flow: most flows begin alike."""
    passages = {}
    for line in dict.fromkeys(trace):
        name, number = line.rsplit("#", 1)
        passages.setdefault(name, []).append(int(number))
    order = []
    for turn in range(max(map(len, passages.values()), default=0)):
        order += [f"{name}#{numbers[turn]}" for name, numbers in passages.items() if turn < len(numbers)]
    step = max(1, len(passages) // max(1, count))
    spread = order[step - 1:len(passages):step]
    return spread + [point for point in order if point not in set(spread)]


class Drive:
    """Shares the runs among a few worlds; prints what it finds as it goes."""

    def __init__(self, folder, jobs):
        self.worlds = [worlds.prepare(folder / str(number)) for number in range(jobs)]
        self.free = list(self.worlds)
        self.lock = threading.Lock()
        self.results = []

    def run(self, flow, point):
        with self.lock:
            world = self.free.pop()
        try:
            result = play(world, flow, point)
            if result.violations:
                with self.lock:
                    print(f"\n{flow}, {point or 'left alone'}:", *result.violations, sep="\n  ", flush=True)
                    _keep(world, flow, point)
            return result
        finally:
            with self.lock:
                self.free.append(world)

    def drive(self, names, count):
        with concurrent.futures.ThreadPoolExecutor(len(self.worlds)) as pool:
            alone = list(pool.map(lambda flow: self.run(flow, None), names))
            for result in alone:
                if result.violations:
                    raise SystemExit(f"The flow {result.flow} fails without any crash: the rest would tell nothing.")
            self.results = [result for flow in pool.map(lambda result: list(self._points(result, count)), alone) for result in flow]
        return alone

    def _points(self, alone, count):
        """Kills at one point after the other until enough were met; a point that is passed only sometimes is passed over."""
        met = 0
        for point in in_order(alone.trace, count):
            if met == count:
                return
            result = self.run(alone.flow, point)
            met += result.killed
            yield result


def _keep(world, flow, point):
    """Leaves the logs of what failed where a person finds them."""
    place = pathlib.Path(tempfile.gettempdir()) / "kiplot-crash" / re.sub(r"\W+", "-", f"{flow}-{point}")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(world.folder, place, ignore=shutil.ignore_patterns("prepared"))
    print(f"  The files are in {place}.", flush=True)


def table(results, seconds):
    print(f"\n{'flow':<10}{'killed at':>10}{'different':>11}{'not met':>9}{'violations':>12}")
    for flow in dict.fromkeys(result.flow for result in results):
        own = [result for result in results if result.flow == flow]
        killed = [result for result in own if result.killed]
        places = {result.point.rsplit("#", 1)[0] for result in killed}
        bad = sum(1 for result in own if result.violations)
        print(f"{flow:<10}{len(killed):>10}{len(places):>11}{len(own) - len(killed):>9}{bad:>12}")
    killed = [result for result in results if result.killed]
    bad = sum(1 for result in results if result.violations)
    count = len({result.flow for result in killed})
    print(f"\n{len(killed)} kills in {count} flows, at {len({result.point for result in killed})} points; {bad} violations; {seconds:.0f} s")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=40, help="kills for each flow")
    parser.add_argument("--jobs", type=int, default=2, help="pairs of programs that run at a time")
    parser.add_argument("--flow", choices=flows.FLOWS, action="append", help="only this flow; may be repeated")
    parser.add_argument("--point", help="only this kill, as a trace names it")
    options = parser.parse_args()
    names = options.flow or list(flows.FLOWS)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kiplot-crash-") as folder:
        drive = Drive(pathlib.Path(folder), min(options.jobs, len(names)))
        if options.point:
            results = [drive.run(name, options.point) for name in names]
        else:
            drive.drive(names, options.points)
            results = drive.results
    bad = table(results, time.monotonic() - began)
    if options.point and not all(result.killed for result in results):
        print("The point was not met.")
        bad += 1
    for flow in names:
        if not options.point and sum(result.killed for result in results if result.flow == flow) < options.points:
            print(f"The flow {flow} passes fewer than {options.points} points.")
            bad += 1
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
