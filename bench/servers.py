"""The servers that the mock is compared with, each pinned to one core."""

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.machine import output_of
from fixtures.spec import Spec, load_spec

PEERS = Path(__file__).with_name("peers")
PRISM = PEERS / "node_modules/.bin/prism"
MOST_SECONDS = 30.0


class ServerError(Exception):
    """A server can't be started."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def bare_starlette(port: int, answer: Path) -> list[str]:
    return [sys.executable, str(PEERS / "bare_starlette.py"), str(port), str(answer)]


def openapi_backend(port: int, answer: Path, spec: Path, key: str) -> list[str]:
    return ["node", str(PEERS / "openapi_backend.mjs"), str(port), str(answer), str(spec), key]


def prism(port: int, spec: Path) -> list[str]:
    return [str(PRISM), "mock", "--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "silent", str(spec)]


def spec_with_answer(answer: Path, path: Path) -> Path:
    """Return openapi.yaml with this response as its example, so that an example-based mock sends the same bytes as the
    others, and without `$ref`, because openapi-backend can't read a `$ref` with a description next to it (OpenAPI
    3.1)."""
    spec = load_spec()
    document = spec.document
    content = document["components"]["responses"]["Recommendations"]["content"]["application/json"]
    content["examples"]["documented"]["value"] = json.loads(answer.read_bytes())
    paths = {name: item for name, item in document["paths"].items() if name.startswith("/v1/")}
    whole = _without_references(spec, {**document, "paths": paths, "components": {}, "x-unrouted-responses": {}})
    whole["components"] = {"securitySchemes": document["components"]["securitySchemes"]}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def _without_references(spec: Spec, node: Any) -> Any:
    if isinstance(node, list):
        return [_without_references(spec, child) for child in node]
    if not isinstance(node, dict):
        return node
    target = spec.resolve(node)
    merged = {**target, **{key: child for key, child in node.items() if key != "$ref"}}
    return {key: _without_references(spec, child) for key, child in merged.items()}


@contextlib.contextmanager
def running(command: Sequence[str], url: str, key: str, core: int) -> Iterator[int]:
    """Run the server and yield its process id. Raises ServerError unless the server answers within half a minute."""
    with tempfile.TemporaryFile() as log:
        pinned = ["taskset", "-c", str(core), *command]
        process = subprocess.Popen(pinned, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            if seconds_to_first_answer(url, key, process) is None:
                log.seek(0)
                raise ServerError(f"{command[0]} did not answer: {log.read().decode(errors='replace')[-2000:]}")
            yield process.pid
        finally:
            process.terminate()
            process.wait(timeout=MOST_SECONDS)


def seconds_to_first_answer(url: str, key: str, process: subprocess.Popen[bytes]) -> float | None:
    """Return the seconds from now to the first 200 of /v1/recommend; None if the server exits or never answers."""
    started = time.monotonic()
    while process.poll() is None and time.monotonic() - started < MOST_SECONDS:
        if answer_of(url, key, {"strategy": "popular"}) is not None:
            return time.monotonic() - started
        time.sleep(0.005)
    return None


def answer_of(url: str, key: str, body: dict[str, object]) -> bytes | None:
    """Return the body of a 200; None for any other status."""
    headers = {"X-API-KEY": key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/recommend", json.dumps(body).encode(), headers)  # noqa: S310 - loopback
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
        return bytes(response.read()) if response.status == 200 else None
    return None


def versions() -> str:
    """Return the versions of the compared servers."""
    backend = output_of("node", "-p", f"require('{PEERS}/node_modules/openapi-backend/package.json').version")
    prism, node = output_of(str(PRISM), "--version"), output_of("node", "--version").lstrip("v")
    return f"Node {node}, Prism {prism}, openapi-backend {backend}"
