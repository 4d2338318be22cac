"""Runs last: what all the tests before came to."""

import conftest

#: What a recording, an example or a documented fact contradicts in the specification.
NOTHING = "204 where a method gives nothing back (recordings/classification-areas, examples/hooks-subscription-delete, recycle-bin-destroy)"
ALLOWED = {
    **{
        f"{name} answers 204": NOTHING
        for name in (
            "Classification Nodes_Delete", "Fields_Delete", "Queries_Delete", "Recyclebin_Destroy Work Item", "Subscriptions_Delete",
            "Tags_Delete", "Teams_Delete", "Templates_Delete",
        )
    },
    "Attachments_Create answers 201": "examples/attachment-upload",
    "Attachments_Upload Chunk answers 201": "examples/attachment-chunked-content",
    "Classification Nodes_Create Or Update answers 201": "recordings/classification-areas, classification-iterations",
    "Event.notificationId is not declared": "recordings/webhook-workitem-updated-services: the event is what was sent",
    "Event.subscriptionId is not declared": "recordings/webhook-workitem-updated-services: the event is what was sent",
    "Projects_Create answers 202": "recordings/projects",
    "Projects_Delete answers 202": "recordings/projects",
    "Projects_Update answers 202": "recordings/projects: a job is queued as for the other two",
    "ReportingWorkItemLinksBatch.values[] is an object, declared ['string']": "examples/reporting-links",
    "ReportingWorkItemRevisionsBatch.values[] is an object, declared ['string']": "examples/reporting-revisions-first-batch",
    "Subscription.probationRetries is a whole number, declared ['string']": "examples/hooks-subscriptions-list",
    "Teams_Create answers 201": "the recordings that Microsoft's own command line is tested with (azure-devops-cli-extension)",
    "WorkItem.multilineFieldsFormat is not declared": "recordings/work-item-relations",
}


def test_enough_of_the_client_was_used():
    by_client = {}
    for name in sorted(conftest.called):
        client, method = name.split(".")
        by_client.setdefault(client, []).append(method)
    print(f"\n{len(conftest.called)} methods of Microsoft's client ran:")
    for client, methods in by_client.items():
        print(f"  {client}: {len(methods)}")
    assert len(conftest.called) >= 60


def test_answers_keep_to_the_specification(specification):
    everything = {operation.name for operation in specification.operations}
    print(f"\n{len(conftest.judged)} of {len(everything)} operations of the specification were judged; never called:")
    print("  " + ", ".join(sorted(everything - conftest.judged)))
    print("deviations:")
    for name in sorted(conftest.deviations):
        print(f"  {name} | {ALLOWED.get(name, 'UNEXPLAINED, in ' + conftest.deviations[name])}")
    assert set(conftest.deviations) <= set(ALLOWED)
    assert set(ALLOWED) <= set(conftest.deviations), "no deviation any more"
