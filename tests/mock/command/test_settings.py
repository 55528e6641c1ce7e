"""Settings: every option as text, as a user or an environment variable gives it."""

from typing import Any

import pytest
from pydantic import ValidationError

from fixtures.spec import RateLimit
from mock_server.settings import Delay, Settings


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("1000/15m", RateLimit(1000, 900)),
        ("100/10s", RateLimit(100, 10)),
        ("5/90", RateLimit(5, 90)),
        ("1/1h", RateLimit(1, 3600)),
        ("off", "off"),
        (RateLimit(2, 3), RateLimit(2, 3)),
        (None, None),
    ],
)
def test_a_rate_limit_is_requests_per_window(text: Any, limit: Any) -> None:
    assert Settings(rate_limit=text).rate_limit == limit


@pytest.mark.parametrize("text", ["", "10", "0/10s", "10/0s", "10/1d", "-1/10s", "1e3/10s", "many/10s", "10/10s/10s"])
def test_any_other_rate_limit_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="must be N/WINDOW, as 1000/15m or 100/10s, or off"):
        Settings(rate_limit=text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("0.2", Delay(0.2, 0.2)),
        ("0-3", Delay(0, 3)),
        (".5-1.5", Delay(0.5, 1.5)),
        (0, Delay(0, 0)),
        (2.5, Delay(2.5, 2.5)),
    ],
)
def test_a_delay_is_seconds_or_a_range_of_them(text: Any, delay: Delay) -> None:
    assert Settings(ingest_delay=text).ingest_delay == delay


@pytest.mark.parametrize("text", ["", "-1", "3-1", "1s", "nan", "inf", "1e9", "99999"])
def test_any_other_delay_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match=r"must be seconds, as 0\.2, or a range, as 0-3"):
        Settings(ingest_delay=text)  # type: ignore[arg-type]


def test_a_body_limit_may_have_a_unit() -> None:
    assert Settings(max_body="1KiB").max_body == 1024  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Settings(max_body="0")  # type: ignore[arg-type]


def test_options_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEHNZ_MOCK_HOST", "0.0.0.0, ::")
    monkeypatch.setenv("LEHNZ_MOCK_RATE_LIMIT", "off")
    monkeypatch.setenv("LEHNZ_MOCK_ORGS", "7")
    settings = Settings(orgs=3)
    assert (settings.host, settings.rate_limit, settings.orgs) == (("0.0.0.0", "::"), "off", 3)  # noqa: S104 - no socket


def test_checked_answers_need_the_documented_headers() -> None:
    with pytest.raises(ValidationError, match="needs the documented headers"):
        Settings(validate_responses=True, rate_limit_headers="draft-7")
    assert Settings(validate_responses=True, rate_limit_headers="draft-6").validate_responses


@pytest.mark.parametrize("options", [{"orgs": 1}, {"port": -1}, {"host": ""}, {"key_policy": "any"}, {"colour": "red"}])
def test_an_option_out_of_range_or_unknown_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**options)


def test_the_control_token_is_not_shown() -> None:
    assert "s3cret-of-16-characters" not in repr(Settings(control_token="s3cret-of-16-characters"))  # type: ignore[arg-type]
