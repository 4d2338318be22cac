"""The boards: cards that are dragged and moved with keys, what Azure DevOps makes of it, limits, lenses, lanes."""

from conftest import connect, eventually, pull, set_up
from test_lists import fill, make, quickest


def board(house, page, kind="initiatives", query=""):
    # All columns are in sight: a browser that scrolls between pressing and moving the mouse starts no drag.
    page.set_viewport_size({"width": 1800, "height": 900})
    page.goto(f"{house.url}/board/{kind}{query}")
    page.locator("html[data-connected=yes]").wait_for(state="attached")


def column(page, name):
    return page.get_by_role("region", name=name, exact=True)


def cards(page, name):
    return column(page, name).locator(".card-name").all_inner_texts()


def test_cards_are_dragged_to_a_stage_and_to_a_rank_and_taken_back(house, page):
    set_up(house, page)
    make(house, page, ["First", "Second", "Third"])
    board(house, page)
    assert cards(page, "Idea") == ["First", "Second", "Third"]
    card = page.locator("article", has_text="Third")
    card.drag_to(page.locator("article", has_text="First"), target_position={"x": 60, "y": 4})
    eventually(lambda: cards(page, "Idea") == ["Third", "First", "Second"], "ranked")
    page.locator("#toast", has_text="Third: Idea, place 1 of 3").wait_for()
    page.locator("article", has_text="First").drag_to(column(page, "In Progress"))
    eventually(lambda: cards(page, "In Progress") == ["First"], "moved")
    page.reload()
    assert cards(page, "Idea") == ["Third", "Second"] and cards(page, "In Progress") == ["First"]
    page.locator("article", has_text="Second").drag_to(column(page, "Done"))
    page.locator("#toast", has_text="Done").get_by_role("button", name="Undo").click()
    eventually(lambda: cards(page, "Idea") == ["Third", "Second"], "taken back, to its place")
    page.reload()
    assert cards(page, "Idea") == ["Third", "Second"] and cards(page, "Done") == []


def test_keys_move_cards_in_all_directions_and_keep_the_focus(house, page):
    set_up(house, page)
    make(house, page, ["First", "Second", "Third"])
    board(house, page)
    page.locator("article", has_text="First").locator(".card-name").focus()
    page.keyboard.press("Alt+ArrowDown")
    eventually(lambda: cards(page, "Idea") == ["Second", "First", "Third"], "down")
    page.locator("#toast[role=status]", has_text="First: Idea, place 2 of 3").wait_for()
    page.keyboard.press("Alt+ArrowUp")
    eventually(lambda: cards(page, "Idea") == ["First", "Second", "Third"], "up")
    page.keyboard.press("Alt+ArrowRight")
    page.locator("#toast", has_text="First: Analysis, place 1 of 1").wait_for()
    eventually(lambda: page.evaluate("document.activeElement.textContent.trim()") == "First", "the focus went along")
    page.keyboard.press("Alt+ArrowLeft")
    eventually(lambda: cards(page, "Idea") == ["First", "Second", "Third"], "left")
    page.reload()
    assert cards(page, "Idea") == ["First", "Second", "Third"]
    # Without Alt the keys only go from card to card.
    page.locator("article", has_text="First").locator(".card-name").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Second"


def test_a_page_that_was_asked_for_before_a_move_does_not_take_it_back(house, page):
    set_up(house, page)
    make(house, page, ["First", "Second"])
    board(house, page)
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/board/initiatives", hold_the_first)
    page.evaluate("import('/assets/kiplot.js').then(kiplot => { kiplot.refresh() })")
    eventually(lambda: page.wait_for_timeout(20) or held, "the page is asked for")
    page.evaluate(
        """() => {
            const order = () => [...document.querySelectorAll('.card-name')].map(name => name.textContent.trim()).join()
            window.orders = new Set()
            new MutationObserver(() => orders.add(order())).observe(document.getElementById('board'), { childList: true, subtree: true })
            document.addEventListener('kiplot:refreshed', () => orders.add('refreshed'))
        }"""
    )
    page.locator("article", has_text="First").locator(".card-name").focus()
    page.keyboard.press("Alt+ArrowDown")
    page.locator("#toast", has_text="First: Idea, place 2 of 2").wait_for()
    route, answer = held[0]
    route.fulfill(response=answer)
    page.wait_for_function("orders.has('refreshed')")
    assert "First,Second" not in page.evaluate("[...orders]")
    assert cards(page, "Idea") == ["Second", "First"]


