"""Home, the first steps, teams, the account, and search without a script."""

import re

from conftest import PASSWORD, connect, eventually, pull, set_up
from test_planning import API


def invite(house, page, chromium, name, email, role="Member"):
    """Somebody else, in a browser of their own."""
    page.goto(f"{house.url}/people")
    page.get_by_label("Name of the new person").fill(name)
    page.get_by_label("E-mail address of the new person").fill(email)
    page.get_by_label("Role of the new person").select_option(label=role)
    page.get_by_role("button", name="Add", exact=True).first.click()
    link = page.locator(".notice + p code").inner_text()
    other = chromium.new_context().new_page()
    other.goto(link)
    other.get_by_label("Password").fill("another good password")
    other.get_by_role("button", name="Set the password").click()
    other.wait_for_url(f"{house.url}/")
    return other


def create(house, page, name, kind="initiative"):
    """By the palette: the same from every page."""
    page.locator("[data-palette]").wait_for(state="attached")
    page.goto(f"{house.url}/")
    page.keyboard.press("c")
    page.locator("#palette-field").fill(name)
    page.get_by_role("option", name=f"Create the {kind}").click()
    page.wait_for_url("**/items/*")
    return page.url.split("/")[-1]


def test_the_tour_ends_with_a_connected_project(house, page):
    house.add("Feature", "Sign-on", parent=house.add("Epic", "Portal"))
    set_up(house, page)
    tour = page.locator("#tour")
    tour.get_by_role("heading", name="First steps").wait_for()
    assert "0 of 6 done" in tour.inner_text()
    assert tour.locator("li.next").get_by_role("link", name="Connect").get_attribute("href") == "/integrations/new"
    connect(house, page)
    page.goto(f"{house.url}/")
    assert "2 of 6 done" in tour.inner_text()
    tour.locator("li.next").get_by_role("link", name="Check").click()
    page.wait_for_url("**/mappings/*")
    page.goto(f"{house.url}/")
    assert "3 of 6 done" in tour.inner_text()
    pull(house, page)
    page.goto(f"{house.url}/")
    assert tour.locator("li.done").count() == 4
    tour.locator("li.next").get_by_role("link", name="Look").click()
    page.wait_for_url("**/roadmap")
    page.goto(f"{house.url}/")
    assert "5 of 6 done" in tour.inner_text()
    tour.get_by_role("button", name="Put away").click()
    eventually(lambda: tour.inner_text() == "", "the tour is put away")
    page.reload()
    assert tour.inner_text() == ""
    page.keyboard.press("Control+k")
    page.locator("#palette-field").fill("tour")
    page.keyboard.press("Enter")
    tour.get_by_role("heading", name="First steps").wait_for()


def test_home_tells_what_others_changed_until_it_is_marked_as_seen(house, page, chromium):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/")
    feed = page.locator("#feed")
    feed.get_by_text("Portal").wait_for()
    feed.get_by_text("Azure DevOps", exact=True).first.wait_for()
    feed.get_by_role("button", name="Mark as seen").click()
    feed.get_by_text("Nothing new.").wait_for()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    feed.get_by_text("Portal").wait_for()
    feed.get_by_role("button", name="Mark as seen").click()
    feed.get_by_text("Nothing new.").wait_for()
    page.locator("html[data-connected=yes]").wait_for(state="attached")
    # What one changes oneself is no news; what changes in Azure DevOps arrives without a reload.
    house.edit(epic, {"System.Title": "Portal for partners", "System.State": "Active"})
    feed.get_by_role("link", name="Portal for partners").wait_for()
    eventually(lambda: "Lifecycle stage" in feed.inner_text() and "In Progress" in feed.inner_text(), "the stage is told")
    API(house, page)("PATCH", "items/1", {"fields": {"rag": "red"}})
    page.goto(f"{house.url}/")
    assert "1 red" in page.locator("#summary").inner_text()
    assert "RAG" not in feed.inner_text()
    page.reload()
    assert "Portal for partners" in feed.inner_text(), "looking again does not take the news away"


def test_what_waits_has_its_button(house, page):
    set_up(house, page)
    number = create(house, page, "Move to the new warehouse")
    page.goto(f"{house.url}/")
    waits = page.locator("#waits")
    assert "Has no dates" in waits.inner_text()
    waits.get_by_role("link", name="Plan: INI-1 Move to the new warehouse").click()
    page.wait_for_url(f"**/items/{number}")
    API(house, page)("PATCH", f"items/{number}", {"fields": {"end": "2020-01-31"}})
    page.goto(f"{house.url}/")
    assert "Was to end on 31 Jan 2020" in waits.inner_text()
    assert "Overdue" in page.locator("#portfolio").inner_text()
    assert "1 overdue" in page.locator("#summary").inner_text()


