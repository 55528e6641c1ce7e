"""lehnz-mock/client against a mock: ids, batches, rate limits and failures, without unhandled errors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.mock_beside import Beside, mock_beside
from tests.support.npm_package import PACKAGE, needs_package, run_module

pytestmark = needs_package

# The parts of a browser page that the client uses.
PAGE = """
import { Lehnz, LehnzError } from "lehnz-mock/client";
const [url, key, secret] = process.argv.slice(2);
const leave = [];
globalThis.document = { hidden: false, addEventListener: (_, listener) => leave.push(listener) };
const stored = new Map();
const storage = { getItem: (name) => stored.get(name) ?? null, setItem: (name, value) => stored.set(name, value) };
const errors = [];
const requests = [];
const { fetch: send } = globalThis;
globalThis.fetch = (address, init) => {
  const { keepalive, body } = init;
  requests.push({ path: new URL(address).pathname, keepalive, bytes: Buffer.byteLength(body), body: JSON.parse(body) });
  return send(address, { ...init, keepalive: false });
};
const make = (options = {}) => new Lehnz({ url, key, storage, onError: (error) => errors.push(error), ...options });
const show = (value) => console.log(JSON.stringify(value));
const headers = { "X-Mock-Control": "1", "Content-Type": "application/json" };
const control = async (path, body) => {
  const answer = await send(`${url}/_mock${path}`, { method: "POST", body: JSON.stringify(body), headers });
  if (!answer.ok) throw new Error(await answer.text());
};
"""


@pytest.fixture(scope="module")
def mock() -> Iterator[Beside]:
    with mock_beside("--seed-data", "small", "--ingest-delay", "0") as beside:
        yield beside


def page(mock: Beside, folder: Path, code: str) -> Any:
    """Run this code as a page and return what it shows."""
    answer = httpx.post(f"{mock.url}/_mock/organisations", json={"seeded": True}, headers={"X-Mock-Control": "1"})
    own = answer.raise_for_status().json()["data"]
    code = PAGE + code.replace("TENANT", own["tenant_id"])
    out = run_module(folder, code, mock.url, own["publishable_key"], own["secret_key"])
    return json.loads(out)


def test_the_client_is_small() -> None:
    assert len((PACKAGE / "src/client.ts").read_text(encoding="utf-8").splitlines()) < 250


def test_a_click_names_the_shopper_and_the_list_that_showed_the_item(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const lehnz = make();
        const list = await lehnz.recommend({ strategy: "trending", limit: 2 });
        lehnz.track({ event_name: "click", item_id: list.results[0].item_id });
        lehnz.track({ event_name: "view", item_id: list.results[0].item_id, recommendation_id: null });
        await lehnz.flush();
        const [query, events] = requests;
        show({ id: lehnz.userId, list: list.recommendation_id, query: query.body, events: events.body, errors });
        """,
    )
    assert shown["errors"] == []
    assert shown["query"] == {"user_id": shown["id"], "strategy": "trending", "limit": 2}
    click, view = shown["events"]
    assert (click["recommendation_id"], view["recommendation_id"]) == (shown["list"], None)
    assert (click["user_id"], click["event_family"]) == (shown["id"], "engagement")
    assert click["event_id"] != view["event_id"]


def test_identify_joins_the_anonymous_id_once_and_forget_makes_a_new_one(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const lehnz = make();
        const anonymous = lehnz.userId;
        lehnz.identify("user_42");
        lehnz.identify("user_42");
        await lehnz.flush();
        const known = make().userId; // the next page
        lehnz.forget();
        show({ anonymous, known, next: lehnz.userId, sent: requests.map(({ body }) => body).flat(), errors });
        """,
    )
    (event,) = shown["sent"]
    assert event["previous_user_id"] == shown["anonymous"]
    assert (event["event_name"], event["event_family"], event["user_id"]) == ("identify", "system", "user_42")
    assert shown["known"] == "user_42"
    assert shown["next"] not in ("user_42", shown["anonymous"])
    assert shown["errors"] == []


def test_many_events_travel_in_batches_that_a_browser_lets_outlive_the_page(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const lehnz = make();
        const context = { text: "ä".repeat(150) };
        lehnz.track(Array.from({ length: 400 }, () => ({ event_name: "view", item_id: "prod_1", context })));
        await lehnz.flush();
        const ids = requests.flatMap(({ body }) => body).map((event) => event.event_id);
        show({ requests: requests.map((each) => ({ ...each, body: 0 })), ids: new Set(ids).size, errors });
        """,
    )
    assert shown["errors"] == []
    assert shown["ids"] == 400
    assert len(shown["requests"]) > 2
    assert all(each["keepalive"] and each["bytes"] <= 60_000 for each in shown["requests"])


def test_simultaneous_flushes_stay_within_the_keepalive_limit(mock: Beside, tmp_path: Path) -> None:
    """The answer takes longer than the client's collecting time, so its own flush becomes due meanwhile."""
    shown = page(
        mock,
        tmp_path,
        """
        await control("/faults", { kind: "latency", seconds: 0.8, times: 2, tenant_id: "TENANT" });
        const lehnz = make();
        const context = { text: "x".repeat(200) };
        lehnz.track(Array.from({ length: 400 }, () => ({ event_name: "view", item_id: "prod_1", context })));
        await Promise.all([lehnz.flush(), lehnz.flush()]);
        const events = requests.flatMap(({ body }) => body).length;
        show({ keepalive: requests.map(({ keepalive }) => keepalive), events, errors });
        """,
    )
    assert (shown["events"], shown["errors"]) == (400, [])
    assert shown["keepalive"] == [True] * len(shown["keepalive"])
    assert len(shown["keepalive"]) > 2


