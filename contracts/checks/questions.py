"""Fields of a request for recommendations: wrong types are refused, unknown ones do no harm."""

from typing import Any

from contracts.checks.common import UNKNOWN, expect_refused
from contracts.run.probe import Probe
from contracts.run.registry import check

_WRONG: dict[str, tuple[Any, ...]] = {
    "filters": ("shoes", ["shoes"]),
    "user_id": (["user"],),
    "context_item_id": ({"id": "item"},),
}


@check("REC-field-types")
def field_types(probe: Probe) -> None:
    for field, values in _WRONG.items():
        for value in values:
            body = {"strategy": "popular", field: value}
            expect_refused(probe, probe.operations.recommend, body, f"{field} {value!r}")
    array = [{"strategy": "popular", "user_id": probe.name("user")}]
    expect_refused(probe, probe.operations.recommend, array, "an array of requests")


@check("REC-unknown-fields")
def unknown_fields(probe: Probe) -> None:
    exchange = probe.recommend(strategy="trending", user_id=probe.name("user"), **UNKNOWN)
    probe.expect_status(exchange, (200,), "fields that are not documented")
