"""Every option of the mock, declared once: each field is a command line option and a variable LEHNZ_MOCK_....

Values may be given as the text that a user types: rate_limit="100/10s", ingest_delay="0-3", max_body="5MiB"."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ByteSize, Field, IPvAnyNetwork, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fixtures.importing.columns import parse_columns
from fixtures.spec import RateLimit
from fixtures.target import check_url, parse_rate_limit

_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:-([0-9]+(?:\.[0-9]+)?|\.[0-9]+))?")

_SHARD = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")
_MOST_SHARDS = 99

ScenarioName = Literal["rate-limited", "slow", "failing", "offline", "empty", "cold-start"]


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds from `shortest` to `longest`, which are equal for a fixed delay."""

    shortest: float
    longest: float


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` processes that share the organisations. It serves every `count`-th one, starting with `number`."""

    number: int = 1
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def has(self, position: int) -> bool:
        """Return whether this process serves the organisation at this position, counted from 1."""
        return self.number == self.of(position)

    def of(self, position: int) -> int:
        """Return the number of the process that serves the organisation at this position."""
        return (position - 1) % self.count + 1


def parse_shard(text: Any) -> Any:
    """Parse a shard such as `2/4`. Raises ValueError."""
    if isinstance(text, Shard):
        return text
    match = _SHARD.fullmatch(str(text).strip())
    if not match or not 1 <= int(match[1]) <= int(match[2]) <= _MOST_SHARDS:
        raise ValueError(f"must be K/M, as 1/2: the K-th of M processes, and at most {_MOST_SHARDS} of them")
    return Shard(int(match[1]), int(match[2]))


def _read_rate_limit(value: Any) -> Any:
    """Parse a limit such as `1000/15m` or `100/10s`, or `off`. Raises ValueError."""
    return (parse_rate_limit(value) or "off") if isinstance(value, str) else value


def parse_delay(text: Any) -> Any:
    """Parse seconds such as `0.2`, or a range such as `0-3`. Raises ValueError."""
    if isinstance(text, Delay):
        return text
    match = _SECONDS.fullmatch(str(text).strip())
    shortest = float(match[1]) if match else math.nan
    longest = float(match[2] or match[1]) if match else math.nan
    if not shortest <= longest <= 3600:
        raise ValueError("must be seconds, as 0.2, or a range, as 0-3, and at most 3600")
    return Delay(shortest, longest)


def _split(text: Any) -> Any:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Settings(BaseSettings):
    """The options. Raises pydantic's ValidationError, which names the option and the rule."""

    model_config = SettingsConfigDict(env_prefix="LEHNZ_MOCK_", enable_decoding=False, frozen=True, extra="forbid")

    host: Names = Field(
        default=("127.0.0.1", "::1"), min_length=1, description="addresses to listen on, comma-separated"
    )
    port: int = Field(default=4010, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    spec: Path | None = Field(default=None, description="the OpenAPI file that drives the mock [the shipped one]")
    watch: bool = Field(default=False, description="reload the OpenAPI file when it changes; the data stays")
    seed: int = Field(default=42, ge=0, description="seed of the seed data, ids and all other randomness")
    seed_data: str = Field(default="small", description="small, medium, large, none, a file or a folder of bulk data")
    columns: str | None = Field(
        default=None,
        description="columns of your own file: item_id=SKU,title=Titel, or shopify",
    )
    events: Path | None = Field(default=None, description="a file of your own events, instead of generated ones")
    seed_orgs: Literal["first", "all"] = Field(default="first", description="which organisations get the seed data")
    orgs: int = Field(
        default=2, ge=2, le=10_000, description="number of organisations, each with a key pair of its own"
    )
    shard: Annotated[Shard, BeforeValidator(parse_shard)] = Field(
        default=Shard(), description="K/M: this process serves every M-th organisation, from the K-th on"
    )
    state: Path | None = Field(
        default=None, description="keep all data in this file, and load it at start [nothing is kept]"
    )
    state_sync: Literal["normal", "full"] = Field(
        default="normal", description="normal: survives a killed process; full: a power cut too"
    )
    keys_out: Path | None = Field(
        default=None, description="write the URL and the keys to this JSON file once the mock answers"
    )
    end_with_stdin: bool = Field(
        default=False, description="stop when standard input closes; for a program that starts the mock"
    )
    key_policy: Literal["strict", "superset"] = Field(
        default="strict", description="superset: a secret key is also valid where a publishable key is"
    )
    rate_limit: Annotated[RateLimit | Literal["off"] | None, BeforeValidator(_read_rate_limit)] = Field(
        default=None,
        description="requests per window and organisation: 1000/15m, 100/10s, off [the OpenAPI file's]",
    )
    auth_rate_limit: Annotated[RateLimit | Literal["off"] | None, BeforeValidator(_read_rate_limit)] = Field(
        default=None,
        description="the same for /auth/register and /auth/login, per IP address [the OpenAPI file's]",
    )
    trust_proxy: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(_split)] = Field(
        default=(), description="proxies whose X-Forwarded-For is trusted: addresses, networks"
    )
    rate_limit_headers: Literal["draft-6", "draft-7"] = Field(
        default="draft-6", description="draft-6: the three documented names; draft-7: one field, RateLimit"
    )
    ingest_delay: Annotated[Delay, BeforeValidator(parse_delay)] = Field(
        default=Delay(0.2, 0.2), description="seconds until accepted data is visible: 0.2, or a range: 0-3"
    )
    max_body: ByteSize | None = Field(
        default=None,
        ge=1,
        description="largest request body: 5MiB, or a number of bytes [the OpenAPI file's]",
    )
    clock: Literal["real", "virtual"] = Field(
        default="real", description="virtual: time stands still until it is advanced"
    )
    scenario: ScenarioName | None = Field(
        default=None, description=f"a scenario to start with: {', '.join(get_args(ScenarioName))}"
    )
    allow_prefer: bool = Field(
        default=False, description="answer with the error that a request's Prefer: code=429 asks for"
    )
    server_timing: bool = Field(default=False, description="report the time of each response in a Server-Timing header")
    allow_production: bool = Field(default=False, description="allow a lehnz.com host as the target of --proxy")
    proxy: str | None = Field(
        default=None,
        description="forward to this URL, and check requests and responses against the OpenAPI file",
    )
    control_token: SecretStr | None = Field(
        default=None, min_length=16, description="token that calls to /_mock must carry, at least 16 characters"
    )
    no_control: bool = Field(default=False, description="do not serve /_mock")
    journal: int = Field(
        default=1_000, ge=0, le=100_000, description="number of exchanges that /_mock/journal keeps; 49 kB each at most"
    )
    allowed_host: Names = Field(
        default=(), description="further Host names for which /_mock is served, comma-separated"
    )
    validate_responses: bool = Field(
        default=False, description="check every response against the OpenAPI file; 500 if it differs"
    )
    strict_client: Names = Field(
        default=(), description="refuse accepted requests that the lint reports: all, or a list of its rules [off]"
    )
    quiet: bool = Field(default=False, description="no banner, warnings only")
    log_format: Literal["text", "json"] = Field(default="text", description="format of log lines")

    @field_validator("shard")
    @classmethod
    def _every_shard_has_an_organisation(cls, value: Shard, info: ValidationInfo) -> Shard:
        if value.count > info.data.get("orgs", value.count):
            raise ValueError(f"{value.count} processes need at least as many organisations: --orgs {value.count}")
        return value

    @field_validator("columns")
    @classmethod
    def _columns_are_pairs(cls, value: str | None) -> str | None:
        if value is not None:
            parse_columns(value)
        return value

    @field_validator("proxy")
    @classmethod
    def _the_target_may_be_asked(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        for name in ("scenario", "allow_prefer", "server_timing"):
            if info.data.get(name):
                raise ValueError(f"with --proxy the target makes the responses: leave out {name}")
        return check_url(value, allow_production=bool(info.data.get("allow_production")))

    @field_validator("validate_responses")
    @classmethod
    def _documented_headers_are_sent(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("rate_limit_headers") != "draft-6":
            raise ValueError("needs the documented headers: rate_limit_headers draft-6")
        return value
