"""Rules over the format of every response."""

from contracts.exchange import Exchange
from contracts.rules.numbers import whole
from contracts.run.registry import each
from contracts.run.run import Run

_INGEST = {"upsertItems", "upsertUsers", "ingestEvents"}
_INGEST |= {"firstEditionUpsertItems", "firstEditionUpsertUsers", "firstEditionIngestEvents"}
_DOCUMENTED_ERRORS = {400, 401, 403, 429}
_OTHER_ERRORS = {404, 405, 413, 415, 422}


def _success(exchange: Exchange) -> bool:
    return exchange.operation is not None and exchange.ok and exchange.method == "POST"


def _documented_error(exchange: Exchange) -> bool:
    return exchange.operation is not None and exchange.status in _DOCUMENTED_ERRORS


def _error(exchange: Exchange) -> bool:
    """Other errors need not be in the envelope (R13), but none may say that it is a success."""
    return _documented_error(exchange) or (_other_error(exchange) and exchange.envelope.get("success") is True)


def _other_error(exchange: Exchange) -> bool:
    return exchange.status in _OTHER_ERRORS and exchange.path.startswith("/v1/") and exchange.method != "HEAD"


@each("ENV-success", _success, "a JSON object with success true and a message")
def success(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return _judge(exchange, True)


@each("ENV-success-data", _success, "data, an object")
def success_data(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    data = exchange.envelope.get("data")
    return None if isinstance(data, dict) or not exchange.envelope else ("data", f"data {str(data)[:60]!r}")


@each("ENV-success-error-null", _success, "error null or absent")
def success_error_null(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    error = exchange.envelope.get("error")
    return None if error is None else ("error", f"error {str(error)[:60]!r} beside success")


@each("ENV-error", _error, "a JSON object with success false and a message")
def error(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return _judge(exchange, False)


@each("ENV-other-error", _other_error, "a JSON object with success false and a message")
def other_error(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return _judge(exchange, False)


@each("ENV-error-detail", _documented_error, "error: a text, an array or absent; data: null or absent")
def error_detail(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    detail, data = exchange.envelope.get("error"), exchange.envelope.get("data")
    if detail is not None and not isinstance(detail, (str, list)):
        return f"{exchange.status}: error", f"error is a {type(detail).__name__}"
    return None if data is None else (f"{exchange.status}: data", f"data {str(data)[:60]!r} beside an error")


def _judge(exchange: Exchange, wanted: bool) -> tuple[str, str] | None:
    if not exchange.envelope:
        return f"{exchange.status}: JSON", f"{exchange.body[:80]!r}"
    if exchange.body.startswith(b"\xef\xbb\xbf"):  # RFC 8259, section 8.1
        return f"{exchange.status}: JSON", "it starts with a byte order mark"
    said = exchange.envelope.get("success")
    if said is not wanted:
        return f"{exchange.status}: success", f"success {said!r} with status {exchange.status}"
    message = exchange.envelope.get("message")
    if isinstance(message, str) and (message.strip() or exchange.status != 400):  # "400: check the message field"
        return None
    return f"{exchange.status}: message", f"message {message!r}"


@each("ENV-content-type", lambda x: _success(x) or _documented_error(x), "Content-Type application/json")
def content_type(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    kind = exchange.headers.get("content-type", "").split(";")[0].strip().lower()
    held = kind == "application/json" or kind.endswith("+json")
    return None if held else (f"{exchange.status}", kind or "none")


@each("INGEST-202", lambda x: x.operation in _INGEST and x.ok, "status 202")
def accepted(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return None if exchange.status == 202 else ("status", f"status {exchange.status}")


@each(
    "INGEST-accepted",
    lambda x: x.operation in _INGEST and x.status == 202,
    "data.accepted, a whole number",
)
def accepted_count(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    count = exchange.data.get("accepted")
    return None if whole(count) else ("type", f"accepted {count!r}")


@each("ENV-400-not-422", lambda x: x.operation in _INGEST and x.status in (400, 422), "status 400")
def bad_input_is_400(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return None if exchange.status == 400 else ("422", "status 422")


@each("INGEST-error-key", lambda x: x.operation in _INGEST and x.status == 202, "error: null")
def error_key(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return None if "error" in exchange.envelope or not exchange.envelope else ("error", "no key error")


@each("ROBUST-never-5xx", lambda _: True, "an answer below 500")
def never_5xx(run: Run, exchange: Exchange) -> tuple[str, str] | None:
    again = run.client.repeated.get(exchange.number)
    if not crashed(exchange) or (again is not None and not crashed(again)):
        return None  # ROBUST-passing-5xx judges the second case
    return (f"{exchange.status}", f"status {exchange.status}") if exchange.status else ("no answer", exchange.failure)


@each("ROBUST-passing-5xx", lambda _: True, "the same answer below 500 each time")
def passing_5xx(run: Run, exchange: Exchange) -> tuple[str, str] | None:
    again = run.client.repeated.get(exchange.number)
    if again is None or crashed(again):
        return None
    first = exchange.failure or f"status {exchange.status}"
    return "passing", f"{first}, then status {again.status} (intermittent)"


def crashed(exchange: Exchange) -> bool:
    """Return whether an exchange ended with a 5xx or without a response. A server may close the connection while a body
    that is too large is still being sent; that is no crash."""
    if exchange.status is None:
        return len(exchange.request_body) <= 1_000_000
    return exchange.status >= 500
