"""The palette and the keys: everything can be done without a mouse."""

from conftest import connect, eventually, pull, set_up


def open_palette(page):
    page.keyboard.press("Control+k")
    page.locator("#palette-field").wait_for()


def test_the_palette_goes_everywhere_and_does_things(house, page):
    number = house.add("Epic", "Portal for partners")
    house.add("Feature", "Single sign-on", parent=number)
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/")
    open_palette(page)
    field = page.locator("#palette-field")
    assert field.get_attribute("aria-activedescendant") == "palette-0"
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.count() == 1 and chosen.get_attribute("id") == field.get_attribute("aria-activedescendant") == "palette-1"
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    # An item by a word, by its key and by the number of its work item.
    for words in ["partners", "ini-1", f"#{number}"]:
        open_palette(page)
        field.fill(words)
        page.get_by_role("option", name="Portal for partners").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/items/1")
        page.goto(f"{house.url}/")
    # What was looked at lately comes first.
    open_palette(page)
    assert "Portal for partners" in page.get_by_role("option").first.inner_text()
    field.fill("bulk")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bulk")
    open_palette(page)
    field.fill("dark")
    page.keyboard.press("Enter")
    eventually(lambda: page.locator("html").get_attribute("data-theme") == "dark", "dark")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    open_palette(page)
    field.fill("zebra")
    page.get_by_role("option", name="Search everything for “zebra”").click()
    page.wait_for_url("**/search?q=zebra")


def test_the_palette_acts_on_the_item_of_the_page(house, page):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page, mode="manual")
    pull(house, page)
    page.goto(f"{house.url}/items/1")
    house.edit(epic, {"System.Title": "Portal two"})
    open_palette(page)
    page.get_by_role("option", name="Open in Azure DevOps").wait_for()
    page.get_by_role("option", name="Read from Azure DevOps").click()
    page.locator("h1", has_text="Portal two").wait_for()
    open_palette(page)
    page.locator("#palette-field").fill("archive")
    page.keyboard.press("Enter")
    page.get_by_text("Archived", exact=True).first.wait_for()


def test_items_are_created_from_the_keyboard(house, page):
    set_up(house, page)
    page.keyboard.press("c")
    page.get_by_role("combobox", name="Name of the new initiative").wait_for()
    page.keyboard.type("Enter the Nordic market")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/*")
    assert page.title().startswith("INI-1 Enter the Nordic market")
    page.goto(f"{house.url}/planning")
    page.keyboard.press("c")
    page.get_by_role("combobox", name="Name of the new outcome").fill("Study")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/*")
    assert page.title().startswith("OUT-1 Study")
    page.keyboard.press("Control+k")
    page.locator("#palette-field").fill("sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    assert page.evaluate("localStorage.getItem('kiplot-recent')") == "[]"


def test_keys_go_places_and_rest_while_one_types(house, page):
    set_up(house, page)
    for letter, path in {"i": "/initiatives", "o": "/outcomes", "r": "/roadmap", "b": "/board/initiatives", "p": "/planning", "t": "/teams", "a": "/attention", "h": "/"}.items():
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"{house.url}{path}")
    page.goto(f"{house.url}/initiatives")
    page.keyboard.press("/")
    search = page.locator("main input[type=search]").first
    eventually(lambda: search.evaluate("e => e === document.activeElement"), "the search has the focus")
    page.keyboard.type("g o?c")
    assert search.input_value() == "g o?c" and page.get_by_role("dialog").count() == 0
    page.goto(f"{house.url}/")
    page.evaluate("import('/assets/palette.js').then(palette => palette.shortcut('g x', 'Leave a mark', () => { document.body.dataset.mark = 'yes'; }))")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    keys.get_by_text("On this page").wait_for()
    assert "Leave a mark" in keys.inner_text() and "Outcome planning" in keys.inner_text()
    page.keyboard.press("Escape")
    keys.wait_for(state="hidden")
    page.keyboard.press("g")
    page.keyboard.press("x")
    eventually(lambda: page.locator("body").get_attribute("data-mark") == "yes", "the page's own key")
