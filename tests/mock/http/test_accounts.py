"""Accounts: registration, signing in, tokens, and the limit of /auth (R42, R58, R59, R60)."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from mock_server.mock import Mock
from mock_server.runtime.passwords import Passwords
from mock_server.settings import Settings
from mock_server.state.clock import RealClock, VirtualClock
from tests.support.account_client import (
    ACCOUNT,
    LOGIN,
    PASSWORD,
    REGISTER,
    Person,
    bearer,
    login,
    register,
    registration,
)
from tests.support.mock_client import RECOMMEND, SPEC, Client

Make = Callable[..., Client]


def test_registering_signs_in_and_the_account_can_sign_in_again(mock: Client) -> None:
    registered = register(mock)
    assert registered.status == 201
    assert registered.data["account"].items() >= {"email": "ada@shop.test", "name": "Ada"}.items()
    signed_in = login(mock)
    assert signed_in.status == 200
    for answer in (registered, signed_in):
        assert answer.data["token_type"] == "Bearer"
        assert answer.data["expires_in"] == SPEC.document["x-limits"]["token_seconds"]
        who = mock.get(ACCOUNT, key=None, headers=bearer(answer.data["access_token"]))
        assert who.data == registered.data["account"]


def test_an_address_ignores_case_and_can_be_registered_only_once(mock: Client) -> None:
    assert register(mock, email="Ada@Shop.TEST").data["account"]["email"] == "ada@shop.test"
    again = register(mock, email="ada@shop.test")
    assert (again.status, again.message) == (409, "Conflict: this address already has an account")
    assert mock.post(LOGIN, {"email": "ADA@SHOP.TEST", "password": PASSWORD}, key=None).status == 200


def test_two_simultaneous_registrations_of_one_address_make_one_account(mock: Client) -> None:
    answers = mock.together([("POST", REGISTER, registration(), None)] * 3)
    assert sorted(answer.status for answer in answers) == [201, 409, 409]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"email": "ada"}, {"$.email": "must be an address, as ada@shop.test"}),
        ({"email": "ada@shop test"}, {"$.email": "must be an address, as ada@shop.test"}),
        ({"email": "ada@shop.test\n"}, {"$.email": "must be an address, as ada@shop.test"}),
        ({"email": "ada@-shop.test"}, {"$.email": "must be an address, as ada@shop.test"}),
        ({"password": "short"}, {"$.password": "must have at least 8 characters"}),
        ({"password": "x" * 129}, {"$.password": "must have at most 128 characters"}),
        ({"password": 12345678}, {"$.password": "must be a string"}),
        ({"name": ""}, {"$.name": "must not be empty"}),
        ({"role": "OWNER"}, {"$": "must not have the field .role"}),
    ],
    ids=str,
)
def test_an_invalid_registration_names_the_field_and_the_rule(
    mock: Client, fields: dict[str, Any], problem: dict[str, str]
) -> None:
    answer = mock.post(REGISTER, {**registration(), **fields}, key=None)
    assert (answer.status, answer.fields) == (400, problem)
    assert len(mock.mock.directory.accounts) == 0


@pytest.mark.parametrize("email", ["a@b", "o'neil+shop@mail.example.co.uk", "x" * 64 + "@localhost"])
def test_an_address_that_browsers_accept_is_accepted(mock: Client, email: str) -> None:
    assert register(mock, email=email).status == 201


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(mock: Client) -> None:
    register(mock)
    wrong, unknown = login(mock, password="wrong password"), login(mock, name="eve")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


def test_a_wrong_password_and_an_unknown_address_cost_the_same_work() -> None:
    """The work is counted, not timed: each verifies one hash of the same cost."""
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            verified.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))

    async def story() -> list[bool]:
        known = await passwords.hash(PASSWORD)
        asked = [(PASSWORD, known), ("wrong", known), (PASSWORD, None), ("nobody's", None)]
        return [await passwords.matches(*each) for each in asked]

    assert asyncio.run(story()) == [True, False, False, False]
    assert len(verified) == 4
    assert len(set(verified)) == 1


def test_hashing_does_not_block_the_event_loop() -> None:
    async def story() -> tuple[int, float]:
        passwords, laps = Passwords(), 0
        started = time.perf_counter()
        hashing = [asyncio.ensure_future(passwords.hash(PASSWORD)) for _ in range(8)]
        while not all(each.done() for each in hashing):
            await asyncio.sleep(0)
            laps += 1
        return laps, time.perf_counter() - started

    laps, _ = asyncio.run(story())
    assert laps > 100  # if hashing ran on the loop, there would be about one lap per hash


def test_a_password_is_kept_as_an_argon2id_hash_and_shown_nowhere(
    mock: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [register(mock), register(mock), login(mock), login(mock, password="wrong password")]
    (account,) = mock.mock.directory.accounts
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    shown = caplog.text + repr(account) + "".join(answer.body.decode() for answer in answers)
    assert PASSWORD not in shown
    assert "argon2" not in shown


def test_a_token_expires_by_the_mocks_clock(mock: Client) -> None:
    ada = Person(mock, "ada")
    mock.advance(3599)
    assert ada.get(ACCOUNT).status == 200
    mock.advance(1)
    answer = ada.get(ACCOUNT)
    assert (answer.status, answer.message) == (401, "Unauthorized: the bearer token has expired; sign in again")


def forged(token: str, **claims: Any) -> str:
    """Return the token with changed claims and no signature, as `alg: none` allows."""
    _, body, _ = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(body + "=="))
    parts = [{"alg": "none", "typ": "JWT"}, {**known, **claims}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def test_a_token_that_was_not_issued_here_is_401(mock: Client, make_mock: Make) -> None:
    ada, other = Person(mock, "ada"), Person(make_mock(), "ada")
    tokens = [other.token, ada.token[:-2], f"{ada.token}x", forged(ada.token), "", "a.b.c", "é", ada.token.upper()]
    for token in tokens:
        assert mock.get(ACCOUNT, key=None, headers=bearer(token)).status == 401, token
    assert mock.get(ACCOUNT, key=None).message.endswith("as Authorization: Bearer ACCESS_TOKEN")


def test_an_api_key_is_no_token_and_a_token_no_api_key(mock: Client) -> None:
    ada = Person(mock, "ada")
    assert mock.get(ACCOUNT, key=mock.first.secret_key).status == 401
    assert mock.get(ACCOUNT, key=None, headers=bearer(str(mock.first.secret_key))).status == 401
    assert ada.post(RECOMMEND, {"strategy": "popular"}).status == 401
    assert mock.post(RECOMMEND, {"strategy": "popular"}, key=ada.token).status == 401


def test_a_full_reset_removes_accounts_and_their_tokens(mock: Client) -> None:
    ada = Person(mock, "ada")
    mock.mock.reset(mock.first.tenant_id)
    mock.mock.reset(seeded=False)
    assert ada.get(ACCOUNT).status == 200
    mock.mock.reset()
    assert ada.get(ACCOUNT).status == 401
    assert register(mock).status == 201


def test_ids_repeat_under_a_virtual_clock_and_differ_under_a_real_one() -> None:
    def account_ids(repeatable: bool) -> set[str]:
        clock = VirtualClock(0) if repeatable else RealClock()
        directories = [Mock(Settings(), SPEC, clock).directory for _ in range(2)]
        return {each.register("ada@shop.test", "Ada", "", 0).account_id for each in directories}

    assert (len(account_ids(repeatable=True)), len(account_ids(repeatable=False))) == (1, 2)
