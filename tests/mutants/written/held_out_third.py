"""Twenty mutants that were written for a frozen catalogue, and first judged by the suite afterwards.

They were written without looking at a check or at the survivors. FIRST_RUN has the results of the first run, unchanged.
"""

from __future__ import annotations

from tests.mutants.inside import inside, items, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import always, edge, edits_data, passes, refuses
from tests.mutants.written.limits import says
from tests.mutants.written.recommendations import each_result, empty
from tests.mutants.written.strategies import refuses_asked
from tests.mutants.written.third_deviations import (
    bought_by_nobody,
    filters_of_the_page,
    gateway_refuses,
    has_another_type,
    has_digit,
    has_filters,
    identities_are_everybodys,
    middle_of_keys_ignored,
    names_in_lower_case,
    next_page_of_the_whole,
    nothing_new,
    one_anonymous_id,
    overflows,
    own_history_unchecked,
    replaces_users,
    scaled_by_the_page,
    status_alone,
    takes_the_next_along,
    unknown_is_personalized,
    without_empty_metadata,
)

MUTANTS: list[Mutant] = [
    Mutant(
        "third-middle-of-keys-ignored",
        "Of a key only the prefix, the length and the last eight characters are compared.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        edge(middle_of_keys_ignored),
    ),
    Mutant(
        "third-repeated-events-have-no-data",
        "When all events of a request were sent before under their event_id, data is null.",
        ("ENV-success-data", "INGEST-accepted"),
        edge(nothing_new),
    ),
    Mutant(
        "third-item-types-are-final",
        "A known item that is sent with another item_type is 409.",
        ("VALID-accepted", "ITEM-accepts-any-type", "ITEM-accepts-required"),
        refuses_asked(has_another_type, 409),
    ),
    Mutant(
        "third-users-sent-again-lose-their-history",
        "When a user is sent again, what the user did so far is forgotten.",
        ("PERS-events-change-list", "PERS-single-events-count", "USER-inactive-is-not-personal"),
        inside(replaces_users),
    ),
    Mutant(
        "third-event-names-have-no-digits",
        "An event_name with a digit in it is refused.",
        ("EVENT-custom-names", "GEN-valid-accepted"),
        refuses("events", has_digit),
    ),
    Mutant(
        "third-refused-requests-take-the-next-along",
        "What is accepted right after a refused request of its kind never arrives.",
        (
            "QUEUE-becomes-visible",
            "LIFE-upserted-shows",
            "PERS-events-change-list",
            "PERS-single-events-count",
            "EVENT-array-every-one-counts",
            "EVENT-array-every-place-counts",
        ),
        takes_the_next_along(),
    ),
    Mutant(
        "third-status-changes-leave-attributes",
        "An upsert that changes an item's status leaves the attributes as they were.",
        ("LIFE-new-value-takes-effect", "LIFE-metadata-follows"),
        items(status_alone),
    ),
    Mutant(
        "third-own-history-shows-inactive",
        "A hidden item stays in the lists of a user who has touched it.",
        ("LIFE-inactive-hides", "LIFE-deleted-hides", "LIFE-hidden-everywhere"),
        edge(own_history_unchecked),
    ),
    Mutant(
        "third-one-anonymous-id-per-user",
        "A second anonymous id of the same user is identified, and nothing is merged.",
        ("IDENT-merges-history", "IDENT-alike", "IDENT-merges-in-one-array", "IDENT-later-events-follow"),
        one_anonymous_id(),
    ),
    Mutant(
        "third-identities-are-everybodys",
        "An identify event merges the two ids in every organisation.",
        ("TENANT-history-isolated",),
        queues(identities_are_everybodys),
    ),
    Mutant(
        "third-empty-metadata-left-out",
        "The results of items without attributes have no metadata.",
        ("REC-result-keys",),
        each_result(without_empty_metadata),
    ),
    Mutant(
        "third-unknown-strategy-is-personalized",
        "A strategy that does not exist is taken for personalized where there is a user_id.",
        ("STRAT-unknown-refused", "GEN-invalid-refused"),
        edge(unknown_is_personalized),
    ),
    Mutant(
        "third-no-companions-of-what-nobody-bought",
        "Beside an item that nobody bought, the frequently-... strategies list nothing.",
        ("STRAT-falls-back",),
        edits_data(empty, bought_by_nobody),
    ),
    Mutant(
        "third-filters-come-after-paging",
        "A page is cut out of the unfiltered list and then filtered.",
        (
            "FILTER-equality",
            "FILTER-numbers",
            "FILTER-other-types",
            "PAGE-first-holds-items",
            "PAGE-limit-honoured",
            "PAGE-second-differs",
            "PAGE-disjoint",
        ),
        passes(has_filters, filters_of_the_page),
    ),
    Mutant(
        "third-filters-know-no-capitals",
        "An attribute whose name has a capital letter can't be filtered: nothing is found.",
        ("FILTER-equality", "FILTER-complete"),
        passes(has_filters, names_in_lower_case),
    ),
    Mutant(
        "third-has-next-forgets-filters",
        "has_next of a filtered list is that of the whole list.",
        ("PAGE-has-next",),
        passes(has_filters, next_page_of_the_whole),
    ),
    Mutant(
        "third-scores-begin-anew-on-every-page",
        "The first score of every page is 1.",
        ("RANK-never-rising",),
        edits_data(scaled_by_the_page),
    ),
    Mutant(
        "third-reset-in-whole-minutes",
        "RateLimit-Reset is in seconds, but rounded up to whole minutes, except on a 429.",
        ("RATE-reset-in-seconds", "RATE-reset-falls"),
        says("ratelimit-reset", lambda said: -(-said // 60) * 60, always, 200, 202, 400, 401, 403, 404, 405, 422),
    ),
    Mutant(
        "third-every-fifth-429-is-the-gateways",
        "Every fifth 429 is plain text.",
        ("LIMIT-429-envelope", "ENV-error", "ENV-content-type"),
        edge(gateway_refuses),
        exhaust=True,
    ),
    Mutant(
        "third-offsets-beyond-32-bits-crash",
        "A page whose place in the list needs more than 32 bits is a server error.",
        ("PAGE-past-the-end", "PAGE-odd-numbers", "ROBUST-never-5xx"),
        passes(overflows, lambda request, server: server.crash(request)),
    ),
]

# Whether the first run, before anything was changed because of it, killed each mutant.
FROZEN = "3f2b6bf"  # the catalogue and the checks were frozen there; the mutants were committed, and judged, at f911143
FIRST_RUN: dict[str, bool] = {
    "third-middle-of-keys-ignored": True,
    "third-repeated-events-have-no-data": True,
    "third-item-types-are-final": False,
    "third-users-sent-again-lose-their-history": False,
    "third-event-names-have-no-digits": True,
    "third-refused-requests-take-the-next-along": False,
    "third-status-changes-leave-attributes": False,
    "third-own-history-shows-inactive": True,
    "third-one-anonymous-id-per-user": True,
    "third-identities-are-everybodys": True,
    "third-empty-metadata-left-out": True,
    "third-unknown-strategy-is-personalized": True,
    "third-no-companions-of-what-nobody-bought": True,
    "third-filters-come-after-paging": True,
    "third-filters-know-no-capitals": False,
    "third-has-next-forgets-filters": True,
    "third-scores-begin-anew-on-every-page": False,
    "third-reset-in-whole-minutes": True,
    "third-every-fifth-429-is-the-gateways": True,
    "third-offsets-beyond-32-bits-crash": True,
}
