"""Measures the product against peers and floors in one run, and writes docs/benchmarks.md. `make bench` builds what this needs.

    bench.py [--small]   with --small a tenth of the work items, to try the measurement itself; nothing is written then
"""

import concurrent.futures
import datetime
import itertools
import json
import subprocess
import sys
import time

from ground import ROOT, TOKEN, Ground, floor, peer, until

LATENCY = 50
SMALL = "--small" in sys.argv
FEW, MANY = (1_000, 10_000) if SMALL else (10_000, 100_000)


class Table:
    """The rows, printed as they come."""

    def __init__(self):
        self.lines = ["| row | measured | compared with | ratio | must | |", "|---|---|---|---|---|---|"]
        print("\n".join(self.lines), flush=True)

    def add(self, row, measured, compared, ratio, must, reached):
        line = f"| {row} | {measured} | {compared} | {ratio} | {must} | {'reached' if reached else '**not reached**'} |"
        self.lines.append(line)
        print(line, flush=True)


def quantile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * share))]


def pulls(table, ground, project, count, first, peaks):
    """An empty portfolio, a server that has just started: a pull, the peer's, and the floor."""
    ground.restart()
    integration = ground.integrations[project]
    clicks = Clicks(ground) if first > 1 else None
    seconds, calls = ground.run(integration, "pull", creates=True)
    while_busy = clicks.end() if clicks else None
    # Each of them reads its one work item.
    calls -= len(while_busy or [])
    peaks[count] = ground.peak_megabytes()
    requests = [entry for entry in ground.azure.control("GET", "requests") if entry["path"].endswith("workitemsbatch")]
    body = next(body for body in (json.loads(entry["request"]) for entry in reversed(requests)) if "fields" in body)
    theirs = peer("pull", ground.organisation, TOKEN, ground.folder / f"peer-{count}.sqlite", project, *body["fields"])
    least = floor(
        "batches", "--organisation", ground.organisation, "--pat", TOKEN, "--body", json.dumps(body), "--first", first, "--count", count)
    row = f"pull {count:,} work items, latency {ground.latency} ms"
    ratio = theirs["seconds"] / seconds
    table.add(row, f"{seconds:.1f} s", f"Microsoft's Python client: {theirs['seconds']:.1f} s", f"{ratio:.1f} × faster", "8 ×", ratio >= 8)
    ratio = seconds / least["seconds"]
    table.add("the same", f"{seconds:.1f} s", f"a bare loop: {least['seconds']:.1f} s", f"{ratio:.1f} × its time", "1.6 ×", ratio <= 1.6)
    ratio = calls / (count / 200)
    table.add("calls for it", f"{calls:,}", f"one for 200: {count // 200:,}", f"{ratio:.2f} ×", "1.05 ×", ratio <= 1.05)
    return seconds, calls, while_busy


class Clicks:
    """Somebody presses “Read” on one item after the other, while something else goes on."""

    def __init__(self, ground):
        self.ground = ground
        self.items = [row[0] for row in ground.query("SELECT item_id FROM link WHERE integration_id = 1 AND is_live ORDER BY id LIMIT 500")]
        self.times = []
        self.ends = False
        self.worker = concurrent.futures.ThreadPoolExecutor(1)
        self.work = self.worker.submit(self.go_on)

    def go_on(self):
        for item in itertools.cycle(self.items):
            if self.ends:
                return
            self.times.append(self.click(item))
            time.sleep(0.2)

    def click(self, item):
        page = self.ground.browser.page(f"/items/{item}")[2]
        start = time.monotonic()
        self.ground.press(item, page)
        return time.monotonic() - start

    def end(self):
        self.ends = True
        self.work.result()
        return self.times


