"""Content-Encoding: gzip and deflate are decoded, up to the limit of the decoded body; other encodings are 415."""

import gzip
import json
import zlib
from collections.abc import Callable

import pytest

from fixtures.bodies import item_body
from tests.support.account_client import LOGIN, REGISTER, credentials, registration
from tests.support.journal_client import observed
from tests.support.mock_client import ITEMS, Client

BODY = json.dumps(item_body("a")).encode()


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("GZip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("identity", BODY),
        ("", BODY),
    ],
    ids=["gzip", "capitals", "x-gzip", "joined", "deflate", "raw deflate", "identity", "empty"],
)
def test_a_compressed_body_is_read(mock: Client, encoding: str, body: bytes) -> None:
    for chunks in (None, [body[index : index + 1] for index in range(len(body))]):
        answer = mock.post(ITEMS, body, headers=[("content-encoding", encoding)], chunks=chunks)
        assert (answer.status, answer.data) == (202, {"accepted": 1})


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "utf-8"])
def test_an_unknown_encoding_is_415_and_named(mock: Client, encoding: str) -> None:
    answer = mock.post(ITEMS, BODY, headers=[("content-encoding", encoding)])
    assert answer.status == 415
    assert f"Content-Encoding {encoding!r}" in answer.message


@pytest.mark.parametrize(
    ("encoding", "body", "problem"),
    [
        ("gzip", BODY, "is gzip, but the body is not gzip"),
        ("gzip", gzip.compress(BODY)[:-9], "is gzip, but the body ends too early"),
        ("gzip", gzip.compress(BODY) + b"more", "is gzip, but the body is not gzip"),
        ("gzip", gzip.compress(b"") * 200, "a body may consist of at most 100 gzip members"),
        ("deflate", b"x", "is deflate, but the body ends too early"),
        ("deflate", b"\xff\xff\xff", "is deflate, but the body is not deflate"),
        ("gzip", b"", "the body is empty"),
        ("gzip", gzip.compress(b"{"), "the body is not JSON"),
    ],
    ids=["not gzip", "cut off", "more data", "too many members", "one byte", "not deflate", "empty", "not JSON"],
)
def test_a_body_that_does_not_match_its_encoding_is_400(mock: Client, encoding: str, body: bytes, problem: str) -> None:
    answer = mock.post(ITEMS, body, headers=[("content-encoding", encoding)])
    assert answer.status == 400
    assert problem in answer.message


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_the_body_limit_applies_to_the_decoded_body(
    mock: Client, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert mock.post(ITEMS, bomb, headers=[("content-encoding", encoding)]).status == 413


def test_accounts_and_the_control_plane_accept_the_same_encodings() -> None:
    mock = observed()
    for path, body in ((REGISTER, registration()), (LOGIN, credentials())):
        packed = gzip.compress(json.dumps(body).encode())
        assert mock.post(path, packed, key=None, headers=[("content-encoding", "gzip")]).status in (200, 201)
        assert mock.post(path, packed, key=None, headers=[("content-encoding", "br")]).status == 415
    headers = [("host", "localhost"), ("x-mock-control", "1"), ("content-encoding", "gzip")]
    packed = gzip.compress(json.dumps({"tenant_id": "packed-shop"}).encode())
    answer = mock.post("/_mock/organisations", packed, key=None, headers=headers)
    assert (answer.status, answer.data["tenant_id"]) == (201, "packed-shop")
    answer = mock.post("/_mock/organisations", packed, key=None, headers=[*headers[:2], ("content-encoding", "br")])
    assert (answer.status, "'br'" in answer.message) == (415, True)
    mock.close()


def test_the_journal_shows_a_compressed_body_decoded_and_without_secrets() -> None:
    mock = observed()
    packed = gzip.compress(json.dumps(registration()).encode())
    mock.post(REGISTER, packed, key=None, headers=[("content-encoding", "gzip")])
    kept = mock.control("/journal/1")["request"]
    assert json.loads(kept["body"]) == registration() | {"password": "***"}
    mock.close()
