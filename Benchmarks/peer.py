"""The peer: what a script over Microsoft's own client does, written the way its samples are.

    peer.py pull ORGANISATION TOKEN DATABASE PROJECT FIELD…   reads every work item of a project in batches of 200 into SQLite
    peer.py push ORGANISATION TOKEN COUNT             writes a title into COUNT work items, one PATCH after another
Prints one line of JSON.
"""

import json
import logging
import sqlite3
import sys
import time

from azure.devops.connection import Connection
from azure.devops.v7_1.work_item_tracking.models import JsonPatchOperation, Wiql, WorkItemBatchGetRequest
from msrest.authentication import BasicAuthentication

BATCH = 200
PAGE = 19_999


def client_of(organisation, token):
    return Connection(base_url=organisation, creds=BasicAuthentication("", token)).clients_v7_1.get_work_item_tracking_client()


def ids(client, project):
    """A query finds 20,000 at most, so it is asked again from where it ended."""
    last, found = 0, []
    while True:
        query = f"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = '{project}' AND [System.Id] > {last} ORDER BY [System.Id]"
        page = [reference.id for reference in client.query_by_wiql(Wiql(query=query), top=PAGE).work_items]
        found += page
        if len(page) < PAGE:
            return found
        last = page[-1]


def pull(organisation, token, database, project, *fields):
    client = client_of(organisation, token)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE work_item (id INTEGER PRIMARY KEY, rev INTEGER, fields TEXT)")
    start = time.monotonic()
    found = ids(client, project)
    for first in range(0, len(found), BATCH):
        request = WorkItemBatchGetRequest(ids=found[first : first + BATCH], fields=list(fields))
        items = client.get_work_items_batch(request)
        connection.executemany("INSERT INTO work_item VALUES (?, ?, ?)", [(item.id, item.rev, json.dumps(item.fields)) for item in items])
        connection.commit()
    return {"items": len(found), "seconds": time.monotonic() - start}


def push(organisation, token, count):
    client = client_of(organisation, token)
    start = time.monotonic()
    for number in range(1, int(count) + 1):
        client.update_work_item([JsonPatchOperation(op="add", path="/fields/System.Title", value=f"From the peer {number}")], number)
    return {"items": int(count), "seconds": time.monotonic() - start}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    command, *arguments = sys.argv[1:]
    print(json.dumps({"pull": pull, "push": push}[command](*arguments)))
