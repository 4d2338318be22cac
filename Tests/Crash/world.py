"""A real `kiplot serve` and a real simulated Azure DevOps, on files that can be put back to where they were."""

import base64
import http.client
import http.cookiejar
import json
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / "debug"
TOKEN = "crash-token"
PASSWORD = "correct horse battery"
SPEED = 20


class Interrupted(Exception):
    """The server died before it had answered: what was asked for may have been done, or not."""


class Died(Exception):
    """The server ended by itself, not by the kill that was asked for."""


def free_port():
    """Below the ports that the system hands out by itself: it must stay free while its program is dead."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def until(condition, what, seconds=30, pause=0.02):
    """Waits for something that has to come about, and looks again after each pause."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise TimeoutError(what)


class Program:
    def __init__(self, arguments, log, environment=None):
        self.log = log
        self.process = subprocess.Popen(arguments, stdout=open(log, "a"), stderr=subprocess.STDOUT, env=environment)

    @property
    def is_alive(self):
        return self.process.poll() is None

    @property
    def was_killed(self):
        return self.process.poll() == -signal.SIGKILL

    def stop(self):
        if self.is_alive:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


class Browser:
    """Pages and forms of Kiplot, and its API, over HTTP."""

    def __init__(self, url):
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({}))
        self.bearer = None

    def _send(self, request):
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, request.full_url, error.read().decode()
        except (ConnectionError, http.client.HTTPException, urllib.error.URLError, TimeoutError) as error:
            raise Interrupted(str(error)) from None

    def page(self, path):
        return self._send(urllib.request.Request(self.url + path))

    def post(self, path, page=None, **fields):
        """Sends the form of `page` to `path`; returns where it led to."""
        _, _, html = self.page(page or path)
        token = re.search(r'name="csrf" content="([^"]+)"|name="_csrf" value="([^"]+)"', html)
        if token:
            fields["_csrf"] = token.group(1) or token.group(2)
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._send(urllib.request.Request(self.url + path, body, method="POST"))

    def api(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.bearer}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        status, _, text = self._send(urllib.request.Request(self.url + "/api/v1/" + path, data, headers, method=method))
        if status >= 500:
            raise Died(f"{method} {path} answered {status}: {text}")
        return status, json.loads(text)


