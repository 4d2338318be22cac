"""The seven journeys of a portfolio with Azure DevOps, in a real browser."""

import time

from conftest import TOKEN, add_project, connect, eventually, first_start, open_item, pull, set_up


def test_1_an_administrator_connects_and_pulls(house, page):
    epic = house.add("Epic", "Launch the portal", Microsoft__VSTS__Scheduling__StartDate="2026-11-01", Microsoft__VSTS__Scheduling__TargetDate="2027-02-01")
    house.add("Feature", "Single sign-on", parent=epic)
    link = first_start(house, page)
    page.goto(link)
    assert "used already" in page.inner_text("main")
    page.goto(f"{house.url}/integrations")
    page.get_by_role("link", name="Add New Instance").click()
    page.get_by_label("Name", exact=True).fill("Contoso")
    page.get_by_label("URL").fill(house.organisation)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Personal access token").fill(TOKEN)
    page.get_by_role("button", name="Next").click()
    page.locator(".report").wait_for()
    report = page.inner_text(".report")
    for line in ["Azure DevOps reached", "Authenticated", "Access token accepted", "Projects visible", "May read work items", "May write work items", "May manage service hooks"]:
        assert f"✓ {line}" in report
    assert TOKEN not in page.content()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/instances/*")
    add_project(page, "Contoso")
    assert "Azure DevOps tells us of changes at once" in page.inner_text("main")
    assert house.simulate("GET", "")["subscriptions"] == 5
    pull(house, page)
    page.goto(f"{house.url}/roadmap")
    assert page.locator("#rows .bar").count() == 1
    assert "Launch the portal" in page.text_content("#rows")


def test_2_the_roadmap_follows_without_a_reload(house, page):
    epic = house.add("Epic", "Portal", Microsoft__VSTS__Scheduling__StartDate="2026-11-01", Microsoft__VSTS__Scheduling__TargetDate="2026-12-01")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/roadmap")
    page.locator("html[data-connected=yes]").wait_for(state="attached")
    bar = page.locator("#rows .bar .b")
    before = float(bar.get_attribute("width"))
    page.evaluate("window.stayed = true")
    started = time.monotonic()
    house.edit(epic, {"Microsoft.VSTS.Scheduling.TargetDate": "2027-01-15"})
    eventually(lambda: float(bar.get_attribute("width")) > before, "the bar grew")
    assert time.monotonic() - started < 3
    assert page.evaluate("window.stayed")


def test_3_a_drag_moves_the_state_and_a_refusal_is_explained(house, page):
    epic = house.add("Epic", "Portal")
    house.simulate("POST", "rules", {"type": "Epic", "state": "Closed", "field": "Microsoft.VSTS.Common.BusinessValue"})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    # All columns are in sight: a browser that scrolls between pressing and moving the mouse starts no drag.
    page.set_viewport_size({"width": 1800, "height": 900})
    page.goto(f"{house.url}/board/initiatives")
    card = page.locator(".board article", has_text="Portal")
    card.drag_to(page.get_by_role("region", name="In Progress"))
    eventually(lambda: house.fields(epic)["System.State"] == "Active", "the state followed the card")
    page.locator(".board article", has_text="Portal").drag_to(page.get_by_role("region", name="Done"))
    notice = page.locator(".board article .notice")
    notice.wait_for()
    assert "TF401320" in notice.inner_text() or "Business Value" in notice.inner_text()
    assert house.fields(epic)["System.State"] == "Active"


def test_4_a_member_presses_read_on_a_manual_item(house, page, chromium):
    feature = house.add("Feature", "Search")
    set_up(house, page)
    connect(house, page, mode="manual")
    pull(house, page)
    open_item(house, page, "Search", "outcomes")
    address = page.url
    page.goto(f"{house.url}/people")
    page.get_by_label("Name of the new person").fill("Max Member")
    page.get_by_label("E-mail address of the new person").fill("max@example.com")
    page.get_by_role("button", name="Add", exact=True).first.click()
    invitation = page.locator(".notice + p code").inner_text()
    page.goto(address)
    page.get_by_label("Owner").select_option(label="Max Member")
    page.get_by_text("Saved", exact=True).wait_for()
    member = chromium.new_context().new_page()
    member.goto(invitation)
    member.get_by_label("Password").fill("another good password")
    member.get_by_role("button", name="Set the password").click()
    member.wait_for_url(f"{house.url}/")
    house.edit(feature, {"System.Tags": "fast", "System.Description": "<p>Find things</p>"})
    member.goto(address)
    member.get_by_role("button", name="Read").click()
    toast = member.locator("#toast.shown")
    toast.wait_for()
    assert "Read Description, Tags" in toast.inner_text()
    assert member.locator("#f-tags").input_value() == "fast"
    member.goto(f"{house.url}/integrations")
    assert "You may not" in member.inner_text("main")
    member.context.close()


def test_5_a_shared_mapping_and_a_copy(house, page):
    set_up(house, page)
    connect(house, page)
    page.goto(f"{house.url}/mappings")
    page.get_by_role("link", name="Contoso · Contoso").click()
    shared = page.url.split("/")[-1]
    page.goto(f"{house.url}/instances/1")
    add_project(page, "Fabrikam", mapping=f"shared:{shared}")
    page.goto(f"{house.url}/mappings/{shared}")
    assert "reaches 2 integrations" in page.inner_text("main")
    page.goto(f"{house.url}/integrations/2")
    page.get_by_text("Use another set").click()
    page.get_by_label("How").select_option("copy")
    page.get_by_role("button", name="Use this set").click()
    page.get_by_role("link", name="copy for Fabrikam").click()
    page.locator("[name='e0.f0.direction']").select_option("read")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    assert page.locator("[name='e0.f0.direction']").input_value() == "read"
    page.goto(f"{house.url}/mappings/{shared}")
    assert page.locator("[name='e0.f0.direction']").input_value() == "both"


def test_6_an_expired_token_and_its_replacement(house, page):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    house.simulate("POST", "tokens", {"token": TOKEN, "state": "expired"})
    house.simulate("POST", "tokens", {"token": "fresh-token"})
    open_item(house, page, "Portal")
    page.locator("#f-name").fill("Edited in the outage")
    page.keyboard.press("Tab")
    page.get_by_text("Saved", exact=True).wait_for()
    page.goto(f"{house.url}/instances/1")
    page.get_by_text("rejects the access token").wait_for()
    assert house.fields(epic)["System.Title"] == "Portal"
    page.get_by_label("New token for Default").fill("fresh-token")
    page.get_by_role("button", name="Replace the token").click()
    page.get_by_text("✓ Access token accepted").wait_for()
    eventually(lambda: house.fields(epic)["System.Title"] == "Edited in the outage", "the queued edit went through")


def test_7_delete_an_integration_and_connect_again(house, page):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/integrations/1")
    page.get_by_role("link", name="Delete…").click()
    assert "No item and no work item is deleted" in page.inner_text("main")
    page.get_by_role("button", name="Delete the integration").click()
    page.wait_for_url("**/integrations")
    assert house.simulate("GET", "")["subscriptions"] == 0
    house.edit(epic, {"System.Title": "Edited while apart"})
    page.goto(f"{house.url}/initiatives")
    assert page.get_by_role("link", name="Portal").is_visible()
    page.goto(f"{house.url}/instances/1")
    add_project(page, "Contoso")
    page.goto(f"{house.url}/initiatives")
    page.get_by_role("link", name="Edited while apart").wait_for()
    assert page.locator("table.list tbody tr").count() == 1
