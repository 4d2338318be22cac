"""The roadmap: planning with the mouse, the keyboard and forms; what it shows, and how it follows Azure DevOps."""

import datetime
import re
import time
import xml.etree.ElementTree

import pytest
from conftest import connect, eventually, open_item, pull, set_up, touch

START, TARGET = "Microsoft__VSTS__Scheduling__StartDate", "Microsoft__VSTS__Scheduling__TargetDate"


def month(offset, last=False):
    """The first (or last) day of a month, counted from the present one."""
    today = datetime.date.today()
    number = today.year * 12 + today.month - 1 + offset + (1 if last else 0)
    day = datetime.date(number // 12, number % 12 + 1, 1)
    return str(day - datetime.timedelta(days=1) if last else day)


def roadmap(house, page, query=""):
    page.goto(f"{house.url}/roadmap{query}")
    page.locator("html[data-connected=yes]").wait_for(state="attached")


def create(house, page, name):
    """With the keyboard: a name in the last row makes a bar of three months from this one on."""
    page.keyboard.press("n")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.locator(".row .title", has_text=name).wait_for()
    page.locator("#toast.shown", has_text="is on the roadmap").wait_for()
    # The cursor stays in the new row, so that the next one can be typed; whoever moves on leaves it.
    page.evaluate("document.activeElement.blur()")


def bar(page, name):
    return page.locator(f".bar[aria-label*='{name}']")


def dates(page, name):
    return bar(page, name).get_attribute("data-start"), bar(page, name).get_attribute("data-end")


def at_rest(locator):
    """Where something stands when it has stopped gliding."""
    seen = []

    def rests():
        seen.append(locator.bounding_box())
        return len(seen) > 3 and seen[-1] and seen[-1] == seen[-2] == seen[-3]

    eventually(rests, "it rests")
    return seen[-1]


def drag(page, locator, dx, dy=0, edge=None, release=True):
    box = at_rest(locator.locator(".g") if locator.locator(".g").count() else locator)
    x = box["x"] + (3 if edge == "start" else box["width"] - 3 if edge == "end" else box["width"] / 2)
    y = box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + dx * step / 5, y + dy * step / 5)
    if release:
        page.mouse.up()


def saved(page, words):
    page.locator("#toast.shown", has_text=words).wait_for()


def test_bars_are_created_dragged_resized_and_taken_back(house, page):
    set_up(house, page)
    roadmap(house, page)
    page.get_by_text("Plan your first initiative").wait_for()
    create(house, page, "Portal")
    assert dates(page, "Portal") == (month(0), month(2, last=True))
    assert page.get_by_text("Plan your first initiative").count() == 0
    # Three and a half pixels are a day: a hundred are about a month.
    drag(page, bar(page, "Portal"), 104)
    saved(page, "INI-1 runs from")
    eventually(lambda: dates(page, "Portal") == (month(1), month(3, last=True)), "the bar lies a month later")
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: dates(page, "Portal") == (month(0), month(2, last=True)), "the bar lies where it was")
    drag(page, bar(page, "Portal"), -104, edge="end")
    eventually(lambda: dates(page, "Portal") == (month(0), month(1, last=True)), "the end moved alone")
    drag(page, bar(page, "Portal"), 104, edge="start")
    eventually(lambda: dates(page, "Portal") == (month(1), month(1, last=True)), "the start moved alone")
    page.reload()
    assert dates(page, "Portal") == (month(1), month(1, last=True))


def test_the_keyboard_does_what_the_mouse_does(house, page):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    bar(page, "Portal").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    eventually(lambda: dates(page, "Portal") == (month(2), month(4, last=True)), "two months later")
    saved(page, "INI-1 runs from")
    page.wait_for_function("document.activeElement.matches('.bar')")
    page.keyboard.press("Shift+ArrowLeft")
    eventually(lambda: dates(page, "Portal") == (month(2), month(3, last=True)), "the end a month earlier")
    page.wait_for_function("document.activeElement.matches('.bar')")
    page.keyboard.press("Alt+ArrowLeft")
    eventually(lambda: dates(page, "Portal")[0] == str(datetime.date.fromisoformat(month(2)) - datetime.timedelta(days=1)), "a day earlier")
    # Whoever leaves the page at once loses nothing; the page that comes may be read while the last step is on its way.
    page.reload()
    eventually(lambda: dates(page, "Portal")[0] == str(datetime.date.fromisoformat(month(2)) - datetime.timedelta(days=1)), "kept")
    bar(page, "Portal").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/1")


