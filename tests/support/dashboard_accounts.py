"""Accounts of a running mock, used over HTTP and in a browser that is signed in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

from fixtures.mock_process import RunningMock
from tests.support.dashboard_support import TLS

CATALOG = Path(__file__).parents[2] / "fixtures/golden/catalog.csv"
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Person:
    """An account. `signed_in`: the data that /auth answered with."""

    mock: RunningMock
    signed_in: dict[str, Any]

    @property
    def account_id(self) -> str:
        return str(self.signed_in["account"]["account_id"])

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Send a request that must succeed, and return the data."""
        headers = {"Authorization": f"Bearer {self.signed_in['access_token']}"}
        response = httpx.request(method, f"{self.mock.url}{path}", json=body, headers=headers, verify=TLS, **more)
        assert response.is_success, response.text
        return response.json()["data"]

    def upload(self, tenant_id: str, content: bytes, name: str = "catalog.csv") -> Any:
        path = f"/organisations/{tenant_id}/uploads?kind=items"
        return self.ask("POST", path, files={"file": (name, content)})

    def sign_in(self, page: Page) -> None:
        """Sign in as the form does, from the page's next load on."""
        kept = json.dumps({"token": self.signed_in["access_token"], "account": self.signed_in["account"]})
        page.add_init_script(f"sessionStorage.setItem('lehnz-account', {json.dumps(kept)})")


def register(mock: RunningMock, name: str, email: str) -> Person:
    body = {"email": email, "password": PASSWORD, "name": name}
    response = httpx.post(f"{mock.url}/auth/register", json=body, verify=TLS)
    assert response.status_code == 201, response.text
    return Person(mock, response.json()["data"])


def a_shop(mock: RunningMock, name: str = "Ada", shop: str = "Glow Beauty") -> tuple[Person, str]:
    """Create an organisation; return its OWNER and its tenant_id."""
    ada = register(mock, name, "ada@shop.test")
    return ada, ada.ask("POST", "/organisations", {"name": shop})["tenant_id"]


def a_team_at_work(mock: RunningMock) -> tuple[Person, Person, Person, str]:
    """Create an organisation with something on each tab; return its OWNER, a DEVELOPER, a MEMBER, and its tenant_id."""
    ada, tenant_id = a_shop(mock)
    grace, eve = (register(mock, who.title(), f"{who}@shop.test") for who in ("grace", "eve"))
    for email, role in [("grace@shop.test", "DEVELOPER"), ("eve@shop.test", "MEMBER")]:
        ada.ask("POST", f"/organisations/{tenant_id}/members", {"email": email, "role": role})
    ada.upload(tenant_id, CATALOG.read_bytes())
    ada.upload(
        tenant_id, b"item_id,item_type,status\na,product,active\nb,product,nowhere\nc,product\n", "<b>bad</b>.csv"
    )
    grace.ask("POST", f"/organisations/{tenant_id}/keys")
    old = ada.ask("POST", f"/organisations/{tenant_id}/keys")
    ada.ask("DELETE", f"/organisations/{tenant_id}/keys/{old['key_id']}")
    return ada, grace, eve, tenant_id
