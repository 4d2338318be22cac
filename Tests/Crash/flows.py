"""What people do while the server may die at any moment. Each flow says what has to be true in the end.

After the preparation, initiatives 1-4 are the epics 1, 3, 5 and 7, and outcomes 5-8 are the features 2, 4, 6 and 8 below them.
"""

import time

EPICS = {1: 1, 2: 3, 3: 5, 4: 7}
FEATURES = {5: 2, 6: 4, 7: 6, 8: 8}
STAGE = {"Analysis": "2", "In Progress": "3", "Done": "5"}


class Expectation:
    """What a flow leaves behind, for the judge to look at again once everything is quiet."""

    def __init__(self):
        self.here = {}
        """(item, field) to the words shown in Kiplot."""
        self.there = {}
        """(work item, field) to the value in Azure DevOps; None for empty."""
        self.parents = {}
        """Work item to its parent in Azure DevOps."""
        self.writes = {}
        """Work item to how many revisions of ours it may have at most: one for each edit, creation or decision of a person."""
        self.changes_here = 0
        """How many values of items Azure DevOps may have changed at most."""
        self.conflicts = 0
        self.items = 8
        self.forgotten = set()
        """Deliveries that were accepted after a backup was made that has been restored since."""

    def write(self, number, edits=1):
        self.writes[number] = self.writes.get(number, 0) + edits


def field(world, number, name):
    return world.azure.work_item(number)["workItem"]["fields"].get(name)


def parent(world, number):
    for relation in world.azure.work_item(number)["workItem"].get("relations") or []:
        if relation["rel"] == "System.LinkTypes.Hierarchy-Reverse":
            return int(relation["url"].rsplit("/", 1)[1])
    return None


def waiting_for(world, expected):
    """What is not yet as it has to become, in words."""
    for (item, name), text in expected.here.items():
        if (found := world.text(item, name)) != text:
            return f"{name} of item {item} is {text!r} (it is {found!r})"
    for (number, name), value in expected.there.items():
        if (found := field(world, number, name)) != value:
            return f"{name} of work item {number} is {value!r} (it is {found!r})"
    for number, above in expected.parents.items():
        if (found := parent(world, number)) != above:
            return f"the parent of work item {number} is {above} (it is {found})"
    return None


def reach(world, expected, seconds=30):
    last = []

    def reached():
        last[:] = [waiting_for(world, expected)]
        return last == [None]

    try:
        world.wait(reached, "everything arrives", seconds)
    except TimeoutError:
        raise TimeoutError(f"it has not come about that {last[0]}") from None


def change(world, item, **fields):
    status, answer = world.api("PATCH", f"items/{item}", {"fields": fields})
    assert status == 200, answer


def edit(world):
    """Edits in Kiplot travel to Azure DevOps."""
    expected = Expectation()
    title, description = "System.Title", "System.Description"
    change(world, 1, name="Portal", stage=STAGE["In Progress"], tags=["blue", "red"], start="2027-01-04", end="2027-03-01")
    change(world, 2, name="One")
    change(world, 2, name="Two")
    change(world, 3, description="<div>Why: <b>speed</b></div>")
    change(world, 6, parent=str(1))
    expected.there = {
        (1, title): "Portal", (1, "System.Tags"): "blue; red", (1, "Microsoft.VSTS.Scheduling.StartDate"): "2027-01-04T00:00:00Z",
        (1, "System.State"): "Active", (3, title): "Two", (5, description): "<div>Why: <b>speed</b></div>"}
    expected.parents = {4: 1}
    # Whoever activates an epic is made its owner by Azure DevOps.
    expected.changes_here = 1
    expected.write(1)
    expected.write(3, 2)
    expected.write(5)
    expected.write(4)
    reach(world, expected)
    change(world, 1, end="", name="Portal again")
    change(world, 8, name="Search")
    assert world.api("PATCH", "items/4", {"fields": {"effort": "13"}})[0] >= 400, "a field that is only read was edited"
    expected.there.update({
        (1, title): "Portal again", (1, "Microsoft.VSTS.Scheduling.TargetDate"): None, (8, title): "Search",
        (7, "Microsoft.VSTS.Scheduling.Effort"): 4})
    expected.here = {(1, "name"): "Portal again", (2, "name"): "Two", (1, "end"): ""}
    expected.write(1)
    expected.write(8)
    return expected


