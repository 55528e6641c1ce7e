"""The GitHub action: its steps are run as a runner would, and their messages, outputs and exit codes are checked."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fixtures.strict_yaml import parse
from tests.support.mock_beside import Beside, mock_beside

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = parse((ROOT / "action.yml").read_text(encoding="utf-8"))
PLACE = "${{ strategy.job-index }}"
BROKEN = "success-true-on-400"  # ENV-error
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}


class Ran(NamedTuple):
    exit_code: int
    said: str
    summary: str
    outputs: dict[str, str]


class Runner:
    """One job, in its own folder; the suite is where the action's first step would install it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bin_folder = folder / "lehnz" / "bin"
        bin_folder.mkdir(parents=True)
        (bin_folder / "lehnz-contract").symlink_to(Path(sys.executable).parent / "lehnz-contract")

    def run(self, name: str, inputs: Mapping[str, str]) -> Ran:
        step = STEPS[name]
        given = {**{key: str(value["default"]) for key, value in ACTION["inputs"].items()}, **inputs}
        files = {key: self.folder / key.lower() for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        variables = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: given[found[1]], text.replace(PLACE, "3"))
            for name, text in step["env"].items()
        }
        own: dict[str, str] = {
            name: value for name, value in os.environ.items() if not name.startswith(("LEHNZ_", "GITHUB_"))
        }
        if "STARTED" in variables:
            variables["STARTED"] = str(bool(given["start-command"] and not given["health-url"])).lower()
        runner = {
            "GITHUB_JOB": "judge",
            "RUNNER_TEMP": str(self.folder),
            **{name: str(file) for name, file in files.items()},
        }
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=ROOT, env={**own, **variables, **runner}, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return Ran(ran.returncode, ran.stdout + ran.stderr, summary, outputs)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path / "runner")


@pytest.fixture(scope="module")
def server() -> Iterator[Beside]:
    with mock_beside() as running:
        yield running


def keys_of(found: Mapping[str, Any]) -> dict[str, str]:
    first = found["organisations"][0]
    return {"publishable-key": first["publishable_key"], "secret-key": first["secret_key"]}


def test_steps_use_exactly_the_declared_inputs_and_no_expression_in_a_script() -> None:
    named = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert named == ACTION["inputs"].keys()
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


def test_on_a_fork_without_secrets_the_job_is_green_and_says_that_nothing_was_judged(runner: Runner) -> None:
    ran = runner.run("Judge", {"target": "https://api.example"})
    assert (ran.exit_code, ran.outputs) == (0, {"verdict": "skipped"})
    assert "::notice::no secrets (fork)" in ran.said
    assert "Not judged" in ran.summary


def test_a_target_that_conforms_is_green_with_a_report_and_a_summary(runner: Runner, server: Beside) -> None:
    ran = runner.run("Judge", {"target": server.url, "profile": "quick", **keys_of(json.loads(server.keys))})
    assert (ran.exit_code, ran.outputs["verdict"]) == (0, "conforms"), ran.said
    assert Path(ran.outputs["report"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "conforms" in ran.summary
    folder = Path(ran.outputs["folder"])
    assert {"report.json", "junit.xml", "badge.json", "report.html"} <= {file.name for file in folder.iterdir()}


def test_each_use_and_each_matrix_job_has_its_own_artifact(runner: Runner) -> None:
    """The runs fail at an unknown option; the artifact's name is output before."""
    uses = [runner.run("Judge", {"arguments": "--no-such-option"}).outputs for _ in "ab"]
    assert [use["artifact"] for use in uses] == ["lehnz-conformance-judge-3-1", "lehnz-conformance-judge-3-2"]
    assert len({use["folder"] for use in uses}) == 2


def test_headers_and_arguments_keep_their_spaces_and_are_not_shown(runner: Runner, server: Beside) -> None:
    keys = keys_of(json.loads(server.keys))
    headers = "Authorization: Basic aHVudGVyMg==\nX-Gateway: one two three\n"
    arguments = "--select 'Rate limit' --rate-limit 77/15m --no-reference"
    ran = runner.run("Judge", {"target": server.url, "headers": headers, "arguments": arguments, **keys})
    assert (ran.exit_code, ran.outputs["verdict"]) == (1, "fails"), ran.said
    kept = [file.read_text(encoding="utf-8") for file in Path(ran.outputs["folder"]).rglob("*") if file.is_file()]
    for text in (ran.said, ran.summary, *kept):
        assert "aHVudGVyMg" not in text
        assert "one two three" not in text
        assert keys["secret-key"] not in text
    assert any("$HEADER_X_GATEWAY" in text for text in kept)


def test_a_server_that_exits_at_once_ends_the_waiting(runner: Runner) -> None:
    ran = runner.run("Start the server", {"start-command": "echo broken; exit 7", "health-url": "http://127.0.0.1:9/"})
    assert ran.exit_code == 1
    assert "::error::start-command has ended and nothing answers at http://127.0.0.1:9/" in ran.said
    assert "server: broken" in ran.said


def test_every_action_is_pinned_and_the_auditor_of_workflows_finds_nothing() -> None:
    files = ["action.yml", *(str(file) for file in (ROOT / ".github/workflows").iterdir())]
    auditor = Path(sys.executable).parent / "zizmor"
    ran = subprocess.run(
        [auditor, "--offline", "--no-progress", "--format", "plain", *files],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    uses = re.findall(r"uses: (\S+)", "".join((ROOT / file).read_text(encoding="utf-8") for file in files))
    assert len(uses) > len(files)
    assert [use for use in uses if not re.fullmatch(r"\./|[\w./-]+@[0-9a-f]{40}", use)] == []


def test_an_inconclusive_run_is_red_and_names_what_was_not_judged(runner: Runner, server: Beside) -> None:
    keys = keys_of(json.loads(server.keys))
    unknown = {"publishable-key": "lehnz_pk_nobody", "secret-key": "lehnz_sk_nobody"}
    ran = runner.run("Judge", {"target": server.url, **unknown})
    assert (ran.exit_code, ran.outputs["verdict"]) == (3, "inconclusive"), ran.said
    ran = runner.run("Judge", {"target": server.url, "arguments": "--no-such-option", **keys})
    assert (ran.exit_code, ran.outputs["verdict"]) == (2, "error"), ran.said


def test_a_broken_server_is_started_and_judged_red(runner: Runner) -> None:
    file, pid = runner.folder / "keys.json", runner.folder / "pid"
    serve = f"{sys.executable} -m tests.mutants serve {BROKEN} --port 0 --keys-out {file}"
    ran = runner.run(
        "Start the server", {"start-command": f"echo $$ > {pid}; exec {serve}", "health-url": file.as_uri()}
    )
    try:
        assert (ran.exit_code, ran.said) == (0, "")
        found = json.loads(file.read_text(encoding="utf-8"))
        ran = runner.run("Judge", {"target": found["url"], "profile": "quick", **keys_of(found)})
        assert (ran.exit_code, ran.outputs["verdict"]) == (1, "fails"), ran.said
        assert "ENV-error" in ran.summary
    finally:
        os.kill(int(pid.read_text(encoding="utf-8")), signal.SIGTERM)