def test_a_finger_that_rests_moves_a_bar_and_one_that_does_not_scrolls(house, page, chromium):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    tablet = chromium.new_context(has_touch=True, viewport={"width": 1100, "height": 800}, storage_state=page.context.storage_state()).new_page()
    roadmap(house, tablet)
    box = at_rest(bar(tablet, "Portal").locator(".g"))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    way = [(x + 104 * step / 5, y) for step in range(6)]
    before = tablet.locator("#chart").evaluate("chart => chart.scrollLeft")
    touch(tablet, way)
    saved(tablet, "INI-1 runs from")
    eventually(lambda: dates(tablet, "Portal") == (month(1), month(3, last=True)), "the bar lies a month later")
    assert tablet.locator("#chart").evaluate("chart => chart.scrollLeft") == before, "the page kept still"
    touch(tablet, [(x - dx, y) for dx in range(0, 300, 20)], rest=0)
    eventually(lambda: tablet.locator("#chart").evaluate("chart => chart.scrollLeft") > before, "the page scrolled")
    assert dates(tablet, "Portal") == (month(1), month(3, last=True))
    tablet.context.close()


def test_a_date_that_azure_devops_owns_comes_back_with_the_reason(house, page):
    house.add("Epic", "Portal", **{START: month(0), TARGET: month(2, last=True)})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/mappings/1")
    for key in ["start", "end"]:
        name = page.evaluate("key => [...document.querySelectorAll('[name^=\"e0.f\"][name$=\".field\"]')].find(i => i.value === key).name", key)
        page.locator(f"[name='{name.replace('.field', '.direction')}']").select_option("read")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    roadmap(house, page)
    before = dates(page, "Portal")
    drag(page, bar(page, "Portal"), 104)
    page.locator("#toast.bad", has_text="Read from Azure DevOps (Contoso)").wait_for()
    assert dates(page, "Portal") == before
    page.reload()
    assert dates(page, "Portal") == before


def test_rows_open_and_the_roadmap_follows_without_losing_the_place(house, page):
    epic = house.add("Epic", "Portal", **{START: month(0), TARGET: month(2, last=True)})
    house.add("Feature", "Search", parent=epic, **{START: month(0), TARGET: month(1, last=True)})
    house.add("Feature", "Basket", parent=epic)
    for number in range(30):
        house.add("Epic", f"Other {number}", **{START: month(0), TARGET: month(1, last=True)})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    roadmap(house, page, "?order=name")
    page.get_by_role("button", name="2 outcomes of Portal").click()
    page.locator(".row.outcome", has_text="Search").wait_for()
    assert re.search(r"expand=\d+", page.url)
    assert page.locator(".row.outcome").count() == 2
    assert "No dates yet" in page.locator(".row.outcome", has_text="Basket").text_content()
    bar(page, "Portal").focus()
    page.locator("#chart").evaluate("chart => { chart.scrollTop = 300; chart.scrollLeft = 500; }")
    page.evaluate("window.stayed = true")
    before = float(bar(page, "Portal").locator(".b").get_attribute("width"))
    started = time.monotonic()
    house.edit(epic, {"Microsoft.VSTS.Scheduling.TargetDate": month(4, last=True)})
    eventually(lambda: float(bar(page, "Portal").locator(".b").get_attribute("width")) > before, "the bar grew")
    assert time.monotonic() - started < 3
    assert page.evaluate("window.stayed")
    assert page.locator("#chart").evaluate("chart => [chart.scrollTop, Math.round(chart.scrollLeft / 10)]") == [300, 50]
    assert page.locator(".row.outcome").count() == 2
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("INI-1 Portal")
    page.reload()
    assert page.locator(".row.outcome").count() == 2
    page.get_by_role("button", name="2 outcomes of Portal").click()
    eventually(lambda: page.locator(".row.outcome").count() == 0, "the row closed")
    assert "expand" not in page.url


