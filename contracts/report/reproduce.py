"""A shell script per failed check: shows the exchange with curl, then runs the check again with fresh ids."""

import shlex
from pathlib import Path

from contracts.exchange import Exchange
from contracts.outcome import Outcome, Result
from contracts.session import Report

_LINES = 12


def write_scripts(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for result in report.results:
        if result.outcome is Outcome.FAIL:
            path = folder / f"{result.check}.sh"
            path.write_text(report.redactor.text(script(report, result)), encoding="utf-8")
            path.chmod(0o755)


def script(report: Report, result: Result) -> str:
    """Exit 1 while the fault is there, 0 when it is gone."""
    entry = report.catalogue[result.check]
    target = report.target
    first = result.findings[0]
    lines = [
        "#!/bin/sh",
        f"# {result.check} ({result.level}): {entry.statement}",
        f"# Source: {entry.source}" + (f", reading {entry.reading}" if entry.reading else ""),
        f"# Expected: {_line(first.expected)}",
        f"# Got: {_line(first.actual)}",
        "# Exit 1 while the fault is there, 0 when it is gone, 3 when that can't be told.",
        "#",
        "# Usage: PK=... SK=... [PK2=... SK2=...] [TARGET=...] sh " + f"{result.check}.sh",
        "set -u",
        f"TARGET=${{TARGET:-{shlex.quote(target.url)}}}",
        ': "${PK:?the publishable key}" "${SK:?the secret key}"',
        'RUN="lc$(date +%s)$$-"  # fresh ids',
        "",
        "# 1. The requests of the finding, to be read:",
    ]
    lines += [_curl(exchange, report.prefix) for exchange in first.exchanges[:_LINES]]
    lines += ["", "# 2. The whole sequence again, judged:"]
    limit = f"{target.limit}/{target.window_seconds:g}s"
    options = ["--profile", report.profile, "--rate-limit", limit, "--edition", target.edition]
    options += ["--key-policy", target.key_policy, "--select", result.check, "--no-reference"]
    options += [f"--{need}" for need in ("exhaust", "account-limit") if need in entry.needs]
    options += ["--strict"] * (result.level != "MUST")
    lines += [
        'export LEHNZ_PUBLISHABLE_KEY="$PK" LEHNZ_SECRET_KEY="$SK"',
        'export LEHNZ_OTHER_PUBLISHABLE_KEY="${PK2:-}" LEHNZ_OTHER_SECRET_KEY="${SK2:-}"',
        f'exec "${{LEHNZ_CONTRACT:-lehnz-contract}}" --target "$TARGET" {shlex.join(options)}',
    ]
    return "\n".join(lines) + "\n"


def _curl(exchange: Exchange, prefix: str) -> str:
    path = f'"{exchange.path}"' if "$" in exchange.path else shlex.quote(exchange.path)  # a key in the query
    parts = [f'curl -sS -i -X {exchange.method} "$TARGET"{path}']
    for name, value in exchange.request_headers.items():
        is_key = "$" in value and '"' not in value
        quoted = f'"{name}: {value}"' if is_key else shlex.quote(f"{name}: {value}")
        parts.append(f"-H {quoted}")
    if exchange.request_body:
        try:
            body = exchange.request_body.decode()
        except UnicodeDecodeError:
            return f"# (a body of {len(exchange.request_body)} bytes that is no text) {parts[0]}"
        if len(body) > 4_000:
            return f"# (a body of {len(body)} characters) {parts[0]}"
        parts.append("--data-binary " + '"$RUN"'.join(shlex.quote(piece) for piece in body.split(prefix)))
    return " ".join(parts) + "; echo"


def _line(text: str) -> str:
    return " ".join(text.split())[:400]
