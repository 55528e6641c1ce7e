"""A shell script per failed check: curl makes the data anew, sends the request again and judges the answer."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from contracts.catalogue import Entry
from contracts.outcome import Finding, Outcome, Result
from contracts.report.escaping import printable
from contracts.report.story import Step, story
from contracts.session import Report
from fixtures.connection import variable_of

_STATUS = re.compile(r"status (\d{3}(?: or \d{3})*)")
_BELOW_500 = "an answer below 500"
# Wrong keys are made from the right ones; by the name that the reports show.
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
    """Exit 1 while the fault is there, 0 when it is gone, 3 when that can't be told."""
    finding = result.findings[0]
    steps = story(report, finding)
    entry = report.catalogue[result.check]
    body = [line for step in steps for line in _lines(report, step)]
    if {step.exchange.organisation for step in steps} <= {"other", None}:  # which organisation it was is nothing to it
        body = [line.replace("{PK2}", "{PK}").replace("{SK2}", "{SK}") for line in body]
    used = [name for name in _variables(report) if f'"${{{name}}}"' in "\n".join(body)]
    lines = [
        *_head(report, result, finding, entry),
        *_needed(report, finding, used),
        *_helper(),
        *body,
        *_verdict(report, result, finding, entry),
    ]
    return "\n".join(lines) + "\n"


def _head(report: Report, result: Result, finding: Finding, entry: Entry) -> list[str]:
    return [
        "#!/bin/sh",
        f"# {result.check} ({result.level}): {entry.statement}",
        f"# Source: {printable(entry.source)}" + (f", reading {entry.reading}" if entry.reading else ""),
        f"# Expected: {printable(finding.expected)[:400]}",
        f"# Got: {printable(finding.actual)[:400]}",
        "# Needs curl. Exit 1 while the fault is there, 0 when it is gone, 3 when that can't be told.",
        "set -u",
        f"TARGET=${{TARGET:-{shlex.quote(report.target.url)}}}",
        'RUN="lc$(date +%s)$$-"  # ids are new each time',
        'DIGITS="9$(date +%s)$$"',
        f"SETTLE=${{SETTLE:-{round((report.lag or 1.0) * 1.5 + 1)}}}  # seconds until what was sent is visible",
    ]


def _needed(report: Report, finding: Finding, used: list[str]) -> list[str]:
    """Secrets are variables: whoever runs the script sets them."""
    secret = any("upsert" in exchange.path for exchange in finding.exchanges[-1:])
    wrong = [name for name in used if name in _WRONG_KEYS]
    keys = {"PK", "SK", *used} - set(wrong) if wrong or not _is_status(finding) else set(used)
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
        "answer=$(mktemp) || exit 3",
        "trap 'rm -f \"$answer\"' EXIT",
        "ask() { # METHOD PATH curl's options...: sets status, shows the answer",
        "  method=$1 path=$2; shift 2",
        '  status=$(curl -sS --max-time 30 -o "$answer" -w "%{http_code}" ${CA_FILE:+--cacert "$CA_FILE"} \\',
        '    ${PROXY:+--proxy "$PROXY"} -X "$method" "$TARGET$path" "$@") || status=000',
        '  echo "$method $path: $status"; head -c 2000 "$answer"; echo',
        "}",
        "must() { # a request that has to be accepted before anything can be said",
        '  ask "$@"; case $status in 2??) ;; *) echo "not accepted: this can not be told"; exit 3 ;; esac',
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
    status = _STATUS.fullmatch(finding.expected)
    if status and finding.exchanges:
        allowed = status[1].replace(" or ", "|")
        return ["", f"case $status in {allowed}) exit 0 ;; 000) exit 3 ;; *) exit 1 ;; esac"]
    if finding.expected == _BELOW_500 and finding.exchanges and finding.exchanges[-1].status is not None:
        return ["", "case $status in 5??) exit 1 ;; 000) exit 3 ;; *) exit 0 ;; esac"]
    return _by_the_suite(report, result, entry)


def _is_status(finding: Finding) -> bool:
    return bool(finding.exchanges) and (
        _STATUS.fullmatch(finding.expected) is not None
        or (finding.expected == _BELOW_500 and finding.exchanges[-1].status is not None)
    )


def _by_the_suite(report: Report, result: Result, entry: Entry) -> list[str]:
    """What a shell can't read out of JSON is read by the suite, which sends the check's requests again."""
    target, connection = report.target, report.target.connection
    options = ["--profile", report.profile, "--rate-limit", f"{target.limit}/{target.window_seconds:g}"]
    options += ["--edition", target.edition, "--key-policy", target.key_policy, "--no-reference"]
    options += ["--select", result.check]
    sources = {x.source for finding in result.findings for x in finding.exchanges} & set(report.catalogue)
    options += [part for source in sorted(sources - {result.check}) for part in ("--after", source)]
    options += [f"--{need}" for need in ("exhaust", "account-limit") if need in entry.needs]
    options += ["--strict"] * (result.level != "MUST")
    headers = [f"--header {_quoted(report, f'{name}: ${variable_of(name)}')}" for name in connection.headers]
    return [
        "",
        "# The answers above are those of the finding. Whether they are right is for the suite to say:",
        "suite=${LEHNZ_CONTRACT:-lehnz-contract}",
        'command -v "$suite" >/dev/null || { echo "set LEHNZ_CONTRACT to lehnz-contract: can not be told"; exit 3; }',
        'export LEHNZ_PUBLISHABLE_KEY="$PK" LEHNZ_SECRET_KEY="$SK"',
        'export LEHNZ_OTHER_PUBLISHABLE_KEY="${PK2:-}" LEHNZ_OTHER_SECRET_KEY="${SK2:-}"',
        'set -- ${CA_FILE:+--ca-file "$CA_FILE"} ${PROXY:+--proxy "$PROXY"}',
        " ".join(['"$suite" --target "$TARGET" "$@"', *headers, shlex.join(options)]),
        "code=$?; [ $code -le 1 ] || code=3",
        "exit $code",
    ]


def _variables(report: Report) -> list[str]:
    """Longer names first, so that $PK2 is not read as $PK and a 2."""
    headers = [variable_of(name) for name in report.target.connection.headers]
    return sorted((*_KEYS, *_WRONG_KEYS, *headers, "RUN", "DIGITS"), key=len, reverse=True)


def _quoted(report: Report, text: str) -> str:
    """One word of the shell, in which the names of secrets and of this run's ids are variables."""
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
