"""Integrations in a browser: what an administrator sees, connects, maps, tries, runs and mends."""

import csv
import io
import re

from conftest import TOKEN, add_project, connect, eventually, fill_instance, open_item, pull, set_up


def sidebar_count(page):
    count = page.locator(".sidebar .count")
    return int(count.inner_text()) if count.count() else 0


def editor(house, page, number=1):
    page.goto(f"{house.url}/mappings/{number}")
    page.locator("#mapping-form").wait_for()


def test_home_teaches_first_and_then_shows_how_everything_stands(house, page):
    house.add("Epic", "Portal")
    set_up(house, page)
    page.goto(f"{house.url}/integrations")
    assert page.get_by_role("img", name="An initiative in Kiplot and an epic in Azure DevOps").is_visible()
    assert page.locator("main .primary").count() == 1
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/integrations")
    words = page.locator(".instance").inner_text()
    assert "Connected" in words and "as " in words and "Contoso" in words and "Instant" in words
    assert page.locator(".figure", has_text="linked items").locator("strong").inner_text() == "1"
    page.get_by_role("link", name="Contoso").last.click()
    page.wait_for_url("**/integrations/1")
    assert "Azure DevOps tells us of changes at once" in page.locator("#hooks").inner_text()
    house.edit(1, {"System.Tags": "told"})
    page.locator("#hooks .timeline", has_text="Changed").wait_for()
    page.get_by_role("link", name="1 In step").click()
    assert "Portal" in page.locator("#state").inner_text()


def test_the_wizard_goes_back_and_forth_and_says_which_right_is_missing(house, page):
    house.simulate("POST", "tokens", {"token": "old", "state": "expired"})
    set_up(house, page)
    fill_instance(house, page, token="old")
    page.get_by_text("Not usable yet").wait_for()
    assert "✗ Authenticated" in page.locator(".report").inner_text()
    assert page.get_by_role("link", name="Open the access tokens of Azure DevOps").get_attribute("href").startswith(house.organisation)
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Back").click()
    assert page.get_by_label("URL").input_value() == house.organisation, "nothing is lost on the way back"
    page.get_by_role("button", name="Next").click()
    assert page.get_by_label("Personal access token").input_value() == "old"
    page.get_by_label("Personal access token").fill(TOKEN)
    page.get_by_label("Expires on").fill("2020-01-01")
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Everything that is needed works").wait_for()
    assert page.locator(".stepper [aria-current=step]").inner_text().endswith("Check and save")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/instances/1")
    page.goto(f"{house.url}/integrations")
    assert "Token expired on 1 Jan 2020" in page.locator(".instance").inner_text()


def test_the_wizards_work_without_a_script(house, page, chromium):
    set_up(house, page)
    plain = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(f"{house.url}/integrations/new")
    plain.get_by_label("Name", exact=True).fill("Contoso")
    plain.get_by_label("URL").fill(house.organisation)
    plain.get_by_label("Personal access token").fill("wrong")
    plain.get_by_role("button", name="Save").click()
    assert "✗ Authenticated" in plain.inner_text("main")
    assert plain.get_by_label("URL").input_value() == house.organisation
    plain.get_by_label("Personal access token").fill(TOKEN)
    plain.get_by_role("button", name="Save").click()
    plain.wait_for_url("**/instances/1")
    plain.get_by_role("link", name="Add Project Integration").click()
    plain.get_by_role("radio", name="Contoso").check()
    plain.get_by_role("button", name="Connect the project").click()
    plain.wait_for_url("**/integrations/1")
    plain.goto(f"{house.url}/mappings/1")
    plain.get_by_role("button", name="Check", exact=True).last.click()
    assert "Everything fits Contoso" in plain.inner_text("main")
    plain.context.close()


def test_projects_are_found_by_words_and_those_that_are_there_cannot_be_taken_twice(house, page):
    for number in range(8):
        house.simulate("POST", "projects", {"name": f"Team {number}", "process": "agile"})
    set_up(house, page)
    connect(house, page)
    page.goto(f"{house.url}/instances/1/projects/new")
    assert page.get_by_role("radio", name="Contoso").is_disabled()
    page.get_by_label("Find a project").fill("team 7")
    assert page.locator("#projects .choice:visible").count() == 1
    page.get_by_role("radio", name="Team 7").check()
    for _ in range(4):
        page.get_by_role("button", name="Next").click()
    review = page.locator(".review").inner_text()
    assert "Team 7" in review and "The token of the instance" in review and "Recommended" in review and "Automatically" in review


def test_the_mapping_is_checked_while_it_is_changed(house, page):
    set_up(house, page)
    connect(house, page)
    editor(house, page)
    assert "Everything fits Contoso" in page.locator("#findings").inner_text()
    page.locator("#e0-f0-field").select_option("start")
    page.locator("#findings", has_text="hold values of different types").wait_for()
    assert "different types" in page.locator("#e0-f0-notes").inner_text()
    assert page.get_by_text("Not saved yet").is_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Save").click()
    assert "Not saved: correct what is marked below first" in page.inner_text("main")
    page.goto(f"{house.url}/mappings/1")
    assert page.locator("#e0-f0-field").input_value() == "name", "nothing was saved"


