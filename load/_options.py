"""Our options, added to locust's. Every default has a type, because the web UI would otherwise return text."""

import os
import re
from argparse import Namespace
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from fixtures.connection import OPTIONS as CONNECTION_OPTIONS
from fixtures.connection import Connection, read_connection
from fixtures.option_error import OptionError
from fixtures.target import check_url, parse_rate_limit
from load._arrivals import CONSTANT, POISSON
from load._endpoints import organisation_limit
from load._plan import PROBE, SCENARIOS, Plan
from load._profiles import SATURATE, read_profiles
from load._slo import Slo
from load._slo_file import SLO_FILE, read_changes, read_slo

LOOPBACK = "127.0.0.1"
LOOPBACKS = (LOOPBACK, "::1", "localhost")
# The web UI loses values of fields with a digit in the name, so fields have other names than options.
_PROMISES = {  # metric -> option, field, words
    "p50_ms": ("--p50-limit", "median_limit", "limit for the median response time, in ms"),
    "p95_ms": ("--p95-limit", "most_limit", "limit for the 95th percentile, in ms"),
    "p99_ms": ("--p99-limit", "latency_limit", "limit for the 99th percentile, in ms"),
    "max_error_ratio": ("--max-error-ratio", "max_error_ratio", "failed requests, 0 to 1"),
    "max_limited_ratio": ("--max-limited-ratio", "max_limited_ratio", "requests refused with 429, 0 to 1"),
    "min_rate": ("--min-rate", "min_rate", "successful responses per second"),
    "min_nonempty_ratio": ("--min-nonempty-ratio", "min_nonempty_ratio", "share of lists that are not empty, 0 to 1"),
    "min_samples": ("--min-samples", "min_samples", "responses needed to judge a name"),
}
_OTHER_DEFAULTS = {"web_host": LOOPBACK, "num_users": 10, "spawn_rate": 50.0}  # of locust's own options
_LEAST = {  # option -> the smallest value that makes sense
    "arrival_rate": 0.0,
    "think_time": 0.0,
    "max_in_flight": 1,
    "request_timeout": 0.1,
    "run_time": 1,
    "users": 1,
    "spawn_rate": 0.01,
    "limit_tolerance": 0,
}
_FIELDS = {"users": "num_users"}  # options that locust calls by another name


def add_options(parser: Any) -> None:
    """Add the options to locust's parser. Hidden ones are settings of one machine and don't appear on the page."""
    profiles = read_profiles()
    for action in parser._actions:  # locust's own --profile is free text that groups runs; here it selects the load
        if action.dest == "profile":
            action.choices, action.default = list(profiles), "steady"
            action.help = "Load over time, from load/profiles.toml"
        elif action.dest in _OTHER_DEFAULTS:
            action.default = _OTHER_DEFAULTS[action.dest]
    add = parser.add_argument
    add("--scenario", default="browse", choices=list(SCENARIOS), help="which users send requests")
    add(
        "--arrival-rate",
        type=float,
        default=0.0,
        help="requests/s on a schedule; the user fields then have no effect; 0: closed load with think times",
    )
    add("--arrivals", default=CONSTANT, choices=[CONSTANT, POISSON], help="how open load is spaced")
    add("--think-time", type=float, default=1.0, help="factor on think times of closed load; 0: no think time")
    add("--seed", type=int, default=1, help="same seed, same traffic")
    for option, field, words in _PROMISES.values():
        add(option, dest=field, default="", help=f"promise for every name: {words}; empty: as in the SLO file")
    add("--abort-on-fail", action="store_true", help="end the run, as FAIL, once a promise can no longer be kept")
    hidden: dict[str, Any] = {"include_in_web_ui": False}
    add("--shop", default="small", help="Size of the generated shop: small, medium, large", **hidden)
    add("--slo-file", default=str(SLO_FILE), help="Promises to judge by", **hidden)
    add("--slo-json", default="", help="Write the verdict as JSON to this file", **hidden)
    add("--slo-junit", default="", help="Write the verdict as JUnit XML to this file", **hidden)
    add("--slo-html", default="", help="Write the verdict with its charts as one HTML page to this file", **hidden)
    add("--compare", default="", help="Compare with the run of this --slo-json file", **hidden)
    add("--max-regression", default="", help="With --compare: FAIL above it, as in 10%%", **hidden)
    add("--max-in-flight", type=int, default=500, help="Open load: maximum of open requests per worker", **hidden)
    add(
        "--request-timeout", type=float, default=10.0, help="Seconds until a request without a response fails", **hidden
    )
    add("--keys-file", default="", env_var="LEHNZ_KEYS_FILE", help="Organisations and keys as JSON", **hidden)
    add("--ids-file", default="", help="Items and users that the target has, as JSON", **hidden)
    for name, facts in CONNECTION_OPTIONS.items():
        add(name, **facts, **hidden)
    add("--allow-production", action="store_true", help="Allow *.lehnz.com as the target", **hidden)
    add("--rate-limit", default="", help="The target's, N/W as in 1000/15m, or off; default: the contract's", **hidden)
    add(
        "--wait-recovery",
        action="store_true",
        help="Rate limit probe: wait for the end of a window longer than a minute",
        **hidden,
    )
    add("--limit-kind", default="fixed", choices=["fixed", "sliding"], help="Rate limit probe: the window", **hidden)
    add("--limit-tolerance", type=int, default=0, help="Rate limit probe: this many more or fewer may pass", **hidden)


