"""openapi.yaml drives the mock: an edited copy changes its behaviour, and an edit that it can't follow is an error."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from fixtures.spec import Spec, SpecError
from mock_server.http.operations.table import NEEDS
from mock_server.settings import Settings
from mock_server.spec import strategies
from mock_server.spec.contract import Contract
from mock_server.state.recommender import STRATEGIES
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, SPEC, USERS, Client, edited_spec

Make = Callable[..., Client]
Edited = Callable[..., Client]


@pytest.fixture
def edited(make_mock: Make, tmp_path: Path) -> Edited:
    """Return a mock of the spec with some text replaced."""
    return lambda *edits, **settings: make_mock(spec=edited_spec(tmp_path, *edits), **settings)


def test_a_lower_maximum_refuses_what_was_allowed(mock: Client, edited: Edited) -> None:
    body = recommend_body("popular", limit=60)
    assert mock.post(RECOMMEND, body).status == 200
    answer = edited(("maximum: 100\n      default: 20", "maximum: 50\n      default: 20")).post(RECOMMEND, body)
    assert answer.status == 400
    assert answer.fields == {"$.limit": "must be at most 50"}


def test_a_new_required_field_is_required(mock: Client, edited: Edited) -> None:
    assert mock.post(ITEMS, item_body("a")).status == 202
    client = edited(("required: [item_id, item_type, status]", "required: [item_id, item_type, status, attributes]"))
    assert client.post(ITEMS, item_body("a")).fields == {"$.attributes": "is required"}
    assert client.post(ITEMS, item_body("a", attributes={})).status == 202


def test_a_swapped_key_type_lets_the_other_key_in(mock: Client, edited: Edited) -> None:
    secret = mock.first.secret_key
    assert mock.post(RECOMMEND, recommend_body("popular"), key=secret).status == 403
    old = "tags: [Recommendations]\n      security: [{ PublishableKey: [] }]"
    client = edited((old, old.replace("Publishable", "Secret")))
    assert client.post(RECOMMEND, recommend_body("popular"), key=secret).status == 200
    assert client.post(RECOMMEND, recommend_body("popular"), key=client.first.publishable_key).status == 403


def test_an_added_event_family_is_accepted_and_its_events_are_visible(mock: Client, edited: Edited) -> None:
    event = event_body("redeem", "u", "a", event_family="loyalty")
    assert mock.post(EVENTS, event).status == 400
    client = edited(("        - const: exposure\n", "        - const: loyalty\n        - const: exposure\n"))
    assert client.post(EVENTS, event).status == 202
    client.post(ITEMS, item_body("a"))
    assert client.post(RECOMMEND, recommend_body("personalized", user_id="u")).ids == ["a"]


def test_a_changed_default_is_used(mock: Client, edited: Edited) -> None:
    old = "maximum: 100\n      default: 20"
    for client, limit in ((mock, 20), (edited((old, "maximum: 100\n      default: 3")), 3)):
        client.post(ITEMS, [item_body(f"item-{n}") for n in range(30)])
        answer = client.post(RECOMMEND, recommend_body("popular"))
        assert len(answer.ids) == answer.data["pagination"]["limit"] == limit


def test_a_changed_default_strategy_is_used(edited: Edited) -> None:
    client = edited(
        ("default: personalized", "default: popular"),
        (
            "              - buy-again\n      then:\n",
            "              - buy-again\n        required: [strategy]\n      then:\n",
        ),
        (
            "frequently-consumed-together]\n        then:\n",
            "frequently-consumed-together]\n          required: [strategy]\n        then:\n",
        ),
    )
    assert client.post(RECOMMEND, {}).data["strategy"] == "popular"


def test_a_changed_limit_and_window_are_counted(edited: Edited) -> None:
    client = edited(("limit: 1000, window_seconds: 900", "limit: 2, window_seconds: 60"))
    answers = [client.post(RECOMMEND, recommend_body("popular")) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].limit == (2, 0, 60)


def test_a_renamed_path_moves_the_operation(edited: Edited) -> None:
    client = edited(("  /v1/recommend:\n", "  /v2/recommend:\n"))
    assert client.post("/v2/recommend", recommend_body("popular"), key=client.first.publishable_key).status == 200
    assert client.post(RECOMMEND, recommend_body("popular")).status == 404


def test_smaller_limits_of_body_and_depth_are_enforced(edited: Edited) -> None:
    client = edited(("max_body_bytes: 5242880", "max_body_bytes: 200"), ("max_depth: 64", "max_depth: 3"))
    assert client.post(USERS, user_body("u", attributes={"a": {"b": 1}})).status == 202
    assert client.post(USERS, user_body("u", attributes={"a": {"b": {"c": 1}}})).status == 400
    assert client.post(USERS, user_body("u", attributes={"a": "x" * 200})).status == 413


def test_a_new_alias_is_another_name_for_a_strategy(edited: Edited) -> None:
    hot = "        - const: hot\n          x-alias-of: trending\n"
    client = edited(("        - const: trending\n", f"{hot}        - const: trending\n"))
    assert client.post(RECOMMEND, recommend_body("hot")).data["strategy"] == "trending"


def test_an_edited_spec_is_served_with_the_same_data_and_a_broken_one_changes_nothing(
    mock: Client, tmp_path: Path
) -> None:
    mock.post(ITEMS, item_body("a"))
    mock.mock.reload_spec(edited_spec(tmp_path, ("maximum: 100\n      default: 20", "maximum: 1\n      default: 1")))
    assert mock.post(RECOMMEND, recommend_body("popular")).ids == ["a"]
    assert mock.post(RECOMMEND, recommend_body("popular", limit=2)).status == 400
    with pytest.raises(SpecError):
        mock.mock.reload_spec(edited_spec(tmp_path, ("operationId: recommend\n", "operationId: suggest\n")))
    assert mock.post(RECOMMEND, recommend_body("popular", limit=2)).status == 400


SIMILAR = "Items similar to the context item.\n          x-requires: context_item_id\n          x-fallback: trending\n"
ACCEPTED = "required: [accepted]"
HITS = "        - { const: hits, x-fallback: popular }\n"


def contract(spec: Spec, **more: Any) -> Contract:
    found = Contract(spec, Settings(**more))
    found.hold_to(NEEDS)
    return found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("operationId: recommend\n", "operationId: suggest\n", "operation suggest has no handler"),
        ("maxLength: 256", "maxLenght: 256", "schemas.Id: the mock does not support the schema keyword 'maxLenght'"),
        ("format: uuid", "format: uid", "the mock does not support the format 'uid'"),
        ("maxLength: 256", "maxLength: long", "is not"),
        ("^[^A-Z\\u0000]*$", "^[^\\d]*$", "mean different things to different engines"),
        ("x-status: 422", "x-status: 409", "x-status 409: the mock supports only 422"),
        ("x-status: 422", "x-staus: 422", "'x-staus'"),
        ("x-rule: { pattern: must not", "x-rule: { patern: must not", "x-rule explains 'patern'"),
        ("        - const: popular\n", f"{HITS}        - const: popular\n", "strategy 'hits' has no implementation"),
        ("const: new-arrivals\n", "const: arrivals\n", "strategy 'arrivals' has no implementation"),
        (SIMILAR, SIMILAR.replace("context_item_id", "user_id"), "strategy 'similar': `x-requires` and the schema's"),
        (SIMILAR, SIMILAR.replace("context_item_id", "mood"), "strategy 'similar' requires 'mood'"),
        (SIMILAR, SIMILAR.replace("trending", "newest"), "'similar': the recommender does not fall back on 'newest'"),
        ("x-alias-of: session_based\n", "x-alias-of: sessions\n", "an alias of 'sessions', which is not a strategy"),
        ("  organisation: { limit", "  company: { limit", "x-rate-limit 'organisation' is not in x-rate-"),
        ("max_depth: 64", "max_depth: deep", "x-limits needs"),
        ("in: query\n", "in: cookie\n", "needs a name, a schema, and to be in header, path, query"),
        ("          in: query\n", "          in: query\n          style: form\n", "does not honour 'style'"),
        ("          type: boolean\n", "          type: what\n", "JSON has no type 'what'"),
        ("      default: 20\n", "", "the mock needs 'limit': it must be required or have a default"),
        ("required: [item_ids]", "required: []", "the mock needs 'item_ids'"),
        ("in: path\n          required: true", "in: path\n          required: false", "the mock needs 'item_id'"),
        ("  /item/{item_id}:\n", "  /item/{id}:\n", "and its path parameters are not the same"),
        ("  /item/{item_id}:\n", "  /item-{item_id}:\n", "and its path parameters are not the same"),
        (ACCEPTED, f"{ACCEPTED}\n      default: {{}}", "the mock does not honour 'default' here"),
        ("      responses:\n", "      responses: 3\n      x-was:\n", "responses must be a"),
    ],
)
def test_an_edit_that_the_mock_cannot_follow_is_an_error_that_names_it(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(SpecError) as error:
        contract(edited_spec(tmp_path, (old, new)))
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


def test_a_handler_without_an_operation_is_an_error() -> None:
    with pytest.raises(SpecError, match="handler closeAccount has no operation"):
        Contract(SPEC, Settings()).hold_to({**NEEDS, "closeAccount": ()})


def test_a_strategy_of_the_recommender_that_the_spec_lacks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategies, "STRATEGIES", {**STRATEGIES, "horoscope": None})
    with pytest.raises(SpecError, match="the recommender's strategy 'horoscope' is not in the spec"):
        contract(SPEC)


def test_a_strategy_of_the_spec_that_the_recommender_lacks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {name: strategy for name, strategy in STRATEGIES.items() if name != "trending"}
    monkeypatch.setattr(strategies, "STRATEGIES", known)
    with pytest.raises(SpecError, match="strategy 'trending' has no implementation"):
        contract(SPEC)


def nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        yield node
        for child in node.values() if isinstance(node, dict) else node:
            yield from nodes(child)


@pytest.mark.parametrize("seed", range(3))
def test_a_spec_with_any_damage_is_served_or_refused_in_one_line(seed: int) -> None:
    """No damage causes a traceback."""
    rng, text = random.Random(seed), json.dumps(SPEC.document)
    refused = []
    for _ in range(20):
        document = json.loads(text)
        node = rng.choice([each for each in nodes(document) if each])
        place = rng.choice(list(node)) if isinstance(node, dict) else rng.randrange(len(node))
        node[place] = rng.choice([None, 3, "x", [], {}, ["x"], {"x": 1}, True])
        try:
            contract(Spec(document, SPEC.path), validate_responses=True)
        except SpecError as error:
            refused.append(str(error))
    assert len(refused) > 5
    assert [line for line in refused if "\n" in line or not line.startswith(str(SPEC.path))] == []
