"""What holds on every screen: nothing that axe finds, nothing that runs over the edge, nothing that is loaded from elsewhere; and the gallery."""

import os
import pathlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from screens import SCREENS, Demonstration

# `make gallery` writes into the documents, every other run beside them.
GALLERY = ROOT / "docs" / "gallery" if os.environ.get("KIPLOT_GALLERY") else ROOT / ".test-output" / "gallery"


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory, chromium):
    demonstration = Demonstration(tmp_path_factory.mktemp("demonstration"), chromium)
    yield demonstration
    demonstration.stop()


def visit(page, demonstration, screen):
    answer = page.goto(demonstration.address(screen))
    assert answer.status == 200, f"{screen.path}: {answer.status}"
    page.locator("html.scripted").wait_for(state="attached")
    # Whatever moves in has arrived.
    page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => {})))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen(demonstration, scheme):
    page = demonstration.page(1280, scheme)
    found = []
    for screen in SCREENS:
        visit(page, demonstration, screen)
        for violation in Axe().run(page).response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{screen.name}: {violation['id']}: {violation['help']} ({len(violation['nodes'])}): {nodes}")
    page.context.close()
    assert not found, "\n".join(found)


def test_axe_would_find_something(demonstration):
    page = demonstration.page(1280, "light")
    visit(page, demonstration, SCREENS[1])
    page.evaluate("document.querySelector('main').append(document.createElement('input'), document.createElement('button'))")
    assert {"label", "button-name"} <= {violation["id"] for violation in Axe().run(page).response["violations"]}
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280, 2560])
def test_nothing_runs_over_the_edge(demonstration, width):
    page = demonstration.page(width, "light")
    wide = []
    for screen in SCREENS:
        visit(page, demonstration, screen)
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            culprit = page.evaluate(
                """width => { const found = [...document.querySelectorAll('main *')].find(e => e.getBoundingClientRect().right > width + 1
                   && !e.closest('.scroll, [data-scroll], .tabs, .board, svg') ); return found ? found.outerHTML.slice(0, 120) : '' }""", width)
            wide.append(f"{screen.name} needs {needed} of {width} pixels: {culprit}")
    page.context.close()
    assert not wide, "\n".join(wide)


def test_pages_work_without_a_script(demonstration):
    page = demonstration.page(1280, "light", java_script_enabled=False)
    for screen in SCREENS:
        answer = page.goto(demonstration.address(screen))
        assert answer.status == 200 and page.locator("h1").count() == 1, screen.name
    page.goto(f"{demonstration.url}/initiatives?q=mobile")
    assert page.get_by_text("Open the mobile check-in").count() > 0 and page.get_by_text("Carbon reporting").count() == 0
    page.context.close()


def test_nothing_is_loaded_from_elsewhere_and_a_first_visit_is_light(demonstration):
    heavy = []
    for screen in SCREENS:
        page = demonstration.page(1280, "light")
        addresses, transferred = [], []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda event: addresses.append(event["request"]["url"]))
        session.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))
        visit(page, demonstration, screen)
        elsewhere = [address for address in addresses if not address.startswith((demonstration.url, "data:"))]
        assert not elsewhere, elsewhere
        if sum(transferred) > 300_000:
            heavy.append(f"{screen.name}: {sum(transferred)} bytes")
        page.context.close()
    assert not heavy, "\n".join(heavy)


def test_the_gallery(demonstration):
    GALLERY.mkdir(parents=True, exist_ok=True)
    for width, scheme, names in [
        (1280, "light", [screen.name for screen in SCREENS]),
        (1280, "dark", ["home", "initiatives", "roadmap", "board", "item", "integrations"]),
        (390, "light", ["home", "initiatives", "roadmap", "board", "item", "attention"]),
    ]:
        page = demonstration.page(width, scheme)
        for screen in SCREENS:
            if screen.name in names:
                visit(page, demonstration, screen)
                suffix = "" if (width, scheme) == (1280, "light") else f"-{scheme}" if width == 1280 else f"-{width}"
                page.screenshot(path=GALLERY / f"{screen.name}{suffix}.png")
        page.context.close()
    lines = ["# Gallery", "", "Made by `make gallery` from the sample portfolio of `make demo`: never drawn, never touched up.", ""]
    for screen in SCREENS:
        lines += [f"## {screen.words}", "", f"![{screen.words}](gallery/{screen.name}.png)", ""]
        for suffix, words in [("dark", "dark"), ("390", "on a telephone")]:
            if (GALLERY / f"{screen.name}-{suffix}.png").exists():
                lines += [f"![{screen.words}, {words}](gallery/{screen.name}-{suffix}.png)", ""]
    (GALLERY.parent / "gallery.md").write_text("\n".join(lines))
    pictures = list(GALLERY.glob("*.png"))
    assert len(pictures) >= len(SCREENS) and all(picture.stat().st_size > 5_000 for picture in pictures)
