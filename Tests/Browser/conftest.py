"""A real server, a real simulated Azure DevOps and a real browser for every test."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / os.environ.get("KIPLOT_BUILD", "debug")
TOKEN = "secret-token-that-must-not-be-seen"
PASSWORD = "correct horse battery"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(condition, what, seconds=15):
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
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError("the program did not stop within ten seconds")

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
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert not problems, problems


def set_up(house, page):
    """The first start: a one-time link creates the administrator."""
    link = house.server.wait_for(r"(http://\S+/setup\?token=\S+)").group(1)
    page.goto(link)
    page.get_by_label("Your name").fill("Ada Admin")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    page.wait_for_url(f"{house.url}/")
    return link


def connect(house, page, project="Contoso", mode="automatic"):
    """An instance and one project with the recommended mapping."""
    page.goto(f"{house.url}/integrations/new")
    page.get_by_label("Name", exact=True).fill("Contoso")
    page.get_by_label("URL").fill(house.organisation)
    page.get_by_label("Personal access token").fill(TOKEN)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/instances/*")
    add_project(page, project, mode)


def add_project(page, project, mode="automatic", mapping="recommended"):
    page.get_by_role("link", name="Add Project Integration").click()
    page.get_by_label("Project", exact=True).select_option(label=project)
    page.get_by_label("Mapping").select_option(mapping)
    page.get_by_label("Synchronise").select_option(mode)
    page.get_by_role("button", name="Connect the project").click()
    page.wait_for_url("**/integrations/*")


def pull(house, page):
    page.goto(f"{house.url}/bulk")
    page.get_by_label("Direction").select_option("pull")
    page.get_by_label("Create items for work items that have none").check()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/runs/*")
    page.get_by_text("finished").wait_for()


def open_item(house, page, name, kind="initiatives"):
    page.goto(f"{house.url}/{kind}?q={name.split()[0]}")
    page.locator("main").get_by_role("link", name=name).click()
    page.wait_for_url("**/items/*")


def status(url, method="GET", body=None, headers={}):
    request = urllib.request.Request(url, method=method, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
