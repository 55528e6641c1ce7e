"""Writes the end of a script, which decides whether the fault is still there: by curl's status, by python3 alone, or,
for faults that show only in several responses, by the suite."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from contracts.exchange import Exchange
from contracts.outcome import Finding, Result
from contracts.report.alone import options_alone
from contracts.report.standalone_rule import program
from contracts.run.registry import RULES
from contracts.session import Report

_STATUS = re.compile(r"(?:status )?(\d{3}(?: or \d{3})*)")
_BELOW_500 = "a response below 500"
_STATUSES = (200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429)
_LISTED = """\
import json, sys
try:
    with open(sys.argv[1], encoding="utf-8-sig") as file:
        data = json.load(file)["data"]
    shown = {row["item_id"] for row in data["results"]} | set(data.get("recommended_items") or ())
except (KeyError, TypeError, ValueError) as error:
    print(f"no list of items: {error!r}")
    sys.exit(3)
place = sys.argv.index("--missing")
wrong = [f"{item} is shown" for item in sys.argv[3:place] if item in shown]
wrong += [f"{item} is not shown" for item in sys.argv[place + 1:] if item not in shown]
print("; ".join(wrong) or "as it should be")
sys.exit(1 if wrong else 0)
"""
_JUDGE = """
import os, sys
from types import SimpleNamespace

status = int(os.environ["STATUS"])
if status not in {statuses}:
    print("the rule does not speak of status", status)
    sys.exit(3)
headers = {{}}
with open(sys.argv[2], encoding="latin-1") as file:
    for line in file:
        name, colon, value = line.partition(":")
        if line.startswith("HTTP/"):
            headers = {{}}
        elif colon:
            headers[name.strip().lower()] = value.strip()
with open(sys.argv[1], "rb") as file:
    body = file.read()
asked = os.environ["ASKED"].encode()
response = Exchange({fields}, headers=headers, body=body, request_body=asked, status=status)
if {in_results} and not response.results:
    print("the list is empty: result unknown")
    sys.exit(3)
run = SimpleNamespace(target=SimpleNamespace(limit={limit}, window_seconds={window}))
try:
    wrong = {rule}(run, response)
except Exception as error:
    print(f"the rule does not speak of this response: {{error!r}}")
    sys.exit(3)
print("; ".join(wrong) if wrong else "as it should be")
sys.exit(1 if wrong else 0)
"""
Quote = Callable[[str], str]


def by_curl(finding: Finding) -> list[str] | None:
    """Return lines that decide by the status; None if it can't decide."""
    status = _STATUS.fullmatch(finding.expected)
    if not finding.exchanges:
        return None
    if status:
        return [f"case $status in {status[1].replace(' or ', '|')}) exit 0 ;; 000) exit 3 ;; *) exit 1 ;; esac"]
    if finding.expected == _BELOW_500 and finding.exchanges[-1].status is not None:
        return ["case $status in 5??) exit 1 ;; 000) exit 3 ;; *) exit 0 ;; esac"]
    return None


def by_python(report: Report, result: Result, finding: Finding, quote: Quote) -> list[str] | None:
    """Return lines that decide by the last response: by an item that must or must not be there, or by a rule over that
    response; None if it can't decide."""
    if not finding.exchanges or finding.exchanges[-1].status is None:
        return None
    if not all(item_id.isprintable() for item_id in (*finding.unwanted, *finding.missing)):
        return None  # text from the target is not copied into scripts
    if finding.unwanted or finding.missing:
        unwanted, missing = (" ".join(map(quote, names[:20])) for names in (finding.unwanted, finding.missing))
        call = f"python3 - \"$response\" --unwanted {unwanted} --missing {missing} <<'JUDGE'"
        return [*_PYTHON, "case $status in 2??) ;; *) exit 3 ;; esac", call, _LISTED + "JUDGE", *_ENDS]
    rule = RULES.get(result.check)
    if rule is None or rule.alone is None or len(finding.exchanges) != 1:
        return None
    text = program(rule.alone)
    if text is None:
        return None
    last = finding.exchanges[-1]
    statuses = {status for status in _STATUSES if rule.about(replace(last, status=status))}
    judge = _JUDGE.format(
        statuses=statuses or {last.status},
        in_results=_in_results(report, rule.alone, last),
        fields=_fields(last),
        limit=report.target.limit,
        window=report.target.window_seconds,
        rule=rule.alone.__name__,
    )
    call = 'STATUS=$status ASKED=$asked python3 - "$response" "$response.headers" <<\'JUDGE\''
    return [*_PYTHON, call, text + judge + "JUDGE", *_ENDS]


def _in_results(report: Report, rule: Any, response: Exchange) -> bool:
    """Return whether the fault lies in the items of the list, so that an empty list shows nothing."""
    if not response.results:
        return False
    empty = {**response.json, "data": {**response.data, "results": [], "recommended_items": []}}
    run = SimpleNamespace(target=report.target)
    return rule(run, replace(response, body=json.dumps(empty).encode())) is None


_PYTHON = ["command -v python3 >/dev/null || { echo 'python3 is missing: result unknown'; exit 3; }"]
_ENDS = ["code=$?; case $code in 0|1) exit $code ;; *) exit 3 ;; esac"]


def _fields(exchange: Exchange) -> str:
    given = {
        "number": 1,
        "source": exchange.source,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": exchange.path,
        "key": exchange.key,
        "organisation": exchange.organisation,
        "request_headers": {},
        "sent_at": 0.0,
        "seconds": 0.0,
        "understood": exchange.understood,
        "valid": exchange.valid,
        "forbidden": exchange.forbidden,
    }
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


def by_the_suite(report: Report, result: Result, needs: tuple[str, ...], headers: list[str]) -> list[str]:
    """Return lines that run the suite, which sends the check's requests again: needed for faults that show only in
    several responses."""
    target = report.target
    options = ["--profile", report.profile, "--rate-limit", f"{target.limit}/{target.window_seconds:g}"]
    options += ["--edition", target.edition, "--key-policy", target.key_policy, "--no-reference"]
    options += options_alone(report, result)
    options += [f"--{need}" for need in ("exhaust", "account-limit") if need in needs]
    options += ["--strict"] * (result.level != "MUST")
    return [
        "# The responses above are those of the finding. Whether they are right is for the suite to say:",
        "suite=${LEHNZ_CONTRACT:-lehnz-contract}",
        'command -v "$suite" >/dev/null || { echo "set LEHNZ_CONTRACT to lehnz-contract: result unknown"; exit 3; }',
        'export LEHNZ_PUBLISHABLE_KEY="$PK" LEHNZ_SECRET_KEY="$SK"',
        'export LEHNZ_OTHER_PUBLISHABLE_KEY="${PK2:-}" LEHNZ_OTHER_SECRET_KEY="${SK2:-}"',
        'set -- ${CA_FILE:+--ca-file "$CA_FILE"} ${PROXY:+--proxy "$PROXY"}',
        " ".join(['"$suite" --target "$TARGET" "$@"', *headers, shlex.join(options)]),
        "code=$?; [ $code -le 1 ] || code=3",
        "exit $code",
    ]