def test_two_people_who_map_at_once_lose_nothing(house, page):
    set_up(house, page)
    connect(house, page)
    other = page.context.new_page()
    editor(house, other)
    editor(house, page)
    page.get_by_label("Name", exact=True).fill("Mine")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as version 2").wait_for()
    other.get_by_label("Name", exact=True).fill("Theirs")
    other.get_by_role("button", name="Save").click()
    other.get_by_text("Somebody else saved this set").wait_for()
    assert other.get_by_label("Name", exact=True).input_value() == "Theirs"
    other.get_by_role("button", name="Save").click()
    other.get_by_text("Saved as version 3").wait_for()


def test_suggestions_come_back_with_one_click(house, page):
    set_up(house, page)
    connect(house, page)
    editor(house, page)
    before = page.locator("#e0-rows .map-row").count()
    for left in [before - 1, before - 2]:
        page.locator("#e0-f0 .more summary").click()
        page.locator("#e0-f0").get_by_role("button", name="Remove").click()
        eventually(lambda: page.locator("#e0-rows .map-row").count() == left, "a row is gone")
    page.get_by_role("heading", name="2 pairs would fit").wait_for()
    page.get_by_role("button", name="Add all suggestions").click()
    page.get_by_text("2 pairs added").wait_for()
    assert page.locator("#e0-rows .map-row").count() == before
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as version 2").wait_for()
    # A field that nobody maps is found by its words, on either side.
    page.locator("#e0-unmapped summary").click()
    page.locator("#e0-unmapped").get_by_label("Find an unmapped field").fill("priority")
    page.locator("#e0-free").get_by_role("button", name=re.compile("^Priority")).click()
    eventually(lambda: page.locator("#e0-rows .map-row").count() == before + 1, "the row is there")
    assert page.locator(f"#e0-f{before}-ado").input_value() == "Microsoft.VSTS.Common.Priority"


def test_a_preview_on_a_real_work_item_writes_nothing(house, page):
    epic = house.add("Epic", "Portal")
    fresh = None
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    fresh = house.add("Epic", "Not here yet")
    house.simulate("DELETE", "requests")
    editor(house, page)
    page.get_by_role("button", name=f"#{fresh} Not here yet").click()
    preview = page.locator("#preview-result")
    preview.get_by_text("has no item yet").wait_for()
    name = preview.locator(".would-row", has_text="Name")
    assert "reads" in name.inner_text() and "Not here yet" in name.inner_text()
    # The preview follows the form, though nothing is saved.
    page.locator("#e0-f0-direction").select_option("write")
    eventually(lambda: "reads" not in preview.locator(".would-row", has_text="Name").inner_text(), "the preview follows the direction")
    page.get_by_label("Number of a work item of Contoso").fill(str(epic))
    page.get_by_role("button", name="Preview", exact=True).click()
    preview.get_by_text("is linked to").wait_for()
    assert "in step" in preview.locator(".would-row", has_text="Lifecycle stage").inner_text()
    assert house.revision(epic) == 1 and house.revision(fresh) == 1
    wire = str(house.simulate("GET", "requests"))
    assert "PATCH" not in wire
    page.get_by_label("Number of a work item of Contoso").fill("9999")
    page.get_by_role("button", name="Preview", exact=True).click()
    preview.locator(".notice.error").wait_for()


def test_a_bulk_preview_shows_what_would_change_and_a_run_can_be_downloaded(house, page):
    epics = [house.add("Epic", name) for name in ["Portal", "Warehouse", "Search"]]
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    house.simulate("POST", "hooks", {"dropsEvery": 1})
    house.edit(epics[1], {"System.Title": "Renamed there"})
    page.goto(f"{house.url}/bulk")
    page.get_by_role("radio", name="What a filter finds").check()
    page.get_by_label("Words", exact=True).fill("warehouse")
    page.get_by_text("1 initiative fits").wait_for()
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("· finished ·").wait_for()
    table = page.locator(".entry-table")
    table.wait_for()
    assert "Warehouse" in table.inner_text() and "Renamed there" in table.inner_text()
    assert page.locator(".figure", has_text="would change").locator("strong").inner_text() == "1"
    page.goto(f"{house.url}/initiatives")
    assert "Renamed there" not in page.content(), "a preview changes nothing"
    page.go_back()
    page.get_by_role("button", name="Run it for real").click()
    page.wait_for_url("**/runs/3")
    page.get_by_text("· finished ·").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    rows = list(csv.reader(io.StringIO(open(download.value.path(), newline="").read())))
    assert rows[0] == ["Item", "Name", "Work item", "Result", "Reason"]
    assert len(rows) == 2 and rows[1][1] == "Renamed there" and rows[1][3] == "Changed"


