"""Sends all requests to the target: counts, paces, limits and redacts every exchange, and keeps it in the journal."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypedDict, Unpack

import httpcore
import httpx

from contracts.exchange import Exchange
from contracts.outcome import NotJudged, Skipped
from contracts.run import wire
from contracts.run.budget import Budget
from contracts.run.credentials import Credential
from contracts.run.spelling import encode, spell_headers
from contracts.run.stop import Stop
from contracts.target import Target
from fixtures.connection import variable_of
from fixtures.redaction import Redactor

_WINDOWS = 3  # windows that one request may wait for
_VALUE_BYTES = 64  # bytes of memory per parsed JSON value
_MOST_KEPT = 500_000_000  # bytes of all responses of a run, parsed
_NO_ANSWER = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


class About(TypedDict, total=False):
    """What the exchange says of its request."""

    understood: bool
    valid: bool
    welcome: bool
    forbidden: str


class Options(About, total=False):
    """What a request may have besides its method, path and credential."""

    operation: str | None
    json: Any
    content: bytes | None  # instead of `json`
    headers: Mapping[str, str | None] | None  # add or replace headers, or remove one with None
    fresh: bool  # on a new connection
    turn: int  # picks the spelling


@dataclass(frozen=True)
class _Request:
    source: str
    method: str
    path: str
    credential: Credential
    operation: str | None
    body: bytes
    headers: Mapping[str, str]
    fresh: bool
    about: Mapping[str, Any]  # see About


@dataclass(frozen=True)
class _Fetched:
    started: float
    seconds: float
    answer: wire.Answer | None
    failure: str


def _counted(fetched: _Fetched) -> tuple[int, float]:
    """Sort responses by the falling number of remaining requests, then by time."""
    text = fetched.answer.headers.get("ratelimit-remaining", "") if fetched.answer else ""
    return -int(text) if text.isascii() and text.isdecimal() and len(
        text
    ) < 16 else 0, fetched.started + fetched.seconds


class Client:
    """`send` never raises for the target's behaviour: a missing response is an Exchange without a status. It raises
    Starved when no request is left, and NotJudged for a response beyond our limits. No cookies, no redirects, and no
    retries except on a kept connection that the target had closed."""

    def __init__(
        self, target: Target, budget: Budget, redactor: Redactor, timeout: float, stop: Stop | None = None
    ) -> None:
        """`timeout`: seconds for one request with its whole response."""
        self.journal: list[Exchange] = []
        self.observers: list[Callable[[Exchange], None]] = []
        self._target, self._budget, self._redactor, self._timeout = target, budget, redactor, timeout
        self._stop = stop or Stop()
        connection = target.connection
        context = connection.ssl_context() if target.url.startswith("https") else None
        self._pooled = wire.open_pool(context, connection.proxy, keep_alive=5)
        self._fresh = wire.open_pool(context, connection.proxy, keep_alive=0)
        self._always = {"Host": httpx.URL(target.url).netloc.decode(), "User-Agent": "lehnz-contract", "Accept": "*/*"}
        self._always |= {"Accept-Encoding": "gzip"}
        self._users = connection.header_names
        self._lock = threading.Lock()
        self._kept = 0
        self._again: dict[int, Callable[[], Exchange]] = {}
        # Number of a 5xx, or of a missing response -> the next response to the same request.
        self.repeated: dict[int, Exchange] = {}

    def repeat(self, exchange: Exchange) -> Exchange:
        """Repeat a request that got a 5xx or no response. Raises NotJudged."""
        if exchange.number not in self.repeated:
            self.repeated[exchange.number] = self._again[exchange.number]()
        return self.repeated[exchange.number]

    def close(self) -> None:
        self._pooled.close()
        self._fresh.close()

    def send(
        self,
        source: str,
        method: str,
        path: str,
        credential: Credential,
        *,
        take_429: bool = False,
        **options: Unpack[Options],
    ) -> Exchange:
        """Send one request. `take_429`: return a 429 at once instead of waiting.

        Raises Skipped if it would have to replace a header of --header."""
        return self._send(self._request(source, method, path, credential, **options), take_429)

    def send_together(self, requests: Sequence[Mapping[str, Any]]) -> list[Exchange]:
        """Send requests at the same time, each on a new connection; each has the arguments of `send`. Return the
        exchanges in the same order. The journal has them in the order in which the target counted them."""
        made = [self._request(**request) for request in requests]
        with self._lock:
            self._check()
            for each in made:
                self._budget.take(each.credential.organisation)
            with ThreadPoolExecutor(max_workers=len(made)) as pool:
                fetched = list(pool.map(self._fetch, made))
            kept: dict[int, Exchange] = {}
            for place in sorted(range(len(made)), key=lambda place: _counted(fetched[place])):
                kept[place] = self._keep(made[place], fetched[place])
            for place, exchange in kept.items():
                if exchange.status == 429:
                    self._budget.wait_after_429(exchange)
                    kept[place] = self._patiently(made[place], take_429=False)
            return [kept[place] for place in range(len(made))]

    def _send(self, request: "_Request", take_429: bool = False) -> Exchange:
        with self._lock:
            return self._patiently(request, take_429)

    def _request(
        self, source: str, method: str, path: str, credential: Credential, **options: Unpack[Options]
    ) -> "_Request":
        content, json, turn = options.get("content"), options.get("json"), options.get("turn", 0)
        headers = {**credential.headers, **(options.get("headers") or {})}
        for name in headers:
            if name.lower() in self._users:
                raise Skipped(f"--header {name} is sent with every request")
        body = content if content is not None else b"" if json is None else encode(json, turn)
        sent = {"Content-Type": "application/json", **headers}
        given = {name: value for name, value in sent.items() if value is not None}
        real = spell_headers(given, dict(self._target.connection.headers), turn)
        about = {name: value for name, value in options.items() if name in About.__annotations__}
        fresh = options.get("fresh", False)
        return _Request(source, method, path, credential, options.get("operation"), body, real, fresh, about)

    def _patiently(self, request: "_Request", take_429: bool) -> Exchange:
        """Send, and send again when the window of a 429 has ended."""
        for _ in range(_WINDOWS):
            self._check()
            self._budget.take(request.credential.organisation)
            exchange = self._keep(request, self._fetch(request))
            if exchange.status != 429 or take_429 or not request.credential.organisation:
                break
            self._budget.wait_after_429(exchange)
        return exchange

    def _fetch(self, request: "_Request") -> "_Fetched":
        started = time.monotonic()
        answer, failure = self._answer(request.method, request.path, request.headers, request.body, request.fresh)
        return _Fetched(started, time.monotonic() - started, answer, failure)

    def _keep(self, request: "_Request", fetched: "_Fetched") -> Exchange:
        """Put the exchange into the journal, redacted."""
        answer, credential = fetched.answer, request.credential
        exchange = Exchange(
            number=len(self.journal) + 1,
            source=request.source,
            operation=request.operation,
            method=request.method,
            path=self._redactor.text(request.path),
            key=credential.name,
            organisation=credential.organisation,
            request_headers={name: self._shown(name, value) for name, value in request.headers.items()},
            request_body=self._redactor.bytes(request.body),
            sent_at=fetched.started,
            seconds=fetched.seconds,
            status=answer.status if answer else None,
            headers={name: self._redactor.text(value) for name, value in answer.headers.items()} if answer else {},
            body=self._redactor.bytes(answer.body) if answer else b"",
            failure=fetched.failure,
            **request.about,
        )
        self.journal.append(exchange)
        if exchange.status is None or exchange.status >= 500:
            self._again[exchange.number] = partial(self._send, replace(request, fresh=True))
        self._keep_count(answer)
        self._budget.learn(exchange)
        for observe in self.observers:
            observe(exchange)
        return exchange

    def _answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, fresh: bool
    ) -> tuple[wire.Answer | None, str]:
        """Return the response, or the reason why there is none. Raises NotJudged for a response beyond our limits."""
        try:
            url = httpx.URL(self._target.url + path)
            whole = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
            return self._exchange(method, whole, headers, body, fresh), ""
        except wire.TooMuch as bound:
            raise NotJudged(f"{method} {self._redactor.text(path)}: {bound}") from None
        except (*_NO_ANSWER, wire.OutOfTime, wire.BrokenEncoding, httpx.InvalidURL) as error:
            return None, wire.words_for(error)

    def _exchange(
        self, method: str, url: httpcore.URL, headers: Mapping[str, str], body: bytes, fresh: bool
    ) -> wire.Answer:
        """Send the request on a kept connection, and again on a new one if the target had closed it, which it may
        do."""
        named = {name.lower() for name in headers}
        whole = {name: value for name, value in self._always.items() if name.lower() not in named} | dict(headers)
        if (body or method not in ("GET", "HEAD")) and "transfer-encoding" not in named:
            whole.setdefault("Content-Length", str(len(body)))
        if not fresh:
            try:
                return wire.exchange(self._pooled, method, url, whole, body, self._timeout, self._check)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                pass  # a kept connection that the target had closed
        return wire.exchange(self._fresh, method, url, whole, body, self._timeout, self._check)

    def _check(self) -> None:
        self._stop.check(cleaning=self._budget.cleaning)

    def _shown(self, name: str, value: str) -> str:
        return f"${variable_of(name)}" if name.lower() in self._users else self._redactor.text(value)

    def _keep_count(self, answer: wire.Answer | None) -> None:
        self._kept += len(answer.body) + _VALUE_BYTES * answer.values if answer else 0
        if self._kept > _MOST_KEPT:
            self._stop.ask(f"the target sent more than {_MOST_KEPT // 1_000_000} MB")
