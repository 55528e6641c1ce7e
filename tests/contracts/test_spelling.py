"""Requests are spelled in every way that means the same."""

import json

from contracts.run.spelling import ACCEPTS, encode, spell_headers

BODY = {"item_id": "a/b-é-👟", "attributes": {"price": 19.7519, "quote": '"\\', "tags": [{"b": 1, "a": None}]}}
SPELLINGS = [encode(BODY, turn) for turn in range(30)]
HEADERS = {"Content-Type": "application/json", "X-API-KEY": "a-key"}


def test_all_spellings_of_a_body_are_the_same_json() -> None:
    assert all(json.loads(each) == BODY for each in SPELLINGS)
    assert len(set(SPELLINGS)) == 8


def test_a_body_is_escaped_turned_round_and_has_line_breaks() -> None:
    assert any(each.isascii() and rb"a\/b" in each for each in SPELLINGS)
    assert any(each.index(b"attributes") < each.index(b"item_id") for each in SPELLINGS)
    assert any(each.startswith(b"\n{") and each.endswith(b"}\r\n") for each in SPELLINGS)
    assert SPELLINGS[0] == encode(BODY) == json.dumps(BODY, separators=(",", ":"), ensure_ascii=False).encode()


def test_all_spellings_of_headers_have_the_same_names_and_values() -> None:
    spelled = [spell_headers(HEADERS, {}, turn) for turn in range(12)]
    for each in spelled:
        lower = {name.lower(): value for name, value in each.items()}
        assert lower.pop("accept", ACCEPTS[0]) in ACCEPTS
        assert lower == {name.lower(): value for name, value in HEADERS.items()}
    assert any("x-api-key" in each for each in spelled)
    assert spelled[0] == HEADERS


def test_what_the_user_gave_stays_as_it_is() -> None:
    given = {"Accept": "text/csv", "X-Gateway": "a"}
    assert all(given.items() <= spell_headers(HEADERS, given, turn).items() for turn in range(12))
    assert {len(spell_headers(HEADERS, given, turn)) for turn in range(12)} == {4}
