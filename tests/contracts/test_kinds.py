"""What the suite sends as a careful client, and what it accepts from a server. Each test names its field case."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.catalogue import Entry, load_catalogue
from contracts.exchange import Exchange
from contracts.generated.bodies import natural
from contracts.generated.passes import PASSES
from contracts.options import read_arguments
from contracts.outcome import Level, Outcome, Skipped, TargetError, Verdict
from contracts.run.engine import Engine
from contracts.run.probe import Probe
from contracts.run.registry import CHECKS, RULES
from contracts.run.run import Run
from contracts.run.stop import Stop
from contracts.session import judge, make_run
from contracts.settings import settings_of
from fixtures.bodies import STANDARD_FAMILIES, full_event_body
from fixtures.examples import example
from fixtures.spec import Operation
from tests.support.counter import Counter
from tests.support.mock_beside import mock_beside
from tests.support.shipped import SPEC
from tests.support.small_server import Freedoms, small_server

CATALOGUE = load_catalogue()
KEYS = ["--publishable-key", "lehnz_pk_shop_a", "--secret-key", "lehnz_sk_shop_a"]
RUN: Any = SimpleNamespace(target=SimpleNamespace(limit=1000, window_seconds=900.0))


def a_run(url: str, *options: str) -> Run:
    settings = settings_of(read_arguments(["--target", url, *KEYS, *options]), CATALOGUE, {})
    assert settings.url
    target = settings.target(settings.url, settings.organisations, settings.connection)
    return make_run(settings, target, lambda _: None, Stop(60))


def answer(document: Any, operation: str = "recommend", status: int = 200, number: int = 1) -> Exchange:
    return Exchange(
        number=number, source="a check", operation=operation, method="POST", path="/v1/recommend", key="pk",
        organisation="main", request_headers={}, request_body=b"{}", sent_at=0.0, seconds=0.0, status=status,
        headers={"content-type": "application/json"}, body=json.dumps(document).encode(),
    )  # fmt: skip


def accused(exchange: Exchange) -> set[str]:
    """Return the rules about one answer that it breaks."""
    others = ("AUTH", "RATE", "ROBUST")
    rules = {name: rule for name, rule in RULES.items() if rule.alone and not name.startswith(others)}
    return {name for name, rule in rules.items() if rule.about(exchange) and rule.alone and rule.alone(RUN, exchange)}


@pytest.mark.parametrize("body", [b'[{"strategy": "similar"}]', b'"similar"', b"42", b"[]", b"null", b"{"])
def test_a_success_for_a_body_that_is_no_object_is_judged_like_any_other(body: bytes) -> None:
    exchange = replace(answer(example("recommendation")), request_body=body)
    assert accused(exchange) <= {"PAGE-full", "RANK-same-ids"}  # the documented example is shortened
    assert {name for name, rule in RULES.items() if rule.about(exchange)} >= {"ENV-success"}


def test_whole_numbers_written_as_floats_are_whole_numbers() -> None:
    """Field case C3, for every number in an answer."""
    document = example("recommendation")
    document["data"]["pagination"] = {"page": 1.0, "limit": 20.0, "total_count": 48.0, "has_next": True}
    document["data"]["results"][0]["score"] = 1
    document["data"]["recommended_items"] = ["prod_7"]
    assert accused(answer(document)) == {"PAGE-full"}  # the documented example is shortened
    assert (
        accused(answer({"success": True, "message": "", "data": {"accepted": 1.0}, "error": None}, "upsertItems", 202))
        == set()
    )


@pytest.mark.parametrize("name", ["page", "limit", "total_count", "has_next"])
def test_a_documented_key_of_pagination_must_be_there(name: str) -> None:
    """R16: key names are a MUST, whatever the value."""
    document = example("recommendation")
    del document["data"]["pagination"][name]
    assert "REC-keys" in accused(answer(document))
    document["data"]["pagination"][name] = None
    assert "REC-keys" not in accused(answer(document))


@pytest.mark.parametrize("name", [*STANDARD_FAMILIES, "wishlist_shared"])
def test_events_are_sent_with_uuids_and_the_family_of_their_name(name: str) -> None:
    """Field cases C4 and O2: also if the generator made something else."""
    rng, ingest = Random(1), SPEC.operation("ingestEvents")
    made = natural(ingest, {"event_name": name, "event_family": "exposure", "event_id": "7", "user_id": "u"}, rng, "i")
    assert made["event_family"] == STANDARD_FAMILIES.get(name, "engagement")
    for event_id in (made["event_id"], full_event_body("view", "u", "i", rng)["event_id"]):
        assert uuid.UUID(event_id).version == 4


@pytest.mark.parametrize("strategy", ["trending", "popular"])
def test_every_question_names_a_user_even_if_none_is_required(strategy: str) -> None:
    """Field case O4."""
    asked = natural(SPEC.operation("recommend"), {"strategy": strategy}, Random(1), "i")
    assert asked["user_id"]
    assert CATALOGUE["STRAT-needs-nothing-else"].level is Level.SHOULD


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ({"user_id": "u"}, {200}),
        ({"user_id": "u", "page": 2}, {200, 400, 404, 422}),
        ({"strategy": "similar", "context_item_id": "i"}, {200, 404, 422}),
    ],
)
def test_pages_past_the_end_and_unknown_items_may_be_refused(body: Any, allowed: set[int]) -> None:
    """Field case O3, reading R30."""
    statuses: Callable[[Operation, Exchange], tuple[int, ...]] = PASSES[0].statuses
    asked = replace(answer({}), request_body=json.dumps(body).encode())
    assert set(statuses(SPEC.operation("recommend"), asked)) == allowed


def test_cookies_of_the_target_are_never_sent_back() -> None:
    """Field case C7."""
    with small_server(Freedoms(cookie=True)) as url:
        run = a_run(url)
        right, none = run.credentials.right("publishable"), run.credentials.none()
        sent = [run.client.send("x", "POST", "/v1/recommend", key, json={"user_id": "u"}) for key in (right, none)]
        run.client.close()
    assert [each.status for each in sent] == [200, 401]
    assert "set-cookie" in sent[0].headers


@pytest.mark.parametrize("name", ["Authorization", "authorization", "X-Gateway"])
def test_a_header_of_the_user_is_sent_and_never_overwritten(name: str) -> None:
    """Field case C8."""
    with small_server(Freedoms(password="Basic eA==" if name.lower() == "authorization" else "")) as url:
        run = a_run(url, "--header", f"{name}: Basic eA==")
        right = run.credentials.right("publishable")
        assert run.client.send("x", "POST", "/v1/recommend", right, json={"user_id": "u"}).status == 200
        with pytest.raises(Skipped, match=f"--header {name} is sent with every request"):
            run.client.send("x", "POST", "/v1/recommend", right, json={}, headers={name: "another"})
        run.client.close()
    in_the_way = {"other-header", "other-names"} if name.lower() == "authorization" else set()
    assert in_the_way.isdisjoint(run.credentials.wrong("publishable"))


@pytest.mark.parametrize(
    ("publishable", "secret", "said"),
    [
        ("lehnz_pk_x", None, "it refuses the key of --publishable-key (401)"),
        (None, "lehnz_sk_x", "it refuses the key of --secret-key (401)"),
    ],
)
def test_a_wrong_key_is_named_within_ten_requests(publishable: str | None, secret: str | None, said: str) -> None:
    """Field case C9."""
    counter = Counter()
    with mock_beside(around=counter) as mock:
        pk, sk = publishable or mock.publishable_key, secret or mock.secret_key
        options = ["--target", mock.url, "--publishable-key", pk, "--secret-key", sk]
        with pytest.raises(TargetError) as raised:
            judge(settings_of(read_arguments(options), CATALOGUE, {}), CATALOGUE, lambda _: None)
    assert said in str(raised.value)
    assert counter.seen <= 10


def only_after_bearer(app: ASGIApp) -> ASGIApp:
    """Take a key with `Bearer ` before it, and no other."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope.get("headers", ()) if name != b"x-api-key"]
        bearers = [value[7:] for name, value in scope.get("headers", ()) if value.startswith(b"Bearer ")]
        await app({**scope, "headers": [*headers, *((b"x-api-key", key) for key in bearers)]}, receive, send)

    return served


