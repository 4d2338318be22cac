"""Work items: made, read, changed, linked, discussed, thrown away and brought back."""

import io
import json

import pytest
from azure.devops.exceptions import AzureDevOpsServiceError
from azure.devops.v7_1.work_item_tracking.models import (
    CommentCreate,
    CommentUpdate,
    JsonPatchOperation,
    Wiql,
    WorkItemBatchGetRequest,
    WorkItemDeleteBatchRequest,
    WorkItemDeleteUpdate,
)


def add(field, value):
    return JsonPatchOperation(op="add", path=f"/fields/{field}", value=value)


def at_revision(number):
    return JsonPatchOperation(op="test", path="/rev", value=number)


@pytest.fixture
def make(work_item_tracking):
    def make(title="A story", kind="User Story", *operations, project="Contoso"):
        return work_item_tracking.create_work_item([add("System.Title", title), *operations], project, kind)

    return make


def test_a_new_work_item_has_the_defaults_of_its_process(make):
    made = make("Pay by card", "Epic", add("System.Tags", "one; two"))
    assert made.rev == 1
    assert made.fields["System.State"] == "New" and made.fields["Microsoft.VSTS.Common.Priority"] == 2
    assert made.fields["System.CreatedBy"]["uniqueName"] == "kiplot.service@contoso.com"
    assert made.fields["System.Tags"] == "one; two"


def test_refused_creations(work_item_tracking):
    for document, kind, words in [
        ([add("System.Description", "no title")], "Bug", "TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty."),
        ([add("System.Title", "t"), add("System.State", "Nonsense")], "Bug", "TF401320: Rule Error for field State."),
        ([add("System.Title", "t")], "Spaceship", "VS402323: Work item type Spaceship does not exist in project Contoso"),
        ([add("System.Title", "t"), add("No.Such.Field", 1)], "Bug", "TF51535: Cannot find field No.Such.Field."),
        ([add("System.Title", "t"), add("System.AreaPath", "Contoso\\Nowhere")], "Bug", "TF401347: Invalid tree name"),
    ]:
        with pytest.raises(AzureDevOpsServiceError) as caught:
            work_item_tracking.create_work_item(document, "Contoso", kind)
        assert caught.value.message.startswith(words)


def test_validate_only_makes_nothing(work_item_tracking):
    work_item_tracking.create_work_item([add("System.Title", "ghost")], "Contoso", "Bug", validate_only=True)
    result = work_item_tracking.query_by_wiql(Wiql(query="SELECT [System.Id] FROM WorkItems WHERE [System.Title] = 'ghost'"))
    assert result.work_items == []


def test_reading_one(work_item_tracking, make):
    made = make()
    whole = work_item_tracking.get_work_item(made.id, expand="All")
    assert whole.fields["System.Id"] == made.id and whole._links.additional_properties["self"]["href"].endswith(str(made.id))
    some = work_item_tracking.get_work_item(made.id, fields=["System.Title"])
    assert set(some.fields) == {"System.Title"}
    with pytest.raises(AzureDevOpsServiceError, match="TF401232"):
        work_item_tracking.get_work_item(999_999)
    with pytest.raises(AzureDevOpsServiceError, match="expand parameter can not be used with the fields"):
        work_item_tracking.get_work_item(made.id, fields=["System.Title"], expand="All")


def test_reading_many(work_item_tracking, make):
    one, two = make("one"), make("two")
    items = work_item_tracking.get_work_items([one.id, two.id], fields=["System.Title"])
    assert [item.fields["System.Title"] for item in items] == ["one", "two"]
    items = work_item_tracking.get_work_items([one.id, 999_999], error_policy="Omit")
    assert items[0].id == one.id and items[1] is None
    with pytest.raises(AzureDevOpsServiceError, match="TF401232"):
        work_item_tracking.get_work_items([one.id, 999_999])
    batch = work_item_tracking.get_work_items_batch(WorkItemBatchGetRequest(ids=[two.id, one.id], fields=["System.Title"]))
    assert [item.fields["System.Title"] for item in batch] == ["two", "one"]
    with pytest.raises(AzureDevOpsServiceError, match="200"):
        work_item_tracking.get_work_items_batch(WorkItemBatchGetRequest(ids=list(range(1, 202))))


