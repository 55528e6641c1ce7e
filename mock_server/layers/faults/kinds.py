"""The kinds of faults and their options, in one table that the validation, the control plane and the guide read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

KindName = Literal[
    "latency",
    "status",
    "drop",
    "reset",
    "truncate",
    "malformed",
    "dribble",
    "slow_ingestion",
    "no_results",
    "no_history",
]


class Kind(NamedTuple):
    """A kind. A fault has all options of exactly one group of `forms`, and may have those of `optional`."""

    sentence: str
    forms: tuple[tuple[str, ...], ...] = ((),)
    optional: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(option for form in self.forms for option in form) + self.optional


_SECONDS = (("seconds",), ("shortest", "longest"), ("median", "p95"))

KINDS: Mapping[KindName, Kind] = {
    "latency": Kind("The request is handled at once; its response is delayed, in the client's seconds.", _SECONDS),
    "status": Kind(
        "An error that the operation documents, in the envelope and with its headers; nothing is stored.",
        (("status",),),
        ("retry_after",),
    ),
    "drop": Kind("The connection is closed without a response; nothing is stored."),
    "reset": Kind("The connection is reset (TCP RST) without a response; nothing is stored."),
    "truncate": Kind(
        "The request is handled; the connection is closed in the middle of the body that Content-Length promised.",
        optional=("after_bytes",),
    ),
    "malformed": Kind(
        "The request is handled; the body is the first half of the JSON, with a matching Content-Length."
    ),
    "dribble": Kind("The request is handled; the body comes in small pieces.", (("bytes_per_second",),)),
    "slow_ingestion": Kind("What was accepted becomes visible later than usual, by the mock's clock.", _SECONDS),
    "no_results": Kind("Every list of recommendations is empty, as from an empty catalogue."),
    "no_history": Kind("Recommendations are those for an unknown user; events are stored as usual."),
}

OPTIONS: Mapping[str, str] = {
    "seconds": "a fixed time",
    "shortest": "a range: the least",
    "longest": "a range: the most",
    "median": "a lognormal distribution: half of them are shorter",
    "p95": "a lognormal distribution: 95 of 100 are shorter",
    "status": "the HTTP status",
    "retry_after": "Retry-After of a 429, in seconds [the rest of the window]",
    "after_bytes": "bytes of the body that are sent [half of them]",
    "bytes_per_second": "speed of the body",
}
# Kinds that determine the response; at most one of them hits a request.
DECIDING = frozenset({"status", "drop", "reset", "truncate", "malformed", "dribble"})
