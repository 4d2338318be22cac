"""The page of an item: editing in place, formatted text that keeps what it does not know, tabs, delivery updates, history."""

import base64
import json
import urllib.request

import pytest
from conftest import TOKEN, connect, eventually, open_item, pull, set_up

# As the engine writes formatted text, so that what comes back can be compared letter by letter.
RICH = (
    "<h2>Why</h2>"
    "<div>We want the <b>portal</b> because <a href=\"#\" data-vss-mention=\"version:2.0,71bb54d8-d101-45b9-a34d-0bff90150280\">@Dana Developer</a> asked."
    " See <a href=\"https://example.com/plan?a=1&amp;b=2\">the <i>plan</i></a>.</div>"
    "<ul><li>One</li><li><div>Two</div><ol><li>Two <i>point <b>one</b></i></li><li>Two point two</li></ol></li></ul>"
    "<div><img src=\"https://dev.azure.com/contoso/_apis/wit/attachments/1?fileName=x.png\" alt=\"A drawing\"></div>"
    "<table><tr><th>Month</th><th colspan=\"2\">Cost</th></tr><tr><td>May</td><td>1</td><td><div>2</div><div>3</div></td></tr></table>"
    "<blockquote><div>Said <i><b>somebody</b></i></div></blockquote><pre>let  x = 1\nlet y</pre><hr>"
    "<div>H<sub>2</sub>O, x<sup>2</sup>, <code>code</code>, <u>under</u>, <s>over</s></div>")


def description(house, number):
    return house.fields(number)["System.Description"]


def opened(house, page, text, kind="Epic"):
    number = house.add(kind, "Portal", System__Description=text)
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    open_item(house, page, "Portal")
    page.locator("html[data-connected=yes]").wait_for(state="attached")
    return number


def editor(page):
    """The description, once the editor has taken it over."""
    page.locator("#f-description").focus()
    page.locator("#f-description.ProseMirror").wait_for()
    return page.locator("#f-description")


def settled(page):
    """The browser tells of a moved cursor with its next frame; people are slower than that."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def put_cursor_after(page, words):
    page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.querySelector("#f-description"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(words);
                if (at >= 0) { document.getSelection().collapse(walker.currentNode, at + words.length); return; }
            }
            throw new Error("not there: " + words);
        }""",
        words)
    settled(page)


def press(page, key):
    page.keyboard.press(key)
    settled(page)


@pytest.mark.parametrize("word", ["asked", "Two point two", "May", "somebody", "because", "let  x = 1", "Why"])
def test_a_changed_word_leaves_everything_else_as_it_came(house, page, word):
    epic = opened(house, page, RICH)
    assert description(house, epic) == RICH
    editor(page)
    put_cursor_after(page, word)
    page.keyboard.type("X")
    page.locator("#f-tags").focus()
    expected = RICH.replace(word, f"{word}X")
    assert RICH.count(word) == 1
    eventually(lambda: description(house, epic) != RICH, "the text was written")
    assert description(house, epic) == expected


def test_looking_at_a_text_writes_nothing(house, page):
    epic = opened(house, page, RICH)
    revision = house.revision(epic)
    editor(page)
    page.locator("#f-tags").fill("looked")
    page.keyboard.press("Tab")
    eventually(lambda: house.fields(epic).get("System.Tags") == "looked", "another edit went out")
    assert description(house, epic) == RICH and house.revision(epic) == revision + 1


def test_the_editor_is_fetched_when_somebody_writes(house, page):
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    opened(house, page, "<div>Hello</div>")
    assert not any("editor.js" in url for url in fetched)
    editor(page)
    assert any("editor.js" in url for url in fetched)


def test_without_the_editor_the_browser_writes(house, page):
    page.route("**/assets/editor.js", lambda route: route.fulfill(body="\0", content_type="text/javascript"))
    epic = opened(house, page, "<div>Hello <b>there</b></div>")
    page.locator("#f-description").focus()
    put_cursor_after(page, "there")
    page.keyboard.type("X")
    page.locator("#f-tags").focus()
    eventually(lambda: description(house, epic) == "<div>Hello <b>thereX</b></div>", "the text was written")


