"""Clients with accounts: each registers, keeps its token, and sends it with every request."""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher

from tests.support.mock_client import SPEC, Answer, Client

REGISTER, LOGIN, ACCOUNT = "/auth/register", "/auth/login", "/account"
LIMIT = SPEC.limits["auth"]
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # tests register hundreds of accounts


class Person:
    """A registered account; its email address is NAME@shop.test."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.email = client, f"{name}@shop.test"
        client.mock.passwords.hasher = CHEAP
        answer = client.post(REGISTER, registration(name), key=None, address=f"10.0.0.{len(client.people) % 250}")
        assert answer.status == 201, answer.body
        client.people.append(self)
        self.token, self.account_id = answer.data["access_token"], answer.data["account"]["account_id"]

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        headers = [*bearer(self.token), *more.pop("headers", ())]
        return self.client.send(method, path, body, None, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Answer:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("POST", path, body, **more)


def registration(name: str = "ada", **fields: Any) -> dict[str, Any]:
    return {"email": f"{name}@shop.test", "password": PASSWORD, "name": name.title(), **fields}


def credentials(name: str = "ada", password: str = PASSWORD) -> dict[str, Any]:
    return {"email": f"{name}@shop.test", "password": password}


def register(client: Client, **fields: Any) -> Answer:
    return client.post(REGISTER, registration(**fields), key=None)


def login(client: Client, **fields: Any) -> Answer:
    return client.post(LOGIN, credentials(**fields), key=None)


def bearer(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")]