def test_the_menu_moves_a_card_and_so_does_a_form_without_a_script(house, page, chromium):
    set_up(house, page)
    make(house, page, ["First", "Second"])
    board(house, page)
    page.get_by_label("Move INI-1").click()
    page.get_by_role("group", name="Move INI-1").get_by_role("button", name="Validation").click()
    eventually(lambda: cards(page, "Validation") == ["First"], "moved by the menu")
    page.get_by_label("Move INI-1").click()
    page.keyboard.press("Escape")
    page.locator(".move-menu").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move INI-1"
    context = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{house.url}/board/initiatives")
    plain.get_by_label("Move INI-2").click()
    plain.get_by_label("Stage").select_option(label="Validation")
    plain.get_by_role("button", name="Move", exact=True).click()
    assert plain.url == f"{house.url}/board/initiatives"
    assert cards(plain, "Validation") == ["Second", "First"]
    context.close()


def test_a_refused_move_comes_back_and_says_why(house, page):
    epic = house.add("Epic", "Portal")
    house.simulate("POST", "rules", {"type": "Epic", "state": "Closed", "field": "Microsoft.VSTS.Common.BusinessValue"})
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    board(house, page)
    page.locator("article", has_text="Portal").drag_to(column(page, "Done"))
    notice = page.locator(".board article .notice")
    notice.get_by_text("Azure DevOps refused “Done”").wait_for()
    eventually(lambda: cards(page, "Idea") == ["Portal"], "the card is back where it was")
    eventually(lambda: "back in Idea" in notice.inner_text() and "Business Value" in notice.inner_text(), "and says why")
    assert house.fields(epic)["System.State"] == "New"
    page.reload()
    assert cards(page, "Idea") == ["Portal"] and cards(page, "Done") == []
    # Somebody else's refused move: the card itself offers the way back.
    stage = column(page, "Done").get_attribute("data-stage")
    with page.context.expect_page() as other:
        page.evaluate("window.open('/initiatives')")
    second = other.value
    second.locator("#rows td[data-field=stage]").click()
    second.get_by_label("Lifecycle stage of INI-1").select_option(stage)
    notice.get_by_text("Azure DevOps refused “Done”").wait_for()
    assert cards(page, "Done") == ["Portal"]
    notice.get_by_role("button", name="Back to Idea").click()
    eventually(lambda: cards(page, "Idea") == ["Portal"], "back by the button")


def test_a_limit_is_shown_in_words_when_it_is_passed(house, page):
    set_up(house, page)
    make(house, page, ["First", "Second", "Third"])
    board(house, page)
    page.get_by_label("Limit of Idea").click()
    page.get_by_label("Work in progress, at most").first.fill("2")
    page.keyboard.press("Enter")
    column(page, "Idea").get_by_text("1 over the limit of 2").wait_for()
    assert "3 / 2" in column(page, "Idea").inner_text()
    page.locator("article", has_text="Third").drag_to(column(page, "Analysis"))
    column(page, "Idea").get_by_text("2 / 2").wait_for()
    assert "over the limit" not in column(page, "Idea").inner_text()


def test_cards_are_added_at_the_foot_of_a_column(house, page):
    set_up(house, page)
    board(house, page, "outcomes")
    name = page.get_by_label("New outcome in Validation")
    name.fill("A new one")
    name.press("Enter")
    eventually(lambda: cards(page, "Validation") == ["A new one"], "it lies in its column")
    page.keyboard.type("And another")
    page.keyboard.press("Enter")
    eventually(lambda: cards(page, "Validation") == ["A new one", "And another"], "one after the other")


def test_columns_fold_and_stay_folded(house, page):
    set_up(house, page)
    make(house, page, ["Kept"], stage=6)
    board(house, page)
    page.get_by_label("Fold Cancelled").click()
    page.locator("article", has_text="Kept").wait_for(state="hidden")
    page.get_by_label("Unfold Cancelled").wait_for()
    page.reload()
    assert not page.locator("article", has_text="Kept").is_visible()
    page.get_by_label("Unfold Cancelled").click()
    page.locator("article", has_text="Kept").wait_for()