def test_failures_are_grouped_by_cause_and_mended_in_the_mapping(house, page):
    epics = [house.add("Epic", f"Portal {number}") for number in range(3)]
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    editor(house, page)
    page.locator("#e0-f2 .more summary").click()
    pairs = page.locator("#e0-f2 .pair")
    index = next(i for i in range(pairs.count()) if pairs.nth(i).locator("select").nth(1).input_value() == "Resolved")
    pairs.nth(index).locator("select").nth(0).select_option("")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as version 2").wait_for()
    for epic in epics[:2]:
        house.edit(epic, {"System.State": "Resolved"})
    page.goto(f"{house.url}/attention")
    group = page.locator(".group", has_text="“Resolved” has no counterpart")
    eventually(lambda: group.count() == 1 and "2 items" in group.inner_text(), "both are in one group")
    eventually(lambda: sidebar_count(page) == 2, "the sidebar counts what is shown")
    group.get_by_role("link", name="Add it to the mapping…").click()
    page.wait_for_url("**/mappings/1*")
    # The row is open, and the value that has no counterpart stands there already.
    missing = page.locator("#e0-f2 .pair.missing").first
    assert missing.locator("select").nth(1).input_value() == "Resolved"
    missing.locator("select").nth(0).select_option(label="Validation")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as version 3").wait_for()
    page.goto(f"{house.url}/attention")
    page.get_by_text("All in step").wait_for()
    assert sidebar_count(page) == 0


def test_conflicts_are_settled_together(house, page):
    epics = [house.add("Epic", f"Portal {number}") for number in range(3)]
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    house.simulate("POST", "hooks", {"dropsEvery": 1})
    for number, epic in enumerate(epics):
        house.edit(epic, {"System.Title": f"Theirs {number}"})
        open_item(house, page, f"Portal {number}")
        page.locator("#f-name").fill(f"Ours {number}")
        page.keyboard.press("Tab")
        page.locator(".conflict").first.wait_for()
    page.goto(f"{house.url}/attention")
    group = page.locator(".group.conflicts")
    group.wait_for()
    assert "3 items: Both sides changed Name" in group.inner_text()
    assert "Ours 1" in group.inner_text() and "Theirs 1" in group.inner_text()
    assert sidebar_count(page) == 3
    group.get_by_role("button", name="Keep Azure DevOps for INI-1").click()
    eventually(lambda: "2 items" in page.locator("#attention").inner_text(), "one is settled")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Keep Kiplot for all").click()
    page.get_by_text("All in step").wait_for()
    eventually(lambda: house.fields(epics[1])["System.Title"] == "Ours 1", "ours is written")
    assert house.fields(epics[2])["System.Title"] == "Ours 2"
    assert house.fields(epics[0])["System.Title"] == "Theirs 0"


def test_what_was_refused_is_tried_again_for_all(house, page):
    epics = [house.add("Epic", f"Portal {number}") for number in range(2)]
    house.simulate("POST", "rules", {"type": "Epic", "state": "Closed", "field": "Microsoft.VSTS.Common.BusinessValue"})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    for number in range(2):
        open_item(house, page, f"Portal {number}")
        page.get_by_label("Lifecycle stage").select_option(label="Done")
        page.get_by_text("Saved", exact=True).wait_for()
    page.goto(f"{house.url}/attention")
    group = page.locator(".group", has_text="2 items: Lifecycle stage")
    group.wait_for()
    house.simulate("DELETE", "rules")
    group.get_by_role("button", name="Try all again").click()
    page.get_by_text("All in step").wait_for()
    for epic in epics:
        assert house.fields(epic)["System.State"] == "Closed"


def test_activity_is_read_by_day_and_filtered(house, page):
    epic = house.add("Epic", "Portal")
    house.add("Epic", "Warehouse")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    house.edit(epic, {"System.Title": "Portal, renamed"})
    page.goto(f"{house.url}/activity")
    page.locator(".timeline", has_text="Portal, renamed").first.wait_for()
    assert page.locator(".day h2").count() >= 1
    assert "Warehouse" in page.locator("#activity").inner_text()
    page.get_by_label("Search", exact=True).fill("portal")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=portal"))
    assert "Warehouse" not in page.locator("#activity").inner_text()
    page.locator(".facet", has_text="Person").locator("summary").click()
    page.get_by_role("checkbox", name="Ada Admin").check()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("person=Ada"))
    words = page.locator("#activity").inner_text()
    assert "Item created from work item" in words and "Webhook" not in words, "what Kiplot did by itself is left out"
    page.goto(f"{house.url}/activity?result=problems")
    page.get_by_text("Nothing fits").wait_for()


def test_pausing_can_be_taken_back_and_removing_says_what_stays(house, page):
    set_up(house, page)
    connect(house, page)
    page.get_by_role("button", name="Pause").click()
    page.locator("#warnings", has_text="Paused: nothing is read or written").wait_for()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("link", name="Delete…").click()
    assert "No item and no work item is deleted" in page.inner_text("main")
    page.get_by_role("link", name="Keep it").click()
    page.wait_for_url("**/integrations/1")
