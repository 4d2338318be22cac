"""Looks at both sides once everything is quiet: each check is named for its invariant (A1-A34)."""

import json
import re
import time

import flows
from world import SPEED, until

OURS = "Kiplot Service"
QUIET_SECONDS = 30
"""By the engine's clock."""


def settle(world):
    """Waits until nothing is on its way: no delivery, no job, no run, no audit."""
    def is_still():
        if world.azure.control("GET", "")["deliveriesWaiting"]:
            return False
        busy = """
            SELECT (SELECT count(*) FROM link WHERE is_waiting) + (SELECT count(*) FROM run WHERE state NOT IN ('finished', 'stopped'))
                + (SELECT count(*) FROM integration WHERE needs_sweep) + (SELECT count(*) FROM audit WHERE state = 'running')
                + (SELECT count(*) FROM attempt WHERE state IN ('sent', 'unknown'))"""
        return world.rows(busy) == [(0,)]

    def stays_still():
        if not is_still():
            return False
        time.sleep(0.1)
        return is_still()

    world.wait(stays_still, "everything becomes quiet", 60)


def judge(world, expected):
    """Returns the violations, each as “A3: …”."""
    found = []

    def check(invariant, holds, sentence):
        if not holds:
            found.append(f"{invariant}: {sentence}")

    before = len(world.azure.control("GET", "requests"))
    time.sleep(QUIET_SECONDS / SPEED)
    later = world.azure.control("GET", "requests")[before:]
    writes = [entry for entry in later if _is_write(entry)]
    check("A4", not writes, f"after everything was quiet, {len(writes)} writes followed: {[entry['path'] for entry in writes]}")

    unreached = flows.waiting_for(world, expected)
    check("A3", unreached is None, f"once quiet, it is not so that {unreached}")
    _agreement(world, check)
    _links(world, check)
    _wire(world, check)
    _revisions(world, expected, check)
    _hooks(world, expected, check)
    _kiplot(world, expected, check)
    return found


def _is_write(entry):
    if entry["method"] in ("PATCH", "DELETE"):
        return True
    # Questions are asked by POST, too.
    return entry["method"] == "POST" and not re.search(r"wiql|batch|query|reporting", entry["path"], re.IGNORECASE)


def _agreement(world, check):
    """A3 by the product's own audit, which is checked in turn by the expected values above."""
    world.api("POST", "integrations/1/agreement")
    answer = until(
        lambda: (lambda report: report if report["audit"] and report["audit"]["state"] == "finished" else None)(
            world.api("GET", "integrations/1/agreement")[1]), "the audit ends")
    audit = answer["audit"]
    check("A3", audit["agreeing"] > 0, "the audit compared nothing")
    check("A3", audit["score"] == 1 and not audit["astray"], f"the sides do not agree: {audit} {answer['disagreements'][:3]}")


def _links(world, check):
    links = world.rows("SELECT item_id, work_item_id, marker FROM link WHERE is_live")
    check("A9", len({item for item, _, _ in links}) == len(links), "an item has two links")
    check("A9", len({number for _, number, _ in links}) == len(links), "a work item has two links")
    carriers = {}
    for number in world.azure.numbers():
        for relation in world.azure.work_item(number)["workItem"].get("relations") or []:
            marker = re.search(r"/l/([0-9a-f]{32})$", relation.get("url", ""))
            if marker:
                carriers.setdefault(marker.group(1), []).append(number)
    bound = {marker: number for _, number, marker in links}
    for marker, numbers in carriers.items():
        check("A10", len(numbers) == 1, f"work items {numbers} were made for one link")
        check("A10", bound.get(marker) in numbers, f"work item {numbers} was made for a link that is bound to {bound.get(marker)}")
    check("A10", not world.rows("SELECT * FROM duplicate"), "a duplicate was noted")
    stuck = world.rows("SELECT id, state, problem, obstacles FROM link WHERE is_live AND (problem IS NOT NULL OR obstacles > 0)")
    check("A3", not stuck, f"links are stuck: {stuck}")
    stuck = world.rows("SELECT id, kind, state FROM attempt WHERE state IN ('sent', 'unknown')")
    check("A28", not stuck, f"attempts stay open: {stuck}")


def _wire(world, check):
    entries = world.azure.control("GET", "requests")
    for entry in entries:
        path = entry["path"].lower()
        if entry["method"] == "PATCH" and re.search(r"wit/workitems/\d+$", path):
            first = (json.loads(entry["request"] or "[]") or [{}])[0]
            check("A15", (first.get("op"), first.get("path")) == ("test", "/rev"), f"a write of {path} begins with {first}")
        check("A18", entry["method"] != "DELETE" or "workitems" not in path, f"Kiplot deleted {path}")


def _revisions(world, expected, check):
    for number in world.azure.numbers():
        revisions = world.azure.work_item(number)["revisions"]
        ours = [entry for entry in revisions if _author(entry) == OURS]
        allowed = expected.writes.get(number, 0)
        check("A11", len(ours) <= allowed, f"work item {number} has {len(ours)} revisions of ours for {allowed} edits")


def _author(revision):
    return revision["fields"]["System.ChangedBy"].get("displayName")


def _hooks(world, expected, check):
    """What was answered 200 is in the database."""
    kept = {(row[0], row[1].lower()) for row in world.rows("SELECT hook.remote_id, event_id FROM hook_event JOIN hook ON hook.id = hook_id")}
    lost = world.accepted_deliveries() - kept - expected.forgotten
    check("A27", not lost, f"deliveries were answered 200 and are not there: {lost}")


def _kiplot(world, expected, check):
    check("A18", world.rows("SELECT count(*) FROM item WHERE NOT is_archived") == [(expected.items,)], "an item came or went")
    conflicts = world.rows("SELECT count(*) FROM conflict")[0][0]
    check("A5", conflicts == expected.conflicts, f"{conflicts} conflicts, not {expected.conflicts}")
    changes = world.rows("SELECT item_id, field, old, new FROM history WHERE actor_kind = 'azureDevOps' AND id > %d" % world.first_history)
    check("A11", len(changes) <= expected.changes_here, f"Azure DevOps changed {len(changes)} values, not {expected.changes_here}: {changes}")
    check("integrity", world.rows("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
    check("integrity", not world.rows("PRAGMA foreign_key_check"), "a row of the database points nowhere")
