"""The page of an item: editing in place, formatted text that keeps what it does not know, tabs, delivery updates, history."""

import pytest
from conftest import connect, eventually, open_item, pull, set_up

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


@pytest.mark.parametrize("word", ["asked", "Two point two", "May", "somebody", "because ", "3", "Why"])
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


def test_the_toolbar_and_the_keys_format(house, page):
    epic = opened(house, page, "<div>Alpha</div><div>Beta</div><div>Gamma</div>")
    text = editor(page)
    put_cursor_after(page, "Alpha")
    page.get_by_label("Style").select_option("Heading 2")
    put_cursor_after(page, "Beta")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+b")
    assert page.get_by_role("button", name="Bold").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Numbered list").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Deep")
    page.keyboard.press("Tab")
    put_cursor_after(page, "Gamma")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+k")
    page.get_by_label("Address of the link").fill("https://example.com/")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_label("Table", exact=True).select_option("Insert a table")
    page.keyboard.type("Head")
    page.keyboard.press("Tab")
    page.keyboard.type("Next")
    page.get_by_label("Table", exact=True).select_option("Remove the column")
    text.press("Control+Enter")
    expected = (
        "<h2>Alpha</h2><ol><li><div><b>Beta</b></div><ol><li><b>Deep</b></li></ol></li></ol><div><a href=\"https://example.com/\">Gamma</a></div>"
        "<table><tr><th>Head</th><th></th></tr><tr><td></td><td></td></tr></table>")
    eventually(lambda: description(house, epic) == expected, expected)
    page.get_by_role("button", name="Undo").last.click()
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
