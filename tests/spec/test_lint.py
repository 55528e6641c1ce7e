"""Two independent linters with unmodified rules report nothing about openapi.yaml, the contract of the account
operations and the description of the control plane. They do report mistakes.

From PyPI openapi-spec-validator: the 3.1 metaschema, unique operationIds, path parameters, defaults; it has one fixed
set of rules. From npm Redocly's `recommended` rules. No ignore file, no configuration."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from fixtures.spec import SPEC_PATH, load_spec
from tests.support.control_document import control_document
from tests.support.node_tools import TOOLS, needs_node
from tests.support.shipped import ACCOUNTS

Document = dict[str, Any]
Edit = Callable[[Document], None]


def spec_validator(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openapi_spec_validator", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)


def redocly(path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    command = [str(TOOLS / "redocly"), "lint", "--extends", "recommended", "--format", "json", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent, env=environment)


def damaged(*edits: Edit) -> Document:
    document = copy.deepcopy(load_spec().document)
    for edit in edits:
        edit(document)
    return document


def recommend(document: Document) -> Document:
    operation: Document = document["paths"]["/v1/recommend"]["post"]
    return operation


def repeat_an_operation_id(document: Document) -> None:
    recommend(document)["operationId"] = "upsertItems"


def misspell_a_type(document: Document) -> None:
    document["components"]["schemas"]["Id"]["type"] = "strin"


def forget_a_path_parameter(document: Document) -> None:
    document["paths"]["/item/{item_id}"]["get"]["parameters"].pop(0)


def break_a_default(document: Document) -> None:
    document["components"]["schemas"]["FirstEditionItem"]["properties"]["item_type"]["default"] = 20


def break_an_example(document: Document) -> None:
    body = document["components"]["requestBodies"]["Recommend"]
    body["content"]["application/json"]["examples"]["similar"]["value"] = {"limit": 0}


def forget_an_operation_id(document: Document) -> None:
    del recommend(document)["operationId"]


def name_an_unknown_security_scheme(document: Document) -> None:
    recommend(document)["security"] = [{"Nobody": []}]


def leave_a_component_unused(document: Document) -> None:
    document["components"]["schemas"]["Unused"] = {"type": "string"}


@pytest.fixture(scope="module")
def descriptions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return openapi.yaml as written, and the other two as served."""
    folder = tmp_path_factory.mktemp("descriptions")
    served = {"accounts": json.dumps(ACCOUNTS.document), "control": control_document()}
    for name, text in served.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return {
        "documented": Path(shutil.copy(SPEC_PATH, folder)),
        **{name: folder / f"{name}.json" for name in served},
    }


@pytest.mark.parametrize("name", ["documented", "accounts", "control"])
def test_openapi_spec_validator_reports_nothing(descriptions: dict[str, Path], name: str) -> None:
    result = spec_validator(descriptions[name])
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, f"{descriptions[name]}: OK", "")


def test_openapi_spec_validator_reports_mistakes() -> None:
    document = damaged(repeat_an_operation_id, misspell_a_type, forget_a_path_parameter, break_a_default)
    noticed = str([error.message for error in OpenAPIV31SpecValidator(document).iter_errors()])
    for words in (
        "Operation ID 'upsertItems' for 'post' in '/v1/recommend' is not unique",
        "'strin' is not",
        "Path parameter 'item_id'",
        "20 is not of type",
    ):
        assert words in noticed


@needs_node
@pytest.mark.parametrize("name", ["documented", "accounts", "control"])
def test_redocly_reports_nothing(descriptions: dict[str, Path], name: str) -> None:
    result = redocly(descriptions[name])
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, report["problems"]


@needs_node
def test_redocly_reports_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    document = damaged(
        break_an_example, forget_an_operation_id, name_an_unknown_security_scheme, leave_a_component_unused
    )
    path.write_text(json.dumps(document), encoding="utf-8")
    problems = json.loads(redocly(path).stdout)["problems"]
    assert {problem["ruleId"] for problem in problems} == {
        "no-invalid-media-type-examples",
        "operation-operationId",
        "security-defined",
        "no-unused-components",
    }