def test_a_change_while_the_page_comes_up_is_not_missed(house, page):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    item, token = bar(page, "Portal").get_attribute("data-item"), page.locator("meta[name=csrf]").get_attribute("content")

    def come_late(route):
        page.request.post(f"{house.url}/roadmap/plan", form={"item": item, "start": month(1), "end": month(3, last=True), "_csrf": token})
        time.sleep(1)
        route.continue_()

    page.route("**/assets/roadmap-rows.js", come_late)
    roadmap(house, page)
    eventually(lambda: dates(page, "Portal") == (month(1), month(3, last=True)), "the change is seen")


def test_a_click_in_the_last_row_says_when(house, page):
    set_up(house, page)
    roadmap(house, page)
    chart, row = at_rest(page.locator("#chart")), at_rest(page.locator("#rm-new"))
    page.mouse.click(chart["x"] + 700, row["y"] + row["height"] / 2)
    page.keyboard.type("Portal")
    page.keyboard.press("Enter")
    bar(page, "Portal").wait_for()
    box = at_rest(bar(page, "Portal").locator(".g"))
    assert box["x"] <= chart["x"] + 700 <= box["x"] + 110, "it starts in the period that was clicked on"
    assert dates(page, "Portal")[0] != month(0)


def test_it_prints_on_sheets(house, page):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator("#export-menu summary").click()
    page.get_by_role("button", name="Print…").click()
    page.wait_for_function("window.printed")
    assert page.locator(".sheets img").count() == 1
    assert page.locator(".sheets img").evaluate("picture => picture.naturalWidth") > 600


def test_who_may_only_look_moves_nothing(house, page, chromium):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    page.goto(f"{house.url}/people")
    page.get_by_label("Name of the new person").fill("Vera Viewer")
    page.get_by_label("E-mail address of the new person").fill("vera@example.com")
    page.locator("form", has=page.get_by_label("Name of the new person")).locator("select").first.select_option("viewOnly")
    page.get_by_role("button", name="Add", exact=True).first.click()
    invitation = page.locator(".notice + p code").inner_text()
    context = chromium.new_context()
    viewer = context.new_page()
    viewer.goto(invitation)
    viewer.get_by_label("Password").fill("another good password")
    viewer.get_by_role("button", name="Set the password").click()
    viewer.wait_for_load_state()
    roadmap(house, viewer)
    before = dates(viewer, "Portal")
    drag(viewer, bar(viewer, "Portal"), 104)
    viewer.locator("#toast.bad", has_text="not move it").wait_for()
    assert "/roadmap" in viewer.url
    assert dates(viewer, "Portal") == before
    assert viewer.get_by_role("link", name="New initiative").count() == 0
    token = viewer.locator("meta[name=csrf]").get_attribute("content")
    answer = viewer.request.post(f"{house.url}/roadmap/plan", form={"item": "1", "move": "1", "_csrf": token}, headers={"X-Requested-With": "kiplot"})
    assert answer.status == 403
    context.close()


def test_parking_and_the_tray(house, page):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    create(house, page, "Shop")
    row = page.locator(".row", has_text="Portal")
    row.hover()
    row.get_by_role("link", name="Plan INI-1 Portal").click()
    card = page.get_by_role("dialog", name="Portal")
    card.get_by_role("button", name="Park").click()
    saved(page, "INI-1 is parked")
    tray = page.get_by_role("region", name="Unplanned and parked")
    tray.get_by_text("Portal").wait_for()
    assert bar(page, "Portal").count() == 0
    page.keyboard.press("Escape")
    # A bar that is dropped on the tray is parked, too.
    start, target = at_rest(bar(page, "Shop").locator(".g")), at_rest(tray)
    drag(page, bar(page, "Shop"), target["x"] + 60 - start["x"] - start["width"] / 2, 30)
    saved(page, "INI-2 is parked")
    tray.locator("li", has_text="Shop").wait_for()
    # And back onto the period under the mouse.
    item, chart = tray.locator("li", has_text="Portal"), at_rest(page.locator("#chart"))
    box = at_rest(item)
    drag(page, item, chart["x"] + 560 - box["x"] - box["width"] / 2, 60)
    bar(page, "Portal").wait_for()
    saved(page, "INI-1 runs from")
    assert dates(page, "Portal")[0].endswith("-01")
    assert tray.locator("li", has_text="Portal").count() == 0