def hook(world):
    """Edits in Azure DevOps arrive by hooks; other fields of the same items are edited here meanwhile."""
    expected = Expectation()
    azure = world.azure
    azure.edit(1, {"System.Title": "Portal", "System.Tags": "red; blue"})
    azure.edit(3, {"System.Description": "<div>Why</div>", "Microsoft.VSTS.Scheduling.Effort": 21})
    azure.edit(5, {"System.State": "Closed"})
    azure.edit(4, parent=1)
    expected.here = {
        (1, "name"): "Portal", (1, "tags"): "blue, red", (2, "effort"): "21", (3, "stage"): "Done", (6, "parent"): "item 1"}
    expected.changes_here = 6
    reach(world, expected)
    azure.edit(1, {"System.Title": "Portal 2"})
    azure.edit(1, {"System.Title": "Portal 3"})
    change(world, 1, start="2027-01-04")
    azure.edit(7, {"System.Title": "Four"})
    change(world, 4, tags=["green"])
    azure.control("DELETE", "work-items/8")
    expected.here.update({(1, "name"): "Portal 3", (4, "name"): "Four"})
    expected.there = {
        (1, "Microsoft.VSTS.Scheduling.StartDate"): "2027-01-04T00:00:00Z", (7, "System.Tags"): "green", (1, "System.Title"): "Portal 3"}
    expected.changes_here += 3
    expected.write(1)
    expected.write(7)
    world.wait(lambda: world.rows("SELECT state FROM link WHERE work_item_id = 8") == [("remoteDeleted",)], "the deletion is seen")
    azure.control("POST", "work-items/8/restore")
    azure.edit(8, {"System.Title": "Back"})
    expected.here[8, "name"] = "Back"
    expected.changes_here += 1
    return expected


def _make(world, kind, **fields):
    """Makes an item; interrupted, it first looks whether it is there, as a person does."""
    def step():
        for item in world.browser.api("GET", f"items?kind={kind}&size=200")[1]["items"]:
            if item["fields"]["name"]["text"] == fields["name"]:
                return item["id"]
        return world.browser.api("POST", "items", {"kind": kind, "fields": fields})[1]["id"]
    return world.attempt(step)


def _linked(world, item):
    return world.wait(lambda: world.browser.api("GET", f"items/{item}")[1]["workItem"], f"item {item} has a work item")


def create(world):
    """Work items are made of items: one each, whatever happens to the answer."""
    expected = Expectation()
    initiative = _make(world, "initiative", name="New initiative", tags=["new"], start="2027-02-01")
    world.attempt(lambda: world.browser.post(f"/items/{initiative}/create/1", f"/items/{initiative}"))
    epic = _linked(world, initiative)
    outcomes = []
    for name in ("First outcome", "Second outcome"):
        outcome = _make(world, "outcome", name=name, parent=str(initiative))
        world.attempt(lambda: world.browser.post(f"/items/{outcome}/create/1", f"/items/{outcome}"))
        change(world, outcome, name=f"{name}, better")
        outcomes.append((outcome, f"{name}, better"))
    expected.there = {(epic, "System.Title"): "New initiative", (epic, "System.Tags"): "new"}
    expected.write(epic)
    for outcome, name in outcomes:
        feature = _linked(world, outcome)
        expected.there[feature, "System.Title"] = name
        expected.parents[feature] = epic
        # Made; then named anew.
        expected.write(feature, 2)
    expected.items = 11
    return expected


