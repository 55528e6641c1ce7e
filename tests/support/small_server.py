"""A second, independent server of the API: the least that conforms, and legal ways to differ.

It shares nothing with the mock: it uses the standard library's HTTP server and lists in memory."""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

from tests.support.sites import serving

KEYS = {f"lehnz_{kind}_{name}": (name, kind) for name in ("shop_a", "shop_b") for kind in ("pk", "sk")}
SECRET = ("/v1/ingest/items/upsert", "/v1/ingest/users/upsert")
REQUIRED = {
    "/v1/ingest/items/upsert": ("item_id", "item_type", "status"),
    "/v1/ingest/users/upsert": ("user_id", "status", "created_at"),
    "/v1/ingest/events/ingest": ("user_id", "event_family", "event_name"),
}
ENUMS = {
    "status": ("active", "inactive", "deleted"),
    "event_family": ("exposure", "engagement", "conversion", "system"),
}
BY_USER = ("personalized", "session-resumption", "abandonment-recovery")
BY_ITEM = ("similar", "frequently-bought-together", "frequently-consumed-together")


@dataclass
class Freedoms:
    """Ways in which the server may differ. All are legal except `poisoned`, `folds_ids` and `forgets_status`."""

    floats: bool = False  # whole numbers are written 1.0
    uuids_only: bool = False  # only UUIDs are accepted as event_ids
    spelling: tuple[str, ...] = ("session_based", "session-based")
    cookie: bool = False  # a session cookie opens what its key opened
    password: str = ""  # a gateway in front requires this Authorization header
    short_enums: bool = False  # trending and popular require a user too
    fails_once: bool = False  # the 20th request is answered with 503
    personal: str = "popular"  # the order of a user's list: popular, last touched first, unseen only
    no_arrays: bool = False  # one item or user per request
    at_most: int = 10**9  # the most items of any list, over all its pages
    slides: bool = False  # the window slides, and Reset is always its length
    lag: float = 0.0  # seconds until records are visible
    plain_errors: bool = False  # 404 and 405 are plain text without headers
    strict_pages: bool = False  # a page past the end is 404
    forgets_status: bool = False  # wrong: inactive items stay in lists
    folds_ids: bool = False  # wrong: ids come back in lower case
    poisoned: bool = False  # wrong: lists with an item of the attribute `price` crash