def test_a_page_that_unloads_sends_up_to_the_keepalive_limit_and_the_next_page_the_rest(
    mock: Beside, tmp_path: Path
) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const lehnz = make();
        lehnz.track(Array.from({ length: 400 }, () => ({ event_name: "view", item_id: "prod_1" })));
        document.hidden = true;
        leave.forEach((listener) => listener());
        const left = requests.map(({ keepalive, bytes }) => ({ keepalive, bytes }));
        document.hidden = false;
        await make().flush(); // the next page's
        show({ left, ids: new Set(requests.flatMap(({ body }) => body).map((event) => event.event_id)).size, errors });
        process.exit(0);
        """,
    )
    assert all(each["keepalive"] for each in shown["left"])
    assert 50_000 < sum(each["bytes"] for each in shown["left"]) <= 60_000
    assert (shown["ids"], shown["errors"]) == (400, [])


def test_after_a_429_nothing_is_sent_before_the_reset_and_events_wait_for_it(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        await control("/organisations/TENANT/rate-limit/exhaust", { seconds: 2 });
        const lehnz = make({ maxWaitMs: 0 });
        const refusals = [];
        for (let times = 0; times < 3; times += 1)
          await lehnz.recommend({ strategy: "popular" }).catch((error) => refusals.push([error.status, error.message]));
        lehnz.track({ event_name: "click", item_id: "prod_1" });
        await lehnz.flush();
        const before = requests.length;
        const patient = await make({ maxWaitMs: 60_000 }).recommend({ strategy: "popular", limit: 1 });
        while (requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 50));
        show({ refusals, before, patient: patient.results.length, paths: requests.map(({ path }) => path), errors });
        """,
    )
    assert [status for status, _ in shown["refusals"]] == [429, 429, 429]
    assert shown["before"] == 1
    assert shown["patient"] == 1
    assert shown["paths"].count("/v1/ingest/events/ingest") == 1
    assert shown["errors"] == []


def test_an_invalid_event_does_not_lose_the_others_of_its_batch(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const lehnz = make();
        const event_family = "engagement";
        lehnz.track([{ event_name: "view" }, { event_name: "Shouted", event_family }, { event_name: "click" }]);
        await lehnz.flush();
        const sent = requests.map(({ body }) => body.map((event) => event.event_name));
        show({ sent, errors: errors.map(({ status }) => status) });
        """,
    )
    assert shown == {"sent": [["view", "Shouted", "click"], ["view", "click"]], "errors": [400]}


def test_requests_to_a_failing_api_are_retried_and_events_are_kept(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        await control("/faults", { kind: "status", status: 500, times: 2, tenant_id: "TENANT" });
        const lehnz = make();
        lehnz.track({ event_name: "click", item_id: "prod_1" });
        await lehnz.flush();
        const list = await lehnz.recommend({ strategy: "popular", limit: 1 });
        while (requests.filter(({ path }) => path.includes("events")).length < 2)
          await new Promise((resolve) => setTimeout(resolve, 50));
        const ids = requests.filter(({ path }) => path.includes("events")).map(({ body }) => body[0].event_id);
        show({ got: list.results.length, sameIds: new Set(ids).size, errors });
        """,
    )
    assert shown == {"got": 1, "sameIds": 1, "errors": []}


def test_an_unreachable_mock_and_a_timeout_are_lehnz_errors(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const said = async (options) => {
          const lehnz = make(options);
          lehnz.track({ event_name: "click" });
          return lehnz.recommend({}).then(() => "answered", (error) => [error instanceof LehnzError, error.status]);
        };
        globalThis.setInterval = ((real) => (look, wait) => real(look, Math.min(wait, 20)))(setInterval);
        await control("/faults", { kind: "latency", seconds: 5, tenant_id: "TENANT" });
        show({ nobody: await said({ url: "http://127.0.0.1:9" }), slow: await said({ timeoutMs: 100 }), errors });
        process.exit(0);
        """,
    )
    assert shown == {"nobody": [True, 0], "slow": [True, 0], "errors": []}


def test_a_secret_key_works_only_on_a_server_and_a_missing_key_is_reported(mock: Beside, tmp_path: Path) -> None:
    shown = page(
        mock,
        tmp_path,
        """
        const said = (options) => { try { make(options); return ""; } catch (error) { return error.message; } };
        const page = said({ key: secret });
        const missing = said({ key: undefined });
        delete globalThis.document;
        const server = new Lehnz({ url, key: secret });
        const accepted = await server.upsertItems({ item_id: "mug", item_type: "product", status: "active" });
        show({ page, missing, accepted, id: server.userId ?? null });
        """,
    )
    assert "must not be used in a page" in shown["page"]
    assert "lehnz_pk_" in shown["missing"]
    assert shown["accepted"] == {"accepted": 1}
    assert shown["id"] is None