def write_markdown(house, number, text):
    """As a person does who has switched the field to Markdown: there is no way back (FACTS.md 12)."""
    operations = [
        {"op": "add", "path": "/multilineFieldsFormat/System.Description", "value": "Markdown"},
        {"op": "add", "path": "/fields/System.Description", "value": text},
    ]
    credentials = base64.b64encode(f":{TOKEN}".encode()).decode()
    headers = {"Content-Type": "application/json-patch+json", "Authorization": f"Basic {credentials}"}
    urllib.request.urlopen(
        urllib.request.Request(
            f"{house.organisation}/_apis/wit/workitems/{number}?api-version=7.1", method="PATCH", data=json.dumps(operations).encode(), headers=headers)
    ).close()


def test_markdown_comes_and_goes_as_it_is_written(house, page):
    number = house.add("Epic", "Portal")
    write_markdown(house, number, "# Why\n\nBecause **Dana** asked.")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    open_item(house, page, "Portal")
    page.locator("html[data-connected=yes]").wait_for(state="attached")
    source = page.get_by_label("Description, in Markdown")
    assert source.input_value() == "# Why\n\nBecause **Dana** asked."
    source.fill("# Why\n\nBecause *Ada* asked.")
    source.blur()
    eventually(lambda: description(house, number) == "# Why\n\nBecause *Ada* asked.", "written as Markdown")


def test_formatted_text_is_changed_without_a_script(house, page, chromium):
    number = opened(house, page, "<div>We want the <b>portal</b>.</div>")
    context = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(page.url)
    # What stands in for scripts has no text for the finders of texts.
    plain.locator("#field-f-description .markup > summary").click()
    source = plain.get_by_label("Description, as HTML")
    source.fill(source.input_value().replace("portal", "gate"))
    plain.locator("#field-f-description").get_by_role("button", name="Save").click()
    assert plain.locator("#f-description b, #f-description strong").inner_text() == "gate"
    eventually(lambda: description(house, number) == "<div>We want the <b>gate</b>.</div>", "written")
    context.close()
    # With scripts, what stands in for them is no part of the page: nothing of it is sent along.
    page.reload()
    page.locator("html[data-connected=yes]").wait_for(state="attached")
    assert page.locator("noscript, textarea[aria-label='Description, as HTML']").count() == 0


def test_the_toolbar_and_the_keys_format(house, page):
    epic = opened(house, page, "<div>Alpha</div><div>Beta</div><div>Gamma</div>")
    text = editor(page)
    put_cursor_after(page, "Alpha")
    page.get_by_label("Style").select_option("Heading 2")
    put_cursor_after(page, "Beta")
    press(page, "Shift+Home")
    press(page, "Control+b")
    assert page.get_by_role("button", name="Bold").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Numbered list").click()
    press(page, "End")
    press(page, "Enter")
    page.keyboard.type("Deep")
    press(page, "Tab")
    put_cursor_after(page, "Gamma")
    press(page, "Shift+Home")
    press(page, "Control+k")
    page.get_by_label("Address of the link").fill("https://example.com/")
    press(page, "Enter")
    press(page, "End")
    press(page, "Enter")
    page.get_by_label("Table", exact=True).select_option("Insert a table")
    page.keyboard.type("Head")
    press(page, "Tab")
    page.keyboard.type("Next")
    page.get_by_label("Table", exact=True).select_option("Remove the column")
    text.press("Control+Enter")
    expected = (
        "<h2>Alpha</h2><ol><li><div><b>Beta</b></div><ol><li>Deep</li></ol></li></ol><div><a href=\"https://example.com/\">Gamma</a></div>"
        "<table><tr><th>Head</th><th></th></tr><tr><td></td><td></td></tr></table>")
    eventually(lambda: "Alpha</h2>" in description(house, epic), "written")
    assert description(house, epic) == expected
    page.locator("#toast").get_by_role("button", name="Undo").click()
    eventually(lambda: description(house, epic) == "<div>Alpha</div><div>Beta</div><div>Gamma</div>", "taken back")