def test_as_of_shows_the_past(work_item_tracking, make):
    made = make("before")
    changed = work_item_tracking.update_work_item([add("System.Title", "after")], made.id)
    past = work_item_tracking.get_work_item(made.id, as_of=made.fields["System.ChangedDate"])
    assert past.fields["System.Title"] == "before" and changed.fields["System.Title"] == "after"


def test_rules_change_other_fields_in_the_same_revision(work_item_tracking, make):
    made = make()
    closed = work_item_tracking.update_work_item([add("System.State", "Closed")], made.id)
    assert closed.rev == 2 and closed.fields["System.Reason"] == "Acceptance tests pass"
    assert closed.fields["Microsoft.VSTS.Common.ClosedBy"]["displayName"] == "Kiplot Service"


def test_a_stale_revision_is_refused(work_item_tracking, make):
    made = make()
    work_item_tracking.update_work_item([at_revision(1), add("System.Title", "first")], made.id)
    with pytest.raises(AzureDevOpsServiceError) as caught:
        work_item_tracking.update_work_item([at_revision(1), add("System.Title", "second")], made.id)
    assert "VS403351" in caught.value.message or "TF26071" in caught.value.message
    assert work_item_tracking.get_work_item(made.id).fields["System.Title"] == "first"


def test_a_patch_without_a_change_makes_no_revision(work_item_tracking, make):
    made = make("same")
    assert work_item_tracking.update_work_item([add("System.Title", "same")], made.id).rev == 1


def test_tags_merge_with_add_and_are_set_with_replace(work_item_tracking, make):
    made = make("tagged", "Bug", add("System.Tags", "one"))
    merged = work_item_tracking.update_work_item([add("System.Tags", "two")], made.id)
    assert merged.fields["System.Tags"] == "one; two"
    replaced = work_item_tracking.update_work_item([JsonPatchOperation(op="replace", path="/fields/System.Tags", value="three")], made.id)
    assert replaced.fields["System.Tags"] == "three"
    assert {"one", "two", "three"} <= {tag.name for tag in work_item_tracking.get_tags("Contoso")}


def test_links_make_no_revision(work_item_tracking, make, simulator):
    parent, child = make("parent", "Epic"), make("child", "Feature")
    link = {"rel": "System.LinkTypes.Hierarchy-Reverse", "url": f"{simulator.url}/_apis/wit/workItems/{parent.id}"}
    linked = work_item_tracking.update_work_item([JsonPatchOperation(op="add", path="/relations/-", value=link)], child.id)
    assert linked.rev == 1 and linked.fields["System.Parent"] == parent.id
    other = work_item_tracking.get_work_item(parent.id, expand="Relations")
    assert [relation.rel for relation in other.relations] == ["System.LinkTypes.Hierarchy-Forward"]
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.update_work_item([JsonPatchOperation(op="add", path="/relations/-", value=link)], parent.id)
    removed = work_item_tracking.update_work_item([JsonPatchOperation(op="remove", path="/relations/0")], child.id)
    assert "System.Parent" not in removed.fields
    work_item_tracking.get_reporting_links_by_link_type("Contoso", link_types=["System.LinkTypes.Hierarchy"])
    # The client's own model of the batch drops the values: they are looked at on the wire.
    _, _, body = simulator.raw("GET", "Contoso/_apis/wit/reporting/workItemLinks?linkTypes=System.LinkTypes.Hierarchy&api-version=7.1")
    last = json.loads(body)["values"][-1]
    assert (last["sourceId"], last["targetId"], last["isActive"]) == (parent.id, child.id, False)


