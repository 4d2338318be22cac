"""How fast the heaviest screens come up and answer, with 500 initiatives and 5,000 outcomes, measured in Chromium."""

import datetime
import os
import sqlite3

import pytest
from conftest import House, eventually, set_up

# `make test` runs the build for debugging, on machines that may be several times slower than a developer's: there only what grew grossly
# fails. `make prove` asks the release build for what is promised.
SLACK = 1 if os.environ.get("KIPLOT_PROVE") else 3
# Milliseconds. The browser tells of events from 16 ms on: 0 is less than that.
LARGEST_PAINT = 1_000 * SLACK
INTERACTION = 100 * SLACK
TRANSFERRED = 300_000

OBSERVE = """
window.paint = 0; window.slowest = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) paint = entry.startTime }).observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(list => { for (const entry of list.getEntries()) if (entry.interactionId) slowest = Math.max(slowest, entry.duration) })
    .observe({ type: 'event', durationThreshold: 16, buffered: true });
"""


def fill(house, initiatives=500, outcomes=5_000):
    """A portfolio of a large organisation, written past the rules: only its size counts."""
    today = datetime.date.today()
    with sqlite3.connect(f"{house.folder}/kiplot.sqlite") as database:
        stages = [row[0] for row in database.execute("SELECT id FROM stage ORDER BY position")]
        for team in range(40):
            database.execute("INSERT INTO team (name) VALUES (?)", (f"Team {team:02}",))
        teams = [row[0] for row in database.execute("SELECT id FROM team")]

        def add(kind, number, parent):
            start = today + datetime.timedelta(days=(number * 37) % 700 - 300)
            end = start + datetime.timedelta(days=60 + (number * 13) % 200)
            name = f"{kind.title()} {number} of the programme for {['customers', 'partners', 'suppliers', 'colleagues'][number % 4]}"
            return database.execute(
                """INSERT INTO item (kind, number, name, owner_id, stage_id, start_date, end_date, effort, rag, percent_complete, team_id, parent_id,
                   parked, rank, more, versions, is_archived, created_at, created_by, updated_at, updated_by, search)
                   VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, FALSE, ?, '{}', '{}', FALSE, 0, 'Ada', 0, 'Ada', ?)""",
                (kind, number, name, stages[number % len(stages)], start.isoformat(), end.isoformat(), number % 40, ["green", "amber", "red", None][number % 4],
                 number % 101, teams[number % len(teams)] if kind == "outcome" else None, parent, float(number), name.lower())).lastrowid

        parents = [add("initiative", number, None) for number in range(1, initiatives + 1)]
        for number in range(1, outcomes + 1):
            add("outcome", number, parents[number % len(parents)])
        database.execute("INSERT INTO item_counter (kind, last) VALUES ('initiative', ?), ('outcome', ?)", (initiatives, outcomes))


@pytest.fixture(scope="module")
def large(tmp_path_factory, chromium):
    house = House(tmp_path_factory.mktemp("large"))
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    set_up(house, context.new_page())
    state = context.storage_state()
    context.close()
    fill(house)
    house.server.stop()
    house.start()
    yield house, state
    house.close()


def roadmap(page):
    page.locator("main [aria-expanded=false]").first.click()


def board(page):
    card = page.locator("[data-item]").first
    card.focus()
    page.keyboard.press("Alt+ArrowDown")


def listing(page):
    page.locator("input[name=item]").first.check()


def planning(page):
    page.locator("#plan .bar[data-movable]").first.focus()
    page.keyboard.press("Alt+ArrowRight")


@pytest.mark.parametrize(
    "path, interact", [("/initiatives", listing), ("/outcomes", listing), ("/board/outcomes", board), ("/roadmap", roadmap), ("/planning", planning)])
def test_heavy_screens_are_fast(large, chromium, path, interact):
    house, state = large
    paints, waits = [], []
    for attempt in range(3):
        # A first visit: nothing is remembered by the browser.
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, storage_state=state)
        page = context.new_page()
        page.add_init_script(OBSERVE)
        transferred = []
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))
        page.goto(house.url + path)
        page.locator("html[data-connected=yes]").wait_for(state="attached")
        paints.append(eventually(lambda: page.evaluate("() => window.paint"), "the largest paint"))
        assert sum(transferred) <= TRANSFERRED, f"{sum(transferred)} bytes"
        interact(page)
        page.keyboard.press("Escape")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 300)))")
        waits.append(page.evaluate("() => window.slowest"))
        context.close()
    print(f"{path}: largest paint {sorted(paints)[1]:.0f} ms, interaction {sorted(waits)[1]:.0f} ms, {sum(transferred) / 1000:.0f} kB")
    # The machine may be busy: the middle one counts.
    assert sorted(paints)[1] < LARGEST_PAINT
    assert sorted(waits)[1] < INTERACTION
