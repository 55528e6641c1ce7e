"""The parsed openapi.yaml: what it gives, and the one line it gives for a file that can't be used."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fixtures.spec import RateLimit, Spec, SpecError, load_spec

GOOD = """\
openapi: 3.1.0
x-rate-limits:
  organisation: {limit: 1000, window_seconds: 900}
security:
  - SecretKey: []
paths:
  /v1/things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    post:
      operationId: upsertThing
      tags: [things]
      x-rate-limit: organisation
      requestBody:
        $ref: "#/components/requestBodies/Thing"
      responses:
        202: {$ref: "#/components/responses/Accepted"}
    get:
      operationId: readThing
      deprecated: true
      security: [{PublishableKey: []}]
      responses: {"200": {description: fine}}
  /open:
    get: {operationId: open, security: [], responses: {"200": {description: fine}}}
components:
  requestBodies:
    Thing: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  responses:
    Accepted: {description: queued}
  schemas:
    Thing:
      type: object
      properties:
        default: {$ref: "#/components/schemas/A~1b"}
        on: {const: 2026-01-01, default: {$ref: nowhere}}
    A/b: {enum: [yes, 012, 1, 1.5, true, null, "1"]}
"""


def spec_from(tmp_path: Path, text: str) -> Spec:
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


def test_operations_carry_key_type_bucket_schema_and_responses(tmp_path: Path) -> None:
    spec = spec_from(tmp_path, GOOD)
    upsert, read, anyone = spec.operations
    assert (upsert.method, upsert.path, upsert.key_type) == ("POST", "/v1/things/{id}", "secret")
    assert (upsert.bucket, upsert.tags, upsert.deprecated) == ("organisation", ("things",), False)
    assert upsert.request_schema == {"$ref": "#/components/schemas/Thing"}
    assert upsert.responses == {"202": {"description": "queued"}}
    assert [parameter["name"] for parameter in upsert.parameters] == ["id"]
    assert (read.key_type, read.bucket, read.deprecated, read.request_schema) == ("publishable", None, True, None)
    assert anyone.key_type is None
    assert spec.limits == {"organisation": RateLimit(1000, 900)}
    assert spec.operation("readThing") is read
    with pytest.raises(KeyError, match="nothing"):
        spec.operation("nothing")


def test_scalars_are_read_as_json_reads_them(tmp_path: Path) -> None:
    schemas = spec_from(tmp_path, GOOD).document["components"]["schemas"]
    assert schemas["A/b"]["enum"] == ["yes", "012", 1, 1.5, True, None, "1"]
    assert schemas["Thing"]["properties"]["on"]["const"] == "2026-01-01"


def test_references_are_followed_inside_the_document(tmp_path: Path) -> None:
    spec = spec_from(tmp_path, GOOD)
    thing = spec.resolve({"$ref": "#/components/schemas/Thing"})
    assert spec.resolve(thing["properties"]["default"]) is spec.document["components"]["schemas"]["A/b"]
    assert spec.resolve(thing) is thing
    assert spec.standalone({"$ref": "#/components/schemas/Thing"})["components"]["schemas"]["Thing"] is thing


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("openapi: 3.1.0", "openapi: 3.0.3", "`openapi` must be 3.1.x, and is '3.0.3'"),
        ("openapi: 3.1.0", "openapi: 3.1.0\nopenapi: 3.1.0", "line 2: the key 'openapi' stands twice in one mapping"),
        ("openapi: 3.1.0", "openapi: [3.1.0", "line 2: did not find expected"),
        ("openapi: 3.1.0", "openapi: !version 3.1.0", "line 1: the tag !version has no meaning here"),
        ("openapi: 3.1.0", "openapi: 3.1.0\nx-loop: &a [*a]", "line 2: an alias leads back into its own anchor"),
        ("openapi: 3.1.0", "openapi: 3.1.0\nx: *b", "line 2: found undefined alias"),
        ("openapi: 3.1.0", "openapi: 3.1.0\n? [a]\n: b", "line 2: a key must be plain text"),
        ("responses/Accepted", "responses/Gone", "$ref #/components/responses/Gone leads nowhere: there is no 'Gone'"),
        ("#/components/schemas/Thing", "other.yaml#/Thing", "$ref other.yaml#/Thing leads out of the file"),
        ("Accepted: {description: queued}", 'Accepted: {$ref: "#/components/responses/Accepted"}', "in a circle"),
        ("operationId: readThing", "operationId: upsertThing", "operationId upsertThing is that of POST /v1/things"),
        ("operationId: readThing", "summary: nameless", "GET /v1/things/{id} has no operationId"),
        (
            "[{PublishableKey: []}]",
            "[{Basic: []}]",
            "GET /v1/things/{id} (readThing): `security` must name exactly one",
        ),
        ("[{PublishableKey: []}]", "[{PublishableKey: []}, {SecretKey: []}]", "`security` must name exactly one"),
        ("security:\n  - SecretKey: []\n", "", "POST /v1/things/{id} (upsertThing): `security` must name exactly one"),
        ("x-rate-limit: organisation", "x-rate-limit: nothing", "x-rate-limit 'nothing' is not in x-rate-limits"),
        ("limit: 1000", "limit: 0", "x-rate-limits.organisation needs `limit` and `window_seconds`"),
        ("limit: 1000", "limit: many", "x-rate-limits.organisation needs `limit` and `window_seconds`"),
        ("  /open:", "  /closed: nothing\n  /open:", "paths./closed must be a mapping"),
    ],
)
def test_a_spec_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(SpecError) as caught:
        spec_from(tmp_path, GOOD.replace(old, new))
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'openapi.yaml'}: ")
    assert message in text
    assert "\n" not in text


@pytest.mark.parametrize("content", [b"", b"- a\n- b\n", b"plain", b"\xff\xfe", b"a: \x00", b"a: b\n---\nc: d\n"])
def test_a_file_that_is_no_openapi_document_is_named_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=r"openapi\.yaml: ") as caught:
        load_spec(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="can't be read: No such file"):
        load_spec(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="can't be read: Is a directory"):
        load_spec(tmp_path)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def test_no_edit_of_the_shipped_contract_causes_anything_but_a_spec_error() -> None:
    whole = load_spec()
    rng = Random(5)
    taken, refusals = 0, []
    for *path, last in rng.sample(list(places(whole.document)), 150):
        document = deepcopy(whole.document)
        node: Any = document
        for step in path:
            node = node[step]
        node[last] = rng.choice([None, 5, "x", [], {}, [1], {"a": None}])
        try:
            Spec(document, whole.path).standalone({})
            taken += 1
        except SpecError as error:
            refusals.append(str(error))
    assert taken > 20
    assert len(refusals) > 5
    assert not any("\n" in refusal for refusal in refusals)