def test_everything_can_be_planned_without_a_script(house, page, chromium):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    context = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{house.url}/roadmap")
    assert plain.locator(".bar").count() == 1
    plain.get_by_label("Name of the new initiative").fill("Shop")
    plain.keyboard.press("Enter")
    plain.locator(".bar").nth(1).wait_for()
    plain.get_by_role("link", name="Plan INI-2 Shop").click()
    plain.get_by_label("Start").fill(month(1))
    plain.get_by_label("End").fill(month(3, last=True))
    plain.get_by_role("button", name="Save").click()
    plain.wait_for_url("**/roadmap")
    assert dates(plain, "Shop") == (month(1), month(3, last=True))
    plain.get_by_role("link", name="Plan INI-2 Shop").click()
    plain.get_by_role("button", name="One month later").click()
    plain.wait_for_url("**/roadmap")
    assert dates(plain, "Shop") == (month(2), month(4, last=True))
    plain.get_by_role("link", name="Plan INI-2 Shop").click()
    plain.get_by_role("button", name="Park").click()
    plain.locator(".tray-item", has_text="Shop").wait_for()
    context.close()


def test_lanes_lenses_and_filters_stay_in_the_address(house, page):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal")
    create(house, page, "Shop")
    page.goto(f"{house.url}/items/1")
    page.get_by_label("RAG", exact=True).focus()
    page.get_by_label("RAG", exact=True).select_option("red")
    page.get_by_text("Saved", exact=True).wait_for()
    roadmap(house, page)
    assert "red" in bar(page, "Portal").get_attribute("class")
    assert "RAG red" in bar(page, "Portal").get_attribute("aria-label")

    def choose(group, words):
        page.locator("#view-menu summary").click()
        page.get_by_role("group", name=group).get_by_role("link", name=words, exact=True).click()
        page.wait_for_load_state()

    choose("Swim lanes", "Owner")
    assert page.locator(".lane").all_inner_texts() == ["Ada Admin 2"]
    choose("Colours", "Stage")
    assert "idea" in bar(page, "Portal").get_attribute("class")
    assert "Analysis" in page.get_by_role("list", name="Colours: Stage").inner_text()
    page.get_by_role("group", name="Zoom").get_by_role("link", name="Year").click()
    page.locator(".facet", has_text="RAG").locator("summary").click()
    page.get_by_role("checkbox", name="Red").check()
    page.locator(".facet", has_text="RAG").locator("summary").click()
    page.wait_for_url(lambda url: "rag=red" in url)
    for part in ["lanes=owner", "lens=stage", "zoom=year"]:
        assert part in page.url
    assert page.locator(".bar").count() == 1
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url(lambda url: "rag" not in url)
    assert "lanes=owner" in page.url and page.locator(".bar").count() == 2


def test_dependencies_are_drawn_and_a_circle_is_refused(house, page):
    epic = house.add("Epic", "Portal", **{START: month(0), TARGET: month(5, last=True)})
    house.add("Feature", "Search", parent=epic, **{START: month(0), TARGET: month(1, last=True)})
    house.add("Feature", "Basket", parent=epic, **{START: month(2), TARGET: month(3, last=True)})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    roadmap(house, page)
    page.get_by_role("button", name="2 outcomes of Portal").click()
    page.locator(".row.outcome", has_text="Basket").wait_for()

    def key(name):
        return re.match(r"OUT-\d+", bar(page, name).get_attribute("aria-label")).group()

    search, basket = key("Search"), key("Basket")

    def wait_for(name, other):
        page.locator(".row.outcome", has_text=name).hover()
        page.get_by_role("link", name=f"Plan {key(name)} {name}").click()
        card = page.get_by_role("dialog", name=name)
        card.get_by_label("Outcome that has to be finished first").fill(other)
        card.get_by_role("button", name="Add").click()
        return card

    wait_for("Basket", search)
    saved(page, "The dependency is kept")
    page.keyboard.press("Escape")
    page.locator("#view-menu summary").click()
    page.get_by_role("link", name="Dependencies").click()
    page.locator("path[data-arrow]").wait_for(state="attached")
    assert page.locator("path[data-arrow].late").count() == 0
    assert "1 dependency" in page.locator("#arrows summary").inner_text()
    wait_for("Search", basket)
    page.locator("#toast.bad", has_text="wait for each other for ever").wait_for()
    page.keyboard.press("Escape")
    # The one that is needed first gets late.
    bar(page, "Search").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.locator("path[data-arrow].late").wait_for(state="attached")
    # The page of the one that waits says so too.
    other = page.context.new_page()
    open_item(house, other, "Basket", "outcomes")
    section = other.locator("#dependencies")
    assert "Search ends too late" in section.inner_text()
    section.get_by_role("button", name=f"Does not wait for {search} any more").click()
    section.get_by_text("Nothing. Say below").wait_for()
    section.get_by_label("Outcome that has to be finished first").fill(search)
    section.get_by_role("button", name="Add").click()
    section.get_by_role("link", name="Search").click()
    other.locator("#dependencies", has_text="Needed by").get_by_role("link", name="Basket").wait_for()
    other.close()
    page.locator("path[data-arrow].late").wait_for(state="attached")
    assert "1 too late" in page.locator("#arrows summary").inner_text()
    page.locator(".row.outcome", has_text="Basket").hover()
    page.get_by_role("link", name=f"Plan {basket} Basket").click()
    card = page.get_by_role("dialog", name="Basket")
    assert "ends too late" in card.inner_text()
    card.get_by_role("button", name=f"Does not wait for {search} any more").click()
    eventually(lambda: page.locator("path[data-arrow]").count() == 0, "the arrow is gone")


