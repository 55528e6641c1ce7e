"""The validating proxy returns the target's answers unchanged and reports differences from the spec."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from fixtures.bodies import item_body
from fixtures.target import check_url
from mock_server.command.options import UsageError, read_settings
from mock_server.context import Resolver
from mock_server.layers.proxy.judge import Answered, Asked, Judge
from mock_server.mock import Mock
from mock_server.settings import Settings
from tests.support.raw_http import exchange, head
from tests.support.shipped import SPEC
from tests.support.sites import QuietHandler, serving
from tests.support.started_mock import Started, started

RECOMMEND, ITEMS = "/v1/recommend", "/v1/ingest/items/upsert"
KEY = "lehnz_pk_live_0123456789abcdef0123456789abcdef"
CHANGE = {"X-Mock-Control": "1"}


class Target(QuietHandler):
    """Gives the answers that the test put into `answers`, by path, and records the requests."""

    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    asked: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.asked.append((self.command, self.path, dict(self.headers.items()), self.rfile.read(length)))
        status, headers, body = self.answers[self.path.partition("?")[0]]
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_OPTIONS = do_PUT = do_GET


TAKEN = {"success": True, "message": "items accepted", "data": {"accepted": 1}, "error": None}


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    with serving(Target) as origin:
        yield origin


@pytest.fixture(scope="module")
def proxy(target: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("proxy"), "--proxy", f"{target}/base/") as proxy:
        yield proxy
        assert KEY not in proxy.log + proxy.out
        assert "Traceback" not in proxy.log


@pytest.fixture
def answers() -> dict[str, tuple[int, dict[str, str], bytes]]:
    Target.answers.clear()
    Target.asked.clear()
    return Target.answers


def findings(proxy: Started) -> list[dict[str, Any]]:
    """Return the findings of the last exchange in the journal."""
    exchanges = httpx.get(f"{proxy.url}/_mock/journal").json()["data"]["exchanges"]
    return list(exchanges[-1]["findings"])


def ids(found: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {(each["id"], each.get("field")) for each in found}


def ask(proxy: Started, body: Any = None, path: str = RECOMMEND, **headers: str) -> httpx.Response:
    body = {"strategy": "popular"} if body is None else body
    return httpx.post(proxy.url + path, json=body, headers={"X-API-KEY": KEY, **headers})


def test_a_target_that_follows_the_spec_has_no_findings(tmp_path: Path) -> None:
    """The target is a mock; every kind of answer is tried, including refusals."""
    with started(tmp_path, "--rate-limit", "12/1h") as mock:
        (tmp_path / "proxy").mkdir()
        with started(tmp_path / "proxy", "--proxy", mock.url) as proxy:
            keys = mock.found["organisations"][0]
            pk, sk = {"X-API-KEY": keys["publishable_key"]}, {"X-API-KEY": keys["secret_key"]}
            requests: list[tuple[str, str, dict[str, str], Any]] = [
                ("POST", RECOMMEND, pk, {"strategy": "popular"}),
                ("POST", ITEMS, sk, item_body("a")),
                ("GET", "/item/PROD-001?limit=3", pk, None),
                ("POST", RECOMMEND, {}, {}),
                ("POST", RECOMMEND, sk, {}),
                ("POST", RECOMMEND, pk, {"strategy": "similar"}),
                ("POST", RECOMMEND, pk, {"limit": 0}),
                ("POST", RECOMMEND, pk, []),
                ("GET", RECOMMEND, pk, None),
                ("GET", "/nowhere", pk, None),
                *[("POST", RECOMMEND, pk, {"strategy": "popular"})] * 6,
            ]
            seen = []
            for method, path, headers, body in requests:
                seen.append(httpx.request(method, proxy.url + path, headers=headers, json=body).status_code)
                found = findings(proxy)
                assert [each for each in found if not each["id"].startswith("request.")] == [], (method, path, body)
            assert set(seen) >= {200, 202, 400, 401, 403, 404, 405, 422, 429}


def test_the_targets_answer_is_passed_on_unchanged(proxy: Started, answers: Any) -> None:
    body = gzip.compress(b'{"anything": "at all"}')
    sent = {"Content-Encoding": "gzip", "X-Custom": "kept", "Date": "then", "Set-Cookie": "a=b", "Content-Type": "x/y"}
    answers[f"/base{RECOMMEND}"] = (418, sent, body)
    with httpx.Client() as client, client.stream("POST", proxy.url + RECOMMEND, json={}) as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.status_code, raw) == (418, body)
    assert {name.title(): value for name, value in answer.headers.items()} == {**sent, "Content-Length": str(len(body))}


def test_the_request_reaches_the_target_unchanged(proxy: Started, answers: Any) -> None:
    answers["/base/item/a%2Fb"] = (200, {}, b"{}")
    httpx.get(
        f"{proxy.url}/item/a%2Fb?limit=3&q=%41",
        headers={"X-API-KEY": KEY, "X-Mine": "1", "Connection": "X-Hop", "X-Hop": "1"},
    )
    ((method, path, headers, body),) = Target.asked
    assert (method, path, body) == ("GET", "/base/item/a%2Fb?limit=3&q=%41", b"")
    lower = {name.lower(): value for name, value in headers.items()}
    assert (lower["x-api-key"], lower["x-mine"]) == (KEY, "1")
    assert lower["host"] != proxy.url.removeprefix("http://")
    assert "x-hop" not in lower


def test_an_answer_that_breaks_the_spec_is_reported_field_by_field(proxy: Started, answers: Any) -> None:
    answers[f"/base{RECOMMEND}"] = (200, {"Content-Type": "application/json"}, b'{"success": true, "data": {}}')
    assert ask(proxy).json() == {"success": True, "data": {}}
    found = ids(findings(proxy))
    assert {("answer", "$.message"), ("answer", "$.data.results"), ("answer", "header.ratelimit-limit")} <= found
    assert "recommend: answer: $.message is required" in proxy.log


def test_an_undocumented_status_or_body_is_reported(proxy: Started, answers: Any) -> None:
    answers[f"/base{RECOMMEND}"] = (503, {"Content-Type": "text/html"}, b"<h1>Sorry</h1>")
    assert ask(proxy).status_code == 503
    assert ids(findings(proxy)) == {("answer", "status")}
    answers[f"/base{RECOMMEND}"] = (400, {"Content-Type": "text/html"}, b"<h1>Sorry</h1>")
    ask(proxy)
    assert {("answer", "$"), ("answer", "header.content-type")} <= ids(findings(proxy))
    answers[f"/base{RECOMMEND}"] = (204, {}, b"")
    ask(proxy)
    assert ids(findings(proxy)) == {("answer", "status")}


def test_accepting_what_every_document_forbids_or_refusing_what_all_allow_is_drift(
    proxy: Started, answers: Any
) -> None:
    answers[f"/base{RECOMMEND}"] = (200, {}, b"{}")
    ask(proxy, {"strategy": "similar"})
    found = ids(findings(proxy))
    assert ("request.missing-strategy-input", "$.context_item_id") in found
    assert ("drift.accepted", None) in found
    answers[f"/base{RECOMMEND}"] = (400, {}, b"{}")
    ask(proxy, {"strategy": "popular", "user_id": "u"})
    assert ("drift.refused", None) in ids(findings(proxy))
    ask(proxy, {"strategy": "similar"})
    assert not [name for name, _ in ids(findings(proxy)) if name.startswith("drift")]


def test_wrong_and_missing_keys_and_unknown_paths_are_reported(proxy: Started, answers: Any) -> None:
    for path in (ITEMS, RECOMMEND, "/v2/recommend"):
        answers[f"/base{path}"] = (403, {}, b"{}")
    ask(proxy, item_body("a"), ITEMS)
    assert ("request.forbidden", None) in ids(findings(proxy))
    httpx.post(proxy.url + RECOMMEND, json={"strategy": "popular"})
    assert ("request.unauthorized", None) in ids(findings(proxy))
    ask(proxy, path="/v2/recommend")
    assert ("request.not-found", None) in ids(findings(proxy))


def test_a_finding_is_logged_once_however_often_it_occurs(proxy: Started, answers: Any) -> None:
    answers[f"/base{RECOMMEND}"] = (503, {}, b"{}")
    for _ in range(3):
        ask(proxy)
    assert proxy.log.count("recommend: answer: status 503 is a failure of the server") == 1


def test_keys_are_never_in_the_journal_or_the_log(proxy: Started, answers: Any) -> None:
    answers[f"/base{RECOMMEND}"] = (200, {}, json.dumps({KEY: KEY}).encode())
    ask(proxy, {KEY: 1, "limit": KEY, "filters": {KEY: KEY}})
    assert Target.asked[-1][2]["x-api-key"] == KEY
    last = httpx.get(f"{proxy.url}/_mock/journal").json()["data"]["last_id"]
    assert KEY not in httpx.get(f"{proxy.url}/_mock/journal/{last}").text
    assert KEY not in proxy.log


def test_preflights_are_passed_on_and_not_judged(proxy: Started, answers: Any) -> None:
    answers[f"/base{RECOMMEND}"] = (204, {"Access-Control-Allow-Origin": "https://shop.example"}, b"")
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(proxy.url + RECOMMEND, headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "https://shop.example")
    assert findings(proxy) == []


@pytest.mark.usefixtures("answers")
def test_a_body_over_the_limit_is_not_passed_on(proxy: Started) -> None:
    answer = httpx.post(proxy.url + ITEMS, content=b" " * 6_000_000, headers={"X-API-KEY": KEY})
    assert (answer.status_code, answer.json()["success"]) == (413, False)
    assert Target.asked == []


def test_faults_cannot_be_set_on_a_proxy(proxy: Started) -> None:
    for method, path, body in (("POST", "/faults", {"kind": "drop"}), ("PUT", "/scenario", {"name": "slow"})):
        assert httpx.request(method, f"{proxy.url}/_mock{path}", json=body, headers=CHANGE).status_code == 409


def test_a_target_that_is_down_is_a_502_in_the_envelope(tmp_path: Path) -> None:
    with started(tmp_path, "--proxy", "http://127.0.0.1:9") as proxy:
        answer = ask(proxy)
        assert answer.status_code == 502
        assert list(answer.json()) == ["success", "message", "data", "error"]
        assert "http://127.0.0.1:9" in answer.json()["error"]
        assert ids(findings(proxy)) == {("bad-gateway", None)}
        assert "ConnectError" in proxy.log
        assert proxy.found["organisations"] == []
        assert f"forwards {proxy.url} to http://127.0.0.1:9" in proxy.out
        assert proxy.end() == 0


@pytest.mark.parametrize("host", ["api.lehnz.com", "lehnz.com", "API.Lehnz.com.", "ingestion.lehnz.com:8443"])
def test_production_needs_an_explicit_option(host: str) -> None:
    with pytest.raises(UsageError, match="is production; use --allow-production"):
        read_settings(["--proxy", f"https://{host}"], {})
    assert read_settings(["--proxy", f"https://{host}", "--allow-production"], {}).proxy == f"https://{host}"
    assert check_url("https://notlehnz.com/", allow_production=False) == "https://notlehnz.com"


@pytest.mark.parametrize(
    "url",
    ["", "localhost:4010", "ftp://host", "http://", "http://me:hunter2@host", "http://host?key=hunter2", "http://h:x"],
)
def test_a_target_that_is_no_plain_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError, match=r"^--proxy: must ") as raised:
        read_settings(["--proxy", url], {})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("option", ["scenario", "allow_prefer", "server_timing"])
def test_a_proxy_refuses_the_options_for_faults(option: str) -> None:
    trouble: Any = {"scenario": "slow"}.get(option, True)
    with pytest.raises(ValidationError, match=f"leave out {option}"):
        Settings(**{"proxy": "http://127.0.0.1:1", option: trouble})


@pytest.mark.parametrize(
    "path", ["/../secret", "/v1/../../secret", "/%2e%2e/secret", "/v1/..%2fsecret", "/v1/..%5csecret"]
)
def test_no_path_escapes_the_targets_prefix(proxy: Started, answers: Any, path: str) -> None:
    answer = exchange(proxy.url, head("GET", path))
    assert (answer.status, answer.json["success"]) == (400, False)
    assert (answers, Target.asked) == ({}, [])


def test_a_compressed_request_is_judged_by_its_decoded_body(proxy: Started, answers: Any) -> None:
    answers["/base" + ITEMS] = (202, {"Content-Type": "application/json"}, json.dumps(TAKEN).encode())
    headers = {"X-API-KEY": KEY.replace("_pk_", "_sk_"), "Content-Type": "application/json", "Content-Encoding": "gzip"}
    for body, expected in ((item_body("a"), []), ({"item_id": 7}, ["request.bad-request", "drift.accepted"])):
        httpx.post(proxy.url + ITEMS, content=gzip.compress(json.dumps(body).encode()), headers=headers)
        ids = [each["id"] for each in findings(proxy) if not each["id"].startswith("answer")]
        assert list(dict.fromkeys(ids)) == expected
        assert gzip.decompress(Target.asked[-1][3]) == json.dumps(body).encode()


def test_no_answer_of_the_target_makes_the_judging_fail() -> None:
    contract = Mock(Settings(clock="virtual"), SPEC).contract
    judge = Judge(contract)
    scope = {"method": "POST", "raw_path": RECOMMEND.encode(), "headers": [(b"x-api-key", b"\xff")]}
    request = Resolver(contract, None).resolve(scope)
    asked = Asked("POST", RECOMMEND.encode(), b"", [(b"x-api-key", b"\xff")], b"\xff")
    for body in (b"", b"\xff", b"null", b"[" * 100_000):
        answered = Answered(200, [(b"ratelimit-limit", b"\xff")], body)
        assert {each.id for each in judge.findings(request, asked, answered)} >= {"answer", "drift.accepted"}
