"""The control plane: what it can do, for whom, and what it says when it can't."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fixtures.bodies import item_body
from fixtures.spec import load_spec
from fixtures.world import build_world
from mock_server.app import Mock, create_app
from mock_server.command.seeding import Seed
from mock_server.control.access import Access
from mock_server.control.routes import control_route
from mock_server.settings import Settings

SPEC = load_spec()
SEED = Seed("small", build_world("small", seed=42))
CHANGE = {"X-Mock-Control": "1"}


class Served:
    """A mock in this process and how to talk to it, one call at a time."""

    def __init__(
        self, access: Access | None = None, host: str = "127.0.0.1:4010", seed: Seed | None = None, **options: Any
    ) -> None:
        settings = Settings(**{"clock": "virtual", "ingest_delay": "1"} | options)
        self.mock = Mock(settings, SPEC, fill=seed.fill if seed else None)
        self._app = create_app(self.mock, [control_route(self.mock, access or Access(token=None))])
        self._url = f"http://{host}"

    def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=self._url) as client:
                return await client.request(method, path, **request)

        return asyncio.run(send())

    def control(self, path: str, body: Any = None) -> Any:
        """The data of a successful call."""
        response = self.call("GET" if body is None else "POST", f"/_mock{path}", json=body, headers=CHANGE)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def refused(self, path: str, body: Any = None, **request: Any) -> tuple[int, str]:
        """Status and reason of a refusal, which has the API's envelope."""
        method = request.pop("method", "POST")
        response = self.call(method, f"/_mock{path}", **{"json": body, "headers": CHANGE} | request)
        document = response.json()
        assert list(document) == ["success", "message", "data", "error"]
        assert (document["success"], document["data"]) == (False, None)
        return response.status_code, json.dumps(document["error"])

    def upsert(self, item_id: str) -> None:
        headers = {"X-API-KEY": self.mock.organisations.first.secret_key}
        assert self.call("POST", "/v1/ingest/items/upsert", json=item_body(item_id), headers=headers).is_success

    @property
    def items(self) -> set[str]:
        return set(self.mock.organisations.first.tenant.items)


@pytest.fixture
def served() -> Served:
    return Served()


def test_health_counts_what_waits_to_become_visible(served: Served) -> None:
    assert served.control("/health") | {"version": "any"} == {
        "status": "ok",
        "version": "any",
        "organisations": 2,
        "waiting": 0,
    }
    served.upsert("new")
    assert served.control("/health")["waiting"] == 1


def test_a_flush_answers_when_everything_accepted_is_visible(served: Served) -> None:
    served.upsert("new")
    assert "new" not in served.items
    assert served.control("/flush", {}) == {"waiting": 0}
    assert "new" in served.items


def test_advancing_a_virtual_clock_applies_what_falls_due_on_the_way_before_it_answers(served: Served) -> None:
    assert served.control("/clock") == {"now": "2026-06-01T12:00:00Z", "virtual": True}
    served.upsert("new")
    served.control("/clock/advance", {"seconds": 0.5})
    assert "new" not in served.items
    assert served.control("/clock/advance", {"seconds": 0.5}) == {"now": "2026-06-01T12:00:01Z", "virtual": True}
    assert "new" in served.items


def test_two_advances_at_once_move_the_clock_by_their_sum(served: Served) -> None:
    async def both() -> None:
        transport = httpx.ASGITransport(create_app(served.mock, [control_route(served.mock, Access(token=None))]))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            calls = [client.post("/_mock/clock/advance", json={"seconds": 30}, headers=CHANGE) for _ in range(2)]
            assert [response.status_code for response in await asyncio.gather(*calls)] == [200, 200]

    asyncio.run(both())
    assert served.control("/clock")["now"] == "2026-06-01T12:01:00Z"


def test_a_real_clock_moves_by_itself_only() -> None:
    served = Served(clock="real", ingest_delay="0")
    assert served.control("/clock")["virtual"] is False
    status, reason = served.refused("/clock/advance", {"seconds": 1})
    assert status == 409
    assert "--clock virtual" in reason


@pytest.mark.parametrize("seconds", [-1, "NaN", "soon", None, 1e12])
def test_a_clock_does_not_go_back_or_out_of_the_calendar(served: Served, seconds: Any) -> None:
    status, reason = served.refused("/clock/advance", {"seconds": seconds})
    assert status == 400
    assert "$.seconds" in reason
    assert served.control("/clock")["now"] == "2026-06-01T12:00:00Z"


@pytest.mark.parametrize(
    ("to", "items"), [({}, 50), ({"to": "start"}, 50), ({"to": "seeded"}, 50), ({"to": "empty"}, 0)]
)
def test_a_reset_leads_to_the_start_the_seeded_shop_or_nothing(to: dict[str, str], items: int) -> None:
    served = Served(seed=SEED)
    served.upsert("new")
    served.control("/flush", {})
    assert served.control("/reset", to) == {"tenant_ids": ["glow-beauty-ng", "acme-books"]}
    assert len(served.items) == items
    assert "new" not in served.items
    assert len(served.mock.organisations["acme-books"].tenant.items) == (50 if to.get("to") == "seeded" else 0)


