"""Types, fields, states, trees, tags, templates and icons."""

import pytest
from azure.devops.exceptions import AzureDevOpsServiceError
from azure.devops.v7_1.work_item_tracking.models import (
    FieldUpdate,
    WorkItemClassificationNode,
    WorkItemField2,
    WorkItemTagDefinition,
    WorkItemTemplate,
)
from azure.devops.v7_1.work.models import TeamContext
from test_work_items import add


def test_types(work_item_tracking):
    types = {kind.name: kind for kind in work_item_tracking.get_work_item_types("Contoso")}
    assert {"Epic", "Feature", "User Story", "Bug", "Task", "Issue", "Test Case"} <= set(types)
    bug = work_item_tracking.get_work_item_type("Contoso", "Bug")
    assert bug.color == "CC293D" and bug.icon.id == "icon_insect" and bug.reference_name == "Microsoft.VSTS.WorkItemTypes.Bug"
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_work_item_type("Contoso", "Spaceship")


def test_states_and_transitions(work_item_tracking):
    states = work_item_tracking.get_work_item_type_states("Contoso", "User Story")
    assert [(state.name, state.category) for state in states] == [
        ("New", "Proposed"), ("Active", "InProgress"), ("Resolved", "Resolved"), ("Closed", "Completed"), ("Removed", "Removed"),
    ]


def test_fields_of_a_type(work_item_tracking):
    fields = {field.reference_name: field for field in work_item_tracking.get_work_item_type_fields_with_references("Contoso", "Bug", expand="All")}
    assert fields["System.Title"].always_required
    severity = work_item_tracking.get_work_item_type_field_with_references("Contoso", "Bug", "Microsoft.VSTS.Common.Severity", expand="All")
    assert severity.allowed_values == ["1 - Critical", "2 - High", "3 - Medium", "4 - Low"] and severity.default_value == "3 - Medium"


def test_categories(work_item_tracking):
    categories = {one.reference_name: one for one in work_item_tracking.get_work_item_type_categories("Contoso")}
    assert categories["Microsoft.BugCategory"].default_work_item_type.name == "Bug"
    epics = work_item_tracking.get_work_item_type_category("Contoso", "Microsoft.EpicCategory")
    assert [kind.name for kind in epics.work_item_types] == ["Epic"]


def test_fields(work_item_tracking):
    fields = {field.reference_name: field for field in work_item_tracking.get_work_item_fields()}
    assert fields["System.State"].type == "string" and fields["System.AreaPath"].type == "treePath"
    assert work_item_tracking.get_work_item_field("Assigned To").is_identity
    made = work_item_tracking.create_work_item_field(WorkItemField2(name="Cost centre", reference_name="Custom.CostCentre", type="string", usage="workItem"))
    assert made.reference_name == "Custom.CostCentre"
    work_item_tracking.update_work_item_field(FieldUpdate(is_deleted=True), "Custom.CostCentre")
    work_item_tracking.delete_work_item_field("Custom.CostCentre")
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_work_item_field("No.Such.Field")


def test_areas_and_iterations(work_item_tracking):
    root = work_item_tracking.get_classification_node("Contoso", "areas", depth=2)
    made = work_item_tracking.create_or_update_classification_node(WorkItemClassificationNode(name="Payments"), "Contoso", "areas")
    below = work_item_tracking.create_or_update_classification_node(WorkItemClassificationNode(name="Cards"), "Contoso", "areas", "Payments")
    assert below.path == "\\Contoso\\Area\\Payments\\Cards" and root.structure_type == "area"
    with pytest.raises(AzureDevOpsServiceError, match="already in use"):
        work_item_tracking.create_or_update_classification_node(WorkItemClassificationNode(name="Payments"), "Contoso", "areas")
    renamed = work_item_tracking.update_classification_node(WorkItemClassificationNode(name="Money"), "Contoso", "areas", "Payments")
    assert renamed.name == "Money"
    nodes = work_item_tracking.get_classification_nodes("Contoso", [made.id, below.id])
    assert [node.name for node in nodes] == ["Money", "Cards"]
    assert {node.structure_type for node in work_item_tracking.get_root_nodes("Contoso", depth=1)} == {"area", "iteration"}
    sprint = work_item_tracking.create_or_update_classification_node(
        WorkItemClassificationNode(name="Sprint 1", attributes={"startDate": "2026-01-05T00:00:00Z", "finishDate": "2026-01-16T00:00:00Z"}),
        "Contoso", "iterations",
    )
    assert sprint.attributes["startDate"] == "2026-01-05T00:00:00Z"
    work_item_tracking.delete_classification_node("Contoso", "areas", "Money", reclassify_id=root.id)
    with pytest.raises(AzureDevOpsServiceError, match="VS402485"):
        work_item_tracking.get_classification_node("Contoso", "areas", "Money")


def test_tags(work_item_tracking):
    work_item_tracking.create_work_item([add("System.Title", "t"), add("System.Tags", "blue")], "Contoso", "Task")
    tag = work_item_tracking.get_tag("Contoso", "blue")
    assert work_item_tracking.update_tag(WorkItemTagDefinition(name="azure"), "Contoso", tag.id).name == "azure"
    work_item_tracking.delete_tag("Contoso", "azure")
    with pytest.raises(AzureDevOpsServiceError):
        work_item_tracking.get_tag("Contoso", "azure")


def test_relation_types(work_item_tracking):
    assert len(work_item_tracking.get_relation_types()) == 21
    child = work_item_tracking.get_relation_type("System.LinkTypes.Hierarchy-Forward")
    assert child.name == "Child" and child.attributes["topology"] == "tree"
    assert "Pull Request" in {kind.link_type for kind in work_item_tracking.get_work_artifact_link_types()}


def test_icons(work_item_tracking):
    assert "icon_insect" in {icon.id for icon in work_item_tracking.get_work_item_icons()}
    assert work_item_tracking.get_work_item_icon_json("icon_insect", color="CC293D", v=2).id == "icon_insect"
    assert b"<svg" in b"".join(work_item_tracking.get_work_item_icon_svg("icon_insect", color="CC293D", v=2))


def test_templates(work_item_tracking):
    context = TeamContext(project="Contoso", team="Contoso Team")
    wanted = WorkItemTemplate(name="A bug", description="", work_item_type_name="Bug", fields={"System.Tags": "from-template"})
    made = work_item_tracking.create_template(wanted, context)
    assert work_item_tracking.get_template(context, made.id).fields == {"System.Tags": "from-template"}
    assert [one.name for one in work_item_tracking.get_templates(context, "Bug")] == ["A bug"]
    wanted.name = "Another bug"
    assert work_item_tracking.replace_template(wanted, context, made.id).name == "Another bug"
    work_item_tracking.delete_template(context, made.id)
    assert work_item_tracking.get_templates(context) == []


def test_the_form_of_a_new_work_item(work_item_tracking):
    blank = work_item_tracking.get_work_item_template("Contoso", "Bug")
    assert blank.fields["System.State"] == "New" and blank.fields["Microsoft.VSTS.Common.Severity"] == "3 - Medium"
    made = work_item_tracking.create_work_item([add("System.Title", "t")], "Contoso", "Bug")
    next_states = work_item_tracking.get_work_item_next_states_on_checkin_action([made.id], action="checkin")
    assert [one.id for one in next_states] == [made.id]