def test_a_text_that_is_refused_is_not_lost(house, page):
    opened(house, page, "<div>Hello</div>")
    editor(page)
    second = page.context.new_page()
    second.goto(page.url)
    second.locator("#f-description").focus()
    second.locator("#f-description.ProseMirror").wait_for()
    second.keyboard.type("Theirs ")
    second.locator("#f-tags").focus()
    second.locator("#toast.shown", has_text="Saved").wait_for()
    page.keyboard.type("Mine ")
    page.locator("#f-tags").focus()
    page.get_by_text("Your text is still here").wait_for()
    assert "Mine" in page.locator("#f-description").inner_text()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Discard my text").click()
    page.locator("#f-description", has_text="Theirs").wait_for()


def test_a_huge_description_is_edited(house, page):
    text = "".join(f"<div>Paragraph {number} of <b>many</b> words that fill the page with something to read.</div>" for number in range(2_400))
    epic = opened(house, page, text)
    assert len(text) > 200_000
    editor(page)
    put_cursor_after(page, "Paragraph 2 ")
    page.keyboard.type("X")
    page.locator("#f-tags").focus()
    eventually(lambda: description(house, epic) == text.replace("Paragraph 2 ", "Paragraph 2 X"), "the word was written", 30)


def create(house, page, name, kind="Initiative"):
    page.goto(f"{house.url}/{kind.lower()}s")
    page.get_by_label(f"Name of the new {kind}").fill(name)
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/items/*")
    page.locator("html[data-connected=yes]").wait_for(state="attached")


def tab(page, name):
    page.locator("nav.tabs").get_by_role("link", name=name).click()
    page.locator("nav.tabs [aria-current=page]", has_text=name).wait_for()


def test_a_field_is_changed_and_taken_back(house, page):
    set_up(house, page)
    create(house, page, "Portal")
    page.get_by_label("Effort", exact=True).fill("8")
    page.keyboard.press("Tab")
    page.locator("[data-state=f-effort]", has_text="Saved").wait_for()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    page.locator("#toast", has_text="Taken back").wait_for()
    eventually(lambda: page.get_by_label("Effort", exact=True).input_value() == "", "the effort is gone")
    page.locator("#f-name").fill("A much better name")
    page.keyboard.press("Enter")
    page.locator("h1", has_text="A much better name").wait_for()
    page.keyboard.press("Control+z")
    page.locator("h1", has_text="Portal").wait_for()
    page.get_by_label("Lifecycle stage").focus()
    page.get_by_label("Lifecycle stage").select_option(label="Analysis")
    page.locator(".fact-stage .stage.analysis").wait_for()


def test_a_refusal_of_azure_devops_stands_at_its_field(house, page):
    house.simulate("POST", "rules", {"type": "Epic", "state": "Active", "field": "Microsoft.VSTS.Common.BusinessValue"})
    opened(house, page, "<div>Hello</div>")
    page.get_by_label("Lifecycle stage").focus()
    page.get_by_label("Lifecycle stage").select_option(label="In Progress")
    # The list still has the focus, and keeps it.
    notice = page.locator("#field-f-stage .notice")
    notice.wait_for()
    assert page.evaluate("document.activeElement.id") == "f-stage"
    assert "Business Value" in notice.inner_text() and "rules of the project" in notice.inner_text()
    tab(page, "Integration")
    row = page.locator(".pairs tr[data-field=stage]")
    assert "Blocked" in row.inner_text() and "Ada Admin" in row.inner_text() and "Edited in Kiplot" in row.inner_text()


def test_the_integration_tab_shows_both_sides(house, page):
    epic = opened(house, page, "<div>Hello</div>")
    tab(page, "Integration")
    row = page.locator(".pairs tr[data-field=name]")
    words = row.inner_text()
    for expected in ["Portal", "Both ways", "automatic", "In step"]:
        assert expected in words, expected
    house.edit(epic, {"System.Title": "From the other side"})
    page.locator(".pairs tr[data-field=name]", has_text="From the other side").wait_for()
    assert "Dana Developer (Azure DevOps)" in row.inner_text()
    assert row.locator("td").nth(0).inner_text() == row.locator("td").nth(1).inner_text() == "From the other side"
    page.locator("#receipts li", has_text="Read from Azure DevOps: Name").first.wait_for()


def test_outcomes_are_added_in_place_and_rolled_up(house, page):
    set_up(house, page)
    create(house, page, "Portal")
    tab(page, "Outcomes")
    for name in ["First part", "Second part"]:
        page.get_by_label("Name of the new outcome").fill(name)
        page.keyboard.press("Enter")
        page.locator("#outcomes td.name", has_text=name).wait_for()
        eventually(lambda: page.get_by_label("Name of the new outcome").input_value() == "", "the next one can be typed")
    page.get_by_role("link", name="First part").click()
    page.wait_for_url(lambda url: not url.endswith("/outcomes"))
    for label, value in [("Effort", "3"), ("% complete", "50")]:
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Tab")
        page.locator("#history li:first-child", has_text=label).wait_for()
    page.locator(".crumbs").get_by_role("link", name="Portal").click()
    tab(page, "Outcomes")
    words = page.locator("#roll-up").inner_text()
    assert "50 %" in words and "0 of 2" in words


def test_an_update_is_posted_and_sets_the_light(house, page):
    epic = opened(house, page, "<div>Hello</div>")
    page.goto(f"{house.url}/configuration")
    page.get_by_label("Lights").fill("Money\nTime")
    page.get_by_role("button", name="Save the delivery update").click()
    page.wait_for_load_state()
    open_item(house, page, "Portal")
    tab(page, "Delivery updates")
    page.get_by_label("Overall").select_option("amber")
    page.get_by_label("Money").select_option("red")
    page.get_by_label("Executive summary").fill("We are late.\nBut not by much.")
    page.get_by_role("button", name="Post the update").click()
    update = page.locator("#updates article")
    update.wait_for()
    words = update.inner_text()
    for expected in ["Ada Admin", "Amber", "Money", "Red", "Executive summary", "But not by much."]:
        assert expected in words, expected
    eventually(lambda: page.get_by_label("Executive summary").input_value() == "", "the form is empty again")
    eventually(lambda: page.get_by_label("RAG", exact=True).input_value() == "amber", "the light follows")
    tab(page, "Information")
    assert "We are late." in page.locator("#latest-update").inner_text()
    tab(page, "History")
    page.get_by_label("Field", exact=True).select_option("rag")
    page.wait_for_url("**/history?field=rag")
    assert page.locator("#history tbody tr").count() == 1 and "Amber" in page.locator("#history tbody").inner_text()


