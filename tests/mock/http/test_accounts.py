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

from fixtures.spec import OURS
from mock_server.mock import Mock
from mock_server.runtime.passwords import Passwords
from mock_server.settings import Settings
from mock_server.state.clock import RealClock, VirtualClock
from tests.support.account_client import ACCOUNT, LOGIN, PASSWORD, REGISTER, Person, credentials, registration
from tests.support.mock_client import ACCOUNTS, ITEMS, RECOMMEND, SPEC, Answer, Client, make_client

Make = Callable[..., Client]
LIMIT = SPEC.limits["auth"]


def register(client: Client, **fields: Any) -> Answer:
    return client.post(REGISTER, registration(**fields), key=None)


def login(client: Client, **fields: Any) -> Answer:
    return client.post(LOGIN, credentials(**fields), key=None)


def bearer(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")]


def test_who_registers_is_signed_in_and_can_sign_in_again(mock: Client) -> None:
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


def test_an_address_is_the_same_in_capitals_and_can_be_registered_once(mock: Client) -> None:
    assert register(mock, email="Ada@Shop.TEST").data["account"]["email"] == "ada@shop.test"
    again = register(mock, email="ada@shop.test")
    assert (again.status, again.message) == (409, "Conflict: this address has an account already")
    assert mock.post(LOGIN, {"email": "ADA@SHOP.TEST", "password": PASSWORD}, key=None).status == 200


def test_one_address_registered_twice_at_once_is_one_account(mock: Client) -> None:
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
def test_a_bad_registration_names_the_field_and_the_rule(
    mock: Client, fields: dict[str, Any], problem: dict[str, str]
) -> None:
    answer = mock.post(REGISTER, {**registration(), **fields}, key=None)
    assert (answer.status, answer.fields) == (400, problem)
    assert len(mock.mock.directory.accounts) == 0


@pytest.mark.parametrize("email", ["a@b", "o'neil+shop@mail.example.co.uk", "x" * 64 + "@localhost"])
def test_an_address_as_browsers_take_it_is_fine(mock: Client, email: str) -> None:
    assert register(mock, email=email).status == 201


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(mock: Client) -> None:
    register(mock)
    wrong, unknown = login(mock, password="wrong password"), login(mock, name="eve")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


def test_a_wrong_password_and_an_unknown_address_cost_the_same_work() -> None:
    """Counted, not timed: one verification each, of hashes of the same cost."""
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


def test_hashing_leaves_the_event_loop_alone() -> None:
    async def story() -> tuple[int, float]:
        passwords, laps = Passwords(), 0
        started = time.perf_counter()
        hashing = [asyncio.ensure_future(passwords.hash(PASSWORD)) for _ in range(8)]
        while not all(each.done() for each in hashing):
            await asyncio.sleep(0)
            laps += 1
        return laps, time.perf_counter() - started

    laps, _ = asyncio.run(story())
    assert laps > 100  # a hash on the loop would leave about one lap for each


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
    """The token with other claims and no signature, as `alg: none` allows."""
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


def test_a_full_reset_forgets_the_accounts_and_their_tokens(mock: Client) -> None:
    ada = Person(mock, "ada")
    mock.mock.reset(mock.first.tenant_id)
    mock.mock.reset(seeded=False)
    assert ada.get(ACCOUNT).status == 200
    mock.mock.reset()
    assert ada.get(ACCOUNT).status == 401
    assert register(mock).status == 201


def test_a_virtual_clock_gives_the_same_ids_and_a_real_one_others() -> None:
    def account_ids(repeatable: bool) -> set[str]:
        clock = VirtualClock(0) if repeatable else RealClock()
        directories = [Mock(Settings(), SPEC, clock).directory for _ in range(2)]
        return {each.register("ada@shop.test", "Ada", "", 0).account_id for each in directories}

    assert (len(account_ids(repeatable=True)), len(account_ids(repeatable=False))) == (1, 2)


def test_the_eleventh_request_to_auth_is_a_429_that_says_when_to_come_back(mock: Client) -> None:
    register(mock)
    answers = [login(mock) for _ in range(LIMIT.limit)]
    assert [answer.status for answer in answers] == [200] * 9 + [429]
    assert [answer.limit for answer in answers[-2:]] == [(10, 0, 900), (10, 0, 900)]
    assert answers[-1].headers["retry-after"] == "900"
    assert register(mock, name="eve").status == 429
    mock.advance(LIMIT.window_seconds)
    assert login(mock).limit == (10, 9, 900)


def test_every_request_to_auth_costs_one_whatever_comes_of_it(mock: Client) -> None:
    register(mock)
    costs = [
        login(mock, password="wrong password"),
        mock.post(REGISTER, {"email": "ada"}, key=None),
        mock.post(LOGIN, b"{", key=None),
        mock.post(LOGIN, b"{}", key=None, headers=[("content-type", "text/plain")]),
        register(mock),
        mock.post(LOGIN, credentials(), key=mock.first.secret_key),
    ]
    assert [answer.status for answer in costs] == [401, 400, 400, 415, 409, 200]
    assert [answer.limit[1] for answer in costs] == [8, 7, 6, 5, 4, 3]


def test_what_is_no_request_to_auth_costs_nothing_there(mock: Client) -> None:
    ada = Person(mock, "ada")
    preflight = [("origin", "http://a.test"), ("access-control-request-method", "POST")]
    mock.send("OPTIONS", LOGIN, key=None, headers=preflight, address="10.0.0.0")
    mock.get(LOGIN, key=None, address="10.0.0.0")
    mock.post("/auth/logout", {}, key=None, address="10.0.0.0")
    ada.get(ACCOUNT, address="10.0.0.0")
    assert mock.post(LOGIN, credentials(), key=None, address="10.0.0.0").limit[1] == 8


def test_each_address_has_a_window_of_its_own(mock: Client) -> None:
    register(mock)
    assert [login(mock).status for _ in range(10)][-1] == 429
    assert mock.post(LOGIN, credentials(), key=None, address="192.0.2.7").limit[1] == 9


@pytest.mark.parametrize(("option", "limit"), [("2/1m", (2, 0, 60)), ("off", (10, 10, 900))])
def test_the_limit_of_auth_is_an_option(make_mock: Make, option: str, limit: tuple[int, int, int]) -> None:
    client = make_mock(auth_rate_limit=option)
    register(client)
    answers = [login(client) for _ in range(12)]
    assert (answers[0].limit, answers[-1].status) == (limit, 200 if option == "off" else 429)


def test_a_full_auth_window_is_told_once_with_the_option_that_changes_it(
    make_mock: Make, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_mock(auth_rate_limit="1/1m")
    for _ in range(3):
        register(client)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.endswith("start with --auth-rate-limit N/WINDOW or off")


def test_an_account_has_a_window_of_its_own(mock: Client) -> None:
    ada, bob = Person(mock, "ada"), Person(mock, "bob")
    assert [ada.get(ACCOUNT).limit, ada.get(ACCOUNT).limit] == [(1000, 999, 900), (1000, 998, 900)]
    assert bob.get(ACCOUNT).limit == (1000, 999, 900)
    assert mock.post(RECOMMEND, {"strategy": "popular"}).limit == (1000, 999, 900)


def test_an_account_that_used_up_its_window_is_429(make_mock: Make) -> None:
    ada = Person(make_mock(rate_limit="1/1h"), "ada")
    answers = [ada.get(ACCOUNT) for _ in range(ACCOUNTS.limits["account"].limit + 1)]
    assert [answer.status for answer in answers[-2:]] == [200, 429]
    off = Person(make_mock(rate_limit="off"), "ada")
    assert [off.get(ACCOUNT).limit for _ in range(2)] == [(1000, 1000, 900)] * 2


PROXY = "10.0.0.1"
HEADERS = [
    ([("x-forwarded-for", "192.0.2.7")], "192.0.2.7"),
    ([("x-forwarded-for", "198.51.100.1, 192.0.2.7")], "192.0.2.7"),
    ([("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "192.0.2.7, 10.0.0.2")], "192.0.2.7"),
    ([("x-forwarded-for", "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
    ([("x-forwarded-for", "192.0.2.7:4711")], "192.0.2.7"),
    ([("x-forwarded-for", "[2001:db8::7]:4711")], "2001:db8::7"),
    ([("x-forwarded-for", "2001:DB8::7")], "2001:DB8::7"),
    ([("x-forwarded-for", "")], PROXY),
    ([("x-forwarded-for", "192.0.2.7, unknown")], "unknown"),
    ([("forwarded", "for=192.0.2.7")], PROXY),
    ([], PROXY),
]


def address(peer: str, headers: list[tuple[str, str]], *trusted: str) -> str:
    """The address that the journal has of a request."""
    client = make_client(checked=False, trust_proxy=",".join(trusted))
    client.get("/", key=None, address=peer, headers=headers)
    (exchange,) = client.layers.journal.read()
    client.close()
    return str(exchange.address)


@pytest.mark.parametrize(("headers", "expected"), HEADERS, ids=str)
def test_behind_trusted_proxies_the_address_is_the_rightmost_that_is_none_of_them(
    headers: list[tuple[str, str]], expected: str
) -> None:
    assert address(PROXY, headers, "10.0.0.0/8") == expected


def test_a_proxy_that_is_not_trusted_is_the_client() -> None:
    forwarded = [("x-forwarded-for", "192.0.2.7")]
    assert address(PROXY, forwarded) == PROXY
    assert address(PROXY, forwarded, "10.0.0.2", "2001:db8::/32") == PROXY
    assert address("2001:db8::1", forwarded, "10.0.0.2", "2001:db8::/32") == "192.0.2.7"


def test_clients_behind_a_trusted_proxy_are_counted_apart(make_mock: Make) -> None:
    client = make_mock(trust_proxy=PROXY)

    def remaining(forwarded: str) -> int:
        headers = [("x-forwarded-for", forwarded)]
        return client.post(LOGIN, credentials(), key=None, address=PROXY, headers=headers).limit[1]

    assert [remaining("192.0.2.7"), remaining("192.0.2.8"), remaining("198.51.100.1, 192.0.2.7")] == [9, 9, 8]


def test_openapi_yaml_has_only_the_two_account_paths_that_the_documents_name() -> None:
    ours = [each for each in SPEC.operations if each.source == OURS]
    assert [each.path for each in ours] == [REGISTER, LOGIN]
    assert [each for each in SPEC.operations if not each.key_type] == ours
    assert "Bearer" not in SPEC.document["components"]["securitySchemes"]


def test_the_other_account_operations_have_a_contract_of_their_own() -> None:
    assert len(ACCOUNTS.operations) == 17
    assert all(each.source == OURS and each.bearer for each in ACCOUNTS.operations)


def test_an_operation_for_api_keys_refuses_the_wrong_key_as_before(mock: Client) -> None:
    assert mock.post(ITEMS, {}, key="wrong").status == 403
