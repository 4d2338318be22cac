"""Discovery, identities, permissions, projects, teams and processes."""

import uuid

import pytest
from azure.devops.exceptions import AzureDevOpsAuthenticationError, AzureDevOpsClientRequestError, AzureDevOpsServiceError
from azure.devops.v7_1.core.models import TeamProject, WebApiTeam
from azure.devops.v7_1.security.models import PermissionEvaluation, PermissionEvaluationBatch
from azure.devops.v7_1.work.models import TeamContext, TeamFieldValue, TeamFieldValuesPatch, TeamSettingsIteration
from azure.devops.v7_1.work_item_tracking.models import WorkItemClassificationNode

AGILE = "adcc42ab-9882-485e-a3ed-7678f01f66bc"
TAGGING = "bb50f182-8e5e-40b8-bc21-e8752a1e7ae2"


def test_connection_data_says_who_asks(location):
    data = location.get_connection_data()
    assert data.authenticated_user.provider_display_name == "Kiplot Service"
    assert data.authenticated_user.id == data.authorized_user.id
    assert uuid.UUID(data.instance_id) and data.deployment_type == "hosted"


def test_resource_areas(location, simulator):
    areas = {area.name: area for area in location.get_resource_areas()}
    assert {"wit", "core", "work"} <= set(areas)
    assert areas["wit"].location_url.rstrip("/").lower() == simulator.url
    assert location.get_resource_area(areas["wit"].id).name == "wit"


def test_every_resource_says_where_it_stands(simulator):
    status, headers, _ = simulator.raw("OPTIONS", "_apis")
    assert status == 200 and headers["Content-Type"] == "application/json; charset=utf-8"
    status, headers, body = simulator.raw("GET", "_apis/projects?api-version=9.9")
    assert status == 400 and b"VssVersionOutOfRangeException" in body
    status, _, body = simulator.raw("GET", "_apis/wit/tags/1?api-version=abc")
    assert status == 400


def test_projects(core, simulator):
    projects = core.get_projects()
    assert {project.name for project in projects} >= {"Contoso", "Fabrikam"}
    first = core.get_projects(top=1)
    second = core.get_projects(top=1, continuation_token="1")
    assert len(first) == len(second) == 1 and second[0].name != first[0].name
    _, headers, _ = simulator.raw("GET", "_apis/projects?$top=1&api-version=7.1")
    assert headers["x-ms-continuationtoken"] == "1"
    project = core.get_project("Contoso", include_capabilities=True)
    assert project.capabilities["processTemplate"]["templateName"] == "Agile"
    assert project.default_team.name == "Contoso Team" and project.state == "wellFormed"


def test_a_project_that_is_not_there(core):
    with pytest.raises(AzureDevOpsServiceError) as caught:
        core.get_project("Nowhere")
    assert caught.value.type_key == "ProjectDoesNotExistWithNameException"
    assert caught.value.message.startswith("TF200016: The following project does not exist: Nowhere.")


def test_project_properties(core):
    project = core.get_project("Contoso")
    properties = {one.name: one.value for one in core.get_project_properties(project.id, keys=["System.ProcessTemplateType"])}
    assert properties == {"System.ProcessTemplateType": AGILE}


def test_a_project_is_made_renamed_and_removed(core, operations, simulator):
    wanted = TeamProject(
        name="Tailspin", description="Toys", visibility="private",
        capabilities={"versioncontrol": {"sourceControlType": "Git"}, "processTemplate": {"templateTypeId": AGILE}},
    )
    queued = core.queue_create_project(wanted)
    assert queued.status == "notSet"
    assert operations.get_operation(queued.id).status in ("inProgress", "succeeded")
    project = core.get_project("Tailspin")
    assert project.description == "Toys"
    with pytest.raises(AzureDevOpsServiceError, match="TF200019"):
        core.queue_create_project(wanted)
    core.update_project(TeamProject(name="Tailspin Toys"), project.id)
    assert core.get_project(project.id).name == "Tailspin Toys"
    core.queue_delete_project(project.id)
    assert "Tailspin Toys" not in {project.name for project in core.get_projects()}


def test_an_operation_that_is_not_there(operations):
    with pytest.raises(AzureDevOpsServiceError, match="could not be found"):
        operations.get_operation(str(uuid.uuid4()))


def test_processes(core):
    assert [process.name for process in core.get_processes()] == ["Scrum", "Basic", "Agile", "CMMI"]
    assert core.get_process_by_id(AGILE).name == "Agile"


