"""The baseline: what plain `schemathesis run` with valid keys finds on the same servers.

It runs with its own defaults, except two that shorten it: few random examples per operation (more examples find nothing
more here), and only the current paths. The mock's limit is off, so that no answer is a 429.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from fixtures.spec import SPEC_PATH
from tests.mutants.processes import Lost, in_processes

EXAMPLES = 5
MOST_SECONDS = 120.0
OPTIONS = ("--seed", "1", "--max-examples", str(EXAMPLES), "--include-path-regex", "^/v1/", "--max-failures", "1")


def findings(names: Iterable[str], jobs: int = 2) -> Iterator[tuple[str, bool | None]]:
    """Yield for each server whether schemathesis finds anything, as the runs end; None if a run did not end."""
    for name, result in in_processes(_finds, names, jobs, MOST_SECONDS):
        yield name, None if isinstance(result, Lost) else result


def _finds(name: str) -> bool | None:
    """Run schemathesis's command line against the server of that name, in a process of its own. Return None for an exit
    code that is neither "found" nor "nothing found"."""
    from schemathesis.cli import schemathesis

    from tests.mutants import registry
    from tests.mutants.serve import serve_beside

    with tempfile.TemporaryDirectory() as folder:
        announced = json.loads(serve_beside(registry.named(name), ("--rate-limit", "off"), Path(folder)).read_bytes())
        config = Path(folder, "schemathesis.toml")
        config.write_text(_keys(announced["organisations"][0]), encoding="utf-8")
        os.chdir(folder)  # schemathesis leaves files where it runs
        arguments = ["--config-file", str(config), "run", str(SPEC_PATH), "--url", announced["url"], *OPTIONS]
        try:
            schemathesis.main(args=arguments, prog_name="schemathesis")
        except SystemExit as end:
            return {0: False, 1: True}.get(end.code if isinstance(end.code, int) else 2)
        finally:
            os.chdir("/")
    return None


def _keys(organisation: dict[str, str]) -> str:
    return (
        f'[auth.openapi.SecretKey]\napi_key = "{organisation["secret_key"]}"\n'
        f'[auth.openapi.PublishableKey]\napi_key = "{organisation["publishable_key"]}"\n'
    )