@dataclass
class Store:
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    touched: Counter[str] = field(default_factory=Counter)
    seen: dict[str, list[str]] = field(default_factory=dict)  # by user, the last item last
    queue: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    used: int = 0
    began: float = field(default_factory=time.monotonic)


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def small_server(freedoms: Freedoms) -> Iterator[str]:
    """Run the server and yield its URL."""

    class Handler(_Handler):
        free: ClassVar[Freedoms] = freedoms
        stores: ClassVar[dict[str, Store]] = {"shop_a": Store(), "shop_b": Store()}
        sessions: ClassVar[dict[str, str]] = {}
        lock: ClassVar[threading.Lock] = threading.Lock()
        count: ClassVar[list[int]] = [0]

    with serving(Handler) as url:
        yield url


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    free: ClassVar[Freedoms]
    stores: ClassVar[dict[str, Store]]
    sessions: ClassVar[dict[str, str]]
    lock: ClassVar[threading.Lock]
    count: ClassVar[list[int]]

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.extra: dict[str, str] = {}
        with self.lock:
            try:
                status, document = self._answer(body)
            except Refused as refusal:
                status, document = (
                    refusal.status,
                    {"error": "unauthorized"}
                    if "WWW-Authenticate" in self.extra
                    else {"success": False, "message": str(refusal), "error": "refused"},
                )
        self._send(status, document)

    def do_GET(self) -> None:
        self.extra = {}
        self._send(405, {"success": False, "message": "use POST", "error": "method"})

    do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def _send(self, status: int, document: Any) -> None:
        answer = json.dumps(document).encode()
        if self.free.plain_errors and status in (404, 405):
            answer, self.extra = b"no", {"Content-Type": "text/plain"}
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(answer)),
            **self.extra,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _answer(self, body: bytes) -> tuple[int, Any]:
        if self.free.password and self.headers.get("Authorization") != self.free.password:
            self.extra["WWW-Authenticate"] = "Basic"
            raise Refused(401, "the gateway wants a password")
        self.count[0] += 1
        if self.free.fails_once and self.count[0] == 20:
            raise Refused(503, "a moment, please")
        key = self.headers.get("X-API-KEY") or self._cookie()
        if key not in KEYS:
            raise Refused(401, "no such key")
        organisation, kind = KEYS[key]
        store = self.stores[organisation]
        store.used += 1
        left = str(max(0, 1000 - store.used))
        reset = "900" if self.free.slides else str(900 - int(time.monotonic() - store.began))
        self.extra |= {"RateLimit-Limit": "1000", "RateLimit-Remaining": left, "RateLimit-Reset": reset}
        if self.free.cookie:
            self.extra["Set-Cookie"] = "session=" + self.sessions.setdefault(key, uuid.uuid4().hex)
        if self.path not in (*REQUIRED, "/v1/recommend"):
            raise Refused(404, "no such path")
        if kind != ("sk" if self.path in SECRET else "pk"):
            raise Refused(403, "the other key, please")
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused(400, "no JSON") from None
        if self.path == "/v1/recommend":
            return 200, self._recommend(store, document, organisation)
        return 202, self._ingest(store, document)

    def _cookie(self) -> str | None:
        given = (self.headers.get("Cookie") or "").removeprefix("session=")
        return next((key for key, session in self.sessions.items() if session == given), None)

    def _number(self, number: int) -> float | int:
        return float(number) if self.free.floats else number

    def _ingest(self, store: Store, document: Any) -> Any:
        records = document if isinstance(document, list) else [document]
        if self.free.no_arrays and isinstance(document, list) and self.path in SECRET:
            raise Refused(400, "one at a time")
        for record in records:
            self._check(record)
        store.queue += [(time.monotonic() + self.free.lag, record) for record in records]
        return {"success": True, "message": "accepted", "data": {"accepted": self._number(len(records))}, "error": None}

    def _work_off(self, store: Store) -> None:
        due = [record for when, record in store.queue if when <= time.monotonic()]
        store.queue = store.queue[len(due) :]
        for record in due:
            if "item_type" in record:
                known = store.items.get(record["item_id"], {})
                kept = {"status": "active"} if self.free.forgets_status else {}
                store.items[record["item_id"]] = {**known, **record, **kept}
            elif record.get("event_name") == "identify":
                store.seen.setdefault(record["user_id"], []).extend(
                    store.seen.get(str(record.get("previous_user_id")), [])
                )
            elif record.get("item_id") and "event_name" in record:
                store.touched[record["item_id"]] += 1
                store.seen.setdefault(record["user_id"], []).append(record["item_id"])

    def _check(self, record: Any) -> None:
        if not isinstance(record, dict):
            raise Refused(400, "a record is an object")
        for name in REQUIRED[self.path]:
            if not isinstance(record.get(name), str) or not record[name]:
                raise Refused(400, f"{name} is missing")
        for name, values in ENUMS.items():
            if name in REQUIRED[self.path] and record[name] not in values:
                raise Refused(400, f"{name} is none of {values}")
        if self.free.uuids_only and record.get("event_id") is not None:
            try:
                uuid.UUID(record["event_id"])
            except (ValueError, AttributeError, TypeError):
                raise Refused(400, "event_id is no UUID") from None

    def _recommend(self, store: Store, body: Any, organisation: str) -> Any:
        self._work_off(store)
        if not isinstance(body, dict):
            raise Refused(400, "a question is an object")
        strategy = body.get("strategy", "personalized")
        by_user = (*BY_USER, *self.free.spelling, *(("trending", "popular") if self.free.short_enums else ()))
        if strategy not in (*by_user, *BY_ITEM, "trending", "popular"):
            raise Refused(400, "no such strategy")
        needed = "user_id" if strategy in by_user else "context_item_id" if strategy in BY_ITEM else None
        if needed and not isinstance(body.get(needed), str):
            raise Refused(400, f"{needed} is missing")
        limit, page, filters = body.get("limit", 20), body.get("page", 1), body.get("filters") or {}
        if not all(isinstance(each, int) and 1 <= each <= 10**6 for each in (limit, page)) or limit > 100:
            raise Refused(400, "limit or page")
        if not isinstance(filters, dict):
            raise Refused(400, "filters")
        found = [item for item in store.items.values() if item["status"] == "active"]
        found = [item for item in found if item["item_id"] != body.get("context_item_id")]
        found = [item for item in found if _matches(item.get("attributes") or {}, filters)]
        found.sort(key=lambda item: -store.touched[item["item_id"]])
        if strategy in by_user:
            seen = store.seen.get(str(body.get("user_id")), [])
            if self.free.personal == "last touched first":
                found.sort(key=lambda item: -_last(seen, item["item_id"]))
            elif self.free.personal == "unseen only":
                found = [item for item in found if item["item_id"] not in seen]
        found = found[: self.free.at_most]
        if self.free.strict_pages and page > 1 and (page - 1) * limit >= len(found):
            raise Refused(404, "no such page")
        part = found[(page - 1) * limit : page * limit]
        if self.free.poisoned and any("price" in (item.get("attributes") or {}) for item in part):
            raise Refused(500, "oh")
        rows = [self._row(item, place) for place, item in enumerate(part)]
        numbers = {"page": page, "limit": limit, "total_count": len(found)}
        pagination = {name: self._number(number) for name, number in numbers.items()}
        data = {
            "recommendation_id": str(uuid.uuid4()),
            "tenant_id": organisation,
            "domain": "commerce",
            "strategy": strategy,
            "mode": "popular",
            "results": rows,
            "recommended_items": [row["item_id"] for row in rows],
            "pagination": {**pagination, "has_next": page * limit < len(found)},
            "latency_ms": 1,
        }
        return {"success": True, "message": "Success", "data": data, "error": None}

    def _row(self, item: dict[str, Any], place: int) -> dict[str, Any]:
        name = item["item_id"].lower() if self.free.folds_ids else item["item_id"]
        metadata = item.get("attributes") or {}
        return {"item_id": name, "score": 1 / (1 + place), "reason": "popular", "metadata": metadata}


def _last(seen: list[str], item_id: str) -> int:
    return len(seen) - seen[::-1].index(item_id) if item_id in seen else 0


def _matches(attributes: dict[str, Any], filters: dict[str, Any]) -> bool:
    """Compare as JSON does: false is not 0."""
    pairs = [(attributes.get(name), wanted) for name, wanted in filters.items()]
    return all(isinstance(one, bool) == isinstance(other, bool) and one == other for one, other in pairs)
