"""Subscriptions, deliveries and their history."""

import http.server
import json
import threading
import time

import pytest
from azure.devops.exceptions import AzureDevOpsServiceError
from azure.devops.v7_1.service_hooks.models import (
    InputValues,
    InputValuesQuery,
    Notification,
    NotificationsQuery,
    PublishersQuery,
    Subscription,
    SubscriptionsQuery,
    UpdateSubscripitonDiagnosticsParameters,
    UpdateSubscripitonTracingParameters,
)
from test_work_items import add


class Receiver(http.server.ThreadingHTTPServer):
    """Takes what is delivered."""

    def __init__(self):
        self.bodies = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def wait(self, count):
        end = time.monotonic() + 15
        while len(self.bodies) < count and time.monotonic() < end:
            time.sleep(0.02)
        assert len(self.bodies) >= count, f"{len(self.bodies)} deliveries"
        return self.bodies


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.shutdown()


def subscription(core, url, event="workitem.updated", **inputs):
    return Subscription(
        publisher_id="tfs", event_type=event, resource_version="1.0", consumer_id="webHooks", consumer_action_id="httpRequest",
        publisher_inputs={"projectId": core.get_project("Contoso").id, **inputs}, consumer_inputs={"url": url},
    )


def test_publishers_and_their_events(service_hooks):
    assert "tfs" in {publisher.id for publisher in service_hooks.list_publishers()}
    assert service_hooks.get_publisher("tfs").name == "Azure DevOps Services"
    events = {event.id for event in service_hooks.list_event_types("tfs")}
    assert events >= {"workitem.created", "workitem.updated", "workitem.deleted", "workitem.restored", "workitem.commented"}
    updated = service_hooks.get_event_type("tfs", "workitem.updated")
    assert "changedFields" in {descriptor.id for descriptor in updated.input_descriptors}
    query = service_hooks.query_publishers(PublishersQuery(publisher_ids=["tfs"]))
    assert [publisher.id for publisher in query.results] == ["tfs"]


def test_consumers(service_hooks):
    assert "webHooks" in {consumer.id for consumer in service_hooks.list_consumers()}
    assert service_hooks.get_consumer("webHooks").actions
    assert [action.id for action in service_hooks.list_consumer_actions("webHooks")] == ["httpRequest"]
    action = service_hooks.get_consumer_action("webHooks", "httpRequest")
    assert "url" in {descriptor.id for descriptor in action.input_descriptors}


def test_possible_values(service_hooks, core):
    query = InputValuesQuery(
        current_values={"projectId": core.get_project("Contoso").id}, input_values=[InputValues(input_id="workItemType")], resource=None)
    answer = service_hooks.query_input_values(query, "tfs")
    assert "Bug" in {value.value for value in answer.input_values[0].possible_values}


def test_a_subscription_and_its_deliveries(service_hooks, core, work_item_tracking, receiver):
    made = service_hooks.create_subscription(subscription(core, receiver.url, workItemType="Bug", changedFields="System.Title"))
    assert made.status == "enabled" and made.created_by.display_name == "Kiplot Service"
    bug = work_item_tracking.create_work_item([add("System.Title", "b")], "Contoso", "Bug")
    work_item_tracking.update_work_item([add("Microsoft.VSTS.Common.Priority", 1)], bug.id)
    work_item_tracking.update_work_item([add("System.Title", "c")], bug.id)
    delivery = receiver.wait(1)[0]
    assert delivery["eventType"] == "workitem.updated" and delivery["resource"]["workItemId"] == bug.id
    assert delivery["resource"]["fields"]["System.Title"] == {"oldValue": "b", "newValue": "c"}
    assert len(receiver.bodies) == 1

    def history():
        return service_hooks.get_notifications(made.id)

    end = time.monotonic() + 15
    while history()[0].status != "completed" and time.monotonic() < end:
        time.sleep(0.02)
    assert history()[0].result == "succeeded"
    assert service_hooks.get_notification(made.id, history()[0].id).details.event_type == "workitem.updated"
    found = service_hooks.query_notifications(NotificationsQuery(subscription_ids=[made.id], include_details=True))
    assert len(found.results) == 1
    service_hooks.delete_subscription(made.id)
    with pytest.raises(AzureDevOpsServiceError):
        service_hooks.get_subscription(made.id)


def test_subscriptions_are_found_and_replaced(service_hooks, core, receiver):
    made = service_hooks.create_subscription(subscription(core, receiver.url, "workitem.created"))
    assert made.id in {one.id for one in service_hooks.list_subscriptions(publisher_id="tfs", event_type="workitem.created")}
    found = service_hooks.create_subscriptions_query(SubscriptionsQuery(publisher_id="tfs", event_type="workitem.created"))
    assert made.id in {one.id for one in found.results}
    made.publisher_inputs["workItemType"] = "Epic"
    replaced = service_hooks.replace_subscription(made, made.id)
    assert replaced.publisher_inputs["workItemType"] == "Epic"
    assert service_hooks.get_subscription(made.id).publisher_inputs["workItemType"] == "Epic"
    diagnostics = service_hooks.update_subscription_diagnostics(
        UpdateSubscripitonDiagnosticsParameters(delivery_results=UpdateSubscripitonTracingParameters(enabled=True)), made.id)
    assert diagnostics.delivery_results.enabled
    assert service_hooks.get_subscription_diagnostics(made.id).delivery_results.enabled
    service_hooks.delete_subscription(made.id)


def test_a_test_notification(service_hooks, core, receiver):
    made = service_hooks.create_subscription(subscription(core, receiver.url, "workitem.created"))
    test = Notification(subscription_id=made.id, details={"eventType": "workitem.created"})
    assert service_hooks.create_test_notification(test).status in ("queued", "requestInProgress", "completed")
    assert receiver.wait(1)[0]["eventType"] == "workitem.created"
    service_hooks.delete_subscription(made.id)


@pytest.mark.parametrize(
    "change", [{"publisher_id": "nobody"}, {"event_type": "workitem.exploded"}, {"consumer_id": "nobody"}, {"consumer_inputs": {}}, {"consumer_inputs": {"url": "no address"}}]
)
def test_refused_subscriptions(service_hooks, core, receiver, change):
    wanted = subscription(core, receiver.url)
    for name, value in change.items():
        setattr(wanted, name, value)
    with pytest.raises(AzureDevOpsServiceError):
        service_hooks.create_subscription(wanted)
