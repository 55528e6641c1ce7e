"""Plain schemathesis against the mock: no hooks, no tuning, a configuration that holds nothing but the credentials.

    python -m bench.schemathesis_plain [--seeds 1 2 3] [--examples 300] [--write docs/benchmarks.md]

Runs `schemathesis run openapi.yaml --url ...` from an empty folder with all its default checks and phases, once per
seed against one mock with its limits off, as strict about null as the file. Exit 1 when a run finds anything, makes
fewer than 5,000 cases, or when fewer than 70 % of the cases that could be accepted were: a server that refuses
everything would pass the checks too.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.marks import write_between_marks
from fixtures.mock_process import RunningMock, running_mock
from fixtures.spec import SPEC_PATH

# openapi.yaml allows null where the documents do; with this option the mock accepts it nowhere else.
OPTIONS = ("--rate-limit", "off", "--auth-rate-limit", "off", "--strict-client", "needless-null")
LEAST_CASES = 5_000  # of the 7,700 to 8,000 that a run makes of 14 operations: fewer, and operations were left out
LEAST_ACCEPTED = 0.70  # about 95 % are; the rest are unknown logins (401) and addresses that are taken (409)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of schemathesis. `acceptable`: the cases that were generated as valid, counted by the operation's key."""

    exit_code: int
    output: str
    cases: int
    acceptable: int
    accepted: int

    @property
    def ratio(self) -> float:
        return self.accepted / self.acceptable if self.acceptable else 0.0


def plain_run(
    mock: RunningMock, seed: int, examples: int, *options: str, description: str = "", token: str = ""
) -> Run:
    """Run schemathesis once. `examples`: number of cases that the fuzzing phase tries per operation; the other phases
    have numbers of their own. `description`: a file or URL instead of openapi.yaml; `token`: of an account."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "schemathesis.toml").write_text(
            f'[auth.openapi.SecretKey]\napi_key = "{mock.secret_key}"\n'
            f'[auth.openapi.PublishableKey]\napi_key = "{mock.publishable_key}"\n'
            + (f'[auth.openapi.Bearer]\nbearer = "{token}"\n' if token else ""),
            encoding="utf-8",
        )
        command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "run"]
        command += [description or str(SPEC_PATH), "--url", mock.url]
        command += ["--seed", str(seed), "--max-examples", str(examples), "--report-ndjson-path", "report.ndjson"]
        command += options
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        report = Path(folder, "report.ndjson")
        cases = list(_cases(report)) if report.exists() else []
    acceptable = [status for status, could_be_accepted in cases if could_be_accepted]
    accepted = sum(1 for status in acceptable if status in (200, 201, 202))
    return Run(result.returncode, result.stdout + result.stderr, len(cases), len(acceptable), accepted)


def _cases(report: Path) -> Iterator[tuple[int | None, bool]]:
    """Yield the status of every case, and whether it could be accepted."""
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            for name, case in recorder.get("cases", {}).items():
                answer = recorder["interactions"].get(name, {}).get("response")
                yield answer and answer["status_code"], _could_be_accepted(case)


def _could_be_accepted(case: dict[str, Any]) -> bool:
    """Return whether a case was generated as valid and is not a probe that repeats a case without a valid key."""
    meta = case["value"].get("meta") or {}
    probe = case.get("parent_id") is not None and not case["is_transition_applied"]
    return bool(meta.get("generation", {}).get("mode") == "positive" and not probe)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--examples", type=int, default=300)
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    arguments = parser.parse_args()
    good = True
    rows = ["| seed | cases | findings | could be accepted | accepted |", "|---|---|---|---|---|"]
    with running_mock(*OPTIONS) as mock:
        for seed in arguments.seeds:
            run = plain_run(mock, seed, arguments.examples)
            found = "none" if run.exit_code == 0 else f"exit {run.exit_code}"
            accepted = f"{run.accepted:,} ({run.ratio:.1%})"
            rows.append(f"| {seed} | {run.cases:,} | {found} | {run.acceptable:,} | {accepted} |")
            print(rows[-1] if run.exit_code == 0 else run.output, file=sys.stderr, flush=True)
            good &= run.exit_code == 0 and run.cases >= LEAST_CASES and run.ratio >= LEAST_ACCEPTED
    report = "\n".join([f"schemathesis {version('schemathesis')}", "", *rows])
    print(report)
    if arguments.write:
        write_between_marks(arguments.write, "schemathesis_plain", report)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
