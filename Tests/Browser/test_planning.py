"""Outcome planning: by dragging, by the keyboard, by a form, and back again."""

import datetime
import json
import sqlite3
import urllib.request

import pytest
from conftest import connect, eventually, pull, set_up, touch

TODAY = datetime.date.today()


def month(offset):
    """The first day of a month, counted from the present one."""
    number = TODAY.year * 12 + TODAY.month - 1 + offset
    return datetime.date(number // 12, number % 12 + 1, 1)


def last_day(offset):
    return month(offset + 1) - datetime.timedelta(days=1)


class API:
    def __init__(self, house, page):
        self.house = house
        page.goto(f"{house.url}/profile")
        page.get_by_label("Name of the token").fill("test")
        page.get_by_role("button", name="Make a token").click()
        self.token = page.locator(".notice + p code").inner_text()

    def __call__(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.house.url}/api/v1/{path}", method=method, data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    def outcome(self, name, **fields):
        return self("POST", "items", {"kind": "outcome", "fields": {"name": name, **fields}})["id"]

    def dates(self, number):
        fields = self("GET", f"items/{number}")["fields"]
        return tuple(fields[name]["value"] if name in fields else None for name in ("start", "end", "team"))


def add_teams(house, page, *names):
    for name in names:
        page.goto(f"{house.url}/teams")
        page.get_by_label("Name of the new team").fill(name)
        page.get_by_role("button", name="Create", exact=True).click()
        page.wait_for_url("**/teams/*")


@pytest.fixture
def plan(house, page):
    set_up(house, page)
    add_teams(house, page, "Mobile", "Portal")
    api = API(house, page)
    page.set_viewport_size({"width": 1600, "height": 900})
    return api


def drag(page, card, band, offset, at="middle"):
    """Takes a card to a month of a band; the first column is the month before this one."""
    box = eventually(card.bounding_box, "the card has a place")
    page.mouse.move(box["x"] + (box["width"] - 4 if at == "edge" else 12), box["y"] + box["height"] / 2)
    page.mouse.down()
    column = eventually(page.locator("#plan .month").nth(offset + 1).bounding_box, "the month has a place")
    target = eventually(band.locator(".band-body").bounding_box, "the band has a place")
    page.mouse.move(column["x"] + 30, target["y"] + 10, steps=6)
    page.mouse.move(column["x"] + 34, target["y"] + 12)
    page.locator(".preview").wait_for()
    page.mouse.up()


def test_a_card_is_dragged_from_the_tray_moved_lengthened_and_taken_back(house, page, plan):
    number = plan.outcome("Single sign-on", effort=6)
    page.goto(f"{house.url}/planning")
    portal, mobile = page.get_by_role("region", name="Portal"), page.get_by_role("region", name="Mobile")
    tray = page.locator("#tray")
    drag(page, tray.locator(".bar", has_text="Single sign-on"), portal, 1)
    portal.locator(".bar:not(.preview)", has_text="Single sign-on").wait_for()
    eventually(lambda: plan.dates(number) == (str(month(1)), str(last_day(1)), 2), "planned")
    assert "Everything that fits the filter has its place" in tray.inner_text()
    drag(page, portal.locator(".bar:not(.preview)"), portal, 3, at="edge")
    eventually(lambda: plan.dates(number)[:2] == (str(month(1)), str(last_day(3))), "three months long")
    # Six of effort over three months: two in each.
    eventually(lambda: [each for each in portal.locator(".demand > div span:not(.sr)").all_inner_texts()] == ["2", "2", "2"], "the demand is spread")
    drag(page, portal.locator(".bar:not(.preview)"), mobile, 2)
    mobile.locator(".bar:not(.preview)", has_text="Single sign-on").wait_for()
    eventually(lambda: plan.dates(number) == (str(month(2)), str(last_day(4)), 1), "moved with its length")
    # The page may show the change before its answer has come, and with it the way back.
    page.locator("#toast.shown", has_text="Mobile").get_by_role("button", name="Undo").click()
    portal.locator(".bar", has_text="Single sign-on").wait_for()
    eventually(lambda: plan.dates(number) == (str(month(1)), str(last_day(3)), 2), "taken back")
    # Escape lets go of a card without moving it.
    box = eventually(portal.locator(".bar").bounding_box, "the card has a place")
    page.mouse.move(box["x"] + 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 10, steps=4)
    page.keyboard.press("Escape")
    # However long the button stays down: its release is no click on the card.
    page.evaluate("new Promise(done => setTimeout(done, 150))")
    page.mouse.up()
    page.evaluate("new Promise(done => setTimeout(done, 150))")
    assert plan.dates(number) == (str(month(1)), str(last_day(3)), 2) and page.get_by_role("dialog").count() == 0
    # Back into the tray: the dates are off.
    target = eventually(tray.bounding_box, "the tray has a place")
    page.mouse.move(box["x"] + 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=6)
    page.mouse.move(target["x"] + 62, target["y"] + 62)
    page.mouse.up()
    tray.locator(".bar", has_text="Single sign-on").wait_for()
    eventually(lambda: plan.dates(number)[:2] == (None, None), "the dates are off")
    page.locator("#toast.shown", has_text="no dates").wait_for()
    page.keyboard.press("Control+z")
    portal.locator(".bar", has_text="Single sign-on").wait_for()


def test_a_finger_that_rests_moves_a_card(house, page, plan, chromium):
    number = plan.outcome("Search", start=str(month(0)), end=str(last_day(1)), team=1)
    tablet = chromium.new_context(has_touch=True, viewport={"width": 1600, "height": 900}, storage_state=page.context.storage_state()).new_page()
    tablet.goto(f"{house.url}/planning")
    box = eventually(tablet.locator("#plan .bar", has_text="Search").bounding_box, "the card has a place")
    column = tablet.locator("#plan .month").nth(3).bounding_box()
    x, y = box["x"] + 12, box["y"] + box["height"] / 2
    touch(tablet, [(x + (column["x"] + 30 - x) * step / 6, y) for step in range(7)])
    eventually(lambda: plan.dates(number) == (str(month(2)), str(last_day(3)), 1), "two months later")
    tablet.context.close()


def test_the_keyboard_does_what_the_mouse_does(house, page, plan):
    number = plan.outcome("Search", start=str(month(0)), end=str(last_day(1)), team=1)
    page.goto(f"{house.url}/planning")
    page.locator("#plan .bar", has_text="Search").focus()
    for keys, expected in [
        ("Alt+ArrowRight", (str(month(1)), str(last_day(2)), 1)), ("Alt+Shift+ArrowRight", (str(month(1)), str(last_day(3)), 1)),
        ("Alt+Shift+ArrowLeft", (str(month(1)), str(last_day(2)), 1)), ("Alt+ArrowDown", (str(month(1)), str(last_day(2)), 2)),
        ("Alt+ArrowLeft", (str(month(0)), str(last_day(1)), 2)),
    ]:
        page.keyboard.press(keys)
        eventually(lambda: plan.dates(number) == expected, f"{keys} moves it to {expected}, not {plan.dates(number)}")
        eventually(lambda: page.evaluate("document.activeElement?.dataset?.item") == str(number), "the card keeps the focus")
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    form.get_by_label("Start").fill("2030-05-01")
    form.get_by_label("End").fill("2030-04-01")
    form.get_by_role("button", name="Save").click()
    page.locator("#toast.bad", has_text="before the start").wait_for()
    form.get_by_label("End").fill("2030-06-30")
    form.get_by_label("Team").select_option(label="Mobile")
    form.get_by_role("button", name="Save").click()
    form.wait_for(state="hidden")
    eventually(lambda: plan.dates(number) == ("2030-05-01", "2030-06-30", 1), "saved")
    page.goto(f"{house.url}/planning?from=2030-05-01")
    page.get_by_role("region", name="Mobile").locator(".bar", has_text="Search").wait_for()


def test_lenses_filters_and_bands(house, page, plan):
    span = {"start": str(month(0)), "end": str(last_day(0))}
    plan.outcome("Search", team=1, effort=8, rag="amber", percentComplete=40, **span)
    plan.outcome("Export", team=2, rag="red", **span)
    plan.outcome("Somebody's", **span)
    for lens, words in {"effort": ["Effort 8", "No effort"], "rag": ["Amber", "Red", "No RAG"], "percent": ["40 %", "No % yet"], "stage": ["Idea"], "type": ["No type"]}.items():
        page.goto(f"{house.url}/planning?lens={lens}")
        text = page.inner_text("#plan")
        assert all(each in text for each in words), (lens, text)
    assert page.get_by_role("region", name="No team").locator(".bar").count() == 1
    page.goto(f"{house.url}/planning?rag=red&lens=rag")
    assert [each.split("\n")[0] for each in page.locator("#plan .bar").all_inner_texts()] == ["Export"]
    page.goto(f"{house.url}/planning?team=1")
    assert page.locator("#plan .band").count() == 1
    page.goto(f"{house.url}/planning?q=search&periods=12")
    assert page.locator("#plan .month").count() == 12 and page.locator("#plan .bar").count() == 1


def test_what_azure_devops_owns_is_locked_and_changes_there_are_seen(house, page):
    feature = house.add("Feature", "Sign-on", Microsoft__VSTS__Scheduling__StartDate=str(month(0)), Microsoft__VSTS__Scheduling__TargetDate=str(last_day(0)))
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/planning")
    card = page.locator("#plan .bar", has_text="Sign-on")
    card.wait_for()
    assert "w1" in card.get_attribute("class").split()
    page.locator("html[data-connected=yes]").wait_for(state="attached")
    page.evaluate("window.stayed = true")
    house.edit(feature, {"Microsoft.VSTS.Scheduling.TargetDate": str(last_day(2))})
    eventually(lambda: "w3" in card.get_attribute("class").split(), "the card grew")
    assert page.evaluate("window.stayed")
    # Moved here, it moves there.
    card.focus()
    page.keyboard.press("Alt+ArrowRight")
    eventually(lambda: house.fields(feature)["Microsoft.VSTS.Scheduling.StartDate"].startswith(str(month(1))), "the work item has moved")
    # A mapping that only reads the end date locks it.
    house.server.stop()
    with sqlite3.connect(f"{house.folder}/kiplot.sqlite") as database:
        (text,) = database.execute("SELECT body FROM mapping_set").fetchone()
        mapping = json.loads(text)
        for entity in mapping["entities"]:
            for field in entity["fields"]:
                if field["field"] == "end":
                    field["direction"] = "read"
        database.execute("UPDATE mapping_set SET body = ?", [json.dumps(mapping)])
    house.start()
    page.goto(f"{house.url}/planning")
    assert "Locked" in card.inner_text() and card.get_attribute("data-movable") is None
    card.focus()
    page.keyboard.press("Alt+ArrowRight")
    page.locator("#toast.bad", has_text="read from Azure DevOps").wait_for()