def test_history(work_item_tracking, make):
    made = make("first")
    work_item_tracking.update_work_item([add("System.Title", "second"), add("System.History", "said")], made.id)
    revisions = work_item_tracking.get_revisions(made.id)
    assert [revision.fields["System.Title"] for revision in revisions] == ["first", "second"]
    assert work_item_tracking.get_revision(made.id, 1).fields["System.Title"] == "first"
    updates = work_item_tracking.get_updates(made.id)
    assert updates[1].fields["System.Title"].old_value == "first" and updates[1].fields["System.Title"].new_value == "second"
    assert work_item_tracking.get_update(made.id, 2).rev == 2
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_revision(made.id, 9)


def test_comments(work_item_tracking, make):
    made = make()
    added = work_item_tracking.add_comment(CommentCreate(text="<p>Hello</p>"), "Contoso", made.id)
    assert added.version == 1 and added.created_by.display_name == "Kiplot Service"
    changed = work_item_tracking.update_comment(CommentUpdate(text="<p>Hello again</p>"), "Contoso", made.id, added.id)
    assert changed.version == 2
    second = work_item_tracking.add_work_item_comment(CommentCreate(text="**bold**"), "Contoso", made.id, "markdown")
    assert second.format == "markdown" and second.text == "**bold**"
    again = work_item_tracking.update_work_item_comment(CommentUpdate(text="*slanted*"), "Contoso", made.id, second.id, "markdown")
    assert again.version == 2 and again.text == "*slanted*"
    everything = work_item_tracking.get_comments("Contoso", made.id)
    assert everything.total_count == 2
    assert work_item_tracking.get_comments_batch("Contoso", made.id, [added.id]).comments[0].text == "<p>Hello again</p>"
    versions = work_item_tracking.get_comment_versions("Contoso", made.id, added.id)
    assert sorted(version.version for version in versions) == [1, 2]
    assert work_item_tracking.get_comment_version("Contoso", made.id, added.id, 1).text == "<p>Hello</p>"
    work_item_tracking.delete_comment("Contoso", made.id, added.id)
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_comment("Contoso", made.id, added.id)
    assert work_item_tracking.get_comment("Contoso", made.id, added.id, include_deleted=True).is_deleted


def test_reactions(work_item_tracking, make):
    made = make()
    comment = work_item_tracking.add_comment(CommentCreate(text="Hello"), "Contoso", made.id)
    reaction = work_item_tracking.create_comment_reaction("Contoso", made.id, comment.id, "like")
    assert reaction.count == 1 and reaction.is_current_user_engaged
    assert [one.type for one in work_item_tracking.get_comment_reactions("Contoso", made.id, comment.id) if one.count] == ["like"]
    people = work_item_tracking.get_engaged_users("Contoso", made.id, comment.id, "like")
    assert [person.display_name for person in people] == ["Kiplot Service"]
    assert work_item_tracking.delete_comment_reaction("Contoso", made.id, comment.id, "like").count == 0


def test_attachments(work_item_tracking, make):
    made = make()
    reference = work_item_tracking.create_attachment(io.BytesIO(b"plain words"), "Contoso", file_name="words.txt")
    value = {"rel": "AttachedFile", "url": reference.url, "attributes": {"comment": "see here"}}
    attached = work_item_tracking.update_work_item([JsonPatchOperation(op="add", path="/relations/-", value=value)], made.id)
    assert attached.rev == 2 and attached.relations[0].attributes["resourceSize"] == 11
    content = b"".join(work_item_tracking.get_attachment_content(reference.id, "Contoso", file_name="words.txt"))
    assert content == b"plain words"
    assert b"".join(work_item_tracking.get_attachment_zip(reference.id, "Contoso"))


