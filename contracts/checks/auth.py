"""Keys on every operation: no key, every kind of invalid key, keys of the wrong type, valid keys."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote_plus, urlencode

from contracts.checks import tastes
from contracts.checks.common import WITH_CHARSET, odd_bodies, valid_bodies, valid_body
from contracts.exchange import ODD
from contracts.outcome import Blocked, Skipped
from contracts.run.credentials import Credential
from contracts.run.known_item import offer_events
from contracts.run.operations import NOT_ACTIVE
from contracts.run.probe import Probe
from contracts.run.registry import check
from fixtures.bodies import user_body
from fixtures.spec import Operation

_PARAMETERS = ("api_key", "apikey", "api-key", "X-API-KEY", "x_api_key", "key", "access_token", "token")


def _expect_unauthorised(probe: Probe, *names: str, every_body: bool = False) -> None:
    """Send one body per operation; a different one for each key, because a server may check the key for some bodies
    only. With `every_body`, send all of them."""
    for number, operation in enumerate(probe.operations.all()):
        credentials = {"none": probe.credentials.none(), **probe.credentials.wrong(operation.key_type or "")}
        names = tuple(name for name in names if name in credentials)
        if not names:
            raise Skipped("--header says what would have to be left out or changed")
        bodies = [valid_body(probe, operation)] if probe.plan.quick else valid_bodies(probe, operation)
        for name in names:
            turn = (list(credentials).index(name) + number) % len(bodies)
            for body in bodies if every_body else [bodies[turn]]:
                exchange = probe.send(operation, body, credentials[name])
                probe.expect_status(exchange, (401,), name)
            for body in odd_bodies(probe, operation) if every_body else ():
                exchange = probe.send(operation, body, credentials[name])
                probe.expect_status(exchange, (401, *ODD), f"{name}, odd body")


def _expect_unauthorised_everywhere(probe: Probe, name: str, *others: str) -> None:
    """Send every body with this key, and one body with each key of the same kind; in a quick run one body with this
    key."""
    quick = probe.plan.quick
    _expect_unauthorised(probe, name, every_body=not quick)
    if not quick:
        _expect_unauthorised(probe, *others)


@check("AUTH-missing-key")
def missing_key(probe: Probe) -> None:
    _expect_unauthorised(probe, "none", every_body=not probe.plan.quick)


@check("AUTH-empty-key")
def empty_key(probe: Probe) -> None:
    _expect_unauthorised(probe, "empty", "prefix-only")


@check("AUTH-unknown-key")
def unknown_key(probe: Probe) -> None:
    _expect_unauthorised_everywhere(probe, "unknown", "relabelled", "long", "without-prefix")


@check("AUTH-tampered-key")
def tampered_key(probe: Probe) -> None:
    _expect_unauthorised_everywhere(probe, "tampered", "tampered-inside")


@check("AUTH-whole-key")
def whole_key(probe: Probe) -> None:
    _expect_unauthorised(probe, "shortened", "lengthened", "other-case", "in-a-list")


@check("AUTH-bearer-prefix")
def bearer_prefix(probe: Probe) -> None:
    _expect_unauthorised(probe, "bearer")


@check("AUTH-other-header")
def other_header(probe: Probe) -> None:
    """Put only a publishable key into the URL, because the target's log keeps it."""
    _expect_unauthorised(probe, "other-header", "other-names")
    none = probe.credentials.none()
    for operation in probe.operations.all():
        if operation.key_type == "publishable":
            key = probe.credentials.right("publishable").headers["X-API-KEY"]
            probe.redactor.learn(quote_plus(key), "$PK")
            path = f"{operation.path}?{urlencode(dict.fromkeys(_PARAMETERS, key))}"
            body = {**valid_body(probe, operation), "api_key": key}
            exchange = probe.request(
                operation.method, path, none, operation=operation.operation_id,
                json=None if operation.method == "GET" else body,
            )  # fmt: skip
            probe.expect_status(exchange, (401,), "in the query and the body")


@check("AUTH-right-key")
def right_key(probe: Probe) -> None:
    for operation in probe.operations.all():
        exchange = probe.send(operation, valid_body(probe, operation))
        probe.expect(
            exchange.status not in (401, 403), "right key", "neither 401 nor 403", f"status {exchange.status}", exchange
        )


@check("AUTH-publishable-on-upsert")
def publishable_on_upsert(probe: Probe) -> None:
    for operation in (probe.operations.items, probe.operations.users):
        _expect_forbidden(probe, operation)
        for status in () if probe.plan.quick else NOT_ACTIVE[: 1 if probe.plan.one_organisation else 2]:
            body = {**valid_body(probe, operation), "status": status}
            _expect_forbidden(probe, operation, [body])
        _expect_closed(probe, operation)