def test_a_target_that_takes_the_key_in_another_place_is_judged() -> None:
    """The key isn't a wrong one (C9), so the target is."""
    with mock_beside(around=only_after_bearer) as mock:
        keys = ["--publishable-key", mock.publishable_key, "--secret-key", mock.secret_key]
        options = ["--target", mock.url, *keys, "--select", "AUTH-right-key"]
        report = judge(settings_of(read_arguments(options), CATALOGUE, {}), CATALOGUE, lambda _: None)
    assert report.verdict is Verdict.FAILS


def test_failed_checks_are_repeated_after_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Field case C11: repetitions use only requests that no other check needs."""
    order: list[str] = []

    def checking(name: str, held: bool) -> Callable[[Probe], None]:
        def check(probe: Probe) -> None:
            order.append(name)
            probe.expect(held, "case", "something", "something else")

        return check

    for name, held in (("A-fails", False), ("A-holds", True)):
        monkeypatch.setitem(CHECKS, name, checking(name, held))
    engine = Engine(a_run("http://127.0.0.1:9"))
    results = engine.judge([Entry(name, "A", Level.MUST, "S.", "") for name in ("A-fails", "A-holds")])
    engine.repeat()
    assert order == ["A-fails", "A-holds", "A-fails"]
    assert [result.outcome for result in results] == [Outcome.FAIL, Outcome.PASS]


def test_no_rule_passes_after_an_internal_error_in_the_situations() -> None:
    def broken(_: Probe) -> None:
        raise TypeError("of the suite")

    run = a_run("http://127.0.0.1:9")
    engine = Engine(run)
    run.client.journal.append(answer({}, "recommend", 200))
    entry = CATALOGUE["ROBUST-never-5xx"]
    assert [result.outcome for result in engine.apply_rules([entry])] == [Outcome.PASS]
    assert "TypeError: of the suite" in engine.drive("situations:items", broken)
    (result,) = engine.apply_rules([entry])
    assert (result.outcome, result.reason) == (
        Outcome.INCONCLUSIVE,
        "an internal error in situations:items, see the notes",
    )


@pytest.mark.parametrize(
    ("again", "found"), [(500, {"ROBUST-never-5xx"}), (None, {"ROBUST-never-5xx"}), (202, {"ROBUST-passing-5xx"})]
)
def test_a_transient_5xx_is_no_failed_must(again: int | None, found: set[str]) -> None:
    """Field case O6."""
    crash = answer({}, status=500)
    repeated = {} if again is None else {1: answer({}, status=again, number=2)}
    run: Any = SimpleNamespace(client=SimpleNamespace(repeated=repeated))
    names = ("ROBUST-never-5xx", "ROBUST-passing-5xx")
    assert {name for name in names if list(RULES[name].judge(run, [crash]))} == found
    assert CATALOGUE["ROBUST-passing-5xx"].level is Level.SHOULD


def test_an_ingestion_answer_without_the_key_error_is_a_should() -> None:
    """Field case O8. By R12 `error` may be null on success, and `error` and `data` may be absent on errors."""
    lacking = {"success": True, "message": "items accepted", "data": {"accepted": 1}}
    assert accused(answer(lacking, "upsertItems", 202)) == {"INGEST-error-key"}
    assert accused(answer(lacking | {"error": None}, "upsertItems", 202)) == set()
    assert accused(answer(example("error"), status=400)) == set()
    assert accused(answer({"success": False, "message": ""}, status=403)) == set()


def test_a_400_needs_a_message_with_a_text() -> None:
    """The documents say of a 400: check the message field."""
    assert accused(answer({"success": False, "message": " "}, status=400)) == {"ENV-error"}
    assert accused(answer({"success": True, "message": "found"}, status=422)) == {"ENV-error", "ENV-other-error"}


def test_an_answer_that_begins_with_a_byte_order_mark_is_not_json() -> None:
    """RFC 8259, section 8.1: nobody may add one. What follows is still judged."""
    right = {"success": True, "message": "items accepted", "data": {"accepted": 1}, "error": None}
    marked = answer(right, "upsertItems", 202)
    assert accused(replace(marked, body=b"\xef\xbb\xbf" + marked.body)) == {"ENV-success"}


def test_an_answer_to_head_has_no_envelope() -> None:
    assert not RULES["ENV-other-error"].about(replace(answer({}, status=405), method="HEAD", body=b""))


@pytest.mark.parametrize(
    ("level", "checks"),
    [
        (Level.SHOULD, "FILTER-numbers IDENT-merges-in-one-array REC-pagination-types"),  # O5
        (Level.SHOULD, "STRAT-falls-back STRAT-needs-nothing-else STRAT-both-spellings REC-strategy-echo"),  # R15, R8
        (Level.SHOULD, "ITEM-requires-status ITEM-text RATE-headers-elsewhere RATE-reset-in-seconds"),  # R5, R44, R14
        (Level.SHOULD, "FILTER-several FILTER-complete PAGE-disjoint RANK-never-rising RANK-same-ids"),  # R32 to R35
        (Level.SHOULD, "EVENT-identify-needs-previous EVENT-array-with-a-bad-one EVENT-same-event-id"),  # R26, R22, R24
        (Level.INFO, "ITEM-array USER-array LIFE-array-shows EVENT-name-lowercase"),  # R21, R25
        (Level.MUST, "IDENT-merges-history STRAT-one-spelling STRAT-documented-accepted LIMIT-429-in-seconds"),  # R27
        (Level.MUST, "EVENT-item-id-null EVENT-standard-names PAGE-default-limit FILTER-equality RATE-headers"),  # R49
        (Level.MUST, "FILTER-number-found"),  # R32
    ],
)
def test_levels_match_the_readings(level: Level, checks: str) -> None:
    """Field case O18."""
    assert {CATALOGUE[name].level for name in checks.split()} == {level}
