"""Rate limits: R36 (what is counted), R37 (the reset), R38 (the drafts of the headers), R14 (where they are sent)."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.bodies import event_body, item_body, recommend_body
from fixtures.spec import RateLimit
from mock_server.http.rate_limit_headers import DRAFTS
from mock_server.state.rate_limit import Limiter, Quota, Visitors, Window
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, Client

Make = Callable[..., Client]
ASK = recommend_body("popular")


def test_headers_count_down_from_the_limit_of_the_spec(mock: Client) -> None:
    answers = [mock.post(RECOMMEND, ASK) for _ in range(3)]
    assert [answer.limit for answer in answers] == [(1000, 999, 900), (1000, 998, 900), (1000, 997, 900)]


def test_all_keys_and_routes_of_an_organisation_share_one_window(mock: Client) -> None:
    mock.post(RECOMMEND, ASK)
    mock.post(ITEMS, item_body("a"))
    mock.get("/item/a")
    assert mock.post(EVENTS, event_body("view", "u")).limit[1] == 996


def test_another_organisation_has_its_own_window(mock: Client) -> None:
    mock.post(RECOMMEND, ASK)
    _, other = mock.mock.organisations
    assert mock.post(RECOMMEND, ASK, key=other.publishable_key).limit[1] == 999


def test_the_window_starts_with_the_first_request_and_has_a_fixed_end(mock: Client) -> None:
    mock.advance(500)
    assert mock.post(RECOMMEND, ASK).limit == (1000, 999, 900)
    mock.advance(899.5)
    assert mock.post(RECOMMEND, ASK).limit == (1000, 998, 1)
    mock.advance(0.5)
    assert mock.post(RECOMMEND, ASK).limit == (1000, 999, 900)


def test_a_429_says_when_to_retry_and_the_next_window_is_served(make_mock: Make) -> None:
    client = make_mock(rate_limit="2/10s")
    assert [client.post(RECOMMEND, ASK).status for _ in range(3)] == [200, 200, 429]
    client.advance(3.2)
    refused = client.post(RECOMMEND, ASK)
    assert refused.status == 429
    assert refused.limit == (2, 0, 7)
    assert refused.headers["retry-after"] == "7"
    assert "all 2 requests of this 10 s window are used up; wait 7 s" in refused.message
    client.advance(7)
    assert client.post(RECOMMEND, ASK).limit == (2, 1, 10)


def test_a_429_costs_nothing(make_mock: Make) -> None:
    client = make_mock(rate_limit="1/10s")
    client.post(RECOMMEND, ASK)
    for _ in range(5):
        assert client.post(RECOMMEND, ASK).status == 429
    client.advance(10)
    assert client.post(RECOMMEND, ASK).limit == (1, 0, 10)


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "content_type", "status"),
    [
        ("POST", RECOMMEND, {"limit": 0}, "right", "application/json", 400),
        ("POST", RECOMMEND, {}, "right", "application/json", 422),
        ("POST", ITEMS, {}, "wrong", "application/json", 403),
        ("POST", RECOMMEND, {}, "right", "text/plain", 415),
        ("POST", RECOMMEND, b"x" * 5_242_881, "right", "application/json", 413),
        ("POST", "/nowhere", {}, "right", "application/json", 404),
        ("GET", RECOMMEND, None, "right", "application/json", 405),
        ("OPTIONS", RECOMMEND, None, "right", "application/json", 405),
    ],
)
def test_a_refused_request_costs_one(
    mock: Client, method: str, path: str, body: object, key: str, content_type: str, status: int
) -> None:
    answer = mock.send(method, path, body, key, headers=[("content-type", content_type)])
    assert (answer.status, answer.limit[1]) == (status, 999)
    assert mock.post(RECOMMEND, ASK).limit[1] == 998


def test_an_array_costs_one_request(mock: Client) -> None:
    assert mock.post(EVENTS, [event_body("view", "u")] * 500).limit[1] == 999


def test_a_preflight_costs_nothing(mock: Client) -> None:
    mock.send("OPTIONS", RECOMMEND, headers=[("origin", "http://shop.test"), ("access-control-request-method", "POST")])
    assert mock.post(RECOMMEND, ASK).limit[1] == 999


def test_a_404_or_405_is_still_returned_when_the_window_is_used_up(make_mock: Make) -> None:
    client = make_mock(rate_limit="1/10s")
    client.post(RECOMMEND, ASK)
    assert client.get("/nowhere").status == 404
    assert client.get(RECOMMEND).status == 405
    assert client.post(RECOMMEND, ASK, key="wrong").status == 403
    assert client.post(RECOMMEND, b"{").status == 429


def test_without_a_key_the_headers_count_per_address_and_never_refuse(make_mock: Make) -> None:
    client = make_mock(rate_limit="2/10s")
    answers = [client.post(RECOMMEND, ASK, key=None) for _ in range(4)]
    assert [(answer.status, answer.limit[1]) for answer in answers] == [(401, 1), (401, 0), (401, 0), (401, 0)]
    assert client.post(RECOMMEND, ASK, key=None, address="10.0.0.9").limit[1] == 1
    assert client.post(RECOMMEND, ASK).limit == (2, 1, 10)


def test_off_never_refuses_but_sends_the_headers(make_mock: Make) -> None:
    client = make_mock(rate_limit="off", checked=False)
    answers = [client.post(RECOMMEND, ASK) for _ in range(1001)]
    assert {(answer.status, answer.limit) for answer in answers} == {(200, (1000, 1000, 900))}


def test_the_first_429_of_an_organisation_is_logged_once_with_the_remedy(
    make_mock: Make, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_mock(rate_limit="1/10s")
    for _ in range(4):
        client.post(RECOMMEND, ASK)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "429 for glow-beauty-ng: all 1 requests of its 10 s window are used up" in line
    assert "--rate-limit N/WINDOW or off" in line


def test_a_reset_gives_a_new_window(make_mock: Make) -> None:
    client = make_mock(rate_limit="1/10s")
    client.post(RECOMMEND, ASK)
    client.mock.reset("glow-beauty-ng")
    assert client.post(RECOMMEND, ASK).status == 200


QUOTA = Quota(limit=1000, remaining=312, reset=482, window_seconds=900)
DRAFT_6 = {"ratelimit-limit": "1000", "ratelimit-remaining": "312", "ratelimit-reset": "482"}
DRAFT_7 = {"ratelimit": "limit=1000, remaining=312, reset=482", "ratelimit-policy": "1000;w=900"}


@pytest.mark.parametrize(("draft", "expected"), [("draft-6", DRAFT_6), ("draft-7", DRAFT_7)])
def test_each_draft_has_its_own_headers_for_the_quota(draft: str, expected: dict[str, str]) -> None:
    headers = DRAFTS[draft](QUOTA)
    assert {name.decode(): value.decode() for name, value in headers} == expected
    assert len(headers) == len(expected)


def test_a_draft_is_chosen_by_an_option(make_mock: Make) -> None:
    client = make_mock(rate_limit_headers="draft-7", checked=False)
    answer = client.post(RECOMMEND, ASK)
    assert answer.headers["ratelimit"] == "limit=1000, remaining=999, reset=900"
    assert "ratelimit-limit" not in answer.headers


@given(
    limit=st.integers(1, 5),
    seconds=st.integers(1, 20),
    steps=st.lists(st.floats(0, 30, allow_nan=False), max_size=40),
)
@settings(deadline=None, derandomize=True, max_examples=150)
def test_no_window_admits_more_than_its_limit(limit: int, seconds: int, steps: list[float]) -> None:
    limiter, window, now = Limiter(RateLimit(limit, seconds)), Window(), 1000.0
    admitted: list[float] = []
    for step in steps:
        now += step
        before = limiter.quota(window, now)
        if limiter.charge(window, now):
            admitted.append(now)
        else:
            assert before.remaining == 0
        quota = limiter.quota(window, now)
        assert 0 <= quota.remaining < limit
        assert 1 <= quota.reset <= seconds
    for start in window_starts(admitted, seconds):
        assert sum(start <= moment < start + seconds for moment in admitted) <= limit


def window_starts(moments: list[float], seconds: int) -> list[float]:
    """Return the times that open a window: the first, and each that comes after the previous window has ended."""
    starts: list[float] = []
    for moment in moments:
        if not starts or moment >= starts[-1] + seconds:
            starts.append(moment)
    return starts


def test_the_number_of_remembered_addresses_is_limited() -> None:
    visitors = Visitors(kept=2)
    first, second = visitors.window("a"), visitors.window("b")
    assert visitors.window("a") is first
    visitors.window("c")
    assert visitors.window("a") is first
    assert visitors.window("b") is not second


def test_a_window_may_have_its_own_limit() -> None:
    limiter, window = Limiter(RateLimit(limit=1000, window_seconds=900)), Window()
    window.rule = RateLimit(limit=1, window_seconds=10)
    assert [limiter.charge(window, 0.0), limiter.charge(window, 5.0)] == [True, False]
    assert limiter.quota(window, 5.5) == Quota(1, 0, 5, 10)
    window.enforced = False
    assert limiter.charge(window, 6.0)
    assert limiter.quota(Window(), 0.0) == Quota(1000, 1000, 900, 900)


def test_a_lowered_limit_never_makes_remaining_negative() -> None:
    limiter, window = Limiter(RateLimit(limit=10, window_seconds=900)), Window()
    for _ in range(5):
        limiter.charge(window, 0.0)
    window.rule = RateLimit(limit=2, window_seconds=900)
    assert limiter.quota(window, 1.0).remaining == 0
    assert not limiter.charge(window, 1.0)


@pytest.mark.parametrize("later", [0.0, 5000.0, -3.0])
def test_a_shifted_copy_of_a_window_gives_the_same_quota_at_the_shifted_time(later: float) -> None:
    limiter, window = Limiter(RateLimit(limit=3, window_seconds=10)), Window()
    limiter.charge(window, 2.0)
    assert limiter.quota(window.copy(later), 4.0 + later) == limiter.quota(window, 4.0)
    limiter.exhaust(window, 4.0, 60.0)
    assert limiter.quota(window.copy(later), 5.0 + later) == limiter.quota(window, 5.0) == Quota(3, 0, 59, 10)
    assert limiter.quota(Window().copy(later), 4.0 + later) == Quota(3, 3, 10, 10)


@given(reset=st.integers(0, 100_000), scale=st.integers(1, 10_000))
@settings(deadline=None)
def test_a_client_that_waits_in_its_own_seconds_waits_long_enough(reset: int, scale: int) -> None:
    reported = Quota(1, 0, reset, 900).at_pace(scale).reset
    assert reset <= reported * scale < reset + scale
