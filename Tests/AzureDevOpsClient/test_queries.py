"""WIQL, stored queries and the reporting feeds."""

import json
from urllib.parse import quote

import pytest
from azure.devops.exceptions import AzureDevOpsServiceError
from azure.devops.v7_1.work.models import TeamContext
from azure.devops.v7_1.work_item_tracking.models import (
    ArtifactUriQuery,
    JsonPatchOperation,
    QueryBatchGetRequest,
    QueryHierarchyItem,
    ReportingWorkItemRevisionsFilter,
    TemporaryQueryRequestModel,
    Wiql,
)
from test_work_items import add

CONTEXT = TeamContext(project="Fabrikam")


@pytest.fixture(scope="module")
def items(work_item_tracking, simulator):
    made = {}
    for title, kind, extra in [
        ("Checkout", "Epic", []),
        ("Pay by card", "Feature", [add("System.Tags", "red; big")]),
        ("Pay by cheque", "Feature", [add("System.State", "Active")]),
        ("Rounding is wrong", "Bug", [add("Microsoft.VSTS.Common.Priority", 1), add("System.AssignedTo", "dana@contoso.com")]),
    ]:
        made[title] = work_item_tracking.create_work_item([add("System.Title", title), *extra], "Fabrikam", kind).id
    for child in ("Pay by card", "Pay by cheque"):
        link = {"rel": "System.LinkTypes.Hierarchy-Reverse", "url": f"{simulator.url}/_apis/wit/workItems/{made['Checkout']}"}
        work_item_tracking.update_work_item([JsonPatchOperation(op="add", path="/relations/-", value=link)], made[child])
    return made


@pytest.mark.parametrize(
    "where, titles",
    [
        ("[System.WorkItemType] = 'Feature'", ["Pay by card", "Pay by cheque"]),
        ("[System.WorkItemType] IN ('Epic', 'Bug')", ["Checkout", "Rounding is wrong"]),
        ("[System.Title] CONTAINS 'card' OR ([System.State] = 'Active' AND NOT [System.WorkItemType] = 'Bug')", ["Pay by card", "Pay by cheque"]),
        ("[System.Tags] CONTAINS 'red'", ["Pay by card"]),
        ("[System.AssignedTo] = 'Dana Developer'", ["Rounding is wrong"]),
        ("[System.AssignedTo] = ''", ["Checkout", "Pay by card", "Pay by cheque"]),
        ("[System.CreatedBy] = @Me AND [Microsoft.VSTS.Common.Priority] < 2", ["Rounding is wrong"]),
        ("[System.CreatedDate] >= @Today", ["Checkout", "Pay by card", "Pay by cheque", "Rounding is wrong"]),
        ("[System.AreaPath] UNDER 'Fabrikam' AND [System.State] EVER 'Active'", ["Pay by cheque"]),
        ("[System.WorkItemType] IN GROUP 'Microsoft.BugCategory'", ["Rounding is wrong"]),
        ("[System.Parent] <> 0 AND [System.Title] CONTAINS WORDS 'cheque'", ["Pay by cheque"]),
    ],
)
def test_conditions(work_item_tracking, items, where, titles):
    text = f"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND ({where}) ORDER BY [System.Title]"
    result = work_item_tracking.query_by_wiql(Wiql(query=text), CONTEXT)
    names = {id: title for title, id in items.items()}
    assert [names[item.id] for item in result.work_items] == titles
    assert result.query_type == "flat" and result.sort_columns[0].field.reference_name == "System.Title"


def test_link_queries(work_item_tracking, items):
    text = """SELECT [System.Id] FROM WorkItemLinks WHERE [Source].[System.WorkItemType] = 'Epic' AND [Source].[System.TeamProject] = @project
        AND [System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward' MODE (Recursive)"""
    result = work_item_tracking.query_by_wiql(Wiql(query=text), CONTEXT)
    pairs = {(row.source and row.source.id, row.target.id) for row in result.work_item_relations}
    epic = items["Checkout"]
    assert result.query_type == "tree"
    assert pairs == {(None, epic), (epic, items["Pay by card"]), (epic, items["Pay by cheque"])}