def test_an_attachment_in_pieces(work_item_tracking, simulator):
    """The client has no method for the second piece."""
    path = "Contoso/_apis/wit/attachments"
    _, _, body = simulator.raw("POST", f"{path}?fileName=long.txt&uploadType=Chunked&api-version=7.1", b"", "application/octet-stream")
    id = json.loads(body)["id"]
    for start, piece in ((0, b"first "), (6, b"second")):
        status, _, _ = simulator.raw(
            "PUT", f"{path}/{id}?fileName=long.txt&api-version=7.1", piece, "application/octet-stream",
            headers={"Content-Range": f"bytes {start}-{start + len(piece) - 1}/12"},
        )
        assert status in (200, 201)
    assert b"".join(work_item_tracking.get_attachment_content(id, "Contoso", file_name="long.txt")) == b"first second"


def test_the_recycle_bin(work_item_tracking, make):
    made = make("doomed")
    deleted = work_item_tracking.delete_work_item(made.id)
    assert deleted.name == "doomed" and deleted.code == 200
    with pytest.raises(AzureDevOpsServiceError, match="TF401232"):
        work_item_tracking.get_work_item(made.id)
    assert work_item_tracking.get_deleted_work_item(made.id).id == made.id
    assert made.id in {one.id for one in work_item_tracking.get_deleted_work_item_shallow_references("Contoso")}
    assert [one.id for one in work_item_tracking.get_deleted_work_items([made.id])] == [made.id]
    restored = work_item_tracking.restore_work_item(WorkItemDeleteUpdate(is_deleted=False), made.id)
    assert restored.id == made.id and work_item_tracking.get_work_item(made.id).rev == 3
    work_item_tracking.delete_work_item(made.id)
    work_item_tracking.destroy_work_item(made.id)
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_deleted_work_item(made.id)


def test_deleting_several(work_item_tracking, make):
    items = [make(), make()]
    result = work_item_tracking.delete_work_items(WorkItemDeleteBatchRequest(ids=[item.id for item in items], destroy=False))
    assert [one.id for one in result.results] == [item.id for item in items]


def test_moved_and_retyped(work_item_tracking, make):
    made = make("wanderer", "Bug")
    moved = work_item_tracking.update_work_item(
        [add("System.TeamProject", "Fabrikam"), add("System.AreaPath", "Fabrikam"), add("System.IterationPath", "Fabrikam")], made.id
    )
    assert moved.fields["System.TeamProject"] == "Fabrikam"
    retyped = work_item_tracking.update_work_item([add("System.WorkItemType", "Task"), add("System.State", "New")], made.id)
    assert retyped.fields["System.WorkItemType"] == "Task"


def test_bypassing_rules(work_item_tracking, make):
    made = make()
    changed = work_item_tracking.update_work_item(
        [add("System.ChangedBy", "dana@contoso.com"), add("System.Title", "by Dana")], made.id, bypass_rules=True
    )
    with pytest.raises(AzureDevOpsServiceError, match="VS402624"):
        work_item_tracking.update_work_item([add("System.ChangedDate", "2099-01-01T00:00:00Z")], made.id, bypass_rules=True)
    assert changed.fields["System.ChangedBy"]["uniqueName"] == "dana@contoso.com"


def test_many_at_once(simulator):
    """`$batch`, which the client has no method for."""
    def creation(id, title):
        return {
            "method": "PATCH", "uri": "/Contoso/_apis/wit/workitems/$Task?api-version=7.1", "headers": {"Content-Type": "application/json-patch+json"},
            "body": [{"op": "add", "path": "/fields/System.Title", "value": title}, {"op": "add", "path": "/id", "value": id}],
        }

    status, _, body = simulator.raw("PATCH", "_apis/wit/$batch?api-version=7.1", [creation(-1, "one"), creation(-2, "two")])
    assert status == 200 and body.count(b'"code":200') == 2


def test_limits(simulator, make, work_item_tracking):
    made = make()
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.update_work_item([add("System.Title", "x" * 256)], made.id)
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.update_work_item([JsonPatchOperation(op="add", path="/fields/System.Id", value=5)], made.id)
    status, _, _ = simulator.raw("PATCH", f"_apis/wit/workitems/{made.id}?api-version=7.1", [], "application/json")
    assert status == 415
