"""Any input gets a clear answer in the envelope, never a 500 and never a hang, and memory stays bounded (R13, R44, R54,
R55)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.bodies import event_body, item_body, recommend_body
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, Client, make_client

SECONDS = 60.0


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the body is empty"),
        (b" \n", "the body is empty"),
        (b"{", "the body is not JSON"),
        (b'{"a":1}{', "the body is not JSON"),
        (b'{"a":1', "the body is not JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"item_id":"\xff"}', "not UTF-8 at byte 12"),
        (b'{"item_id":"\xed\xa0\x80"}', "not UTF-8"),
        (b'{"item_id":"\\ud800"}', "the body is not JSON"),
        (b'{"a":NaN}', "the body is not JSON"),
        (b'{"a":Infinity}', "the body is not JSON"),
        (b'{"a":1e400}', "the body is not JSON"),
        (b'{"a":01}', "the body is not JSON"),
        (b"{'a':1}", "the body is not JSON"),
        (b'{"a":1,}', "the body is not JSON"),
        (b"\x00", "the body is not JSON"),
        (b"item_id=a", "the body is not JSON"),
        (b"[" * 65 + b"]" * 65, "nested more than 64 levels deep"),
        (b"[" * 100_000, "the body is not JSON"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested more than 64 levels deep"),
        (b'{"a":1,"a":2}', 'the key "a" is repeated'),
        (b'{"a" :1,"a":2}', 'the key "a" is repeated'),
        (b'{"a":1,"\\u0061":2}', 'the key "a" is repeated'),
        (b'{"b":[{"c":{"a":1,"d":"\\":","a":2}}]}', 'the key "a" is repeated'),
        (b'{"a":":","a":1}', 'the key "a" is repeated'),
    ],
    ids=lambda value: f"{value[:24]!r}, {len(value)} bytes" if isinstance(value, bytes) else None,
)  # fmt: skip
def test_a_body_that_is_not_strict_json_is_400_with_the_position(mock: Client, body: bytes, problem: str) -> None:
    answer = mock.post(ITEMS, body)
    assert answer.status == 400
    assert problem in answer.message


@pytest.mark.parametrize(
    "attributes",
    [
        b'{"text":"nul \\u0000, \\ud83d\\ude00, \xf0\x9f\x98\x80"}',
        b'{"a":":","b" : {"c":"\\":"},"d":[{"a":1},{"a":2}]}',
        b'{"big":123456789012345678901234567890,"more":' + b"9" * 300 + b',"less":-18446744073709551617}',
        b'{"small":1e-400,"zero":-0,"float":1.0e5}',
        b'{"deep":' + b"[" * 61 + b"]" * 61 + b"}",
        b'{"":{"":[]}}',
        json.dumps({"long": "x" * 1_000_000}).encode(),
        json.dumps({f"key {n}": n for n in range(10_000)}).encode(),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_unusual_but_valid_json_is_stored_and_returned(mock: Client, attributes: bytes) -> None:
    body = b'{"item_id":"a","item_type":"product","status":"active","attributes":' + attributes + b"}"
    assert mock.post(ITEMS, body).status == 202
    (result,) = mock.post(RECOMMEND, recommend_body("popular")).data["results"]
    assert result["metadata"] == json.loads(attributes, parse_int=lambda text: small_or_double(text))


def small_or_double(text: str) -> int | float:
    number = int(text)
    return number if -(2**63) <= number < 2**64 else float(text)


@pytest.mark.parametrize("field", ["user_id", "item_id", "event_id", "recommendation_id", "previous_user_id"])
@pytest.mark.parametrize("value", ["a\0", "", "x" * 257, 5, ["a"], {"a": 1}], ids=lambda value: repr(value)[:8])
def test_an_invalid_id_is_400(mock: Client, field: str, value: Any) -> None:
    answer = mock.post(EVENTS, {**event_body("view", "u"), field: value})
    assert answer.status == 400
    assert list(answer.fields) == [f"$.{field}"]


def test_an_id_may_contain_any_other_character(mock: Client) -> None:
    for item_id in ("\U0001f600" * 256, " ", "a/b", "../..", "%00", "é\n", "{item_id}", "\x7f", "\x01"):
        assert mock.post(ITEMS, item_body(item_id)).status == 202
        assert item_id in mock.post(RECOMMEND, recommend_body("popular", limit=100)).ids


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 202),
        ("application/json; charset=utf-8", 202),
        ("Application/JSON ;charset=UTF-8", 202),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonp", 415),
        ("application/json, text/plain", 415),
        ("", 415),
        ("\xff", 415),
    ],
)
def test_every_media_type_but_json_is_415(mock: Client, content_type: str, status: int) -> None:
    assert mock.post(ITEMS, item_body("a"), headers=[("content-type", content_type)]).status == status


def test_no_content_type_means_json(mock: Client) -> None:
    body = json.dumps(item_body("a")).encode()
    assert mock.send("POST", ITEMS, None, chunks=[body]).status == 202


def test_a_body_may_be_as_long_as_the_limit_but_not_longer(mock: Client) -> None:
    body = json.dumps(item_body("a")).encode()
    full = body + b" " * (5_242_880 - len(body))
    assert mock.post(ITEMS, full).status == 202
    assert mock.post(ITEMS, full + b" ").status == 413


def test_a_body_with_too_large_a_content_length_is_refused_before_it_is_read(mock: Client) -> None:
    answer = mock.post(ITEMS, b"", headers=[("content-length", "9" * 30)])
    assert answer.status == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e3", ""])
def test_a_content_length_that_is_no_number_is_ignored(mock: Client, length: str) -> None:
    assert mock.post(ITEMS, item_body("a"), headers=[("content-length", length)]).status == 202


def test_a_chunked_body_is_read_only_up_to_the_limit(mock: Client) -> None:
    pieces = [b" " * 1_000_000] * 7
    answer = mock.send("POST", ITEMS, chunks=pieces)
    assert answer.status == 413
    assert (
        mock.send("POST", ITEMS, chunks=[b'{"item_id":"a","item', b"", b'_type":"p","status":"active"}']).status == 202
    )


def test_nothing_is_stored_for_a_client_that_disconnects_during_its_body(mock: Client) -> None:
    whole = json.dumps(item_body("a")).encode()
    gone = mock.send("POST", ITEMS, chunks=[whole], then={"type": "http.disconnect"})
    assert gone.status == 0
    assert mock.post(RECOMMEND, recommend_body("popular")).ids == []


@pytest.mark.parametrize(
    ("target", "status", "fields"),
    [
        ("/item/a", 200, {}),
        ("/item/a%2Fb", 200, {}),
        ("/item/%F0%9F%98%80?limit=1&page=2", 200, {}),
        ("/item/a?limit=20.0&page=1e0", 200, {}),
        ("/item/a?unknown=%ff&x", 200, {}),
        ("/%69tem/a", 200, {}),
        ("/item/a%ff", 400, {"path.item_id": "is not percent-encoded UTF-8"}),
        ("/item/a%zz", 400, {"path.item_id": "is not percent-encoded UTF-8"}),
        ("/item/%", 400, {"path.item_id": "is not percent-encoded UTF-8"}),
        ("/item/%00", 400, {"path.item_id": "must not contain the character NUL"}),
        ("/item/" + "x" * 257, 400, {"path.item_id": "must have at most 256 characters"}),
        ("/item/a?limit=0", 400, {"query.limit": "must be at least 1"}),
        ("/item/a?limit=101&page=0", 400, {"query.limit": "must be at most 100", "query.page": "must be at least 1"}),
        ("/item/a?limit=", 400, {"query.limit": "must be an integer"}),
        ("/item/a?limit", 400, {"query.limit": "must be an integer"}),
        ("/item/a?limit=1e400", 400, {"query.limit": "must be an integer"}),
        ("/item/a?limit=%31%30", 200, {}),
        ("/item/a?limit=1&limit=1", 400, {"query.limit": "is given more than once"}),
        ("/item/a?limit=%zz", 400, {"query.limit": "is not percent-encoded UTF-8"}),
        ("/item/a?page=" + "9" * 300, 200, {}),
        ("/item/", 404, {}),
        ("/item", 404, {}),
        ("/item/a/", 404, {}),
        ("/item/a/b", 404, {}),
        ("//item/a", 404, {}),
        ("/v1/recommend/", 404, {}),
        ("/v1%2Frecommend", 404, {}),
        ("/%ff", 404, {}),
        ("/\xff", 404, {}),
        ("", 404, {}),
        ("*", 404, {}),
    ],
    ids=lambda value: f"{value[:40]!r}, {len(value)}" if isinstance(value, str) else None,
)  # fmt: skip
def test_urls_are_parsed_strictly(mock: Client, target: str, status: int, fields: dict[str, str]) -> None:
    answer = mock.get(target)
    assert answer.status == status
    if fields:
        assert answer.fields == fields


@pytest.mark.parametrize("value", ["commerce", "", "\x01", "caf\xe9"], ids=repr)
def test_a_header_parameter_is_validated_but_never_required(mock: Client, value: str) -> None:
    expected = 200 if value.isascii() and value.isprintable() else 400
    answer = mock.get("/item/a", headers=[("x-domain", value)])
    assert answer.status == expected
    assert expected == 200 or answer.fields == {"header.X-Domain": "must be printable ASCII"}


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "CONNECT", "X"]
)
def test_any_other_method_is_405_and_allow_names_the_right_one(mock: Client, method: str) -> None:
    answer = mock.send(method, RECOMMEND)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"
    assert mock.send(method if method != "GET" else "POST", "/item/a").headers["allow"] == "GET"


SHARED = make_client(rate_limit="off")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)


@given(path=st.sampled_from([ITEMS, EVENTS, RECOMMEND, "/recommend/basket"]), body=JSON)
@settings(deadline=None, derandomize=True, max_examples=150)
def test_no_json_value_causes_a_500(path: str, body: Any) -> None:
    assert SHARED.post(path, body).status in (200, 202, 400, 422)


@given(
    body=st.binary(max_size=64) | st.sampled_from([b'{"item_id":', b"[{", b"\\", b'"\\u']).map(lambda part: part * 3)
)
@settings(deadline=None, derandomize=True, max_examples=150)
def test_no_bytes_cause_a_500(body: bytes) -> None:
    assert SHARED.post(ITEMS, body).status == 400


@given(target=st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="?#"), max_size=30))
@settings(deadline=None, derandomize=True, max_examples=150)
def test_no_path_causes_a_500(target: str) -> None:
    assert SHARED.get(f"/item/{target}").status in (200, 400, 404)