@check("AUTH-secret-on-publishable")
def secret_on_publishable(probe: Probe) -> None:
    for operation in (probe.operations.events, probe.operations.recommend):
        _expect_forbidden(probe, operation)
        _expect_closed(probe, operation)


def _expect_closed(probe: Probe, operation: Operation) -> None:
    """Check that invalid bodies are refused as well."""
    spare = probe.spare
    bodies = [] if probe.plan.quick else odd_bodies(probe, operation)[: 1 if probe.plan.one_organisation else None]
    for body in bodies:
        exchange = probe.send(operation, body, probe.credentials.wrong_type(operation.key_type or "", spare))
        probe.expect_status(exchange, (403, *ODD), "wrong key type, odd body")


def _expect_forbidden(probe: Probe, operation: Operation, bodies: Sequence[Any] = ()) -> None:
    wrong = probe.credentials.wrong_type(operation.key_type or "")
    quick = probe.plan.quick
    for n, body in enumerate(bodies or ([valid_body(probe, operation)] if quick else valid_bodies(probe, operation))):
        kind, allowed = (("application/json", (403,)), (WITH_CHARSET, (403, 415)))[n % 2]
        exchange = probe.send(operation, body, wrong, headers={"Content-Type": kind})
        probe.expect_status(exchange, allowed, "wrong key type")


@check("AUTH-type-before-body")
def type_before_body(probe: Probe) -> None:
    strict = probe.target.key_policy == "strict"
    for operation in probe.operations.all():
        if operation.key_type == "secret" or strict:
            wrong = probe.credentials.wrong_type(operation.key_type or "")
            exchange = probe.send(operation, {"strategy": 1}, wrong)
            probe.expect_status(exchange, (403,), "wrong key type and a bad body")


@check("AUTH-refused-changes-nothing")
def refused_changes_nothing(probe: Probe) -> Iterator[None]:
    """Hide one item, create another and switch a user off with refused keys; then check that nothing has happened."""
    category, shelf = probe.name("cat"), tastes.shelf(probe)
    shown, made = probe.item("shown", category), probe.item("made", category)
    probe.stock([shown])
    user = probe.user("kept")
    shelf.send_history(probe, user, "quiet")
    yield
    probe.needs(probe.shows(category, shown["item_id"]), "an item that was upserted with the right key shows")
    is_personal = shelf.differ(probe, user, shelf.newcomer).ok
    for credential in _refused_with(probe, probe.operations.items):
        for body in ({**shown, "status": "inactive"}, made):
            if probe.send(probe.operations.items, body, credential).ok:
                raise Blocked(f"the key {credential.name} was not refused (AUTH)")
        probe.send(probe.operations.users, user_body(user, status="inactive"), credential)
    offer_events(probe, probe.interested([made["item_id"]]))
    yield
    exchange, item_id = probe.look(category), made["item_id"]
    expected = "no item from a refused upsert"
    probe.expect(item_id not in exchange.shown, "made", expected, "it shows", exchange, unwanted=(item_id,))
    probe.expect_eventually(
        probe.shows(category, shown["item_id"]), "hidden", "an item that only a refused upsert hid still shows"
    )
    if is_personal:
        expected = "a user whom only a refused upsert made inactive keeps a list of its own"
        probe.expect_eventually(lambda: shelf.differ(probe, user, shelf.newcomer), "switched off", expected)


@check("AUTH-refused-events-do-not-count")
def refused_events_do_not_count(probe: Probe) -> Iterator[None]:
    """Check that a history that was sent only with refused keys has no effect."""
    shelf = tastes.shelf(probe)
    yield
    subject = probe.user("refused")
    for credential in _refused_with(probe, probe.operations.events):
        probe.send(probe.operations.events, shelf.history(subject, "quiet"), credential)
    yield
    shelf.needs_effect(probe)
    look = probe.eventually(lambda: shelf.differ(probe, subject, shelf.control))
    probe.expect(look.ok, "history", "no event of a refused request counts", look.actual, *look.exchanges)


def _refused_with(probe: Probe, operation: Operation) -> list[Credential]:
    wrong = probe.credentials.wrong(operation.key_type or "")
    found = [wrong[name] for name in ("unknown", "tampered", "bearer", "other-header") if name in wrong]
    if operation.key_type == "secret" or probe.target.key_policy == "strict":
        found.append(probe.credentials.wrong_type(operation.key_type or ""))
    return [probe.credentials.none(), *found]