def test_a_reset_can_be_for_one_organisation() -> None:
    served = Served(seed=SEED)
    served.control("/reset", {"tenant_id": "acme-books", "to": "seeded"})
    served.control("/reset", {"tenant_id": "glow-beauty-ng", "to": "empty"})
    assert len(served.items) == 0
    assert len(served.mock.organisations["acme-books"].tenant.items) == 50


def test_a_reset_forgets_what_was_still_waiting(served: Served) -> None:
    served.upsert("new")
    served.control("/reset", {"to": "empty"})
    served.control("/flush", {})
    assert served.items == set()


def test_a_fresh_organisation_has_keys_of_its_own_and_no_data(served: Served) -> None:
    made = [served.control("/organisations", {}) for _ in range(2)]
    assert [each["tenant_id"] for each in made] == ["org-003", "org-004"]
    keys = [each[name] for each in made for name in ("publishable_key", "secret_key")]
    assert len(set(keys)) == 4
    answer = served.call(
        "POST", "/v1/recommend", json={"strategy": "popular"}, headers={"X-API-KEY": made[0]["publishable_key"]}
    )
    assert answer.json()["data"]["tenant_id"] == "org-003"
    assert answer.json()["data"]["results"] == []


def test_an_organisation_can_be_named_once(served: Served) -> None:
    assert served.control("/organisations", {"tenant_id": "my-shop"})["tenant_id"] == "my-shop"
    assert served.refused("/organisations", {"tenant_id": "my-shop"})[0] == 409
    assert served.refused("/organisations", {"tenant_id": "My Shop"})[0] == 400


def test_the_keys_of_a_removed_organisation_are_unknown(served: Served) -> None:
    made = served.control("/organisations", {})
    assert served.call("DELETE", f"/_mock/organisations/{made['tenant_id']}", headers=CHANGE).status_code == 200
    gone = served.call("POST", "/v1/recommend", json={}, headers={"X-API-KEY": made["publishable_key"]})
    assert gone.status_code == 401
    assert served.refused(f"/organisations/{made['tenant_id']}", method="DELETE")[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/reset", {"tenant_id": "nobody"}, 404, "nobody"),
        ("/reset", {"to": "yesterday"}, 400, "$.to"),
        ("/reset", {"tenant": "acme-books"}, 400, "$.tenant"),
        ("/flush", [], 400, "$"),
        ("/rewind", {}, 404, "/_mock/rewind"),
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
def test_a_body_that_is_no_json_is_refused(served: Served, request_: dict[str, Any], status: int) -> None:
    assert served.refused("/clock/advance", None, **{"json": None} | request_)[0] == status


def test_a_page_of_another_site_can_neither_change_nor_read_anything(served: Served) -> None:
    page = {"Origin": "https://evil.example"}
    assert served.refused("/flush", {}, headers=page)[0] == 403
    assert served.refused("/flush", None, headers=page | {"Content-Type": "text/plain"})[0] == 403
    asked = page | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-mock-control"}
    preflight = served.call("OPTIONS", "/_mock/flush", headers=asked)
    read = served.call("GET", "/_mock/health", headers=page)
    for response in (preflight, read):
        assert [name for name in response.headers if name.startswith("access-control-")] == []
    assert preflight.status_code == 403


@pytest.mark.parametrize(
    "host", ["localhost:4010", "127.0.0.1", "[::1]:4010", "shop.localhost", "192.168.1.7:4010", "mock"]
)
def test_it_answers_to_addresses_and_to_names_that_were_allowed(host: str) -> None:
    assert Served(Access(None, ["Mock"]), host=host).control("/health")["status"] == "ok"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4010", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_a_name_that_was_made_to_point_here_gets_no_answer(host: str) -> None:
    status, reason = Served(host=host).refused("/health", method="GET")
    assert status == 403
    assert "--allowed-host" in reason


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"}])
def test_where_a_token_is_needed_nothing_works_without_it(authorization: dict[str, str]) -> None:
    served = Served(Access("right"))
    assert served.refused("/health", method="GET", headers=authorization)[0] == 401
    assert served.refused("/flush", {}, headers=CHANGE | authorization)[0] == 401


def test_with_the_token_everything_works() -> None:
    headers = CHANGE | {"Authorization": "Bearer right"}
    assert Served(Access("right")).call("POST", "/_mock/flush", headers=headers).status_code == 200


def test_it_is_no_part_of_the_contract_and_costs_no_quota(served: Served) -> None:
    assert not any("_mock" in path for path in SPEC.document["paths"])
    before = served.mock.organisations.first.state.window.used
    served.control("/health")
    assert served.mock.organisations.first.state.window.used == before


def test_switched_off_it_is_a_path_like_any_other() -> None:
    mock = Mock(Settings(clock="virtual"), SPEC)
    app: Callable[..., Any] = create_app(mock)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get("/_mock/health")

    response = asyncio.run(ask())
    assert response.status_code == 404
    assert "RateLimit-Limit" in response.headers
