"""Request examples use ids of the running shop, except in requests that create records."""

import copy
import json

from fixtures.bodies import event_body, item_body, user_body
from mock_server.spec.shop_examples import describe_shop, ids_of, request_examples
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant
from tests.support.shipped import SPEC


def shop() -> Tenant:
    tenant = Tenant("shop")
    tenant.upsert_items([item_body("hidden", status="inactive"), item_body("mug"), item_body("cup")], 0.0)
    tenant.upsert_users([user_body("idle"), user_body("busy")])
    tenant.apply_events([Event.from_body(event_body("view", "busy", "mug"), 0.0, "e1")])
    return tenant


def test_examples_refer_to_active_items_and_to_users_with_events() -> None:
    ids = ids_of(SPEC, shop())
    assert (ids["PROD-001"], set(ids.values())) == ("mug", {"mug", "cup", "busy", "idle"})
    assert ids["user_42"] == "busy"
    asked = json.dumps(request_examples(SPEC, SPEC.operation("recommend"), ids))
    assert '"context_item_id": "mug"' in asked
    assert "PROD-001" not in asked.replace('"examples": ["PROD-001"]', "")


def test_examples_that_create_records_are_unchanged() -> None:
    loads = json.dumps(request_examples(SPEC, SPEC.operation("upsertItems"), ids_of(SPEC, shop())))
    assert '"item_id": "PROD-001"' in loads
    assert "mug" not in loads


def test_an_empty_shop_keeps_the_documents_ids() -> None:
    assert ids_of(SPEC, Tenant("empty")) == {}


def test_the_spec_itself_is_not_changed() -> None:
    document, before = copy.deepcopy(SPEC.document), json.dumps(SPEC.document)
    describe_shop(document, SPEC, ids_of(SPEC, shop()))
    assert json.dumps(SPEC.document) == before
    assert json.dumps(document) != before
