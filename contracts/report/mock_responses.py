"""Adds to every finding the bundled mock's responses to the same requests, as a reference."""

from dataclasses import replace

from contracts.exchange import Exchange
from contracts.outcome import Finding, NotJudged
from contracts.run.budget import Budget
from contracts.run.client import Client
from contracts.run.credentials import Credential, Credentials
from contracts.session import Report
from contracts.target import Target
from fixtures import mock_process
from fixtures.connection import Connection
from fixtures.keys import read_keys_file
from fixtures.redaction import Redactor

_MOST = 25  # number of findings that get a reference


def add_mock_responses(report: Report) -> None:
    """Fill `also` of the findings; does nothing where the mock is not installed."""
    findings = [(result, index) for result in report.results for index in range(len(result.findings))]
    if not findings or not mock_process.installed():
        return
    try:
        with mock_process.running_mock("--ingest-delay", "0", "--seed-data", "none") as mock:
            first, second = read_keys_file(mock.keys_file).organisations
            target = replace(report.target, url=mock.url, main=first, other=second, connection=Connection())
            client, credentials = _client(target)
            for result, index in findings[:_MOST]:
                finding = result.findings[index]
                result.findings[index] = replace(finding, also=_replay(finding, client, credentials))
            client.close()
    except mock_process.MockProcessError:
        return


def _client(target: Target) -> tuple[Client, Credentials]:
    redactor = Redactor()
    credentials = Credentials(target, redactor)
    return Client(target, Budget(10_000, False, 900, 1000, lambda _: None), redactor, timeout=10), credentials


def _replay(finding: Finding, client: Client, credentials: Credentials) -> tuple[Exchange, ...]:
    responses = []
    for exchange in finding.exchanges:
        try:
            responses.append(_again(finding, exchange, client, credentials))
        except NotJudged:
            break
    return tuple(responses)


def _again(finding: Finding, exchange: Exchange, client: Client, credentials: Credentials) -> Exchange:
    wrong = credentials.wrong("secret" if "upsert" in exchange.path else "publishable")
    right = {"pk": ("publishable", "main"), "sk": ("secret", "main")}
    right |= {"pk2": ("publishable", "other"), "sk2": ("secret", "other")}
    if exchange.key in right:
        credential = credentials.right(*right[exchange.key])
    else:
        credential = wrong.get(exchange.key, Credential("none", {}, None))
    headers = {n: v for n, v in exchange.request_headers.items() if n.lower() not in ("x-api-key", "authorization")}
    return client.send(
        finding.check,
        exchange.method,
        exchange.path,
        credential,
        operation=exchange.operation,
        content=exchange.request_body,
        headers=dict(headers),
    )