def bulk(world):
    """Everything that is on one side only is made on the other, in two runs, with edits meanwhile."""
    expected = Expectation()
    azure = world.azure
    epics = [azure.add("Epic", f"Their epic {number}") for number in range(3)]
    features = [azure.add("Feature", f"Their feature {number}", parent=epics[0]) for number in range(3)]
    ours = [_make(world, "initiative", name=f"Our initiative {number}") for number in range(3)]

    def run(**options):
        def step():
            started = world.rows("SELECT id FROM run WHERE direction = '%s' AND id > 1" % options["direction"])
            return started[0][0] if started else world.browser.api("POST", "runs", {"integration": 1, **options})[1]["id"]
        number = world.attempt(step)
        world.wait(lambda: world.browser.api("GET", f"runs/{number}")[1]["state"] == "finished", f"run {number} finishes")

    run(direction="pull", createsItems=True)
    change(world, 1, name="Edited meanwhile")
    azure.edit(3, {"System.Title": "Edited there"})
    run(direction="push", createsWorkItems=True)
    linked = dict(world.rows("SELECT work_item_id, item_id FROM link WHERE is_live"))
    for number, title in [(epics[1], "Their epic 1"), (features[2], "Their feature 2")]:
        expected.here[linked[number], "name"] = title
    for item in ours:
        number = _linked(world, item)
        expected.there[number, "System.Title"] = world.text(item, "name")
        expected.write(number)
    expected.there[1, "System.Title"] = "Edited meanwhile"
    expected.here[2, "name"] = "Edited there"
    expected.write(1)
    # A new item is told of one by one; and then there is one edit.
    expected.changes_here = 6 * 4 + 1
    expected.items = 8 + 6 + 3
    return expected


def conflict(world):
    """The same field is edited on both sides while nothing travels; a person decides, three times differently."""
    expected = Expectation()
    world.attempt(lambda: world.browser.post("/integrations/1/pause", "/integrations/1"))
    for item in (1, 2, 3):
        change(world, item, name=f"Ours {item}")
        world.azure.edit(EPICS[item], {"System.Title": f"Theirs {item}"})
    change(world, 4, name="Only ours")
    world.azure.edit(EPICS[4], {"System.Tags": "only-theirs"})
    world.attempt(lambda: world.browser.post("/integrations/1/resume", "/integrations/1"))
    statement = "SELECT item_id, id FROM conflict WHERE settled_at IS NULL ORDER BY item_id"
    world.wait(lambda: len(world.rows(statement)) == 3, "three conflicts are shown")
    conflicts = dict(world.rows(statement))

    def settle(item, choice, **more):
        place = f"/items/{item}/conflicts/{conflicts[item]}"
        world.attempt(lambda: world.browser.post(place, f"/items/{item}", choice=choice, **more))

    settle(1, "kiplot")
    settle(2, "azureDevOps")
    settle(3, "typed", value="Both 3")
    for item, name in [(1, "Ours 1"), (2, "Theirs 2"), (3, "Both 3"), (4, "Only ours")]:
        expected.here[item, "name"] = name
        expected.there[EPICS[item], "System.Title"] = name
        if item != 2:
            expected.write(EPICS[item])
    expected.here[4, "tags"] = "only-theirs"
    expected.conflicts = 3
    expected.changes_here = 2
    return expected