def test_lanes_lenses_and_filters(house, page):
    set_up(house, page)
    make(house, page, ["Mine", "Other"], rag="red")
    page.goto(f"{house.url}/initiatives")
    page.locator("#rows tr", has_text="Other").locator("td[data-field=owner]").click()
    page.get_by_label("Owner of INI-2").select_option("")
    page.locator("#toast", has_text="Owner saved").wait_for()
    board(house, page)
    assert page.locator("article", has_text="Mine").get_by_text("Red").is_visible()
    page.locator("#menu-lens summary").click()
    page.get_by_role("link", name="Progress", exact=True).click()
    page.get_by_text("No progress yet").first.wait_for()
    page.locator("#menu-lanes summary").click()
    page.get_by_role("link", name="Owner", exact=True).click()
    lane = page.get_by_role("region", name="Owner: Ada Admin")
    assert lane.locator(".card-name").all_inner_texts() == ["Mine"]
    # A card that is dragged into another lane gets its owner.
    page.locator("article", has_text="Other").drag_to(lane.get_by_role("group", name="Analysis, Ada Admin"))
    eventually(lambda: lane.locator(".card-name").all_inner_texts() == ["Mine", "Other"], "in her lane")
    page.goto(f"{house.url}/initiatives?owner=1&stage=2")
    assert page.locator("#rows td.name").all_inner_texts() == ["Other"]
    page.goto(f"{house.url}/board/initiatives?q=mine")
    assert page.locator(".card-name").all_inner_texts() == ["Mine"]


def test_a_viewer_sees_and_moves_nothing(house, page, chromium):
    set_up(house, page)
    make(house, page, ["Portal"])
    page.goto(f"{house.url}/board/initiatives")
    assert page.locator("article[draggable=true]").count() == 1
    with __import__("sqlite3").connect(f"{house.folder}/kiplot.sqlite") as database:
        database.execute("UPDATE person SET role = 'viewOnly'")
    page.reload()
    assert page.locator("article").count() == 1 and page.locator("article[draggable=true], .move, .add").count() == 0


def test_a_board_follows_without_losing_its_place(house, page):
    set_up(house, page)
    make(house, page, [f"Card {number}" for number in range(1, 41)])
    board(house, page)
    page.evaluate("document.getElementById('board').scrollTop = 900")
    where = page.evaluate("document.getElementById('board').scrollTop")
    assert where > 0
    second = page.context.new_page()
    second.goto(f"{house.url}/initiatives?q=Card+40")
    second.locator("#rows td[data-field=effort]").click()
    second.get_by_label("Effort of INI-40").fill("77")
    second.keyboard.press("Enter")
    page.get_by_text("Effort 77").wait_for()
    assert page.evaluate("document.getElementById('board').scrollTop") == where


def test_an_open_board_gets_a_new_stage(house, page):
    set_up(house, page)
    make(house, page, ["First"])
    board(house, page)
    page.set_viewport_size({"width": 2400, "height": 900})
    page.evaluate("window.stayed = true")
    second = page.context.new_page()
    second.goto(f"{house.url}/configuration")
    second.get_by_label("Name of the new stage").fill("Pilot")
    second.locator("form", has=second.get_by_label("Name of the new stage")).get_by_role("button", name="Add").click()
    column(page, "Pilot").wait_for()
    page.locator("article", has_text="First").drag_to(column(page, "Pilot"))
    eventually(lambda: cards(page, "Pilot") == ["First"], "the new column takes cards")
    assert page.evaluate("window.stayed")


def test_thousands_of_cards(house, page):
    set_up(house, page)
    fill(house, 5_500)
    took, size = quickest(page, "/board/outcomes")
    print(f"board of 5,500: {took:.0f} ms, {size / 1000:.0f} kB")
    assert took < 2_000 and size < 300_000
    board(house, page, "outcomes")
    assert column(page, "Idea").locator("article").count() == 100
    column(page, "Idea").get_by_text("The first 100 of").wait_for()
    column(page, "Idea").get_by_role("link", name="See all in the list").click()
    page.wait_for_url("**/outcomes?stage=1")
