"""What is measured: Kiplot and a simulated Azure DevOps, both as released, on one machine."""

import http.client
import http.server
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Signing in and connecting by the pages' own forms is written down once, where the crashes are proved.
sys.path.insert(0, str(ROOT / "Tests" / "Crash"))
from world import AzureDevOps, Browser, Program, connect, free_port, set_up, until  # noqa: E402

BUILD = ROOT / ".build" / "release"
TOKEN = "bench-token"


class Ground:
    """A folder, a simulator with a latency, and a server that a wire leads to."""

    def __init__(self, latency, projects):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kiplot-bench-"))
        self.latency = latency
        self.port, self.azure_port = free_port(), free_port()
        self.organisation = f"http://127.0.0.1:{self.azure_port}/contoso"
        self.azure = AzureDevOps(self.azure_port)
        self.wire = Wire(self.port)
        self.browser = Browser(f"http://127.0.0.1:{self.port}")
        arguments = [BUILD / "azure-devops-simulator", "--port", self.azure_port, "--pat", TOKEN, "--latency", latency]
        for project in projects:
            arguments += ["--project", project]
        self.simulator = Program([str(argument) for argument in arguments], self.folder / "simulator.log")
        until(lambda: "simulated, at" in (self.folder / "simulator.log").read_text(), "the simulator starts")
        self.azure.control("POST", "hooks", {"delay": 0})
        self.azure.control("POST", "requests", {"bodies": True})
        for project, count in projects.items():
            self.azure.opener.open(self._post("generate", {"project": project, "count": count, "shape": "plan"}), timeout=600).read()
        self.server = None
        self.start()
        set_up(self.browser, self.folder / "kiplot.log")
        self.integrations = {}

    def _post(self, path, body):
        return urllib.request.Request(f"{self.azure.root}/_simulator/{path}", json.dumps(body).encode(), method="POST")

    def start(self):
        arguments = [
            BUILD / "kiplot", "serve", "--port", self.port, "--public-url", self.wire.url, "--allow-host", f"127.0.0.1:{self.azure_port}",
            "--database", f"sqlite:{self.folder}/kiplot.sqlite"]
        self.server = Program([str(argument) for argument in arguments], self.folder / "kiplot.log")
        until(self.is_ready, "the server is ready")

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def restart(self):
        """Starts the server anew, and waits for the sweep with which it begins."""
        self.server.stop()
        began = int(time.time() * 1_000)
        self.start()
        for integration in self.integrations.values():
            self.settle(integration, began)
        self.calm_down()

    def calm_down(self):
        """Waits until nothing has been asked of Azure DevOps for ten times as long as a call takes."""
        seen = []
        def is_calm():
            seen.append(self.calls())
            return len(seen) > 1 and seen[-1] == seen[-2]
        until(is_calm, "nothing is asked of Azure DevOps", pause=0.1 + self.latency / 100)

    def connect(self, project):
        self.integrations[project] = connect(self.browser, self.organisation, TOKEN, project)
        self.settle(self.integrations[project])

    def set_mode(self, integration, mode):
        self.browser.post(f"/integrations/{integration}/mode", f"/integrations/{integration}", mode=mode)
        assert self.query(f"SELECT default_mode FROM integration WHERE id = {integration}")[0][0] == mode

    def settle(self, integration, since=0):
        """Waits until a sweep since a moment is over and no link waits for the loop."""
        done = f"SELECT coalesce(last_sweep_at, 0) > {since} AND NOT needs_sweep FROM integration WHERE id = {integration}"
        waiting = f"SELECT count(*) FROM link WHERE integration_id = {integration} AND is_waiting"
        until(lambda: self.query(done)[0][0] and self.query(waiting)[0][0] == 0, "everything is in step", 600)

    def run(self, integration, direction, creates=False, wait=True):
        """A bulk sync; returns its seconds, as the product itself remembers them, and its calls."""
        before = self.calls()
        body = {"integration": integration, "direction": direction, "createsItems": creates}
        number = self.browser.api("POST", "runs", body)[1]["id"]
        if not wait:
            return number
        # Asked seldom: whoever asks all the time is measured too.
        until(lambda: self.browser.api("GET", f"runs/{number}")[1]["state"] == "finished", f"the {direction} run", 1_200, pause=0.25)
        began, ended = self.query(f"SELECT started_at, finished_at FROM run WHERE id = {number}")[0]
        return (ended - began) / 1_000, self.calls() - before

    # What people do

    def press(self, item, page):
        """Presses “Read” on the page of an item, and waits for what comes back."""
        link = re.search(rf"/items/{item}/links/(\d+)/read", page).group(1)
        token = re.search(r'name="_csrf" value="([^"]+)"', page).group(1)
        body = urllib.parse.urlencode({"_csrf": token}).encode()
        status = self.browser._send(urllib.request.Request(f"{self.browser.url}/items/{item}/links/{link}/read", body, method="POST"))[0]
        assert status == 200, status

    def edit(self, item, name):
        return self.browser.api("PATCH", f"items/{item}", {"fields": {"name": name}})

    def name(self, item):
        return self.browser.api("GET", f"items/{item}")[1]["fields"]["name"]["text"]

    def title(self, work_item):
        return self.azure.work_item(work_item)["workItem"]["fields"]["System.Title"]

    def listen(self):
        """When an open page was last told of each item, by its id; goes on until the process ends."""
        told = {}

        def read():
            with self.browser.opener.open(f"{self.browser.url}/live", timeout=600) as stream:
                for line in stream:
                    if line.startswith(b"data:"):
                        for topic in line[5:].decode().split():
                            kind, _, number = topic.partition(":")
                            if kind == "item":
                                told[int(number)] = time.monotonic()

        threading.Thread(target=read, daemon=True).start()
        return told

    # What is asked of them

    def calls(self):
        return self.azure.control("GET", "counters")["calls"]

    def query(self, statement):
        with sqlite3.connect(f"file:{self.folder}/kiplot.sqlite?mode=ro", uri=True) as database:
            return database.execute(statement).fetchall()

    def wait_for_name(self, item, name):
        """Returns once the server shows a name. Asking it all the time would slow it down: first the file is looked into."""
        with sqlite3.connect(f"file:{self.folder}/kiplot.sqlite?mode=ro", uri=True) as database:
            until(lambda: database.execute("SELECT name FROM item WHERE id = ?", [item]).fetchone() == (name,), "the change is kept", pause=0.001)
        until(lambda: self.name(item) == name, "the change is visible", pause=0.001)

    def peak_megabytes(self):
        for line in open(f"/proc/{self.server.process.pid}/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the system does not tell how much memory a process had")

    def close(self):
        self.server.stop()
        self.simulator.stop()
        self.wire.close()
        subprocess.run(["rm", "-rf", self.folder], check=True)


