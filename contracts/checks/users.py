"""Users: which bodies are accepted and which are refused, and what their status does."""

from collections.abc import Iterator
from typing import Any

from contracts.checks import tastes
from contracts.checks.common import (
    NO_STATUS,
    NULLS,
    UNKNOWN,
    expect_accepted,
    expect_no_crash,
    expect_refused,
    expect_refused_values,
    expect_refused_without,
)
from contracts.run.operations import NOT_ACTIVE
from contracts.run.probe import Look, Probe
from contracts.run.registry import check
from fixtures.bodies import full_user_body, user_body


@check("USER-accepts-required")
def accepts_required(probe: Probe) -> None:
    expect_accepted(probe, probe.operations.users, user_body(probe.name("user")), "required fields only")


@check("USER-accepts-optional")
def accepts_optional(probe: Probe) -> None:
    expect_accepted(probe, probe.operations.users, full_user_body(probe.name("user")), "every documented field")
    every_type = {"plan": "plus", "orders": 3, "ltv": 12.5, "vip": True, "tags": ["a", "b"], "size": {"eu": 43}}
    empty = {"plan": "", "orders": 0, "vip": False, "tags": [], "size": {}, "Größe (cm)": -0.5}
    cases = {"of every JSON type": every_type, "none": {}, "one": {"plan": "free"}, "empty ones": empty}
    for case, attributes in list(cases.items())[: 1 if probe.plan.one_organisation else None]:
        body = user_body(probe.number(), attributes=attributes)
        expect_accepted(probe, probe.operations.users, body, f"attributes: {case}")
    for case, attributes in list(NULLS.items())[: 1 if probe.plan.one_organisation else None]:
        exchange = probe.send(probe.operations.users, user_body(probe.name("user"), attributes=attributes))
        expect_no_crash(probe, exchange, f"attributes: {case}")


@check("USER-accepts-status")
def accepts_status(probe: Probe) -> None:
    for status in ("active", "inactive", "deleted"):
        body = user_body(probe.name("user"), status=status)
        expect_accepted(probe, probe.operations.users, body, f"status {status}")


@check("USER-accepts-again")
def accepts_again(probe: Probe) -> Iterator[None]:
    """Check that a user is accepted again immediately, and later when the user is known, whichever field changed."""
    body = full_user_body(probe.name("user"))
    expect_accepted(probe, probe.operations.users, body, "first time")
    expect_accepted(probe, probe.operations.users, {**body, "attributes": {"plan": "free"}}, "changed profile")
    yield
    changes: dict[str, list[Any]] = {
        "created_at": ["2025-02-01T00:00:00Z", "2026-02-01T00:00:00Z"],
        "attributes": [{"plan": 1}, {"plan": ["a"]}, {}],
        "status": ["inactive", "active", "deleted"],
    }
    for field, values in changes.items():
        for value in values[: 0 if probe.costly_items else 1 if probe.plan.one_organisation else None]:
            expect_accepted(probe, probe.operations.users, {**body, field: value}, f"{field} {value}, known user")


@check("USER-requires-user-id")
def requires_user_id(probe: Probe) -> None:
    _expect_refused_without(probe, "user_id")


@check("USER-requires-status")
def requires_status(probe: Probe) -> None:
    _expect_refused_without(probe, "status")


@check("USER-requires-created-at")
def requires_created_at(probe: Probe) -> None:
    _expect_refused_without(probe, "created_at")


def _expect_refused_without(probe: Probe, field: str) -> None:
    minimal, full = user_body(probe.name("user")), full_user_body(probe.name("user"))
    expect_refused_without(probe, probe.operations.users, field, minimal, full)


@check("USER-status-enum")
def status_enum(probe: Probe) -> None:
    minimal, full = user_body(probe.name("user")), full_user_body(probe.name("user"))
    expect_refused_values(probe, probe.operations.users, "status", NO_STATUS, minimal, full)


@check("USER-field-types")
def field_types(probe: Probe) -> None:
    wrong: dict[str, Any] = {"user_id": 42, "status": True, "attributes": "red", "created_at": 17}
    for field, value in wrong.items():
        body = {**user_body(probe.name("user")), field: value}
        expect_refused(probe, probe.operations.users, body, f"{field} of a wrong type")
    more = {"user_id": {"id": "a"}, "attributes": ["red"], "created_at": ["2026-01-15"]}
    for field, value in {} if probe.plan.one_organisation else more.items():
        body = {**full_user_body(probe.name("user")), field: value}
        expect_refused(probe, probe.operations.users, body, f"{field} of another wrong type")


@check("USER-created-at-is-a-date")
def created_at_is_a_date(probe: Probe) -> None:
    body = user_body(probe.name("user"), created_at="not a date")
    expect_refused(probe, probe.operations.users, body, "created_at that is no date")


@check("USER-unknown-fields")
def unknown_fields(probe: Probe) -> None:
    body = user_body(probe.name("u"), nickname="Bo", **UNKNOWN)
    expect_accepted(probe, probe.operations.users, body, "fields that are not documented")


@check("USER-array")
def array(probe: Probe) -> None:
    bodies = [user_body(probe.name("user")), user_body(probe.name("user"))]
    expect_accepted(probe, probe.operations.users, bodies, "an array of two")


@check("USER-inactive-is-answered")
def inactive_is_answered(probe: Probe) -> Iterator[None]:
    users = {status: probe.user(status, status=status) for status in NOT_ACTIVE}
    yield
    for status, user in users.items():
        expect_no_crash(probe, probe.recommend(strategy="personalized", user_id=user), f"{status} user")


@check("USER-inactive-is-not-personal")
def inactive_is_not_personal(probe: Probe) -> Iterator[None]:
    """Check that a user with a taste who becomes inactive no longer gets personal lists, and gets them again when
    active again."""
    shelf = tastes.shelf(probe)
    yield
    leaver, gone = probe.user("leaver", status="active"), probe.user("gone", status="deleted")
    shelf.send_history(probe, leaver, "quiet")
    yield
    shelf.needs_effect(probe)
    probe.needs(lambda: shelf.differ(probe, leaver, shelf.newcomer), "the user's list follows the user's events")
    probe.upsert_users([user_body(leaver, status="inactive")])
    yield
    answer = probe.recommend(**shelf.question(gone, "personalized"))
    probe.expect_status(answer, (200,), "deleted: status")
    asked = probe.recommend(**shelf.question(leaver, "personalized"))
    if not probe.expect_status(asked, (200,), "inactive: status"):  # no document says that such a user is served (R48)
        return
    probe.expect_eventually(
        lambda: shelf.differ(probe, leaver, shelf.control),
        "inactive",
        "another list than an active user of the same taste",
    )
    probe.upsert_users([user_body(leaver, status="active")])
    yield

    def personal_again() -> Look:
        return shelf.differ(probe, leaver, shelf.newcomer)

    probe.expect_eventually(personal_again, "active again", "another list than a user without history")
