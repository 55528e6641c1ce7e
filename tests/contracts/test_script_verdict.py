"""A rule about one response is copied into a script and gives the same result there as in the suite."""

import json
import shlex
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import contracts.rules  # noqa: F401 - registers the rules
from contracts.exchange import Exchange
from contracts.outcome import Finding, Level, Outcome, Result
from contracts.report.script_verdict import by_python
from contracts.report.standalone_rule import program
from contracts.run.registry import RULES
from fixtures.examples import example

ALONE = {name: rule.alone for name, rule in RULES.items() if rule.alone is not None}
PROGRAMS = {name: text for name, alone in ALONE.items() if (text := program(alone)) is not None}
OF_THE_RUN = {"AUTH-never-refused", "ROBUST-never-5xx", "ROBUST-passing-5xx"}  # these rules need more than the response
RUN: Any = SimpleNamespace(target=SimpleNamespace(limit=1000, window_seconds=900.0))
ANSWER = Exchange(
    number=1, source="a check", operation="recommend", method="POST", path="/v1/recommend", key="pk",
    organisation="main", request_headers={}, request_body=b'{"limit": 1}', sent_at=0.0, seconds=0.0, status=200,
    headers={"content-type": "application/json", "ratelimit-limit": "1000", "ratelimit-remaining": "9"},
)  # fmt: skip


def with_data(**changes: Any) -> Exchange:
    document = example("recommendation")
    document["data"].update(changes)
    return replace(ANSWER, body=json.dumps(document).encode())


def as_text(exchange: Exchange) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in asdict(exchange).items())


def test_every_rule_about_one_answer_is_a_program_unless_it_needs_the_run() -> None:
    assert ALONE.keys() - PROGRAMS.keys() == OF_THE_RUN
    assert len(PROGRAMS) > 30


@pytest.mark.parametrize(
    "response",
    [
        with_data(),
        with_data(pagination={"page": 1, "limit": 20, "total_count": 48, "has_next": False}),
        with_data(pagination={"page": 2, "limit": 1, "total_count": 0, "has_next": "yes"}),
        with_data(results=[{"item_id": 7, "score": "high"}, {"item_id": 7}], recommended_items=None),
        replace(with_data(), status=202),
        replace(ANSWER, status=400, body=b'{"success": true, "error": 7, "data": []}', operation="upsertItems"),
        replace(ANSWER, status=202, body=b'{"success": true, "data": {"accepted": "1"}}', operation="ingestEvents"),
        replace(
            ANSWER, status=422, body=b"<h1>no</h1>", headers={}, forbidden="without user_id", operation="upsertUsers"
        ),
    ],
)
def test_a_program_gives_the_same_result_as_its_rule(response: Exchange) -> None:
    """All programs run in one separate process in which our packages can't be imported."""
    spoken_of = [name for name in PROGRAMS if RULES[name].about(response)]
    lines = [f"def judge_{n}(response):\n" + indented(PROGRAMS[name], name) for n, name in enumerate(spoken_of)]
    calls = [f"print(judge_{n}({as_text(response)!r}))" for n in range(len(spoken_of))]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-"],
        input="\n".join([*lines, *calls]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = dict(zip(spoken_of, ran.stdout.splitlines(), strict=True))
    assert said == {name: str(ALONE[name](RUN, response)) for name in spoken_of}


def indented(text: str, name: str) -> str:
    """Return the program as the body of a function, so that each has its own namespace."""
    return (
        "    import sys\n"
        "    from types import ModuleType, SimpleNamespace\n"
        f"    sys.modules[{name!r}] = module = ModuleType({name!r})\n"
        f"    exec({text!r}, space := module.__dict__)\n"
        "    run = SimpleNamespace(target=SimpleNamespace(limit=1000, window_seconds=900.0))\n"
        f"    return space[{ALONE[name].__name__!r}](run, eval(f'Exchange({{response}})', space))\n"
    )


@pytest.mark.parametrize(
    ("item_id", "alone"), [("lc1-Shoe", True), ("it's $(id) `id`", True), ("a\x1b[2J", False), ("a\nJUDGE\nid", False)]
)
def test_ids_from_the_target_are_never_run_as_code_in_a_script(item_id: str, alone: bool, tmp_path: Path) -> None:
    finding = Finding(
        "LIFE-only-accepted-items", "foreign", "recommend", "no such item", item_id, (with_data(),), unwanted=(item_id,)
    )
    lines = by_python(RUN, Result(finding.check, Level.MUST, Outcome.FAIL), finding, shlex.quote)
    assert (lines is not None) is alone
    if lines:
        response = tmp_path / "response"
        response.write_bytes(with_data(results=[{"item_id": item_id}]).body)
        ran = subprocess.run(
            ["sh", "-c", "\n".join([f"status=200 response={shlex.quote(str(response))}", *lines])],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout) == (1, f"{item_id} is shown\n")
