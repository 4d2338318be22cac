"""The portfolio by itself: items, fields of every type, lists, history, configuration, people."""

import pytest
from conftest import connect, eventually, pull, set_up, status


def create(house, page, name, kind="Initiative"):
    page.goto(f"{house.url}/{kind.lower()}s")
    page.get_by_label(f"Name of the new {kind}").fill(name)
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/items/*")


def kept(page, label):
    """The newest line of the history is about the field: it was saved, and the page has followed."""
    page.locator("#history li:first-child", has_text=label).wait_for()


def test_fields_of_every_type_are_edited_in_place_and_kept_in_the_history(house, page):
    set_up(house, page)
    page.goto(f"{house.url}/configuration")
    for label, kind, options in [
        ("Sponsor note", "text", ""), ("Case", "longText", ""), ("Budget", "number", ""), ("Review", "date", ""), ("Region", "list", "North, South"),
        ("Markets", "multiList", "A, B, C"), ("Sponsor", "account", ""),
    ]:
        page.get_by_label("Label of the new field").fill(label)
        page.locator("#field-type").select_option(kind)
        page.get_by_label("Options of a list").fill(options)
        page.get_by_label("Label of the new field").locator("xpath=ancestor::form").get_by_role("button", name="Add").click()
        page.wait_for_load_state()
    create(house, page, "Everything")
    for label, value in [("Sponsor note", "hello"), ("Budget", "12.5"), ("Review", "2027-03-04"), ("Effort", "8"), ("Start date", "2027-01-01"), ("Tags", "b, a")]:
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Tab")
        kept(page, label)
    for label, option in [("Region", "South"), ("Sponsor", "Ada Admin"), ("RAG", "Amber"), ("Type", "Strategic"), ("Lifecycle stage", "Analysis")]:
        # As a person does: the list has the focus while it is open, and the page leaves it alone.
        page.get_by_label(label, exact=True).focus()
        page.get_by_label(label, exact=True).select_option(label=option)
        kept(page, label)
    page.get_by_label("Markets", exact=True).focus()
    page.get_by_label("Markets", exact=True).select_option(["A", "C"])
    kept(page, "Markets")
    page.locator("#f-description").fill("A <b>bold</b> plan")
    page.locator("#f-name").focus()
    kept(page, "Description")
    page.reload()
    assert page.locator("#f-tags").input_value() == "a, b"
    assert "A <b>bold</b> plan" in page.inner_text("#f-description")
    item = page.url
    page.goto(f"{item}/history")
    history = page.inner_text("#history")
    page.goto(item)
    for words in ["Sponsor note", "12.5", "4 Mar 2027", "South", "A, C", "Amber", "Analysis", "Ada Admin", "Edited in Kiplot"]:
        assert words in history, words
    page.get_by_label("End date", exact=True).fill("2026-12-01")
    page.keyboard.press("Tab")
    page.locator("#toast.bad", has_text="before the start").wait_for()
    page.reload()
    assert page.get_by_label("End date", exact=True).input_value() == ""
    page.goto(f"{item}/history")
    page.locator("#history tr", has_text="Effort").get_by_role("button", name="Restore old").click()
    page.locator("#toast", has_text="Restored").wait_for()
    page.goto(item)
    assert page.get_by_label("Effort", exact=True).input_value() == ""


def test_lists_search_filter_sort_and_page(house, page):
    set_up(house, page)
    for name in ["Banana", "Apple", "Cherry"]:
        create(house, page, name)
    page.get_by_label("RAG", exact=True).focus()
    page.get_by_label("RAG", exact=True).select_option("red")
    kept(page, "RAG")

    def names(query):
        page.goto(f"{house.url}/initiatives?{query}")
        return page.locator("td.name").all_inner_texts()

    assert names("sort=name") == ["Apple", "Banana", "Cherry"]
    assert names("sort=name&dir=desc") == ["Cherry", "Banana", "Apple"]
    assert names("q=app") == ["Apple"]
    assert names("rag=red") == ["Cherry"]
    assert names("link=linked") == []
    page.goto(f"{house.url}/initiatives?q=Banana")
    page.get_by_role("link", name="Banana").click()
    page.locator("#more > summary").click()
    page.get_by_role("button", name="Archive").click()
    page.locator(".crumbs", has_text="Archived").wait_for()
    assert names("sort=name") == ["Apple", "Cherry"]
    assert names("archived=yes") == ["Banana"]
    page.goto(f"{house.url}/initiatives?q=Apple")
    page.get_by_role("link", name="Apple").click()
    page.locator("#more > summary").click()
    page.get_by_role("link", name="Delete…").click()
    assert "Delete INI-2 “Apple”?" in page.inner_text("main")
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url("**/initiatives")
    assert names("") == ["Cherry"]


def test_two_people_do_not_overwrite_each_other(house, page):
    set_up(house, page)
    create(house, page, "Shared")
    second = page.context.new_page()
    second.goto(page.url)
    # The second page is cut off, so that it still shows the old value.
    second.route("**/live", lambda route: route.abort())
    second.reload()
    page.locator("#f-name").fill("First")
    page.keyboard.press("Tab")
    kept(page, "First")
    second.locator("#f-name").fill("Second")
    second.keyboard.press("Tab")
    second.locator("#toast.bad", has_text="somebody else").wait_for()
    page.reload()
    assert page.locator("#f-name").input_value() == "First"


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_answers_and_fits(house, page, width):
    house.add("Feature", "F", parent=house.add("Epic", "E"))
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.set_viewport_size({"width": width, "height": 800})
    for path in [
        "initiatives", "outcomes", "items/1", "items/2", "items/1/outcomes", "items/1/updates", "items/1/integration", "items/2/history", "items/1/share", "items/1/delete", "board/initiatives", "board/outcomes", "roadmap", "integrations", "integrations/new",
        "instances/1", "instances/1/projects/new", "integrations/1", "integrations/1/delete", "mappings", "mappings/1", "bulk", "runs/1", "activity", "attention",
        "configuration", "people", "profile",
    ]:
        answer = page.goto(f"{house.url}/{path}")
        assert answer.status == 200, path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is wider than {width}"
    assert page.goto(f"{house.url}/nowhere").status == 404
    assert status(f"{house.url}/livez") == 200 and status(f"{house.url}/api/v1/openapi.json") == 200
