"""A shell script per failed check: curl creates the data again, repeats the request and judges the response."""

import re
import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

from contracts.catalogue import Entry
from contracts.outcome import Finding, Outcome, Result
from contracts.report.escaping import printable
from contracts.report.needed_requests import Step, needed_requests
from contracts.report.script_verdict import by_curl, by_python, by_the_suite
from contracts.session import Report
from fixtures.connection import variable_of

# Wrong keys are derived from the right ones, by the names that the reports show.
_WRONG_KEYS = {
    "TAMPERED_KEY": "${KEY%?}~",
    "TAMPERED_INSIDE_KEY": "${KEY%??????}~~~~~~",
    "SHORTENED_KEY": "${KEY%?}",
    "RELABELLED_KEY": "${OWN}${OTHER#lehnz_?k_}",
    "OTHER_CASE_KEY": "$(printf %s \"$KEY\" | tr 'a-zA-Z' 'A-Za-z')",
}
_KEYS = ("PK", "SK", "PK2", "SK2")


def write_scripts(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for result in report.results:
        if result.outcome is Outcome.FAIL:
            path = folder / f"{result.check}.sh"
            path.write_text(report.redactor.text(script(report, result)), encoding="utf-8")
            path.chmod(0o755)


def script(report: Report, result: Result) -> str:
    """Return the script, which exits with 1 if the defect is there, 0 if not, 3 if that is unknown."""
    finding = result.findings[0]
    steps = needed_requests(report, finding)
    entry = report.catalogue[result.check]
    body = [line for step in steps for line in _lines(report, step)]
    if {step.exchange.organisation for step in steps} <= {"other", None}:  # then use the first organisation instead
        body = [line.replace("{PK2}", "{PK}").replace("{SK2}", "{SK}") for line in body]
    verdict = _verdict(report, result, finding, entry)
    used = [name for name in _variables(report) if f'"${{{name}}}"' in "\n".join((*body, *verdict))]
    lines = [
        *_head(report, result, finding, entry),
        *_needed(report, finding, used, pairs="$suite" in "\n".join(verdict)),
        *_helper(),
        *body,
        *verdict,
    ]
    return "\n".join(lines) + "\n"


def _head(report: Report, result: Result, finding: Finding, entry: Entry) -> list[str]:
    return [
        "#!/bin/sh",
        f"# {result.check} ({result.level}): {entry.statement}",
        f"# Source: {printable(entry.source)}" + (f", reading {entry.reading}" if entry.reading else ""),
        f"# Expected: {printable(finding.expected)[:400]}",
        f"# Got: {printable(finding.actual)[:400]}",
        "# Needs curl, some python3. Exit 1 if the defect is there, 0 if it is gone, 3 if that is unknown.",
        "set -u",
        f"TARGET=${{TARGET:-{shlex.quote(report.target.url)}}}",
        'RUN="lc$(date +%s)$$-"  # ids are new each time',
        'DIGITS="9$(date +%s)$$"',
        f"SETTLE=${{SETTLE:-{round((report.lag or 1.0) * 1.5 + 1)}}}  # seconds until accepted records are visible",
    ]


def _needed(report: Report, finding: Finding, used: list[str], pairs: bool) -> list[str]:
    """Return the lines that require or set variables. The user of the script sets the secrets. `pairs`: require both
    keys, even if only one was used."""
    secret = any("upsert" in exchange.path for exchange in finding.exchanges[-1:])
    wrong = [name for name in used if name in _WRONG_KEYS]
    keys = {"PK", "SK", *used} - set(wrong) if wrong or pairs else set(used)
    lines = [_set(name) for name in sorted(keys - {"RUN", "DIGITS"})]
    if wrong:
        lines.append("KEY=$SK OTHER=$PK OWN=lehnz_sk_" if secret else "KEY=$PK OTHER=$SK OWN=lehnz_pk_")
        lines += [f'{name}="{_WRONG_KEYS[name]}"' for name in wrong]
    connection = report.target.connection
    ca = f"CA_FILE=${{CA_FILE:-{shlex.quote(connection.ca_file)}}}" if connection.ca_file else "CA_FILE=${CA_FILE:-}"
    return [*lines, ca, _set("PROXY") if connection.proxy else "PROXY=${PROXY:-}"]


def _set(name: str) -> str:
    return f'[ -n "${{{name}:-}}" ] || {{ echo "set {name}" >&2; exit 3; }}'


def _helper() -> list[str]:
    return [
        "",
        "response=$(mktemp) || exit 3",
        'trap \'rm -f "$response" "$response.headers"\' EXIT',
        "ask() { # METHOD PATH curl's options...: sets status and asked, the body that was sent; shows the response",
        "  method=$1 path=$2 asked= before=; shift 2",
        '  for word in "$@"; do [ "$before" = --data-binary ] && asked=$word; before=$word; done',
        '  [ "$method" = HEAD ] && set -- --head "$@"  # or curl waits for a body',
        '  status=$(curl -sS --max-time 30 -o "$response" -D "$response.headers" -w "%{http_code}" \\',
        '    ${CA_FILE:+--cacert "$CA_FILE"} \\',
        '    ${PROXY:+--proxy "$PROXY"} -X "$method" "$TARGET$path" "$@") || status=000',
        '  echo "$method $path: $status"; head -c 2000 "$response"; echo',
        "}",
        "must() { # a request that must be accepted before the defect can be judged",
        '  ask "$@"; case $status in 2??) ;; *) echo "not accepted: result unknown"; exit 3 ;; esac',
        "}",
        "",
    ]


def _lines(report: Report, step: Step) -> list[str]:
    exchange = step.exchange
    verb = "must" if step.needed else "ask"
    parts = [f"{verb} {exchange.method} {_quoted(report, exchange.path)}"]
    parts += [f"-H {_quoted(report, f'{name}: {value}')}" for name, value in exchange.request_headers.items()]
    if step.body:
        parts.append(f"--data-binary {_quoted(report, step.body)}")
    pause = ['sleep "$SETTLE"'] if step.after_a_pause else []
    return [*pause, " ".join(parts)]


def _verdict(report: Report, result: Result, finding: Finding, entry: Entry) -> list[str]:
    quote = partial(_quoted, report)
    alone = by_curl(finding) or by_python(report, result, finding, quote)
    if alone is not None:
        return ["", *alone]
    headers = [f"--header {quote(f'{name}: ${variable_of(name)}')}" for name in report.target.connection.headers]
    return ["", *by_the_suite(report, result, entry.needs, headers)]


def _variables(report: Report) -> list[str]:
    """Return the variables, longer names first, so that $PK2 is not read as $PK followed by 2."""
    headers = [variable_of(name) for name in report.target.connection.headers]
    return sorted((*_KEYS, *_WRONG_KEYS, *headers, "RUN", "DIGITS"), key=len, reverse=True)


def _quoted(report: Report, text: str) -> str:
    """Return one shell word in which secrets and this run's ids are variables."""
    text = text.replace(report.prefix, "$RUN")
    text = text.replace(report.digits, "$DIGITS") if report.digits else text
    pattern = re.compile("|".join(rf"\${name}" for name in _variables(report)))
    pieces: list[str] = []
    at = 0
    keep: Callable[[str], None] = lambda piece: pieces.append(shlex.quote(piece)) if piece else None  # noqa: E731
    for found in pattern.finditer(text):
        keep(text[at : found.start()])
        pieces.append(f'"${{{found[0][1:]}}}"')
        at = found.end()
    keep(text[at:])
    return "".join(pieces) or "''"
