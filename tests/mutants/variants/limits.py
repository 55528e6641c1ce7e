"""Variants that use freedoms of keys, rate limits and transport."""

from __future__ import annotations

import math
from collections import deque

from mock_server.state.rate_limit import Limiter, Quota, Window
from tests.mutants.inside import limited
from tests.mutants.mutant import Variant
from tests.mutants.wrappers import Answer, Break, Request, Server, always, chain, edge, edits_answer, on

USED_UP = ("--exhaust", "--rate-limit", "1000/60s")
HEADERS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


def without_headers(*statuses: int) -> Break:
    return edits_answer(always, lambda answer: answer.drop_header(*HEADERS), *statuses)


def by_a_proxy(answer: Answer) -> None:
    answer.drop_header(*HEADERS)
    answer.set_header("content-type", "text/html")
    answer.body = f"<h1>{answer.status}</h1>".encode()


def adds_draft_8(answer: Answer) -> None:
    if (left := answer.header("ratelimit-remaining")) is not None:
        answer.set_header("ratelimit", f'"organisation";r={left};t={answer.header("ratelimit-reset")}')
        answer.set_header("ratelimit-policy", f'"organisation";q={answer.header("ratelimit-limit")};w=900')


async def refused_for_nothing(request: Request, server: Server) -> Answer:
    """Count only requests that are answered with 2xx."""
    answer = await server.answer(request)
    organisation = server.organisation(request)
    if organisation and answer.status not in (200, 202, 429):
        organisation.state.window.used -= 1
        answer.set_header("ratelimit-remaining", int(answer.header("ratelimit-remaining") or 0) + 1)
    return answer


def sliding() -> Break:
    """Use a sliding window: each request counts for the length of the window."""
    logs: dict[int, deque[float]] = {}

    def recent(right: Limiter, window: Window, now: float) -> deque[float]:
        log = logs.setdefault(id(window), deque())
        while log and log[0] <= now - right.rule.window_seconds:
            log.popleft()
        return log

    def charge(right: Limiter, window: Window, now: float) -> bool:
        log = recent(right, window, now)
        if len(log) >= right.rule.limit:
            return False
        log.append(now)
        return True

    def quota(right: Limiter, window: Window, now: float, _: Quota) -> Quota:
        log = recent(right, window, now)
        seconds = right.rule.window_seconds
        ends_in = math.ceil(log[0] + seconds - now) if log else seconds
        return Quota(right.rule.limit, right.rule.limit - len(log), ends_in, seconds)

    return limited(charge, quota)


def by_the_clock(right: Limiter, window: Window, now: float) -> bool:
    """Let windows begin at the quarters of an hour, whenever the first request comes."""
    started = now - now % right.rule.window_seconds
    if window.started != started:
        window.started, window.used = started, 0
    return right.charge(window, now)


def floored(right: Limiter, window: Window, now: float, quota: Quota) -> Quota:
    return quota._replace(reset=max(0, math.floor(window.started + right.rule.window_seconds - now)))


def renamed(answer: Answer) -> None:
    answer.headers = [(name.title(), value) for name, value in answer.headers]


def closes(answer: Answer) -> None:
    answer.set_header("connection", "close")


async def wrong_methods_are_404(request: Request, server: Server) -> Answer:
    answer = await server.answer(request)
    if answer.status == 405:
        answer.status = 404
        answer.drop_header("allow")
    return answer


async def get_recommend(request: Request, server: Server) -> Answer:
    """Answer GET on /v1/recommend with the popular items."""
    if request.method == "GET" and request.scope["path"] == "/v1/recommend":
        request.scope = {**request.scope, "method": "POST"}
        request.headers = [pair for pair in request.headers if pair[0] not in (b"content-type", b"content-length")]
        request.json = {"strategy": "popular"}
    return await server.answer(request)


def no_cors(answer: Answer) -> None:
    answer.headers = [pair for pair in answer.headers if not pair[0].startswith(b"access-control")]


SAME = edits_answer(always, lambda _: None)

VARIANTS = [
    Variant(
        "secret-keys-may-do-all",
        "A secret key may do what a publishable key may.",
        "R3",
        SAME,
        ("--key-policy", "superset"),
        ("--key-policy", "superset"),
    ),
    Variant(
        "5000-an-hour",
        "5,000 requests an hour, as announced.",
        "R36",
        SAME,
        ("--rate-limit", "5000/1h"),
        ("--rate-limit", "5000/1h"),
    ),
    Variant(
        "1500-in-10-seconds",
        "1,500 requests in ten seconds, as announced: windows end while the suite runs.",
        "R36",
        SAME,
        ("--rate-limit", "1500/10s"),
        ("--rate-limit", "1500/10s"),
    ),
    Variant(
        "400-in-15-seconds",
        "400 requests in fifteen seconds, as announced: the suite has to wait.",
        "R36",
        SAME,
        ("--rate-limit", "400/15s"),
        ("--rate-limit", "400/15s"),
    ),
    Variant(
        "refused-requests-cost-nothing", "Only requests that succeed are counted.", "R36", edge(refused_for_nothing)
    ),
    Variant(
        "window-by-the-clock",
        "Windows begin at the quarters of an hour, whenever the first request comes.",
        "R36",
        limited(by_the_clock),
    ),
    Variant("sliding-window", "The window slides.", "R36", sliding(), ("--rate-limit", "1000/60s"), USED_UP),
    Variant(
        "reset-rounded-down",
        "RateLimit-Reset is rounded down.",
        "R37",
        limited(quota=floored),
        ("--rate-limit", "1000/60s"),
        USED_UP,
    ),
    Variant(
        "no-retry-after",
        "A 429 has no Retry-After.",
        "R37",
        edits_answer(always, lambda answer: answer.drop_header("retry-after"), 429),
        ("--rate-limit", "1000/60s"),
        USED_UP,
    ),
    Variant("fixed-window-used-up", "The plain window, used up.", "R36", SAME, ("--rate-limit", "1000/60s"), USED_UP),
    Variant(
        "no-headers-without-a-key",
        "401 carries no RateLimit headers, and a proxy in front answers 404 and 405 with pages of its own.",
        "R14",
        chain(without_headers(401), edits_answer(always, by_a_proxy, 404, 405)),
    ),
    Variant("headers-of-all-drafts", "The headers of every draft are sent.", "R38", edits_answer(always, adds_draft_8)),
    Variant("headers-in-other-case", "Header names are written with capitals.", "R38", edits_answer(always, renamed)),
    Variant("connections-are-closed", "Every answer closes its connection.", "R13", edits_answer(always, closes)),
    Variant(
        "chunked-bodies",
        "Bodies are sent in chunks, without Content-Length.",
        "R12",
        edits_answer(always, lambda answer: answer.drop_header("content-length")),
    ),
    Variant(
        "chunked-and-closed",
        "Bodies are sent in chunks, and connections are closed.",
        "R13",
        chain(edits_answer(always, closes), edits_answer(always, lambda answer: answer.drop_header("content-length"))),
    ),
    Variant("wrong-methods-are-404", "A method that a path does not have is 404.", "R13", edge(wrong_methods_are_404)),
    Variant("get-recommend-answers", "GET on the recommendations answers.", "R17", edge(get_recommend)),
    Variant("no-cors", "Nothing is said to browsers.", "R40", edits_answer(always, no_cors)),
    Variant(
        "json-with-charset",
        "The content type names a charset.",
        "R12",
        edits_answer(
            on("items", "users", "events", "recommend"),
            lambda answer: answer.set_header("content-type", "application/json; charset=utf-8"),
        ),
    ),
]
