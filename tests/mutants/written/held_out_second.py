"""Twenty mutants that were written before the catalogue was frozen, and first judged by the suite afterwards.

They were written without looking at a check. FIRST_RUN has the first run's results, unchanged; a survivor is a gap.
"""

from __future__ import annotations

from tests.mutants.inside import items, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    always,
    asks,
    crashes,
    edge,
    edits_answer,
    edits_data,
    on,
    passes,
    refuses,
)
from tests.mutants.written.limits import says
from tests.mutants.written.second_deviations import (
    drops_what_is_too_much,
    ends_when_idle,
    event_ids_are_global,
    fallback_has_a_size,
    forgets_on_identify,
    has_null,
    is_deep,
    key_in_query,
    next_ones_metadata,
    not_a_number,
    numbers_where_they_can_be,
    ten_events,
    unchanged_by_attributes,
    whole_pages_only,
    without_empty_values,
)

MUTANTS = [
    Mutant(
        "second-has-next-counts-whole-pages",
        "has_next is false before a last page that is not full.",
        ("PAGE-has-next", "PAGE-total-reached"),
        edits_data(whole_pages_only),
    ),
    Mutant(
        "second-fallback-has-a-size",
        "A user without history gets twenty items, whatever the limit.",
        ("PAGE-limit-respected", "PAGE-limit-honoured"),
        edge(fallback_has_a_size),
    ),
    Mutant(
        "second-status-changes-with-attributes-only",
        "An upsert that changes the status and no attribute changes nothing.",
        ("LIFE-inactive-hides", "LIFE-deleted-hides", "LIFE-active-again"),
        items(unchanged_by_attributes),
    ),
    Mutant(
        "second-zero-and-false-are-no-filters",
        "A filter whose value is 0, false or an empty text is left out.",
        ("FILTER-numbers", "FILTER-other-types", "FILTER-only-matches"),
        asks(without_empty_values, lambda record: isinstance(record.get("filters"), dict)),
    ),
    Mutant(
        "second-identify-brings-purchases-only",
        "Identify brings the anonymous purchases, and nothing else of the history.",
        ("IDENT-merges-history", "IDENT-merges-in-one-array"),
        forgets_on_identify(lambda event: event.event_family == "conversion"),
    ),
    Mutant(
        "second-remaining-is-full-on-403",
        "A 403 says that nothing of the limit was used.",
        ("RATE-never-jumps", "RATE-counts-down"),
        says("ratelimit-remaining", lambda _: 1000, always, 403),
    ),
    Mutant(
        "second-window-ends-when-idle",
        "A window ends when no request came for half a second, whatever RateLimit-Reset says.",
        ("RATE-never-jumps",),
        ends_when_idle(0.5),
    ),
    Mutant(
        "second-events-unreadable-in-a-page",
        "A page on another origin can't read the answer to its events.",
        ("CORS-answers",),
        edits_answer(on("events"), lambda answer: answer.drop_header("access-control-allow-origin"), 202),
    ),
    Mutant(
        "second-deep-contexts-refused",
        "An event whose context holds objects or lists is refused.",
        ("EVENT-optional-fields", "GEN-valid-accepted"),
        refuses("events", lambda record: is_deep(record.get("context"))),
    ),
    Mutant(
        "second-ids-of-digits-are-numbers",
        "An item_id of digits only comes back as a number.",
        ("REC-id-types",),
        edits_data(numbers_where_they_can_be),
    ),
    Mutant(
        "second-metadata-out-of-step",
        "Each result has the metadata of the next one.",
        ("LIFE-metadata-follows",),
        edits_data(next_ones_metadata),
    ),
    Mutant(
        "second-event-ids-are-global",
        "An event is a duplicate when any organisation has used its event_id.",
        ("TENANT-history-isolated",),
        event_ids_are_global(),
    ),
    Mutant(
        "second-context-makes-it-similar",
        "Without strategy, a context item makes it similar, for which no user_id is needed.",
        ("STRAT-default-personalized",),
        asks(
            lambda record: record.update(strategy="similar"),
            lambda record: "strategy" not in record and isinstance(record.get("context_item_id"), str),
        ),
    ),
    Mutant(
        "second-ten-events-of-an-array",
        "Of an array the first ten events count, and no more.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts", "PERS-alike"),
        queues(ten_events),
    ),
    Mutant(
        "second-key-in-the-query",
        "Without X-API-KEY, the key may stand in the query as api_key.",
        ("AUTH-missing-key", "AUTH-other-header"),
        edge(key_in_query),
    ),
    Mutant(
        "second-only-score-is-nan",
        "The score of a list's only result is NaN.",
        ("RANK-score-number", "REC-200", "ENV-success"),
        edge(not_a_number),
    ),
    Mutant(
        "second-null-attributes-crash",
        "An item with an attribute that is null is a server error.",
        ("ITEM-free-form-attributes", "GEN-valid-accepted", "ROBUST-never-5xx"),
        crashes("items", has_null),
    ),
    Mutant(
        "second-limit-100-refused",
        "A limit of 100 is refused; 99 is the most.",
        ("PAGE-limit-honoured", "VALID-accepted"),  # its first run failed only the latter
        passes(
            lambda request, _: request.operation == "recommend" and request.value("limit") == 100,
            lambda request, server: server.refuse(request),
        ),
    ),
    Mutant(
        "second-reset-in-minutes-on-429",
        "RateLimit-Reset of a 429 is in minutes, rounded up.",
        ("LIMIT-429-in-seconds", "LIMIT-recovers"),
        says("ratelimit-reset", lambda said: -(-said // 60), always, 429),
        exhaust=True,
    ),
    Mutant(
        "second-too-much-is-dropped-in-silence",
        "With the limit used up, what is sent is answered with 202 and dropped.",
        ("LIMIT-then-429", "LIMIT-429-on-every-route", "LIMIT-announced-rest-passes"),
        edge(drops_what_is_too_much),
        exhaust=True,
    ),
]


# Whether the first run, before anything was changed because of it, killed each mutant.
FROZEN = "42cbe94"  # the commit after which neither the catalogue nor the checks were changed


FIRST_RUN: dict[str, bool] = {
    "second-has-next-counts-whole-pages": True,
    "second-fallback-has-a-size": True,
    "second-status-changes-with-attributes-only": True,
    "second-zero-and-false-are-no-filters": False,
    "second-identify-brings-purchases-only": True,
    "second-remaining-is-full-on-403": True,
    "second-window-ends-when-idle": True,
    "second-events-unreadable-in-a-page": True,
    "second-deep-contexts-refused": True,
    "second-ids-of-digits-are-numbers": False,
    "second-metadata-out-of-step": False,
    "second-event-ids-are-global": False,
    "second-context-makes-it-similar": True,
    "second-ten-events-of-an-array": True,
    "second-key-in-the-query": False,
    "second-only-score-is-nan": False,
    "second-null-attributes-crash": False,
    "second-limit-100-refused": False,
    "second-reset-in-minutes-on-429": True,
    "second-too-much-is-dropped-in-silence": True,
}