def test_facts_beside_a_bar(house, page):
    house.add("Epic", "Portal", **{START: month(0), TARGET: month(2, last=True)})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    roadmap(house, page)
    bar(page, "Portal").hover()
    card = page.locator(".floating.peek")
    card.wait_for()
    for words in ["INI-1", "Portal", "Idea", "#1"]:
        assert words in card.inner_text()
    page.mouse.move(300, 20)
    eventually(lambda: card.count() == 0, "the card is gone")


def test_exports(house, page):
    set_up(house, page)
    roadmap(house, page)
    create(house, page, "Portal & <friends>")
    answer = page.request.get(f"{house.url}/roadmap.svg?zoom=quarter")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    drawing = xml.etree.ElementTree.fromstring(answer.body())
    assert "Portal & <friends>" in [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert all("class" not in node.attrib for node in drawing.iter()), "the drawing needs no style sheet"
    page.locator("#export-menu summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture (PNG)").click()
    assert download.value.suggested_filename == "roadmap.png"
    with open(download.value.path(), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    with page.expect_download() as download:
        page.locator("#export-menu summary").click()
        page.get_by_role("link", name="Drawing (SVG)").click()
    assert download.value.suggested_filename == "roadmap.svg"


def test_the_timeline_is_configured(house, page):
    set_up(house, page)
    page.goto(f"{house.url}/configuration")
    timeline = page.locator("#timeline")
    timeline.get_by_label("Label of the new group").fill("PI One")
    timeline.get_by_role("button", name="Add a group").click()
    page.wait_for_load_state()
    assert "PI One" in page.locator("#timeline").inner_text()
    # The next one may not share a period with it.
    first = page.get_by_label("First period").locator("option:checked").get_attribute("value")
    page.get_by_label("First period").select_option(str(int(first) - 1))
    page.get_by_label("Label of the new group").fill("PI Two")
    page.get_by_role("button", name="Add a group").click()
    page.get_by_text("shares periods with “PI One”").wait_for()
    roadmap(house, page)
    assert page.locator("#rm-periods .head.group").text_content() == "PI One"
    create(house, page, "Portal")
    page.goto(f"{house.url}/configuration")
    page.get_by_label("Length of a period").select_option("quarter")
    page.locator("#timeline").get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    roadmap(house, page)
    assert re.search(r"Q[1-4]", page.locator("#rm-periods").text_content())
    bar(page, "Portal").focus()
    page.keyboard.press("ArrowRight")
    saved(page, "INI-1 runs from")
    start, end = dates(page, "Portal")
    assert int(start[5:7]) % 3 == 1 and start.endswith("-01") and int(end[5:7]) % 3 == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_keeps_names_in_sight(house, page, width):
    set_up(house, page)
    page.set_viewport_size({"width": width, "height": 844})
    roadmap(house, page)
    create(house, page, "A name that is much longer than the place that it has on a small screen")
    for query in ["", "?zoom=year&lanes=stage&dependencies=yes"]:
        roadmap(house, page, query)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query
        page.locator("#chart").evaluate("chart => { chart.scrollLeft = 900; }")
        box = page.locator(".row .title").first.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= width
