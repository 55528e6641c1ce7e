"""Bodies, methods and paths that no serialiser produces: any refusal is fine, a crash or no response is not."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

from contracts.checks.common import WITH_CHARSET, expect_no_crash, valid_body
from contracts.run.probe import Probe, lacking
from contracts.run.registry import check
from contracts.run.spelling import SPACED
from contracts.run.wire import CHUNKED
from fixtures.bodies import event_body, item_body
from fixtures.spec import Operation

_SAFE, _WRITING = ("GET", "HEAD"), ("PUT", "PATCH", "DELETE")  # methods that no document names

BODIES: dict[str, bytes] = {
    "truncated": b'{"user_id": "u", "event_na',
    "truncated string": b'"abc',
    "duplicate keys": b'{"user_id": "a", "user_id": "b", "strategy": "trending", "strategy": "popular"}',
    "byte order mark": b'\xef\xbb\xbf{"strategy": "trending"}',
    "lone surrogate": b'{"strategy": "trending", "user_id": "\\ud800", "item_id": "\\udfff"}',
    "NUL": b'{"strategy": "trending", "user_id": "a\\u0000b", "item_id": "\\u0000"}',
    "number beyond floats": b'{"strategy": "trending", "limit": 1e400, "page": -1e400}',
    "NaN": b'{"strategy": "trending", "limit": NaN, "page": Infinity}',
    "invalid UTF-8": b'{"strategy": "\xff\xfe\xc3\x28"}',
    "UTF-16": '{"strategy": "trending"}'.encode("utf-16"),
    "deep array": b"[" * 20_000 + b"]" * 20_000,
    "deep object": b'{"filters":' * 3_000 + b"1" + b"}" * 3_000,
    "long digits": b'{"strategy": "trending", "limit": ' + b"9" * 5_000 + b"}",
    "two documents": b'{"strategy": "trending"} {"strategy": "popular"}',
    "empty array": b"[]",
}
_ODD_THINGS = b'[null, 1, "a", [], {}]'
_NO_IDS: tuple[Any, ...] = (42, True, {"id": "a"}, "")
_NO_FILTERS: tuple[Any, ...] = ("red", ["red"], 42, {"a": {"b": 1}}, {"a": ["b"]}, {"a": []}, {"": None})
_NOBODY = "00000000-0000-4000-8000-000000000000"  # an id under which nothing was ever sent
_ODD_FIELDS: tuple[dict[str, Any], ...] = (
    {"event_id": 42}, {"recommendation_id": {"a": 1}}, {"recommendation_id": "no UUID, nor 1/2"},
    {"previous_user_id": ["u"]}, {"previous_user_id": _NOBODY}, {"item_id": []}, {"context": 42},
    {"event_timestamp": {}}, {"session_id": 42},
)  # fmt: skip
WRONG_TYPES: dict[str, list[dict[str, Any]]] = {  # by operation: fields with wrong types, or out of place
    "recommend": [
        *({"user_id": value} for value in _NO_IDS),
        *({"strategy": "similar", "context_item_id": value} for value in _NO_IDS),
        *({"strategy": "popular", "filters": value} for value in _NO_FILTERS),
        {"strategy": None, "user_id": None},
        *({"strategy": "popular", field: None} for field in ("limit", "filters")),
        {"strategy": ["popular"], "limit": {}, "page": [], "filters": True},
    ],
    "ingestEvents": [{**event_body("view", "u"), **fields} for fields in _ODD_FIELDS],
}  # fmt: skip
TEXTS = {
    "NUL in attributes": "a\x00b",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202eabc\u2066",
    "combining": "e" + "\u0301" * 200,
    "plane 1": "\U0001f97e\U0001d518",
    "plane 2": "\U00020000",
    "plane 14": "\U000e0001",
    "planes 15 and 16": "\U000f0000\U0010fffd",
    "noncharacter": "\ufffe\uffff",
    "open brackets": "size (L [{ *+?\\",
    "looks like code": "'; DROP TABLE items; --{{7*7}}${7*7}<script>",
    "long": "x" * 20_000,
}


_TOO_LONG = 1_000  # characters: more than any column for ids has
_IN_ITEMS = ("NUL in attributes", "plane 1", "planes 15 and 16", "noncharacter", "looks like code", "long")
_IN_ITEM_IDS = ("long",)
_NOT_IN_QUESTIONS = ("NUL in attributes", "noncharacter")


@check("ROBUST-odd-bodies")
def odd_bodies(probe: Probe) -> None:
    operations = probe.operations
    sends = [*zip(itertools.cycle(operations.all()), BODIES.items(), strict=False)]
    sends += [(operation, ("array of odd things", _ODD_THINGS)) for operation in operations.all()]
    for operation, (case, content) in sends:
        exchange = probe.send(operation, content=content, understood=False)
        expect_no_crash(probe, exchange, case)
    for operation in operations.all():
        bodies = WRONG_TYPES.get(operation.operation_id, [])
        for body in bodies[: 0 if probe.plan.one_organisation else None]:
            user = {} if operation is operations.recommend else {"user_id": probe.name("odd")}
            exchange = probe.send(operation, {**body, **user})
            expect_no_crash(probe, exchange, f"wrong types: {', '.join(body)}")


@check("ROBUST-odd-texts")
def odd_texts(probe: Probe) -> None:
    operations = probe.operations
    # Without arrays the items would cost too many requests.
    cases = TEXTS if probe.visibility.arrays else {case: TEXTS[case] for case in _IN_ITEMS}
    for case, text in cases.items():
        name = probe.name("odd")
        item_id = name + text[:_TOO_LONG] if case in _IN_ITEM_IDS else name
        item = item_body(item_id, attributes={"title": text, text[:40]: text}, status="inactive")
        if case in _IN_ITEMS:
            expect_no_crash(probe, probe.send(operations.items, item), f"item: {case}")
        event = event_body("view", name + text[:_TOO_LONG], context={text[:40]: text})
        expect_no_crash(probe, probe.send(operations.events, event), f"event: {case}")
        if case not in _NOT_IN_QUESTIONS:
            exchange = probe.recommend(
                strategy="popular", user_id=name + text[:_TOO_LONG], filters={"title": text[:200]}
            )
            expect_no_crash(probe, exchange, f"recommend: {case}")


@check("ROBUST-huge-body")
def huge_body(probe: Probe) -> None:
    """Send six megabytes, and expect a response or at most a connection that is closed while the body is sent (as a 413
    may do). The body has no item_id, so that no server stores it."""
    operation = probe.operations.items
    item = lacking(item_body("huge", attributes={"text": "x" * 6_000_000}), "item_id")
    exchange = probe.send(operation, item, understood=False)
    held = exchange.status is None or exchange.status < 500
    probe.expect(held, "6 MB", "an answer below 500", f"status {exchange.status}", exchange)
    after = probe.send(probe.operations.recommend, valid_body(probe, probe.operations.recommend))
    expect_no_crash(probe, after, "the next request")


@check("ROBUST-content-types")
def content_types(probe: Probe) -> None:
    """Send one content type that is no JSON, one odd one, and JSON with a charset to each operation."""
    odd = ("multipart/form-data", "application/json; charset=utf-16", ";", "")
    for operation, kind in zip(probe.operations.all(), odd, strict=False):
        body = valid_body(probe, operation)
        expect_no_crash(probe, probe.send(operation, body, headers={"Content-Type": kind}), f"Content-Type {kind!r}")
        exchange = probe.send(operation, body, headers={"Content-Type": "text/plain"})
        if expect_no_crash(probe, exchange, "Content-Type text/plain"):
            probe.expect(not exchange.ok, "text/plain taken", "a 4xx", f"status {exchange.status}", exchange)
        exchange = probe.send(operation, body, headers={"Content-Type": WITH_CHARSET}, turn=SPACED)
        probe.expect(exchange.ok, "charset=utf-8 and line breaks", "a success", f"status {exchange.status}", exchange)


@check("ROBUST-chunked-bodies")
def chunked_bodies(probe: Probe) -> None:
    """A server may ask for a length instead, with 411."""
    for operation in probe.operations.all():
        exchange = probe.send(operation, valid_body(probe, operation), headers=CHUNKED)
        held = exchange.ok or exchange.status == 411
        probe.expect(held, operation.operation_id, "as without chunks", f"status {exchange.status}", exchange)


@check("ROBUST-methods-and-paths")
def methods_and_paths(probe: Probe) -> None:
    key = probe.credentials.right("publishable", probe.home)
    base, operations = probe.operations.recommend.path, probe.operations.all()
    for n, method in enumerate((*_SAFE, *_WRITING)):
        for operation in operations[n % 4 :][:1] if probe.plan.one_organisation else operations:
            _other_method(probe, method, operation)
    odd = (base + "/../recommend", base + "/%00", base + "/%zz", "/v1/" + "a" * 3_000)
    for path in ("/v1/no-such-thing", "/v1/ingest/items", *odd):
        # A server may refuse an odd path and close the connection at once. While a body is on its way, that is a reset,
        # which may take the response along.
        body = None if path in odd else {"strategy": "trending"}
        exchange = probe.request("POST", path, key, json=body)
        if expect_no_crash(probe, exchange, f"POST {path[:40]}") and "no-such" in path:
            probe.expect(
                400 <= (exchange.status or 0) < 500, "unknown path", "a 4xx", f"status {exchange.status}", exchange
            )
    nobody = probe.credentials.none()
    for method, path in (("POST", "/v1/no-such-thing"), ("PUT", base)):
        expect_no_crash(probe, probe.request(method, path, nobody), f"{method} {path} without a key")


def _other_method(probe: Probe, method: str, operation: Operation) -> None:
    """Send a valid body with a method that may write, and expect a refusal. A GET may be answered (R17)."""
    right = probe.credentials.right(operation.key_type or "", probe.home)
    body = valid_body(probe, operation) if method in _WRITING else None
    exchange = probe.request(method, operation.path, right, json=body, fresh=True)
    if not expect_no_crash(probe, exchange, f"{method} {operation.operation_id}") or method in _SAFE:
        return
    actual = f"status {exchange.status}"
    probe.expect(not exchange.ok, f"{method} {operation.operation_id} taken", "a 4xx", actual, exchange)
    if exchange.ok and body and operation is probe.operations.items:  # the clean-up deletes it
        probe.model.upserted(probe.home, body, exchange.sent_at, math.inf)


@check("ROBUST-headers")
def headers(probe: Probe) -> None:
    """Check that headers of the first edition are accepted, and that long and unusual ones cause no error."""
    welcome = {"X-Domain": "commerce", "X-Environment": "dev"}
    exchange = probe.send(probe.operations.recommend, valid_body(probe, probe.operations.recommend), headers=welcome)
    probe.expect(exchange.ok, "X-Domain", "as without it", f"status {exchange.status}", exchange)
    exchange = probe.send(
        probe.operations.recommend, valid_body(probe, probe.operations.recommend), headers={"Accept": "text/nonsense"}
    )
    expect_no_crash(probe, exchange, "Accept")
    # Without a body, as in methods_and_paths.
    exchange = probe.send(probe.operations.recommend, None, headers={"X-Domain": "x" * 4_000})
    expect_no_crash(probe, exchange, "a long header")


@check("ROBUST-still-works")
def still_works(probe: Probe) -> Iterator[None]:
    """Check that the target still serves valid requests after all these, also from the same client."""
    yield
    for organisation, operation in itertools.product({"main", probe.spare}, probe.operations.all()):
        exchange = probe.send(operation, valid_body(probe, operation), organisation=organisation)
        probe.expect(exchange.ok, "after hostile input", "success", f"status {exchange.status}", exchange)