def pushes(table, ground):
    """Everything is changed in Kiplot, where nothing goes out by itself, and then pushed."""
    integration = ground.integrations["Contoso"]
    ground.set_mode(integration, "manual")
    items = [row[0] for row in ground.query(f"SELECT item_id FROM link WHERE integration_id = {integration} AND is_live")]
    with concurrent.futures.ThreadPoolExecutor(8) as workers:
        for status, answer in workers.map(lambda item: ground.edit(item, f"From Kiplot {item}"), items):
            assert status == 200, answer
    ground.settle(integration)
    seconds, calls = ground.run(integration, "push")
    some = max(1, len(items) // 10)
    theirs = peer("push", ground.organisation, TOKEN, some)["seconds"] * len(items) / some
    ratio = theirs / seconds
    table.add(
        f"push {len(items):,} changed items, latency {ground.latency} ms", f"{seconds:.1f} s",
        f"Microsoft's Python client, one PATCH after another: {theirs:.0f} s ({some:,} measured)", f"{ratio:.1f} × faster",
        "8 ×" if ground.latency else "–", ratio >= 8 or not ground.latency)
    ratio = calls / len(items)
    table.add("calls for it", f"{calls:,}", f"one for each: {len(items):,}", f"{ratio:.3f} ×", "1.05 ×", ratio <= 1.05)


def nothing_changed(table, ground, pulled, pull_calls):
    seconds, calls = ground.run(ground.integrations["Fabrikam"], "both")
    share, of_calls = seconds / pulled, calls / pull_calls
    table.add(
        f"nothing changed: sync again, {MANY:,} links", f"{seconds * 1_000:.0f} ms, {calls} calls",
        f"its first pull: {pulled:.1f} s, {pull_calls:,} calls", f"{share:.2%} of its time, {of_calls:.2%} of its calls", "1 %",
        share < 0.01 and of_calls < 0.01)


def audit(table, ground):
    before = ground.calls()
    integration = ground.integrations["Fabrikam"]
    ground.browser.api("POST", f"integrations/{integration}/agreement", {})
    until(lambda: ground.query("SELECT state FROM audit ORDER BY id DESC LIMIT 1")[0][0] == "finished", "the audit", 600, pause=0.25)
    calls = ground.calls() - before
    ratio = calls / (MANY / 200)
    table.add(f"calls of an audit of {MANY:,} links, unchanged", f"{calls:,}", f"one for 200: {MANY // 200:,}", f"{ratio:.2f} ×", "1.05 ×", ratio <= 1.05)


def clicks(table, ground, while_busy):
    idle = Clicks(ground)
    time.sleep(8 if SMALL else 15)
    quiet = idle.end()
    calm, busy = quantile(quiet, 0.95), quantile(while_busy, 0.95)
    table.add(
        f"a click (Read) during a bulk of {MANY:,}, p95", f"{busy * 1_000:.0f} ms ({len(while_busy)} clicks)",
        f"on an idle server: {calm * 1_000:.0f} ms ({len(quiet)} clicks)", f"{busy / calm:.1f} ×", "2 ×", busy / calm <= 2)


def edits(table, ground):
    """From the moment at which Kiplot is asked to keep an edit until it stands in Azure DevOps."""
    links = ground.query("SELECT item_id, work_item_id FROM link WHERE integration_id = 2 AND is_live ORDER BY id DESC LIMIT 60")
    times = []
    for item, work_item in links:
        title = f"Edited {item}"
        start = time.monotonic()
        ground.edit(item, title)
        until(lambda: ground.title(work_item) == title, "the edit arrives", pause=0.004)
        times.append(time.monotonic() - start)
        # Each of them by itself: until the answer has come back, and what follows from it is done.
        ground.settle(2)
    latency_row(table, ground, "edit in Kiplot → visible in Azure DevOps", times)


def hooks_to_pages(table, ground):
    """From the moment at which a hook reaches Kiplot until the item shows it, and until an open page is told."""
    links = ground.query("SELECT item_id, work_item_id FROM link WHERE integration_id = 2 AND is_live ORDER BY id LIMIT 60")
    visible, told = [], []
    live = ground.listen()
    for item, work_item in links:
        title = f"From there {item}"
        ground.wire.arrivals.clear()
        ground.azure.edit(work_item, {"System.Title": title})
        ground.wait_for_name(item, title)
        seen = time.monotonic()
        arrived = ground.wire.arrivals[work_item]
        visible.append(seen - arrived)
        told.append(until(lambda: live.get(item), "the page is told") - arrived)
    latency_row(table, ground, "hook received → visible in Kiplot", visible)
    latency_row(table, ground, "hook received → an open page is told", told)


def latency_row(table, ground, row, times):
    p50, p99 = quantile(times, 0.5) * 1_000, quantile(times, 0.99) * 1_000
    table.add(
        f"{row}, latency {ground.latency} ms", f"p50 {p50:.0f} ms, p99 {p99:.0f} ms", f"one round trip: {ground.latency} ms",
        f"{p50 / ground.latency:.1f} and {p99 / ground.latency:.1f}", "1.5 and 4", p50 <= 1.5 * ground.latency and p99 <= 4 * ground.latency)


def hooks_per_second(table, ground):
    path, authorization, body = ground.wire.last
    sample = ground.folder / "delivery.json"
    sample.write_bytes(body)
    folder = ground.folder / "inserts"
    folder.mkdir()
    rows = floor("inserts", "--folder", folder)["perSecond"]
    arguments = ["deliveries", "--url", f"http://127.0.0.1:{ground.port}{path}", "--authorization", authorization, "--body", sample]
    most = floor(*arguments, "--count", 20_000, "--work-items", FEW)
    steady = floor(*arguments, "--count", 10_000, "--work-items", FEW, "--rate", 1_000, "--connections", 256)
    ratio = most["perSecond"] / rows
    table.add(
        "hooks accepted durably", f"{most['perSecond']:,.0f}/s", f"the database's own grouped inserts: {rows:,.0f}/s", f"{ratio:.0%}",
        "30 %", ratio >= 0.3)
    table.add("the same at 1,000/s", f"p50 {steady['p50']:.1f} ms, p99 {steady['p99']:.1f} ms", "–", "–", "p99 100 ms", steady["p99"] <= 100)


def start_up(table, ground):
    ground.server.stop()
    start = time.monotonic()
    ground.start()
    seconds = time.monotonic() - start
    table.add(f"start-up to ready, {MANY + FEW:,} links", f"{seconds * 1_000:.0f} ms", "–", "–", "1 s", seconds < 1)


def main():
    table = Table()
    began = time.monotonic()
    peaks = {}
    ground = Ground(0, {"Contoso": FEW})
    try:
        ground.connect("Contoso")
        pulls(table, ground, "Contoso", FEW, 1, {})
        pushes(table, ground)
    finally:
        ground.close()
    ground = Ground(LATENCY, {"Contoso": FEW, "Fabrikam": MANY})
    try:
        ground.connect("Contoso")
        pulls(table, ground, "Contoso", FEW, 1, peaks)
        ground.connect("Fabrikam")
        pulled, calls, while_busy = pulls(table, ground, "Fabrikam", MANY, FEW + 1, peaks)
        ratio = peaks[MANY] / peaks[FEW]
        table.add(
            f"peak memory of a pull of {MANY:,}", f"{peaks[MANY]:.0f} MB", f"of {FEW:,}: {peaks[FEW]:.0f} MB", f"{ratio:.2f} ×",
            "1.3 ×, 250 MB", ratio <= 1.3 and peaks[MANY] < 250)
        nothing_changed(table, ground, pulled, calls)
        audit(table, ground)
        start_up(table, ground)
        clicks(table, ground, while_busy)
        edits(table, ground)
        hooks_to_pages(table, ground)
        pushes(table, ground)
        hooks_per_second(table, ground)
    finally:
        ground.close()
    print(f"{time.monotonic() - began:.0f} s")
    if not SMALL:
        write(table)


def write(table):
    """Writes the table into the document; what a person has written about the figures, and the simulator's own, stay."""
    document = ROOT / "docs" / "benchmarks.md"
    text = document.read_text()
    begin, end = "<!-- the product: written by make bench -->", "<!-- end of the product -->"
    before, rest = text.split(begin)
    processor = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    where = f"Measured on {datetime.date.today()}, commit {commit}, {cores} cores of {processor}."
    document.write_text(before + begin + "\n" + where + "\n\n" + "\n".join(table.lines) + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main()
