"""Every screen, for whatever has to hold on each of them: accessibility, widths, the gallery."""

import re
from dataclasses import dataclass

from conftest import BUILD, Process, free_port


@dataclass
class Screen:
    name: str
    path: str
    # What a reader of the gallery is told.
    words: str


SCREENS = [
    Screen("home", "/", "Home: what changed since you last looked, what waits for you, progress"),
    Screen("initiatives", "/initiatives", "The list of initiatives"),
    Screen("outcomes", "/outcomes", "The list of outcomes"),
    Screen("roadmap", "/roadmap?expand={initiative}", "The roadmap, with an initiative opened"),
    Screen("board", "/board/initiatives", "The board of initiatives"),
    Screen("board-outcomes", "/board/outcomes", "The board of outcomes"),
    Screen("planning", "/planning", "Outcome planning: teams and months, and what is not planned yet"),
    Screen("teams", "/teams", "Teams"),
    Screen("item", "/items/{initiative}", "An initiative"),
    Screen("item-outcomes", "/items/{initiative}/outcomes", "Its outcomes"),
    Screen("item-updates", "/items/{initiative}/updates", "Its delivery updates"),
    Screen("item-integration", "/items/{initiative}/integration", "How each field stands with Azure DevOps"),
    Screen("item-history", "/items/{initiative}/history", "Who changed what, when, and through what"),
    Screen("search", "/search?q=mobile", "Search"),
    Screen("integrations", "/integrations", "Integrations: the health of every instance"),
    Screen("instance-new", "/integrations/new", "Adding an instance"),
    Screen("instance", "/instances/1", "An instance"),
    Screen("integration-new", "/instances/1/projects/new", "Adding a project integration"),
    Screen("integration", "/integrations/1", "A connected project"),
    Screen("mappings", "/mappings", "Mapping sets"),
    Screen("mapping", "/mappings/1", "The mapping editor"),
    Screen("bulk", "/bulk", "Bulk sync"),
    Screen("run", "/runs/1", "A bulk run and its results"),
    Screen("activity", "/activity", "Activity"),
    Screen("attention", "/attention", "Attention: failures grouped by cause"),
    Screen("configuration", "/configuration", "Configuration"),
    Screen("people", "/people", "People"),
    Screen("profile", "/profile", "The profile"),
]


class Demonstration:
    """The sample portfolio with its simulated Azure DevOps, and who is signed in there."""

    def __init__(self, folder, chromium):
        self.port, self.azure_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(
            [BUILD / "kiplot", "demo", "--port", str(self.port), "--azure-devops-port", str(self.azure_port), "--directory", str(folder / "data")],
            folder / "demo.log")
        self.process.wait_for("Ctrl-C stops both")
        self.chromium = chromium
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("E-mail address").fill("demo@kiplot.example")
        page.get_by_label("Password").fill("kiplot demonstration")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "sign-in" not in address)
        page.goto(f"{self.url}/initiatives?link=linked")
        self.initiative = re.search(r"/items/(\d+)", page.locator("td.name a, [data-item] a[href^='/items/']").first.get_attribute("href")).group(1)
        self.state = context.storage_state()
        context.close()

    def address(self, screen):
        return self.url + screen.path.format(initiative=self.initiative)

    def page(self, width, scheme, height=None, **more):
        context = self.chromium.new_context(
            viewport={"width": width, "height": height or (844 if width < 500 else 900)}, color_scheme=scheme, storage_state=self.state, **more)
        page = context.new_page()
        return page

    def stop(self):
        self.process.stop()
