"""What the operator can do with accounts through the control plane (R65)."""

import asyncio
from typing import Any

import httpx
import pytest

from fixtures.bodies import item_body, recommend_body
from mock_server.app import create_app
from mock_server.control.access import Access
from mock_server.mock import Mock
from mock_server.settings import Settings
from tests.support.account_client import CHEAP, PASSWORD, registration

CHANGE = {"X-Mock-Control": "1"}


class Served:
    """A mock with its control plane, in this process."""

    def __init__(self) -> None:
        self.mock = Mock(Settings(clock="virtual"))
        self.mock.passwords.hasher = CHEAP
        self._app = create_app(self.mock, access=Access(None))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010") as client:
                return await client.request(method, path, json=body, headers={**CHANGE, **headers})

        return asyncio.run(send())

    def register(self) -> dict[str, str]:
        """Register a new account and return the headers that sign it in."""
        answer = self.ask("POST", "/auth/register", registration())
        return {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}


@pytest.fixture
def served() -> Served:
    return Served()


def test_the_operator_can_add_an_account_to_an_organisation_of_the_mock(served: Served) -> None:
    ada = served.register()
    added = served.ask("POST", "/_mock/organisations/acme-books/members", {"email": "ADA@shop.test", "role": "OWNER"})
    assert (added.status_code, added.json()["data"]["role"]) == (201, "OWNER")
    (organisation,) = served.ask("GET", "/organisations", **ada).json()["data"]["organisations"]
    assert (organisation["tenant_id"], organisation["role"]) == ("acme-books", "OWNER")
    (entry,) = served.ask("GET", "/organisations/acme-books/audit-log", **ada).json()["data"]["entries"]
    assert (entry["action"], entry["account_id"], entry["details"]["email"]) == ("addMember", None, "ada@shop.test")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("acme-books/members", {"email": "eve@shop.test", "role": "OWNER"}, 404),
        ("nowhere/members", {"email": "ada@shop.test", "role": "OWNER"}, 404),
        ("acme-books/members", {"email": "ada@shop.test", "role": "KING"}, 400),
        ("acme-books/members", {"email": "ada@shop.test"}, 400),
        ("glow-beauty-ng/members", {"email": "ada@shop.test", "role": "MEMBER"}, 409),
    ],
)
def test_adding_an_invalid_member_is_refused(served: Served, path: str, body: Any, status: int) -> None:
    served.register()
    served.ask("POST", "/_mock/organisations/glow-beauty-ng/members", {"email": "ada@shop.test", "role": "OWNER"})
    assert served.ask("POST", f"/_mock/organisations/{path}", body).status_code == status


def test_a_suspension_is_logged_once_and_can_be_ended(served: Served) -> None:
    ada, path = served.register(), "/_mock/organisations/glow-beauty-ng"
    served.ask("POST", f"{path}/members", {"email": "ada@shop.test", "role": "OWNER"})
    key = {"X-API-KEY": served.mock.organisations.first.publishable_key}

    def statuses(suspended: bool) -> tuple[int, int, int]:
        changed = served.ask("PUT", f"{path}/suspension", {"suspended": suspended})
        asked = served.ask("POST", "/v1/recommend", recommend_body("popular"), **key)
        return (
            changed.status_code,
            asked.status_code,
            served.ask("GET", "/organisations/glow-beauty-ng", **ada).status_code,
        )

    assert [statuses(True), statuses(True), statuses(False)] == [(200, 403, 403), (200, 403, 403), (200, 200, 200)]
    entries = served.ask("GET", "/organisations/glow-beauty-ng/audit-log", **ada).json()["data"]["entries"]
    assert [each["action"] for each in entries] == ["unsuspend", "suspend", "addMember"]


def test_the_journal_holds_no_password_token_or_secret_key(served: Served) -> None:
    ada = served.register()
    served.ask("POST", "/auth/login", {"email": "ada@shop.test", "password": PASSWORD, "name": "Ada"})
    served.ask("POST", "/organisations", {"name": "Shop"}, **ada)
    pair = served.ask("POST", "/organisations/shop/keys", **ada).json()["data"]
    served.ask("POST", "/v1/ingest/items/upsert", item_body("a"), **{"X-API-KEY": pair["secret_key"]})
    exchanges = served.ask("GET", "/_mock/journal").json()["data"]["exchanges"]
    assert [each["operation_id"] for each in exchanges][:2] == ["register", "login"]
    journal = "".join(served.ask("GET", f"/_mock/journal/{each['id']}").text for each in exchanges)
    assert "ada@shop.test" in journal
    for secret in (PASSWORD, ada["Authorization"].removeprefix("Bearer "), pair["secret_key"]):
        assert secret not in journal


def test_a_flush_waits_for_uploads(served: Served) -> None:
    ada = served.register()
    served.ask("POST", "/organisations", {"name": "Shop"}, **ada)

    async def story() -> Any:
        transport = httpx.ASGITransport(create_app(served.mock, access=Access(None)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010") as client:
            rows = "item_id,item_type,status\n" + "".join(f"item-{n},product,active\n" for n in range(3000))
            files = {"file": ("catalog.csv", rows.encode(), "text/csv")}
            started = await client.post("/organisations/shop/uploads?kind=items", files=files, headers=ada)
            await client.post("/_mock/flush", json={"all": True}, headers=CHANGE)
            path = f"/organisations/shop/uploads/{started.json()['data']['upload_id']}"
            return (await client.get(path, headers=ada)).json()["data"]

    upload = asyncio.run(story())
    assert (upload["status"], upload["rows"]["accepted"]) == ("completed", 3000)
    assert len(served.mock.organisations["shop"].tenant.items) == 3000
