"""Exports for other tools: the journal as HAR, the operations as a collection."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.journal_client import Observed, observed
from tests.support.mock_client import RECOMMEND, SPEC

ASKED = {"strategy": "popular", "limit": 3}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def exported(mock: Observed, path: str) -> Any:
    answer = mock.call(path)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return json.loads(answer.body)


def test_a_har_file_has_each_exchange_with_its_bodies_and_no_key(mock: Observed) -> None:
    mock.post(f"{RECOMMEND}?a=1&b=", ASKED)
    mock.post(RECOMMEND, {"limit": "x"})
    log = exported(mock, "/journal/har")["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "lehnz-mock")
    first, second = log["entries"]
    assert json.loads(first["request"]["postData"]["text"]) == ASKED
    assert first["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert first["request"]["url"].endswith(f"{RECOMMEND}?a=1&b=")
    assert json.loads(first["response"]["content"]["text"])["success"] is True
    assert second["response"]["status"] == 400
    assert "limit" in second["comment"]
    key = mock.mock.organisations.first.publishable_key
    assert key is not None
    assert key not in json.dumps(log)


def test_a_har_file_can_be_exported_for_one_organisation(mock: Observed) -> None:
    other = mock.mock.add_organisation("other")
    mock.post(RECOMMEND, ASKED, key=other.publishable_key)
    mock.post(RECOMMEND, ASKED)
    assert len(exported(mock, "/journal/har?tenant_id=other")["log"]["entries"]) == 1
    assert len(exported(mock, "/journal/har")["log"]["entries"]) == 2


def test_a_collection_has_every_operation_and_keys_as_variables_only(mock: Observed) -> None:
    document = exported(mock, "/collection")
    requests = [each for folder in document["item"] for each in folder["item"]]
    named = {
        (each["request"]["method"], each["request"]["url"]["raw"].removeprefix("{{base_url}}")) for each in requests
    }
    expected = {(each.method, each.path) for each in SPEC.operations if each.key_type and "{" not in each.path}
    assert expected <= named
    variables = {each["key"]: each["value"] for each in document["variable"]}
    first = mock.mock.organisations.first
    assert variables["publishable_key"] == first.publishable_key
    assert variables["secret_key"] == first.secret_key
    assert "lehnz_" not in json.dumps(document["item"])
    assert {header["value"] for each in requests for header in each["request"]["header"]} == {
        "{{publishable_key}}",
        "{{secret_key}}",
        "application/json",
    }


def test_a_collections_requests_work_unchanged(mock: Observed) -> None:
    document = exported(mock, "/collection")
    variables = {each["key"]: each["value"] for each in document["variable"]}
    for folder in document["item"]:
        for each in folder["item"]:
            request = each["request"]
            path = request["url"]["raw"].removeprefix("{{base_url}}")
            keys = [header["value"].strip("{}") for header in request["header"] if header["key"] == "X-API-KEY"]
            body = json.loads(request["body"]["raw"]) if "body" in request else None
            send = mock.post if request["method"] == "POST" else mock.get
            more = {"body": body} if request["method"] == "POST" else {}
            answer = send(path, key=variables[keys[0]], **more)
            assert answer.status in (200, 202), (path, answer.body)
