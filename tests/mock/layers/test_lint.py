"""The client lint: each rule finds its mistake and reports nothing about correct clients."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.bodies import item_body
from mock_server.http.origin import is_foreign
from mock_server.layers.journal.exchange import Exchange
from mock_server.layers.journal.lint.linter import EVERY_RULE, Linter
from mock_server.state.records import User
from mock_server.state.tenant import Tenant
from tests.support.journal_client import Observed, made, observed
from tests.support.mock_client import ITEMS, RECOMMEND

ROOT = Path(__file__).parents[3]
REFUSED: dict[str, Any] = {
    "status": 429,
    "answered": {"retry-after": "10", "ratelimit-remaining": "0", "ratelimit-reset": "10"},
}
LAST: dict[str, Any] = {"answered": {"ratelimit-remaining": "0", "ratelimit-reset": "10"}}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


@pytest.fixture
def tenant() -> Tenant:
    return Tenant("acme-books")


def marks(*exchanges: Exchange, tenant: Tenant | None = None) -> list[list[str]]:
    """Return for each exchange the rules that it breaks."""
    linter = Linter(lambda _: tenant)
    for number, exchange in enumerate(exchanges, 1):
        exchange.id = number
        linter.look_at(exchange)
    return [[remark.id for remark in exchange.lint] for exchange in exchanges]


def events(at: float, *bodies: dict[str, Any], **more: Any) -> Exchange:
    bodies = tuple({"event_name": "view", "event_family": "exposure", "user_id": "u1"} | body for body in bodies)
    body = bodies[0] if len(bodies) == 1 else list(bodies)
    answer: dict[str, Any] = {"status": 202, "accepted": ("events", len(bodies)), "operation_id": "ingestEvents"}
    return made(at, body=body, **answer | more)


def test_every_rule_has_its_own_name_and_sentence(mock: Observed) -> None:
    rules = mock.control("/lint")["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in EVERY_RULE]
    assert len({rule["id"] for rule in rules}) == len({rule["sentence"] for rule in rules}) == len(rules)


def test_the_guide_lists_the_current_rules() -> None:
    guide = (ROOT / "docs/look-inside.md").read_text(encoding="utf-8")
    table = guide.partition("<!-- rules -->\n")[2].partition("<!-- /rules -->")[0]
    assert table.splitlines() == [f"| `{rule.id}` | {rule.sentence} |" for rule in EVERY_RULE]


def test_a_call_before_retry_after_has_passed_is_reported() -> None:
    assert marks(made(0, **REFUSED), made(4, **REFUSED)) == [[], ["called-before-retry-after"]]


def test_a_call_after_retry_after_is_not_reported() -> None:
    assert marks(made(0, **REFUSED), made(10.1, **REFUSED)) == [[], []]


def test_requests_that_were_already_on_their_way_are_not_reported() -> None:
    burst = [made(0.01 * number, path=f"/v1/recommend/{number}", **REFUSED) for number in range(6)]
    assert marks(*burst) == [[]] * 6


def test_the_same_request_repeated_at_once_is_reported() -> None:
    assert marks(made(0, **REFUSED), made(0.01, **REFUSED))[1] == ["called-before-retry-after"]


def test_moving_the_clock_on_ends_the_wait() -> None:
    assert marks(made(0, **REFUSED), made(4, moment=900.0, **REFUSED)) == [[], []]


def test_on_a_clock_that_runs_fast_the_clients_own_seconds_count() -> None:
    fast: dict[str, Any] = {"scale": 60.0}
    assert marks(made(0, moment=0.0, **REFUSED, **fast), made(4, moment=240.0, **REFUSED, **fast))[1] == [
        "called-before-retry-after"
    ]


def test_a_call_that_a_refilled_limit_allows_is_not_reported() -> None:
    assert marks(made(0, **REFUSED), made(4, status=200)) == [[], []]


def test_the_retry_after_of_a_fault_counts_too() -> None:
    broken: dict[str, Any] = {"status": 503, "answered": {"retry-after": "10"}, "fault": "flaky"}
    assert marks(made(0, **broken), made(4, status=200)) == [[], ["called-before-retry-after"]]


def test_a_refusal_counts_only_for_its_own_client() -> None:
    other: dict[str, Any] = {"headers": {"user-agent": "another browser"}}
    assert marks(made(0, **REFUSED), made(4, **other, **REFUSED)) == [[], []]


def test_a_refused_call_after_remaining_0_is_reported() -> None:
    assert marks(made(0, **LAST), made(4, **REFUSED)) == [[], ["ignored-remaining-0"]]
    assert marks(made(0, **LAST), made(4, status=200)) == [[], []]
    assert marks(made(0, **LAST), made(10.1, **REFUSED)) == [[], []]


def test_remaining_0_is_also_read_from_the_draft_7_header() -> None:
    answered = {"ratelimit": "limit=20, remaining=0, reset=10"}
    assert marks(made(0, answered=answered), made(4, **REFUSED))[1] == ["ignored-remaining-0"]


def test_the_limits_of_a_running_mock_are_linted() -> None:
    mock = observed(rate_limit="2/10s")
    for _ in range(4):
        mock.recommend()
    assert [[remark["id"] for remark in each["lint"]] for each in mock.exchanges()] == [
        [],
        [],
        ["ignored-remaining-0"],
        ["called-before-retry-after"],
    ]
    mock.close()


def test_moving_an_organisations_own_time_ends_the_wait() -> None:
    mock = observed(rate_limit="1/900s")
    own = f"/organisations/{mock.tenant_id}"
    for _ in range(2):
        mock.control(f"{own}/rate-limit/exhaust", {"seconds": 60})
        mock.recommend()
        mock.control("/clock/advance", {"seconds": 60, "tenant_id": mock.tenant_id})
    assert [(each["status"], each["lint"]) for each in mock.exchanges()] == [(429, []), (429, [])]
    mock.close()


def test_the_wrong_type_of_key_is_reported(mock: Observed) -> None:
    mock.post(ITEMS, item_body("a"), key="wrong")
    mock.post(RECOMMEND, {"strategy": "popular"}, key="wrong")
    mock.post(RECOMMEND, {"strategy": "popular"}, key="lehnz_pk_unknown")
    found = [each["lint"] for each in mock.exchanges()]
    assert [[remark["id"] for remark in each] for each in found] == [["wrong-key-type"], ["wrong-key-type"], []]
    assert found[0][0]["message"] == "upsertItems takes the secret key, and the publishable key was sent"


@pytest.mark.parametrize(
    ("origin", "referer", "leaks"),
    [
        ("http://localhost:3000", "http://localhost:3000/", True),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010/docs", False),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010/shop", True),  # a page behind a development server's proxy
        ("null", "", True),
    ],
)
def test_a_secret_key_from_a_page_is_reported_except_from_the_mocks_pages(
    mock: Observed, caplog: pytest.LogCaptureFixture, origin: str, referer: str, leaks: bool
) -> None:
    mock.post(ITEMS, item_body("a"), headers=[("Host", "127.0.0.1:4010"), ("Origin", origin), ("Referer", referer)])
    (exchange,) = mock.exchanges()
    assert [remark["id"] for remark in exchange["lint"]] == (["secret-key-in-browser"] if leaks else [])
    assert ("it is in a browser" in caplog.text) == leaks


def test_a_secret_key_without_an_origin_is_not_reported() -> None:
    assert not is_foreign({b"host": b"127.0.0.1:4010"})


def test_single_events_in_quick_succession_are_reported_once_per_burst() -> None:
    found = marks(*(events(0.05 * number, {}) for number in range(15)))
    assert [number for number, each in enumerate(found, 1) if each] == [10]
    assert found[9] == ["unbatched-events"]


def test_events_in_an_array_or_at_human_speed_are_not_reported() -> None:
    assert marks(*(events(0.05 * number, {}, {}) for number in range(15))) == [[]] * 15
    assert marks(*(events(0.5 * number, {}) for number in range(15))) == [[]] * 15


def test_a_repeated_event_id_is_reported() -> None:
    first, again = events(0, {"event_id": "e1"}), events(5, {"event_id": "e1"}, {"event_id": "e2"})
    assert marks(first, again) == [[], ["duplicate-event-id"]]
    assert again.lint[0].message == "the event id 'e1' came in exchange 1 before"
    assert marks(events(0, {"event_id": "e3"}, {"event_id": "e3"})) == [["duplicate-event-id"]]


@pytest.mark.parametrize("lost", [{"status": None}, {"fault": "truncate"}, {"status": 503, "accepted": None}])
def test_repeating_an_event_that_got_no_answer_is_not_reported(lost: dict[str, Any]) -> None:
    assert marks(events(0, {"event_id": "e1"}, **lost), events(5, {"event_id": "e1"})) == [[], []]


def test_after_a_reset_the_same_ids_are_new() -> None:
    assert marks(events(0, {"event_id": "e1"}), events(5, {"event_id": "e1"}, era=1)) == [[], []]


def session(*users: str) -> list[Exchange]:
    return [events(number, {"user_id": user, "session_id": "s1"}) for number, user in enumerate(users)]


def test_signing_in_without_identify_is_reported(tenant: Tenant) -> None:
    tenant.users["ada"] = User.from_body({"user_id": "ada", "status": "active"})
    found = marks(*session("v1", "v1", "ada", "ada", "ada"), tenant=tenant)
    assert found == [[], [], [], ["anonymous-never-identified"], []]
    assert marks(*session("anon-7", "bob", "bob"))[2] == ["anonymous-never-identified"]


def test_an_identify_prevents_the_report_even_if_it_is_a_little_late(tenant: Tenant) -> None:
    tenant.users["ada"] = User.from_body({"user_id": "ada", "status": "active"})
    identify = events(2.5, {"event_name": "identify", "user_id": "ada", "previous_user_id": "v1"})
    visits = session("v1", "v1", "ada", "ada")
    assert marks(*visits[:3], identify, *visits[3:], tenant=tenant) == [[]] * 5


def test_an_old_identify_counts_too(tenant: Tenant) -> None:
    tenant.users["ada"] = User.from_body({"user_id": "ada", "status": "active"})
    tenant.identity.join("v1", "ada")
    assert marks(*session("v1", "ada", "ada"), tenant=tenant) == [[]] * 3


@pytest.mark.parametrize("users", [("ada", "v2", "v2"), ("ada", "bob", "bob"), ("v1", "v2", "v2")])
def test_signing_out_or_sharing_a_session_is_not_reported(tenant: Tenant, users: tuple[str, ...]) -> None:
    for user_id in ("ada", "bob"):
        tenant.users[user_id] = User.from_body({"user_id": user_id, "status": "active"})
    assert marks(*session(*users), tenant=tenant) == [[]] * 3


def served(tenant: Tenant, items: list[str]) -> Exchange:
    tenant.served("r1", "popular", items, 0.0)
    return made(0, body={"user_id": "u1"}, answer=b'{"data":{"recommendation_id":"r1"}}')


def test_a_recommendation_id_that_is_never_echoed_is_reported_once(tenant: Tenant) -> None:
    clicks = [events(1 + number, {"event_name": "click", "item_id": f"i{number}"}) for number in range(8)]
    found = marks(served(tenant, [f"i{number}" for number in range(8)]), *clicks, tenant=tenant)
    assert [number for number, each in enumerate(found) if each] == [5]
    assert found[5] == ["recommendation-never-echoed"]


def test_one_echo_is_enough(tenant: Tenant) -> None:
    echo = events(0.5, {"event_name": "click", "item_id": "i0", "recommendation_id": "r1"})
    clicks = [events(1 + number, {"event_name": "click", "item_id": f"i{number}"}) for number in range(8)]
    assert not any(marks(served(tenant, [f"i{number}" for number in range(8)]), echo, *clicks, tenant=tenant))


def test_events_about_other_items_or_by_other_users_cause_no_report(tenant: Tenant) -> None:
    other = [events(1 + number, {"event_name": "click", "item_id": f"x{number}"}) for number in range(8)]
    stranger = [events(10 + n, {"event_name": "click", "item_id": f"i{n}", "user_id": "u2"}) for n in range(8)]
    assert not any(marks(served(tenant, [f"i{n}" for n in range(8)]), *other, *stranger, tenant=tenant))


def test_a_correct_client_is_never_reported(mock: Observed) -> None:
    for number in range(8):
        mock.post(ITEMS, item_body(f"item_{number}"))
    mock.post("/v1/ingest/users/upsert", {"user_id": "ada", "status": "active"})
    context = {"context": {"session_id": "s1"}}
    for number in range(4):
        data = mock.recommend(user_id="anon-1").data
        shown = {"recommendation_id": data["recommendation_id"], "item_id": data["recommended_items"][0], **context}
        mock.event("click", "anon-1", event_id=f"e{number}", **shown)
    mock.event("identify", "ada", previous_user_id="anon-1", **context)
    for number in range(4):
        mock.event("add_to_cart", "ada", item_id=f"item_{number}", **context)
    assert [each["lint"] for each in mock.exchanges() if each["lint"]] == []


def test_the_memory_of_the_rules_is_limited(tenant: Tenant) -> None:
    linter = Linter(lambda _: tenant)
    for number in range(6_000):
        exchange = events(
            number, {"event_id": f"e{number}", "user_id": f"u{number}", "session_id": f"s{number}", "item_id": "i"}
        )
        exchange.id = number
        linter.look_at(exchange)
    (memory,) = linter._memories.values()
    rules = [*memory.rules, memory]
    sizes = [len(memory) for rule in rules for memory in vars(rule).values() if isinstance(memory, dict)]
    assert max(sizes) == 5_000
