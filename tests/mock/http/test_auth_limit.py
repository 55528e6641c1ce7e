"""The limit of /auth: 10 requests per 15 minutes and address, and which address counts (R42)."""

from collections.abc import Callable

import pytest

from fixtures.spec import OURS
from tests.support.account_client import (
    ACCOUNT,
    LIMIT,
    LOGIN,
    REGISTER,
    Person,
    credentials,
    login,
    register,
)
from tests.support.mock_client import ACCOUNTS, ITEMS, RECOMMEND, SPEC, Client, make_client

Make = Callable[..., Client]


def test_the_eleventh_request_to_auth_is_a_429_that_says_when_to_retry(mock: Client) -> None:
    register(mock)
    answers = [login(mock) for _ in range(LIMIT.limit)]
    assert [answer.status for answer in answers] == [200] * 9 + [429]
    assert [answer.limit for answer in answers[-2:]] == [(10, 0, 900), (10, 0, 900)]
    assert answers[-1].headers["retry-after"] == "900"
    assert register(mock, name="eve").status == 429
    mock.advance(LIMIT.window_seconds)
    assert login(mock).limit == (10, 9, 900)


def test_every_request_to_auth_costs_one_successful_or_not(mock: Client) -> None:
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


def test_other_requests_do_not_count_for_the_limit_of_auth(mock: Client) -> None:
    ada = Person(mock, "ada")
    preflight = [("origin", "http://a.test"), ("access-control-request-method", "POST")]
    mock.send("OPTIONS", LOGIN, key=None, headers=preflight, address="10.0.0.0")
    mock.get(LOGIN, key=None, address="10.0.0.0")
    mock.post("/auth/logout", {}, key=None, address="10.0.0.0")
    ada.get(ACCOUNT, address="10.0.0.0")
    assert mock.post(LOGIN, credentials(), key=None, address="10.0.0.0").limit[1] == 8


def test_each_address_has_its_own_window(mock: Client) -> None:
    register(mock)
    assert [login(mock).status for _ in range(10)][-1] == 429
    assert mock.post(LOGIN, credentials(), key=None, address="192.0.2.7").limit[1] == 9


@pytest.mark.parametrize(("option", "limit"), [("2/1m", (2, 0, 60)), ("off", (10, 10, 900))])
def test_the_limit_of_auth_can_be_set_by_an_option(make_mock: Make, option: str, limit: tuple[int, int, int]) -> None:
    client = make_mock(auth_rate_limit=option)
    register(client)
    answers = [login(client) for _ in range(12)]
    assert (answers[0].limit, answers[-1].status) == (limit, 200 if option == "off" else 429)


def test_a_used_up_auth_window_is_logged_once_with_the_option_that_changes_it(
    make_mock: Make, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_mock(auth_rate_limit="1/1m")
    for _ in range(3):
        register(client)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.endswith("start with --auth-rate-limit N/WINDOW or off")


def test_an_account_has_its_own_window(mock: Client) -> None:
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
    """Return the client's address as the journal recorded it."""
    client = make_client(checked=False, trust_proxy=",".join(trusted))
    client.get("/", key=None, address=peer, headers=headers)
    (exchange,) = client.layers.journal.read()
    client.close()
    return str(exchange.address)


@pytest.mark.parametrize(("headers", "expected"), HEADERS, ids=str)
def test_behind_trusted_proxies_the_rightmost_untrusted_address_counts(
    headers: list[tuple[str, str]], expected: str
) -> None:
    assert address(PROXY, headers, "10.0.0.0/8") == expected


def test_an_untrusted_proxy_counts_as_the_client() -> None:
    forwarded = [("x-forwarded-for", "192.0.2.7")]
    assert address(PROXY, forwarded) == PROXY
    assert address(PROXY, forwarded, "10.0.0.2", "2001:db8::/32") == PROXY
    assert address("2001:db8::1", forwarded, "10.0.0.2", "2001:db8::/32") == "192.0.2.7"


def test_clients_behind_a_trusted_proxy_are_counted_separately(make_mock: Make) -> None:
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


def test_the_other_account_operations_are_in_a_separate_contract() -> None:
    assert len(ACCOUNTS.operations) == 17
    assert all(each.source == OURS and each.bearer for each in ACCOUNTS.operations)


def test_operations_with_api_keys_still_refuse_the_wrong_type_of_key(mock: Client) -> None:
    assert mock.post(ITEMS, {}, key="wrong").status == 403
