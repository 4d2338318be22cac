"""A real server, a real simulated Azure DevOps and a real browser for every test."""

import functools
import inspect
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import Error, Locator, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / os.environ.get("KIPLOT_BUILD", "debug")
TOKEN = "secret-token-that-must-not-be-seen"
PASSWORD = "correct horse battery"

# How long to wait before something counts as never happening: for machines much slower than a developer's.
PATIENCE = 40

# Counts the calls that a page has under way. A moment longer than they take: what a script does with an answer belongs to them.
COUNT_CALLS = """
(() => {
    let calls = 0;
    const ended = () => setTimeout(() => calls--, 30);
    const fetch = window.fetch;
    window.fetch = (...values) => { calls++; return fetch(...values).finally(ended) };
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...values) { calls++; this.addEventListener("loadend", ended); return send.apply(this, values) };
    window.isSettled = () => calls === 0;
})();
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# Playwright looks at the stack in every call; reading the sources of all its frames takes longer than most calls.
inspect.stack = functools.partial(inspect.stack, 0)


def settle(page):
    """Waits until what was just done has been answered: the next page is there as a whole, and no call is under way."""

    def settled():
        try:
            return page.is_closed() or page.evaluate("document.readyState === 'complete' && (window.isSettled?.() ?? true)")
        except Error:
            return False  # The page is being left for the next one.

    end = time.monotonic() + PATIENCE
    while not settled() and time.monotonic() < end:
        page.wait_for_timeout(10)


def settling(action):
    def act(self, *arguments, **options):
        result = action(self, *arguments, **options)
        settle(self.page)
        return result

    return act


# A person looks at the answer before judging it; without this, a test may read the page of before.
for name in ["click", "check", "uncheck", "press", "select_option", "drag_to"]:
    setattr(Locator, name, settling(getattr(Locator, name)))


def eventually(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


class Process:
    """A program whose output is kept, and which is stopped politely."""

    def __init__(self, arguments, log):
        self.log = log
        self.process = subprocess.Popen(arguments, stdout=open(log, "w"), stderr=subprocess.STDOUT, cwd=log.parent)

    def output(self):
        return self.log.read_text()

    def wait_for(self, pattern):
        def found():
            match = re.search(pattern, self.output())
            assert match or self.process.poll() is None, self.output()
            return match

        return eventually(found, pattern)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"the program did not stop within {PATIENCE} seconds")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def resident_megabytes(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0


class House:
    """Kiplot and a simulated Azure DevOps beside it."""

    def __init__(self, folder, projects=("Contoso", "Fabrikam"), work_items=0):
        self.folder = folder
        self.projects = projects
        self.port, self.azure_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.organisation = f"http://127.0.0.1:{self.azure_port}/contoso"
        arguments = [BUILD / "azure-devops-simulator", "--port", str(self.azure_port), "--pat", TOKEN, "--work-items", str(work_items), "--shape", "plan"]
        for project in projects:
            arguments += ["--project", project]
        self.simulator = Process(arguments, folder / "simulator.log")
        self.simulator.wait_for("simulated, at")
        self.start()

    def command(self, *arguments):
        return [BUILD / "kiplot", *arguments, "--database", f"sqlite:{self.folder}/kiplot.sqlite"]

    def run(self, *arguments):
        return subprocess.run(self.command(*arguments, "--allow-host", f"127.0.0.1:{self.azure_port}"), capture_output=True, text=True, timeout=120)

    def start(self):
        self.server = Process(
            self.command("serve", "--port", str(self.port), "--public-url", self.url, "--allow-host", f"127.0.0.1:{self.azure_port}"),
            self.folder / "kiplot.log")
        self.server.wait_for("Kiplot at")

    def close(self):
        self.server.stop()
        self.simulator.stop()

    @property
    def files(self):
        """Its database and the key to the secrets in it, as a server that has stopped leaves them."""
        return [self.folder / "kiplot.sqlite", self.folder / "kiplot.sqlite.key"]

    def keep(self):
        self.server.stop()
        kept = [file.read_bytes() for file in self.files]
        self.start()
        return kept

    def take(self, kept):
        self.server.stop()
        for file, content in zip(self.files, kept):
            file.write_bytes(content)
        self.start()

    def simulate(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.azure_port}/_simulator/{path}", method=method, data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def add(self, kind, title, parent=None, project=None, **fields):
        fields = {"System.Title": title, **{name.replace("__", "."): value for name, value in fields.items()}}
        return self.simulate("POST", "work-items", {"project": project or self.projects[0], "type": kind, "fields": fields, "parent": parent})["id"]

    def edit(self, number, fields):
        return self.simulate("PATCH", f"work-items/{number}", {"fields": fields})

    def fields(self, number):
        return self.simulate("GET", f"work-items/{number}")["workItem"]["fields"]

    def revision(self, number):
        return self.simulate("GET", f"work-items/{number}")["workItem"]["rev"]


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()
    logs = house.server.output() + house.simulator.output()
    assert TOKEN not in logs, "a token stands in a log"


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--disable-dev-shm-usage"])
        make = browser.new_context

        def new_context(**options):
            context = make(**options)
            context.set_default_timeout(PATIENCE * 1000)
            context.add_init_script(COUNT_CALLS)
            return context

        browser.new_context = new_context
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert not problems, problems


def first_start(house, page):
    """The first start: a one-time link creates the administrator."""
    link = house.server.wait_for(r"(http://\S+/setup\?token=\S+)").group(1)
    page.goto(link)
    page.get_by_label("Your name").fill("Ada Admin")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    page.wait_for_url(f"{house.url}/")
    return link


furnished = {}


def set_up(house, page):
    """A house after its first start, whose administrator has signed in. It is kept for the tests that come: hashing passwords takes time."""
    if not furnished:
        first_start(house, page)
        furnished.update(files=house.keep(), cookies=page.context.cookies())
    else:
        house.take(furnished["files"])
        page.context.add_cookies(furnished["cookies"])
    page.goto(f"{house.url}/")


def fill_instance(house, page, name="Contoso", url=None, token=TOKEN):
    """The wizard for an instance, up to its last step, which tests by itself what was typed."""
    page.goto(f"{house.url}/integrations/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("URL").fill(url or house.organisation)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Personal access token").fill(token)
    page.get_by_role("button", name="Next").click()


def connect(house, page, project="Contoso", mode="automatic"):
    """An instance and one project with the recommended mapping, by the forms of the wizards as a browser without scripts sends them."""

    def send(path, **values):
        text = page.request.get(house.url + path).text()
        values["_csrf"] = re.search(r'name="csrf" content="([^"]+)"', text).group(1)
        if "project" in values:
            values["project"] = re.search(rf'name="project" value="([^"]+)"[^>]*>\s*<span>\s*<strong>{values["project"]}<', text).group(1)
        return urllib.parse.urlsplit(page.request.post(house.url + path, form=values, timeout=PATIENCE * 1000).url).path

    instance = send("/integrations/new", name="Contoso", url=house.organisation, token=TOKEN, do="save")
    page.goto(house.url + send(f"{instance}/projects/new", project=project, mapping="recommended", mode=mode))
    page.wait_for_url("**/integrations/*")


def add_project(page, project, mode="automatic", mapping="recommended"):
    page.get_by_role("link", name="Add Project Integration").click()
    page.get_by_role("radio", name=project).check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    choice, _, chosen = mapping.partition(":")
    page.locator(f"input[name=mapping][value={choice}]").check()
    if chosen:
        page.get_by_label("Which set").select_option(chosen)
    page.get_by_role("button", name="Next").click()
    page.locator(f"input[name=mode][value={mode}]").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Connect the project").click()
    page.wait_for_url("**/integrations/*")


def pull(house, page):
    page.goto(f"{house.url}/bulk")
    page.get_by_role("radio", name="Pull from Azure DevOps").check()
    page.get_by_label("Create items for work items that have none").check()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/runs/*")
    page.get_by_text("· finished ·").wait_for()


def touch(page, points, rest=0.6):
    """A finger that rests at the first point and then goes to the others; where it does not rest, it scrolls."""
    session = page.context.new_cdp_session(page)

    def tell(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    tell("touchStart", points[0])
    page.wait_for_timeout(rest * 1000)
    for point in points[1:]:
        tell("touchMove", point)
    tell("touchEnd")


def open_item(house, page, name, kind="initiatives"):
    page.goto(f"{house.url}/{kind}?q={name.split()[0]}")
    page.locator("#rows").get_by_role("link", name=name).click()
    page.wait_for_url("**/items/*")


def status(url, method="GET", body=None, headers={}):
    request = urllib.request.Request(url, method=method, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
