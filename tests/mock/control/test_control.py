"""The control plane: what it can do, for which organisation, and its errors."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mock_server.app import create_app
from mock_server.mock import Mock
from mock_server.settings import Settings
from tests.support.control_client import CHANGE, SEED, Served
from tests.support.mock_client import SPEC

Make = Callable[..., Served]


def test_health_counts_requests_that_are_not_visible_yet(served: Served) -> None:
    assert served.control("/health") | {"version": "any"} == {
        "status": "ok",
        "version": "any",
        "organisations": 2,
        "shard": "1/1",
        "waiting": 0,
    }
    served.upsert("new")
    assert served.control("/health")["waiting"] == 1


def test_a_flush_answers_when_everything_accepted_is_visible(served: Served) -> None:
    served.upsert("new")
    assert "new" not in served.items
    assert served.control("/flush", {"all": True}) == {"waiting": 0}
    assert "new" in served.items


@pytest.mark.parametrize(
    ("to", "items"), [({}, 50), ({"to": "start"}, 50), ({"to": "seeded"}, 50), ({"to": "empty"}, 0)]
)
def test_a_reset_goes_to_the_start_the_seeded_shop_or_an_empty_shop(
    make_served: Make, to: dict[str, str], items: int
) -> None:
    served = make_served(seed=SEED)
    served.upsert("new")
    served.control("/flush", {"all": True})
    assert served.control("/reset", {"all": True} | to) == {"tenant_ids": ["glow-beauty-ng", "acme-books"]}
    assert len(served.items) == items
    assert "new" not in served.items
    assert len(served.mock.organisations["acme-books"].tenant.items) == (50 if to.get("to") == "seeded" else 0)


def test_a_reset_can_be_for_one_organisation(make_served: Make) -> None:
    served = make_served(seed=SEED)
    served.control("/reset", {"tenant_id": "acme-books", "to": "seeded"})
    served.control("/reset", {"tenant_id": "glow-beauty-ng", "to": "empty"})
    assert len(served.items) == 0
    assert len(served.mock.organisations["acme-books"].tenant.items) == 50


def test_a_reset_discards_queued_data(served: Served) -> None:
    served.upsert("new")
    served.control("/reset", {"all": True, "to": "empty"})
    served.control("/flush", {"all": True})
    assert served.items == set()


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/reset", {"tenant_id": "nobody"}, 404, "nobody"),
        ("/reset", None, 400, '{\\"all\\": true}'),
        ("/reset", {}, 400, "name a tenant_id"),
        ("/reset", {"all": False}, 400, "name a tenant_id"),
        ("/reset", {"all": True, "tenant_id": "acme-books"}, 400, "name a tenant_id"),
        ("/flush", None, 400, "name a tenant_id"),
        ("/reset", {"to": "yesterday"}, 400, "$.to"),
        ("/reset", {"tenant": "acme-books"}, 400, "$.tenant"),
        ("/flush", [], 400, "$"),
        ("/clock/advance", {"seconds": True}, 400, "$.seconds"),
        ("/clock/advance", {"seconds": "900"}, 400, "$.seconds"),
        ("/organisations", {"seeded": 1}, 400, "$.seeded"),
        ("/organisations/acme-books/rate-limit/exhaust", {"seconds": "30"}, 400, "$.seconds"),
        ("/journal/verify", {"times": True}, 400, "$.times"),
        ("/journal/verify", {"operation_id": "recommned", "times": 0}, 400, "$.operation_id"),
        ("/rewind", {}, 404, "/_mock/rewind"),
        ("/reset/", {}, 404, "did you mean `/_mock/reset`?"),
        ("/rest", {}, 404, "did you mean `/_mock/reset`?"),
        ("/health", {}, 405, "GET"),
    ],
)
def test_a_refusal_names_the_reason(served: Served, path: str, body: Any, status: int, reason: str) -> None:
    found = served.refused(path, body)
    assert found[0] == status
    assert reason in found[1]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"{", "headers": CHANGE | {"Content-Type": "application/json"}}, 400),
        ({"content": b'{"seconds": 1, "seconds": 2}', "headers": CHANGE}, 400),
        ({"content": b"a" * 70_000, "headers": CHANGE}, 413),
        ({"content": b"seconds=1", "headers": CHANGE | {"Content-Type": "application/x-www-form-urlencoded"}}, 415),
    ],
)
def test_a_body_that_is_not_json_is_refused(served: Served, request_: dict[str, Any], status: int) -> None:
    assert served.refused("/clock/advance", None, **{"json": None} | request_)[0] == status


def test_the_control_plane_is_no_part_of_the_contract_and_costs_no_quota(served: Served) -> None:
    assert not any("_mock" in path for path in SPEC.document["paths"])
    before = served.mock.organisations.first.state.window.used
    served.control("/health")
    assert served.mock.organisations.first.state.window.used == before


def test_without_the_control_plane_its_paths_are_ordinary_404s() -> None:
    mock = Mock(Settings(clock="virtual"), SPEC)
    app: Callable[..., Any] = create_app(mock)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get("/_mock/health")

    response = asyncio.run(ask())
    assert response.status_code == 404
    assert "RateLimit-Limit" in response.headers
