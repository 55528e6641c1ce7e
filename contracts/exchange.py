"""One request and its response, as checks, rules and reports see them: redacted, and safe for any body."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Json = Any
REFUSED = (400, 422)  # 400 is documented; 422 instead is a SHOULD finding of its own (ENV-400-not-422)
ODD = (404, *REFUSED)  # further statuses for a body with unusual ids, names or pages (R39, R44)


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class Exchange:
    """`status` is None without a complete response; then `failure` gives the reason in a few words."""

    number: int  # position in the run's journal, from 1
    source: str  # what sent it: the id of a check, `situations:TABLE`, or words
    operation: str | None  # operationId of the contract, None for anything else
    method: str
    path: str
    key: str  # which credential: "pk", "sk", "pk2", "sk2", "none", or the name of a wrong one
    organisation: str | None  # "main" or "other" for a valid key
    request_headers: dict[str, str]
    request_body: bytes
    sent_at: float  # seconds of a monotonic clock
    seconds: float
    status: int | None
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    failure: str = ""
    understood: bool = True  # False: a body of the wire corpus, not meant to be understood
    valid: bool = False  # True if every document allows this request
    welcome: bool = False  # True if only ids with characters that no document names keep it from being valid
    forbidden: str = ""  # why every document forbids this request

    @cached_property
    def json(self) -> Json:
        """The parsed body; None for invalid JSON, such as non-UTF-8, NaN or Infinity."""
        try:
            return json.loads(self.body.decode("utf-8-sig"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def request_json(self) -> Json:
        try:
            return json.loads(self.request_body)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def question(self) -> str:
        """The request's body in one spelling, so that equal requests can be found; a body that isn't JSON as it is."""
        try:
            parsed = self.request_json
            return repr(self.request_body) if parsed is None else json.dumps(parsed, sort_keys=True)
        except RecursionError:
            return repr(self.request_body)

    @property
    def answered_at(self) -> float:
        return self.sent_at + self.seconds

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def envelope(self) -> dict[str, Json]:
        return self.json if isinstance(self.json, dict) else {}

    @property
    def data(self) -> dict[str, Json]:
        data = self.envelope.get("data")
        return data if isinstance(data, dict) else {}

    @cached_property
    def results(self) -> list[dict[str, Json]]:
        results = self.data.get("results")
        return [row for row in results if isinstance(row, dict)] if isinstance(results, list) else []

    @cached_property
    def ids(self) -> list[str]:
        """The item ids of a recommendation, in order."""
        return [row["item_id"] for row in self.results if isinstance(row.get("item_id"), str)]

    @property
    def shown(self) -> list[str]:
        """Every item id in the response, in `results` or `recommended_items`."""
        listed = self.data.get("recommended_items")
        others = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
        ids = self.ids
        known = set(ids)
        return [*ids, *(item for item in others if item not in known)]

    @property
    def pagination(self) -> dict[str, Json]:
        pagination = self.data.get("pagination")
        return pagination if isinstance(pagination, dict) else {}

    def counted(self, name: str) -> int | None:
        """Return an integer of `pagination`; 48.0 is one (R43)."""
        value = self.pagination.get(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def number_of(self, header: str) -> int | None:
        """Return a header's value as an integer; None if it is missing or anything else."""
        text = self.headers.get(header.lower(), "").strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None

    def __str__(self) -> str:
        outcome = self.failure or str(self.status)
        return f"{self.method} {self.path} with {self.key} -> {outcome}"