class AzureDevOps:
    """What people do there, and what the simulator says of what was done."""

    def __init__(self, port):
        self.root = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def control(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        with self.opener.open(urllib.request.Request(f"{self.root}/_simulator/{path}", data, method=method), timeout=30) as answer:
            return json.load(answer)

    def rest(self, method, path, body=None):
        headers = {"Authorization": "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode(), "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.root}/contoso/_apis/{path}", data, headers, method=method)
        with self.opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def disable(self, subscription):
        """Switches a service hook off, as an administrator there does."""
        place = f"hooks/subscriptions/{subscription}?api-version=7.1"
        self.rest("PUT", place, {**self.rest("GET", place), "status": "disabledByUser"})

    def add(self, kind, title, parent=None, **fields):
        fields = {"System.Title": title, **{name.replace("__", "."): value for name, value in fields.items()}}
        return self.control("POST", "work-items", {"project": "Contoso", "type": kind, "fields": fields, "parent": parent})["id"]

    def edit(self, number, fields=None, **more):
        self.control("PATCH", f"work-items/{number}", {"fields": fields or {}, **more})

    def work_item(self, number):
        return self.control("GET", f"work-items/{number}")

    def numbers(self):
        return [card["id"] for project in self.control("GET", "board")["projects"] for card in project["items"]]


class World:
    """Both programs, in one folder, on ports of their own that stay the same whenever the folder is put back."""

    def __init__(self, folder):
        self.folder = folder
        self.port, self.azure_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.azure = AzureDevOps(self.azure_port)
        self.browser = Browser(self.url)
        self.state = folder / "state"
        self.simulator = self.server = None
        self.kill = None
        self.kills = 0
        self.clock = None
        self.first_history = 0

    # The programs

    def start_simulator(self):
        arguments = [BUILD / "azure-devops-simulator", "--port", str(self.azure_port), "--pat", TOKEN, "--state", self.state / "organisation.jsonl"]
        self.simulator = Program(arguments, self.folder / "simulator.log")
        until(lambda: self._answers(self.azure_port), "the simulator starts")
        self.azure.control("POST", "requests", {"bodies": True})

    def start_server(self):
        """Starts Kiplot; if it dies on the way as it was told to, starts it again."""
        environment = {"KIPLOT_PROVE_TRACE": str(self.state / "trace.txt")}
        if self.clock:
            environment["KIPLOT_PROVE_CLOCK"] = f"{SPEED}@{self.clock}"
        if self.kill:
            environment["KIPLOT_PROVE_KILL"] = self.kill
        arguments = [
            BUILD / "kiplot", "serve", "--port", str(self.port), "--public-url", self.url, "--allow-host", f"127.0.0.1:{self.azure_port}",
            "--database", f"sqlite:{self.state}/kiplot.sqlite"]
        self.server = Program(arguments, self.folder / "kiplot.log", environment)
        until(lambda: not self.server.is_alive or self._answers(self.port), "the server starts")
        self.revive()

    def revive(self):
        """Starts the server again after the kill, without another one. Anything else that ends it is a failure of its own."""
        if self.server.is_alive:
            return
        self.server.process.wait()
        if not (self.server.was_killed and self.kill):
            raise Died(f"the server ended with {self.server.process.returncode}: {(self.folder / 'kiplot.log').read_text()[-2000:]}")
        self.kill = None
        self.kills += 1
        self.start_server()

    def _answers(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        for program in (self.server, self.simulator):
            if program:
                program.stop()

    # Steps that may be interrupted

    def attempt(self, step):
        """Does a step of a person. Interrupted by the kill it is done again, as a person does who got no answer."""
        for _ in range(3):
            self.revive()
            try:
                return step()
            except Interrupted:
                until(lambda: not self.server.is_alive, "the server that does not answer is dead", 5)
        raise TimeoutError("a step was interrupted three times")

    def api(self, method, path, body=None):
        return self.attempt(lambda: self.browser.api(method, path, body))

    def wait(self, condition, what, seconds=45):
        """Waits for something that has to come about whether or not the server dies on the way."""
        return until(lambda: self.attempt(condition), what, seconds)

    def restart(self, meanwhile):
        """Ends the server as an administrator does, and starts it again after what happens meanwhile."""
        self.revive()
        self.server.stop()
        if self.server.was_killed:
            self.revive()
            self.server.stop()
        meanwhile()
        self.start_server()

    def run(self, command, *arguments, fails=False):
        """A command of Kiplot on the same files; returns what it printed."""
        arguments = [BUILD / "kiplot", command, *map(str, arguments), "--allow-host", f"127.0.0.1:{self.azure_port}"]
        arguments += ["--database", f"sqlite:{self.state}/kiplot.sqlite"]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
        assert (done.returncode != 0) == fails, f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def accepted_deliveries(self):
        """Every service hook that was answered 200, as subscription and event; asked of Azure DevOps, which keeps them all."""
        accepted = set()
        for subscription in self.azure.control("GET", "hooks"):
            place = f"hooks/subscriptions/{subscription['id']}/notifications?maxResults=1000&api-version=7.1"
            for delivery in self.azure.rest("GET", place)["value"]:
                if delivery["result"] == "succeeded":
                    accepted.add((subscription["id"], delivery["eventId"].lower()))
        return accepted

    def item(self, number):
        return self.api("GET", f"items/{number}")[1]

    def text(self, item, field):
        return self.item(item)["fields"].get(field, {}).get("text", "")

    def items(self, kind):
        return self.api("GET", f"items?kind={kind}&size=200")[1]["items"]

    # Files

    def keep(self):
        """Remembers the state, for every run to begin with."""
        self.first_history = self.rows("SELECT max(id) FROM history")[0][0]
        shutil.copytree(self.state, self.folder / "prepared")

    def put_back(self):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(self.folder / "prepared", self.state)
        (self.state / "trace.txt").unlink(missing_ok=True)
        self.kill, self.kills = None, 0
        self.clock = int(time.time() * 1000)

    def trace(self):
        path = self.state / "trace.txt"
        return path.read_text().splitlines() if path.exists() else []

    def rows(self, statement):
        connection = sqlite3.connect(f"file:{self.state}/kiplot.sqlite?mode=ro", uri=True)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()


def set_up(browser, log):
    """Creates the administrator by the link that the server prints at its first start, signs in, and makes a token for the API."""
    link = until(lambda: re.search(r"(/setup\?token=\S+)", log.read_text()), "the link for the administrator").group(1)
    browser.page(link)
    browser.post("/setup", link, token=link.split("=")[1], name="Ada Admin", email="ada@example.com", password=PASSWORD)
    page = browser.post("/profile/tokens", "/profile", name="script")[2]
    browser.bearer = re.search(r"<code[^>]*>([^<]{20,})</code>", page).group(1)


def connect(browser, organisation, token=TOKEN, project="Contoso", mode="automatic"):
    """Connects a project with the mapping that is recommended, and its instance if it is the first."""
    if "/instances/1" in browser.page("/integrations")[2]:
        place = browser.url + "/instances/1"
    else:
        place = browser.post("/integrations/new", name="Contoso", url=organisation, token=token, do="save")[1]
    new = urllib.parse.urlparse(place).path + "/projects/new"
    known = re.search(rf'name="project" value="([^"]+)"[^>]*>\s*<span>\s*<strong>{project}<', browser.page(new)[2]).group(1)
    place = browser.post(new, project=known, mapping="recommended", mode=mode)[1]
    assert re.search(r"/integrations/\d+$", place), f"the project could not be connected: {place}"
    return int(place.rsplit("/", 1)[1])


def prepare(folder):
    """A connected project: four epics with a feature each, pulled, and an administrator who is signed in."""
    world = World(folder)
    world.state.mkdir(parents=True)
    world.start_simulator()
    for number in range(1, 5):
        epic = world.azure.add("Epic", f"Epic {number}", Microsoft__VSTS__Scheduling__Effort=number)
        world.azure.add("Feature", f"Feature {number}", parent=epic)
    world.start_server()
    set_up(world.browser, folder / "kiplot.log")
    connect(world.browser, f"{world.azure.root}/contoso")
    browser = world.browser
    run = browser.api("POST", "runs", {"integration": 1, "direction": "pull", "createsItems": True})[1]["id"]
    until(lambda: browser.api("GET", f"runs/{run}")[1]["state"] == "finished", "the first pull")
    assert len(world.items("initiative")) == 4 and len(world.items("outcome")) == 4
    world.stop()
    world.keep()
    return world