def test_the_history_shows_the_words_that_changed_and_restores(house, page):
    epic = opened(house, page, "<div>The old plan is good</div>")
    house.edit(epic, {"System.Description": "<div>The new plan is good</div>"})
    page.locator("#f-description", has_text="The new plan").wait_for()
    tab(page, "History")
    row = page.locator("#history tbody tr").first
    assert row.locator("del").inner_text().strip() == "old" and row.locator("ins").inner_text().strip() == "new"
    row.get_by_role("button", name="Restore old").click()
    eventually(lambda: description(house, epic) == "<div>The old plan is good</div>", "the old text is back")


def test_what_is_seldom_needed_stands_in_a_menu(house, page):
    set_up(house, page)
    create(house, page, "Portal")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#more > summary").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.locator("#more > summary").click()
    page.get_by_role("button", name="Archive").click()
    page.locator(".crumbs", has_text="Archived").wait_for()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    page.locator(".crumbs", has_text="Archived").wait_for(state="detached")
    page.locator("#more > summary").click()
    page.get_by_role("link", name="Share…").click()
    page.get_by_role("heading", name="Shared with").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_tab_fits_with_a_long_name(house, page, width):
    house.add("Feature", "Part", parent=house.add("Epic", "Portal"))
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.set_viewport_size({"width": width, "height": 800})
    open_item(house, page, "Portal")
    address = page.url
    page.locator("#f-name").fill("A name that goes on and on " * 9 + "Donaudampfschifffahrtsgesellschaftskapitän"[:12])
    page.keyboard.press("Enter")
    page.locator("[data-state=f-name] *").first.wait_for(state="attached")
    for path in ["", "/outcomes", "/updates", "/integration", "/history", "/share"]:
        assert page.goto(address + path).status == 200
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is wider than {width}"