@pytest.mark.parametrize("text", ["SELECT", "SELECT [System.Id] FROM WorkItems WHERE [No.Such.Field] = 1", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] ="])
def test_refused_queries(work_item_tracking, text):
    with pytest.raises(AzureDevOpsServiceError) as caught:
        work_item_tracking.query_by_wiql(Wiql(query=text))
    assert caught.value.message.startswith(("TF51", "VS4"))


def test_time_precision_and_top(work_item_tracking, items):
    text = "SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] > '2020-01-01T10:00:00Z'"
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.query_by_wiql(Wiql(query=text))
    assert len(work_item_tracking.query_by_wiql(Wiql(query=text), time_precision=True, top=2).work_items) == 2


def test_stored_queries(work_item_tracking, items):
    text = "SELECT [System.Id], [System.Title] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.WorkItemType] = 'Feature'"
    made = work_item_tracking.create_query(QueryHierarchyItem(name="Features", wiql=text), "Fabrikam", "Shared Queries")
    assert made.path == "Shared Queries/Features"
    assert {root.name for root in work_item_tracking.get_queries("Fabrikam")} == {"My Queries", "Shared Queries"}
    assert work_item_tracking.get_query("Fabrikam", made.id, expand="wiql").wiql.startswith("SELECT")
    assert [found.id for found in work_item_tracking.search_queries("Fabrikam", "Feat").value] == [made.id]
    assert len(work_item_tracking.query_by_id(made.id, CONTEXT).work_items) == 2
    work_item_tracking.get_query_result_count(made.id, CONTEXT)
    assert work_item_tracking.update_query(QueryHierarchyItem(name="All features"), "Fabrikam", made.id).name == "All features"
    assert [one.id for one in work_item_tracking.get_queries_batch(QueryBatchGetRequest(ids=[made.id]), "Fabrikam")] == [made.id]
    work_item_tracking.delete_query("Fabrikam", made.id)
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_query("Fabrikam", made.id)


def test_temporary_queries(work_item_tracking, items):
    model = TemporaryQueryRequestModel(wiql="SELECT [System.Id] FROM WorkItems")
    assert work_item_tracking.create_temp_query(model, "Fabrikam").id


def test_the_revisions_feed(work_item_tracking, items, simulator):
    # The client's own model of the batch drops everything: its methods must work, the values are looked at on the wire.
    work_item_tracking.read_reporting_revisions_get("Fabrikam", fields=["System.Title"])
    path = "Fabrikam/_apis/wit/reporting/workItemRevisions?fields=System.Title&api-version=7.1"
    seen, token = set(), ""
    while True:
        batch = json.loads(simulator.raw("GET", path + token)[2])
        seen |= {value["id"] for value in batch["values"]}
        token = f"&continuationToken={quote(batch['continuationToken'])}"
        if batch["isLastBatch"]:
            break
    assert seen >= set(items.values())
    assert json.loads(simulator.raw("GET", path + token)[2])["values"] == []
    work_item_tracking.read_reporting_revisions_post(ReportingWorkItemRevisionsFilter(types=["Epic"], fields=["System.Title"]), "Fabrikam")
    filtered = json.loads(simulator.raw("POST", path, {"types": ["Epic"], "fields": ["System.Title"]})[2])
    assert [value["fields"]["System.Title"] for value in filtered["values"]] == ["Checkout"]
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.read_reporting_revisions_get("Fabrikam", continuation_token="nonsense")


def test_discussions(work_item_tracking, items, simulator):
    work_item_tracking.update_work_item([add("System.History", "a word")], items["Checkout"])
    work_item_tracking.read_reporting_discussions("Fabrikam")
    _, _, body = simulator.raw("GET", "Fabrikam/_apis/wit/reporting/workItemRevisions/discussions?api-version=7.1-preview.1")
    assert [value["id"] for value in json.loads(body)["values"]] == [items["Checkout"]]


def test_work_items_of_an_artifact(work_item_tracking, items):
    uri = "vstfs:///Git/PullRequestId/a%2Fb%2F7"
    value = {"rel": "ArtifactLink", "url": uri, "attributes": {"name": "Pull Request"}}
    work_item_tracking.update_work_item([JsonPatchOperation(op="add", path="/relations/-", value=value)], items["Pay by card"])
    found = work_item_tracking.query_work_items_for_artifact_uris(ArtifactUriQuery(artifact_uris=[uri]))
    assert [one.id for one in found.artifact_uris_query_result[uri]] == [items["Pay by card"]]
