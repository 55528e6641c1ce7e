"""The files for clusters and compose are valid, and each container's command line runs."""

import base64
import gzip
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose

from tests.support.load_support import clean
from tests.support.nest import ROOT

DEPLOY = ROOT / "deploy"
DOCUMENTS: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "load-kubernetes.yaml").read_text("utf-8")))
JOBS = {one["metadata"]["name"]: one["spec"] for one in DOCUMENTS if one["kind"] == "Job"}
SETTINGS: dict[str, str] = next(one["data"] for one in DOCUMENTS if one["kind"] == "ConfigMap")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "load-compose.yaml").read_text("utf-8"))


def container(job: str) -> dict[str, Any]:
    (found,) = JOBS[job]["template"]["spec"]["containers"]
    return dict(found)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
@pytest.mark.parametrize("version", ["1.31", "1.34"])
def test_every_document_is_valid_by_the_schema_of_its_kind(document: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_the_schema_check_can_fail() -> None:
    broken = {**DOCUMENTS[2], "spec": {**DOCUMENTS[2]["spec"], "backoffLimits": 0}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.31", strict=True)


@pytest.mark.parametrize("job", JOBS)
def test_a_failed_run_fails_the_job_and_a_local_image_is_used(job: str) -> None:
    found, pod = container(job), JOBS[job]["template"]["spec"]
    assert (JOBS[job]["backoffLimit"], pod["restartPolicy"]) == (0, "Never")
    assert JOBS[job]["activeDeadlineSeconds"] > 0
    assert found["imagePullPolicy"] == "IfNotPresent"
    assert not found["image"].endswith(":latest")
    assert set(found["resources"]["requests"]) == {"cpu", "memory"}
    assert pod["terminationGracePeriodSeconds"] >= 40


def test_there_are_as_many_workers_as_the_master_waits_for() -> None:
    workers = JOBS["load-worker"]
    assert int(SETTINGS["WORKERS"]) == workers["parallelism"] == workers["completions"]


def test_only_the_workers_see_the_keys() -> None:
    assert "keys" not in str(JOBS["load-master"])
    assert "secrets" not in COMPOSE["services"]["master"]


def interpolated(document: Any) -> Any:
    """Replace variables by their defaults, as compose does before it checks the schema."""
    text = re.sub(
        r"\$\{(\w+):[-?]([^}]*)\}", lambda one: "http://x" if one[1] == "TARGET" else one[2], yaml.dump(document)
    )
    return yaml.safe_load(text)


def composed(document: Any) -> PyCompose:
    return PyCompose.from_json(json.dumps(interpolated(document)))


def test_the_compose_file_is_valid_by_the_compose_specification() -> None:
    assert composed(COMPOSE).service_names() == ["master", "worker"]


@pytest.mark.parametrize(
    ("service", "part"),
    [
        ("master", {"commands": "sh"}),
        ("master", {"pull_policy": "sometimes"}),
        ("worker", {"deploy": {"replicas": "two"}}),
        ("master", {"healthcheck": {"interval": "5 parsecs"}}),
        ("master", {"mem_limit": "much"}),
        ("master", {"ports": ["127.0.0.1:80x:1"]}),
    ],
    ids=repr,
)
def test_the_check_of_the_compose_file_can_fail(service: str, part: dict[str, Any]) -> None:
    broken = {**COMPOSE["services"], service: {**COMPOSE["services"][service], **part}}
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the library's
        composed({**COMPOSE, "services": broken})


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a container's command; `python` is this interpreter; locust prints its user classes instead of running."""
    (folder / "python").unlink(missing_ok=True)
    (folder / "python").symlink_to(sys.executable)
    path = f"{Path(sys.executable).parent}:{folder}:{os.environ['PATH']}"
    environment = {**clean(), "PATH": path, "RESULTS": str(folder), **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=120, check=False)


def commands() -> dict[str, tuple[list[str], dict[str, str]]]:
    master, worker = container("load-master"), container("load-worker")
    found = {
        "kubernetes master": (
            [*master["command"], *master["args"]],
            {**SETTINGS, "ARGS": f"{SETTINGS['ARGS']} --list"},
        ),
        "kubernetes worker": ([*worker["command"], "--list"], {}),
    }
    for name, service in COMPOSE["services"].items():
        text = re.sub(
            r"\$\{(\w+):[-?]([^}]*)\}", lambda one: "http://x" if one[1] == "TARGET" else one[2], service["command"]
        )
        found[f"compose {name}"] = ([*shlex.split(text), "--list"], {})
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kubernetes master", "kubernetes worker", "compose master", "compose worker"])
def test_locust_accepts_every_command_line(name: str, tmp_path: Path) -> None:
    command, variables = commands()[name]
    done = run(command, tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    assert "Shopper" in done.stdout
    if name == "kubernetes worker":
        assert run([*command, "--no-such-option"], tmp_path).returncode != 0, "the check can fail"


@pytest.mark.slow
def test_the_master_prints_its_results_and_exits_with_the_verdict(tmp_path: Path) -> None:
    done = run(
        ["sh", "deploy/load-master.sh", "--headless", "--host", "http://x", "--expect-workers-max-wait", "1"],
        tmp_path,
    )
    assert done.returncode == 4, done.stderr
    packed = re.search(r"-----BEGIN slo.json-----\n(.*?)-----END slo.json-----", done.stdout, re.DOTALL)
    assert packed is not None, done.stderr
    assert "0 of 1 workers connected" in gzip.decompress(base64.b64decode(packed[1])).decode()


KUBECTL = """#!/bin/sh
case "$*" in
  *"get job"*) printf '%s' "$STATE" ;;
  *logs*) cat "$LOG" ;;
  *"get pods"*) printf '%s' "$CODE" ;;
esac
"""


@pytest.mark.parametrize(("state", "code"), [("1/", "0"), ("/1", "3"), ("/1", "4")])
def test_results_are_collected_from_passed_and_failed_runs(tmp_path: Path, state: str, code: str) -> None:
    kubectl, log, results = tmp_path / "kubectl", tmp_path / "log", tmp_path / "results"
    kubectl.write_text(KUBECTL, encoding="utf-8")
    kubectl.chmod(0o755)
    packed = base64.encodebytes(gzip.compress(b'{"verdict": "FAIL"}' * 50)).decode()
    log.write_text(f"verdict: FAIL\n-----BEGIN slo.json-----\n{packed}-----END slo.json-----\n", encoding="utf-8")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "STATE": state, "LOG": str(log), "CODE": code}
    script = ["sh", str(DEPLOY / "load-collect.sh"), "lehnz-load", str(results)]
    done = subprocess.run(script, env=environment, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == int(code), done.stderr
    assert (results / "slo.json").read_text(encoding="utf-8") == '{"verdict": "FAIL"}' * 50
    assert done.stdout == "verdict: FAIL\n"


def test_collecting_stops_if_a_run_never_ends(tmp_path: Path) -> None:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(KUBECTL, encoding="utf-8")
    kubectl.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "STATE": "/"}
    script = ["sh", str(DEPLOY / "load-collect.sh"), "lehnz-load", str(tmp_path / "results"), "1"]
    done = subprocess.run(script, env=environment, text=True, capture_output=True, timeout=60, check=False)
    assert (done.returncode, "didn't end in time" in done.stderr) == (4, True)
