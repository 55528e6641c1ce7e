"""A plan from the options, or a one-line error."""

from argparse import Namespace
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.option_error import OptionError
from load.__main__ import _parser
from load._options import check_web, make_plan, rate_limit
from load._plan import Plan

OPTIONS = {
    "profile": "steady",
    "scenario": "browse",
    "arrivals": "constant",
    "arrival_rate": 20.0,
    "abort_on_fail": False,
    "think_time": 1.0,
    "max_in_flight": 100,
    "request_timeout": 10.0,
    "user_classes": [],
    "run_time": None,
    "num_users": 10,
    "spawn_rate": 50.0,
    "limit_tolerance": 0,
    "seed": 1,
}


def plan(host: str = "http://127.0.0.1:4010/", allow: bool = False, profile: str | None = None, **changes: Any) -> Plan:
    environment = SimpleNamespace(host=host, profile=profile, parsed_options=Namespace(**{**OPTIONS, **changes}))
    return make_plan("run", environment, allow)


def test_a_plan_is_unchanged_after_it_is_sent_to_a_worker() -> None:
    sent = plan(run_time=13)
    received = Plan.from_message(sent.to_message(1, 3))
    assert (received.index, received.workers, received.profile) == (1, 3, sent.profile)
    assert (received.target, received.users) == ("http://127.0.0.1:4010", ("Shopper", "Reader"))


def test_named_user_classes_win_over_the_scenario() -> None:
    assert plan(user_classes=["EventStream"]).users == ("EventStream",)


def test_the_profile_of_the_page_wins_over_that_of_the_command_line() -> None:
    assert plan(profile="spike").profile.name == "spike"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"host": "https://api.lehnz.com"}, "is production"),
        ({"host": "https://lehnz.com."}, "is production"),
        ({"host": "ftp://127.0.0.1"}, "http"),
        ({"host": ""}, "http"),
        ({"host": "http://user:password@127.0.0.1"}, "no user"),
        ({"profile": "steadi"}, "unknown profile"),
        ({"scenario": "shopping"}, "unknown scenario"),
        ({"arrivals": "bursty"}, "unknown arrivals"),
        ({"arrival_rate": -1.0}, "arrival rate must be at least 0"),
        ({"arrival_rate": float("nan")}, "arrival rate must be at least 0"),
        ({"arrival_rate": float("inf")}, "arrival rate must be at least 0"),
        ({"max_in_flight": 0}, "max in flight"),
        ({"run_time": 0}, "run time must be at least 1"),
        ({"num_users": 0}, "users must be at least 1"),
        ({"num_users": -5}, "users must be at least 1"),
        ({"spawn_rate": float("inf")}, "spawn rate must be at least 0.01"),
        ({"spawn_rate": float("nan")}, "spawn rate must be at least 0.01"),
        ({"think_time": float("nan")}, "think time must be at least 0"),
        ({"request_timeout": float("inf")}, "request timeout must be at least 0.1"),
        ({"limit_tolerance": -1}, "limit tolerance must be at least 0"),
        ({"user_classes": ["Reader", "RateLimitProbe"]}, "runs alone"),
    ],
)
def test_unusable_options_are_one_line(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(OptionError, match=word) as caught:
        plan(**changes)
    assert "\n" not in str(caught.value)
    assert "password@" not in str(caught.value)


def test_production_needs_an_explicit_option() -> None:
    assert plan("https://api.lehnz.com", allow=True).target == "https://api.lehnz.com"
    assert plan("https://notlehnz.com").target == "https://notlehnz.com"


def test_the_targets_limit_is_written_as_in_the_other_commands() -> None:
    assert rate_limit("") == (1000, 900.0)
    assert rate_limit("100/10s") == (100, 10.0)
    assert rate_limit("5000/1h") == (5000, 3600.0)
    assert rate_limit("off") is None


@pytest.mark.parametrize("text", ["100", "0/10s", "100/10d", "-1/10s"])
def test_an_invalid_limit_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="--rate-limit"):
        rate_limit(text)


def test_pages_stay_on_loopback_without_a_login() -> None:
    facts = {"headless": False, "worker": False, "web_login": False}
    check_web(Namespace(**facts, web_host="127.0.0.1"))
    check_web(Namespace(**{**facts, "headless": True}, web_host="10.0.0.7"))
    for host in ("", "*", "::", "10.0.0.7"):
        with pytest.raises(OptionError, match="--web-login"):
            check_web(Namespace(**facts, web_host=host))


def test_the_commands_help_lists_every_option_of_a_run() -> None:
    """`locust -f load --help` doesn't: it prints its help before it reads our file."""
    help_ = _parser().format_help()
    assert [
        option for option in ("--slo-html", "--arrival-rate", "--p95-limit", "--compare") if option not in help_
    ] == []