class Wire:
    """Carries web hooks from Azure DevOps to Kiplot, and remembers when each came and how the last one looked."""

    def __init__(self, port):
        wire = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                wire.note(self.path, self.headers["Authorization"], body)
                self.send_response(self.carry(body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def carry(self, body):
                headers = {"Authorization": self.headers["Authorization"], "Content-Type": "application/json"}
                # One connection for each of the simulator's, as long as the server keeps it open.
                for _ in range(2):
                    self.onward = getattr(self, "onward", None) or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                    try:
                        self.onward.request("POST", self.path, body, headers)
                        answer = self.onward.getresponse()
                        answer.read()
                        return answer.status
                    except (OSError, http.client.HTTPException):
                        self.onward.close()
                        self.onward = None
                return 503

            def finish(self):
                super().finish()
                if getattr(self, "onward", None):
                    self.onward.close()

            def log_message(self, *_):
                pass

        self.arrivals = {}
        self.last = None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, path, authorization, body):
        delivery = json.loads(body)
        resource = delivery.get("resource", {})
        self.arrivals.setdefault(resource.get("workItemId", resource.get("id")), time.monotonic())
        if delivery.get("eventType") == "workitem.updated":
            self.last = (path, authorization, body)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def floor(*arguments):
    """What one of the programs of `kiplot-bench` has measured."""
    return json.loads(subprocess.run([BUILD / "kiplot-bench", *map(str, arguments)], capture_output=True, text=True, check=True).stdout)


def peer(*arguments):
    """What the script over Microsoft's client has measured."""
    command = [ROOT / ".venv" / "bin" / "python", pathlib.Path(__file__).with_name("peer.py"), *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