def test_a_conflict_waits_on_home(house, page):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    change = API(house, page)
    house.simulate("POST", "hooks", {"dropsEvery": 1})
    house.edit(epic, {"System.Title": "Theirs"})
    change("PATCH", "items/1", {"fields": {"name": "Ours"}})
    page.goto(f"{house.url}/")
    waits = page.locator("#waits")
    eventually(lambda: "changed here and in Azure DevOps" in waits.inner_text(), "the conflict waits")
    assert "1 need attention" in waits.inner_text()
    waits.get_by_role("link", name=re.compile("^Choose")).click()
    page.wait_for_url("**/items/*#azure-devops")


def test_a_member_gets_a_shorter_tour(house, page, chromium):
    set_up(house, page)
    member = invite(house, page, chromium, "Max Member", "max@example.com")
    tour = member.locator("#tour")
    assert "0 of 3 done" in tour.inner_text()
    assert "integrations" not in member.locator("#waits").inner_text().lower()
    member.keyboard.press("?")
    member.get_by_role("dialog").get_by_text("Outcome planning").wait_for()
    eventually(lambda: "1 of 3 done" in tour.inner_text(), "the key counts")
    member.keyboard.press("Escape")
    member.get_by_role("dialog").wait_for(state="hidden")
    tour.get_by_role("link", name="Find").click()
    member.wait_for_url("**/outcomes?owner=*")
    member.goto(f"{house.url}/teams")
    assert member.get_by_label("Name of the new team").count() == 0
    member.context.close()


def test_teams_are_made_changed_and_only_deleted_when_empty(house, page):
    set_up(house, page)
    page.goto(f"{house.url}/teams")
    assert "No team yet" in page.inner_text("main")
    page.get_by_label("Name of the new team").fill("Portal")
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/teams/*")
    address = page.url
    page.get_by_label("Person").select_option(label="Ada Admin")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#members li", has_text="Ada Admin").wait_for()
    page.get_by_label("Description").fill("Everything that customers see")
    page.get_by_label("Name", exact=True).fill("Portal and apps")
    page.keyboard.press("Tab")
    page.locator("h1", has_text="Portal and apps").wait_for()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    eventually(lambda: page.locator("h1").inner_text() == "Portal", "the old name is back")
    page.goto(f"{house.url}/teams")
    row = page.locator("table.teams tr", has_text="Portal")
    assert "Everything that customers see" in row.inner_text()
    number = create(house, page, "Sign-on", "outcome")
    change = API(house, page)
    change("PATCH", f"items/{number}", {"fields": {"team": 1}})
    page.goto(address)
    page.locator("#outcomes").get_by_role("link", name="Sign-on").wait_for()
    page.get_by_role("link", name="Delete…").click()
    assert "1 item belongs to this team" in page.inner_text("main")
    assert page.get_by_role("button", name="Delete for good").count() == 0
    change("PATCH", f"items/{number}", {"fields": {"team": ""}})
    page.goto(f"{address}/delete")
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url("**/teams")
    assert "No team yet" in page.inner_text("main")


def test_the_account_keeps_its_theme_and_its_name(house, page, chromium):
    set_up(house, page)
    page.goto(f"{house.url}/profile")
    page.get_by_label("Dark").check()
    eventually(lambda: page.locator("html").get_attribute("data-theme") == "dark", "dark at once")
    page.goto(f"{house.url}/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    cookie = next(c for c in page.context.cookies() if c["name"] == "kiplot-theme")
    assert cookie["sameSite"] == "Lax" and cookie["expires"] > 0
    page.goto(f"{house.url}/profile")
    page.get_by_label("As the device").check()
    page.goto(f"{house.url}/profile")
    assert page.locator("html").get_attribute("data-theme") is None
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_role("button", name="Change the name").click()
    page.wait_for_load_state()
    assert "Ada Lovelace" in page.locator(".who").inner_text()
    page.goto(f"{house.url}/sign-in")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    assert "do not belong together" in page.get_by_role("alert").inner_text()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{house.url}/")


def test_everything_is_found_without_a_script(house, page, chromium):
    number = house.add("Epic", "Portal for partners")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    context = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()

    def found(words):
        plain.goto(f"{house.url}/search")
        plain.get_by_label("What to search for").fill(words)
        plain.get_by_role("button", name="Search", exact=True).click()
        plain.wait_for_load_state()
        return plain.inner_text("main")

    assert "Portal for partners" in found("partners") and "Portal for partners" in found("ini-1")
    assert "Portal for partners" in found(f"#{number}")
    assert "Ada Admin" in found("ada") and "Outcome planning" in found("planning")
    assert "Nothing is called" in found("zebra")
    plain.goto(f"{house.url}/")
    plain.get_by_role("button", name="Mark as seen").click()
    plain.wait_for_url(f"{house.url}/")
    assert "Nothing new." in plain.inner_text("#feed")
    for path in ["", "search?q=portal", "planning", "planning/1", "teams", "profile", "shortcuts"]:
        assert plain.goto(f"{house.url}/{path}").status == (404 if path == "planning/1" else 200), path
    context.close()
