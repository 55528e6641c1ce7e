"""What a run sends and reads: its own ids and keys, and responses that may not be JSON."""

import random

import pytest

from contracts.exchange import Exchange
from contracts.run.credentials import Credentials
from contracts.run.model import Model
from contracts.run.plan import Names
from contracts.target import Target
from fixtures.keys import Organisation
from fixtures.redaction import Redactor


def answer(body: bytes) -> Exchange:
    return Exchange(1, "t", "recommend", "POST", "/", "pk", "main", {}, b"", 0, 0, 200, {}, body)


@pytest.mark.parametrize("body", [b'{"a": 1}', b'\xef\xbb\xbf{"a": 1}', b' {"a": 1} \n'])
def test_json_is_read(body: bytes) -> None:
    assert answer(body).envelope == {"a": 1}


@pytest.mark.parametrize(
    "body", [b'{"a": NaN}', b'{"a": [Infinity]}', b'{"a": -Infinity}', '{"a": 1}'.encode("utf-16"), b'{"a": "\xff"}']
)
def test_text_that_only_some_parsers_accept_is_not_json(body: bytes) -> None:
    assert answer(body).json is None


def test_numeric_ids_can_be_assigned_to_their_run_too() -> None:
    names, others = (Names.fresh(random.Random(seed)) for seed in (1, 2))
    assert names.digits.isdecimal()
    for identifier in (names.name("item"), names.number()):
        assert Model(names.prefix, names.digits).owns(identifier)
        assert not Model(others.prefix, others.digits).owns(identifier)
    assert not Model("lc-").owns("4711"), "a model without digits owns no number"


@pytest.mark.parametrize(("one", "another"), [("abcdef", "fedcba"), ("same", "same"), ("a", "b"), ("key_a", "key_b")])
def test_wrong_keys_never_equal_a_right_key(one: str, another: str) -> None:
    """Holds also if both keys of an organisation end alike."""
    keys = Organisation("org", f"lehnz_pk_{one}", f"lehnz_sk_{another}")
    credentials = Credentials(Target("http://127.0.0.1", keys), Redactor())
    for key_type in ("publishable", "secret"):
        sent = {name: wrong.headers.get("X-API-KEY") for name, wrong in credentials.wrong(key_type).items()}
        assert not {keys.publishable_key, keys.secret_key} & set(sent.values()), sent
        assert sent["other-header"] is sent["other-names"] is None