def sweep(world):
    """Hooks are lost, the server is away, a subscription is switched off: sweeps and an audit bring everything."""
    expected = Expectation()
    azure = world.azure
    azure.control("POST", "hooks", {"dropsEvery": 1})
    azure.edit(1, {"System.Title": "Unheard"})
    azure.edit(2, {"System.Tags": "unheard"})

    def meanwhile():
        azure.edit(3, {"System.Title": "While away"})
        updates = next(hook for hook in azure.control("GET", "hooks") if hook["eventType"] == "workitem.updated")
        azure.disable(updates["id"])

    world.restart(meanwhile)
    change(world, 1, tags=["ours"])
    world.attempt(lambda: world.browser.post("/integrations/1/pause", "/integrations/1"))
    for number in (5, 6):
        azure.edit(number, {"System.Description": f"<div>Unheard {number}</div>"})
    azure.edit(4, parent=5)
    world.attempt(lambda: world.browser.post("/integrations/1/resume", "/integrations/1"))
    expected.here = {
        (1, "name"): "Unheard", (5, "tags"): "unheard", (2, "name"): "While away", (3, "description"): "Unheard 5",
        (7, "description"): "Unheard 6", (6, "parent"): "item 3"}
    expected.there = {(1, "System.Tags"): "ours"}
    expected.write(1)
    reach(world, expected)
    azure.edit(7, {"System.Title": "Found by the audit"})
    world.api("POST", "integrations/1/agreement?heal=true")
    expected.here[4, "name"] = "Found by the audit"
    expected.changes_here = 7
    reach(world, expected)
    azure.control("POST", "hooks", {"dropsEvery": 0})
    return expected


def restore(world):
    """A backup is restored that is older than what both sides have done since (A31), and first without the key that belongs to it."""
    expected = Expectation()
    azure = world.azure
    change(world, 1, name="Before")
    azure.edit(3, {"System.Title": "Theirs before"})
    initiative = _make(world, "initiative", name="On its way")
    expected.here = {(1, "name"): "Before", (2, "name"): "Theirs before"}
    expected.there = {(1, "System.Title"): "Before"}
    reach(world, expected)
    # The backup is made while a work item is being created, and does not know how that ends.
    azure.control("POST", "faults", {"kind": "block", "method": "POST", "path": "wit/workitems/$", "count": 10_000})
    world.attempt(lambda: world.browser.post(f"/items/{initiative}/create/1", f"/items/{initiative}"))
    world.wait(lambda: world.rows(f"SELECT state FROM link WHERE item_id = {initiative}") == [("creating",)], "the creation has begun")
    backup = world.folder / f"backup-{time.monotonic_ns()}"
    world.run("backup", backup)

    azure.control("DELETE", "faults")
    epic = _linked(world, initiative)
    change(world, 1, name="After")
    change(world, 3, tags=["after"])
    azure.edit(3, {"System.Title": "Theirs after"})
    expected.here = {(1, "name"): "After", (3, "tags"): "after", (2, "name"): "Theirs after"}
    expected.there = {(1, "System.Title"): "After", (5, "System.Tags"): "after", (epic, "System.Title"): "On its way"}
    reach(world, expected)

    def meanwhile():
        key = world.state / "kiplot.sqlite.key"
        key.rename(world.folder / "key")
        assert "is missing" in world.run("restore", backup, "--replace", fails=True)
        assert "is missing" in world.run("doctor", fails=True)
        (world.folder / "key").rename(key)
        assert "Add --replace" in world.run("restore", backup, fails=True)
        world.run("restore", backup, "--replace")
        assert world.rows("SELECT state FROM integration") == [("paused",)], "the restored database would write at once"
        azure.edit(7, {"System.Title": "Theirs while restoring"})
        expected.forgotten = world.accepted_deliveries()

    world.restart(meanwhile)
    assert world.text(1, "name") == "Before", "the backup was not restored"
    world.attempt(lambda: world.browser.post("/integrations/1/resume", "/integrations/1"))
    expected.here[4, "name"] = "Theirs while restoring"
    _linked(world, initiative)
    expected.write(1, 2)
    expected.write(5)
    expected.write(epic)
    # Everything since the backup comes back as an edit of Azure DevOps.
    expected.changes_here = 1 + 4
    expected.items = 9
    return expected


FLOWS = {flow.__name__: flow for flow in (edit, hook, create, bulk, conflict, sweep, restore)}
