"""Many items: everything agrees in the end, and the server stays small."""

import json
import os
import sqlite3
import time
import urllib.request

import pytest
from conftest import House, connect, eventually, set_up


@pytest.fixture
def many(tmp_path):
    # A bounded part in every run, all of it with KIPLOT_PROVE=1.
    count = 10_000 if os.environ.get("KIPLOT_PROVE") else 1_000
    house = House(tmp_path, projects=("Contoso",), work_items=count)
    yield house, count
    house.close()


def test_ten_thousand(many, page):
    house, count = many
    set_up(house, page)
    connect(house, page)

    def run(direction):
        page.goto(f"{house.url}/bulk")
        page.locator(f"input[name=direction][value={direction}]").check()
        page.get_by_label("Create items for work items that have none").set_checked(direction == "pull")
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_url("**/runs/*")
        started = time.monotonic()
        page.get_by_text("· finished ·").wait_for(timeout=1_200_000)
        return time.monotonic() - started

    def query(sql):
        with sqlite3.connect(f"file:{house.folder}/kiplot.sqlite?mode=ro", uri=True) as database:
            return database.execute(sql).fetchone()[0]

    pulled = run("pull")
    assert query("SELECT count(*) FROM link WHERE is_live") > count * 0.99
    # Changes on both sides, of different fields and different items.
    house.simulate("POST", "hooks", {"dropsEvery": 1})
    for number in range(1, count + 1, count // 50):
        house.edit(number, {"System.Tags": f"theirs-{number}"})
    page.goto(f"{house.url}/profile")
    page.get_by_label("Name of the token").fill("scale")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator(".notice + p code").inner_text()
    for number in range(2, count + 1, count // 50):
        body = json.dumps({"fields": {"rag": "red", "name": f"Ours {number}"}}).encode()
        request = urllib.request.Request(
            f"{house.url}/api/v1/items/{number}", method="PATCH", data=body, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        urllib.request.urlopen(request)
    both = run("both")
    eventually(lambda: query("SELECT count(*) FROM link WHERE is_live AND is_waiting") == 0, "nothing waits", 120)
    assert query("SELECT count(*) FROM link WHERE is_live AND (conflicts > 0 OR obstacles > 0 OR problem IS NOT NULL)") == 0
    linked = query("SELECT work_item_id FROM link WHERE item_id = 2 AND is_live")
    assert house.fields(linked)["System.Title"] == "Ours 2"
    assert query(f"SELECT more FROM item JOIN link ON link.item_id = item.id WHERE work_item_id = 1").find("theirs-1") > 0
    memory = house.server.resident_megabytes()
    print(f"{count} items: pulled in {pulled:.1f} s, both ways in {both:.1f} s, {memory:.0f} MB at most")
    assert memory < 200
