"""A real simulator over HTTP, and Microsoft's own Python client, unchanged, pointed at it."""

import base64
import inspect
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

# The client keeps what it has discovered on disk, by address: it must not find an older simulator's.
os.environ["AZURE_DEVOPS_CACHE_DIR"] = tempfile.mkdtemp(prefix="azure-devops-client-")

import pytest
from azure.devops.connection import Connection
from msrest.authentication import BasicAuthentication

from openapi import Specification

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "debug" / "azure-devops-simulator"
TOKEN = "a-token-of-the-simulator"

#: Names of the client's methods that ran, as `WorkItemTrackingClient.get_work_item`.
called = set()
#: Operations of the specification whose answers were judged, and the deviations that were found, with the test that found them.
judged = set()
deviations = {}


class Simulator:
    def __init__(self, folder):
        self.log = folder / "simulator.log"
        arguments = [PROGRAM, "--port", "0", "--pat", TOKEN, "--project", "Contoso", "--project", "Fabrikam", "--process", "agile"]
        self.process = subprocess.Popen(arguments, stdout=open(self.log, "w"), stderr=subprocess.STDOUT)
        end = time.monotonic() + 30
        match = None
        while not match and time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            match = re.search(r"http://127\.0\.0\.1:(\d+)", self.log.read_text())
            time.sleep(0.02)
        assert match, "the simulator did not start"
        self.root = match.group(0)
        self.url = f"{self.root}/contoso"

    def control(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.root}/_simulator/{path}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def raw(self, method, path, body=None, kind="application/json", token=TOKEN, headers=None):
        """A call as no client would make it. Gives status, headers and body."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", method=method, data=data)
        request.add_header("Content-Type", kind)
        request.add_header("X-TFS-FedAuthRedirect", "Suppress")
        request.add_header("Authorization", "Basic " + base64.b64encode(f":{token}".encode()).decode())
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def connection(self, token=TOKEN):
        return Connection(base_url=self.url, creds=BasicAuthentication("", token))

    def stop(self):
        self.process.terminate()
        assert self.process.wait(10) == 0


class Noted:
    """Passes everything on to a client, and notes which methods ran."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        member = getattr(self._client, name)
        if not inspect.ismethod(member):
            return member

        def call(*arguments, **names):
            called.add(f"{type(self._client).__name__}.{name}")
            return member(*arguments, **names)

        return call


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    simulator = Simulator(tmp_path_factory.mktemp("simulator"))
    simulator.control("POST", "requests", {"bodies": True})
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def specification():
    return Specification()


@pytest.fixture(autouse=True)
def judge(request, simulator, specification):
    """Every answer that a test brought about is judged by the specification."""
    yield
    for entry in simulator.control("GET", "requests"):
        if entry["status"] not in (200, 201, 202, 204) or "_apis" not in entry["path"]:
            continue
        operation = specification.operation(entry["method"], entry["path"], entry["query"])
        if operation is None:
            continue
        judged.add(operation.name)
        for deviation in operation.deviations(entry["status"], entry.get("answer") or "", specification.registry):
            deviations.setdefault(deviation, request.node.name)
    simulator.control("DELETE", "requests")


@pytest.fixture(scope="session")
def connection(simulator):
    return simulator.connection()


def client(name):
    @pytest.fixture(scope="session", name=name)
    def make(connection):
        return Noted(getattr(connection.clients_v7_1, f"get_{name}_client")())

    return make


core = client("core")
work_item_tracking = client("work_item_tracking")
service_hooks = client("service_hooks")
location = client("location")
operations = client("operations")
identity = client("identity")
security = client("security")
work = client("work")