def test_project_collections(core):
    collections = core.get_project_collections()
    assert [collection.name for collection in collections] == ["contoso"]
    assert core.get_project_collection(collections[0].id).state == "Started"


def test_teams(core):
    project = core.get_project("Contoso")
    made = core.create_team(WebApiTeam(name="Platform", description="Builds it"), project.id)
    assert made.name == "Platform" and made.project_name == "Contoso"
    assert {team.name for team in core.get_teams(project.id)} == {"Contoso Team", "Platform"}
    assert made.id in {team.id for team in core.get_all_teams()}
    assert core.update_team(WebApiTeam(name="Foundations"), project.id, made.id).name == "Foundations"
    assert core.get_team(project.id, made.id).name == "Foundations"
    members = core.get_team_members_with_extended_properties(project.id, core.get_project("Contoso").default_team.id)
    assert "Dana Developer" in {member.identity.display_name for member in members}
    core.delete_team(project.id, made.id)
    with pytest.raises(AzureDevOpsServiceError):
        core.get_team(project.id, made.id)


def test_settings_of_a_team(work, work_item_tracking):
    context = TeamContext(project="Contoso", team="Contoso Team")
    values = work.get_team_field_values(context)
    assert values.field.reference_name == "System.AreaPath"
    assert work.get_team_iterations(context) == []
    sprint = work_item_tracking.create_or_update_classification_node(WorkItemClassificationNode(name="Sprint 9"), "Contoso", "iterations")
    added = work.post_team_iteration(TeamSettingsIteration(id=sprint.identifier), context)
    assert added.path == "Contoso\\Sprint 9"
    assert work.get_team_iteration(context, added.id).name == "Sprint 9"
    work.delete_team_iteration(context, added.id)
    assert work.get_team_iterations(context) == []
    patch = TeamFieldValuesPatch(default_value="Contoso", values=[TeamFieldValue(value="Contoso", include_children=True)])
    assert work.update_team_field_values(patch, context).default_value == "Contoso"


def test_people_are_found_by_name_and_mail(identity, location):
    found = identity.read_identities(search_filter="General", filter_value="dana@contoso.com")
    assert [person.provider_display_name for person in found] == ["Dana Developer"]
    me = location.get_connection_data().authenticated_user.id
    assert identity.read_identities(identity_ids=me)[0].id == me
    assert identity.read_identities(search_filter="General", filter_value="nobody") == []


def test_permissions(security):
    names = {namespace.name: namespace for namespace in security.query_security_namespaces()}
    assert {"Project", "CSS", "ServiceHooks", "Tagging"} <= set(names)
    assert security.query_security_namespaces(TAGGING)[0].actions[0].name == "Enumerate"
    answer = security.has_permissions_batch(
        PermissionEvaluationBatch(
            always_allow_administrators=False,
            evaluations=[PermissionEvaluation(security_namespace_id=names["ServiceHooks"].namespace_id, token="PublisherSecurity", permissions=2)],
        )
    )
    assert answer.evaluations[0].value is True


def test_refusals(simulator):
    """Each form of refusal as the client reports it (FACTS.md 4)."""
    with pytest.raises((AzureDevOpsAuthenticationError, AzureDevOpsClientRequestError)):
        simulator.connection("a-token-that-is-not-known").clients_v7_1.get_core_client().get_projects()
    simulator.control("POST", "tokens", {"token": "stranger", "state": "withoutAccess"})
    status, headers, body = simulator.raw("GET", "_apis/projects?api-version=7.1", token="stranger")
    assert status == 401 and b"TF400813" in body and headers["X-VSS-AuthenticateError"] == "Unauthorized"
    simulator.control("POST", "tokens", {"token": "old", "state": "expired"})
    status, headers, body = simulator.raw("GET", "_apis/projects?api-version=7.1", token="old")
    assert status == 203 and headers["Content-Type"].startswith("text/html")
    simulator.control("POST", "tokens", {"token": "reader", "scopes": ["vso.work"]})
    status, _, _ = simulator.raw("GET", "_apis/wit/fields?api-version=7.1", token="reader")
    assert status == 200
    status, headers, _ = simulator.raw("PATCH", "_apis/wit/workitems/1?api-version=7.1", [], "application/json-patch+json", token="reader")
    assert status == 401 and "Basic realm" in headers["WWW-Authenticate"]