@dataclass(frozen=True, slots=True)
class Machine:
    """Settings of this process only, read once at the start: neither a page nor a master can change them."""

    keys_file: str
    ids_file: str
    slo_file: str
    slo_json: str
    slo_junit: str
    slo_html: str
    compare: str
    max_regression: float | None
    allow_production: bool
    connection: Connection

    @classmethod
    def from_options(cls, options: Namespace) -> "Machine":
        """Read the settings. Raises OptionError."""
        values = {name: getattr(options, name) for name in cls.__slots__ if name != "connection"}
        if options.max_regression and not options.compare:
            raise OptionError("--max-regression needs --compare FILE")
        connection = read_connection(options.header, options.ca_file, options.proxy, options.wait_for_target)
        if connection.proxy.startswith("https:"):
            raise OptionError("--proxy: load runs speak http:// to a proxy; through it they reach https:// targets")
        options.header, options.proxy = [], ""  # locust would send all options to its workers and to the page
        return cls(**{**values, "max_regression": regression(options.max_regression), "connection": connection})


def regression(text: str) -> float | None:
    """Parse `10%` as 0.1; None for empty text. Raises OptionError."""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)%", text)
    if not match:
        raise OptionError(f"--max-regression {text!r}: write a share as in 10%")
    return float(match[1]) / 100


def rate_limit(text: str) -> tuple[int, float] | None:
    """Parse `1000/15m` as (1000, 900.0); None for `off`; the contract's limit for empty text. Raises OptionError."""
    if not text:
        return organisation_limit().limit, float(organisation_limit().window_seconds)
    try:
        found = parse_rate_limit(text)
    except OptionError as error:
        raise OptionError(f"--rate-limit {error}") from None
    return (found.limit, float(found.window_seconds)) if found else None


def target(url: str, allow_production: bool) -> str:
    """Return the base URL without a final slash. Raises OptionError, also for production unless it is allowed."""
    try:
        return check_url(url, allow_production=allow_production)
    except OptionError as error:
        raise OptionError(f"--host {error}") from None


def check_web(options: Namespace) -> None:
    """Require a login for pages beyond loopback, because they can start and stop load. Raises OptionError."""
    shown = not (options.headless or options.worker)
    if shown and options.web_host not in LOOPBACKS and not options.web_login:
        raise OptionError("--web-host beyond loopback needs --web-login (see docs/load.md)")
    if shown and options.web_login and not (os.environ.get("LEHNZ_WEB_USER") and os.environ.get("LEHNZ_WEB_PASSWORD")):
        raise OptionError("--web-login needs LEHNZ_WEB_USER and LEHNZ_WEB_PASSWORD")


def make_plan(run: str, environment: Any, allow_production: bool) -> Plan:
    """Make the plan from the options. Raises OptionError."""
    options = environment.parsed_options
    name = environment.profile or options.profile or "steady"
    profiles = read_profiles()
    if name not in profiles:
        raise OptionError(f"unknown profile {name!r}; known: {', '.join(profiles)}")
    if options.scenario not in SCENARIOS:
        raise OptionError(f"unknown scenario {options.scenario!r}; known: {', '.join(SCENARIOS)}")
    if options.arrivals not in (CONSTANT, POISSON):
        raise OptionError(f"unknown arrivals {options.arrivals!r}; known: {CONSTANT}, {POISSON}")
    for option, least in _LEAST.items():
        value = getattr(options, _FIELDS.get(option, option))
        if value is not None and not (isfinite(value) and value >= least):
            raise OptionError(f"{option.replace('_', ' ')} must be at least {least:g}")
    users = tuple(options.user_classes or SCENARIOS[options.scenario])
    probes = SCENARIOS[PROBE]
    if set(users) & set(probes) and users != probes:
        raise OptionError("RateLimitProbe uses an organisation's whole quota: it runs alone")
    profile = profiles[name]
    return Plan(
        run=run,
        target=target(environment.host or "", allow_production),
        users=users,
        profile=profile if name == SATURATE else profile.stretched(options.run_time),
        rate=options.arrival_rate,
        arrivals=options.arrivals,
        user_count=options.num_users or 1,
        think=options.think_time,
        seed=options.seed,
        max_in_flight=options.max_in_flight,
        request_timeout=options.request_timeout,
        abort_on_fail=options.abort_on_fail,
    )


def promises(options: Namespace, slo_file: str) -> Slo:
    """Return the SLO file with the changes from the options. Raises OptionError."""
    typed = {metric: str(getattr(options, field) or "") for metric, (_, field, _) in _PROMISES.items()}
    return read_slo(Path(slo_file)).with_limits(read_changes(typed))
