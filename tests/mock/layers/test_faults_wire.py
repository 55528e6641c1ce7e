"""Faults over real sockets, with the server as `lehnz-mock` starts it: what the client sees of the connection."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.started_mock import Started, started

PATH = "/v1/recommend"


BODY = {"strategy": "popular", "limit": 5}


CHANGE = {"X-Mock-Control": "1"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("mock"), "--clock", "virtual", "--ingest-delay", "0") as mock:
        yield mock
        assert "Traceback" not in mock.log
        assert "ASGI" not in mock.log  # uvicorn's message about an application that didn't answer


class Shop:
    """A new organisation for this test, with methods to set its faults."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, headers=CHANGE, timeout=30)
        made = self.control("POST", "/organisations", {})
        self.tenant_id, self.pk, self.sk = made["tenant_id"], made["publishable_key"], made["secret_key"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = self.client.request(method, f"/_mock{path}", json=body)
        assert response.is_success, response.text
        return response.json()["data"]

    def fault(self, **fault: Any) -> Any:
        return self.control("POST", "/faults", {"tenant_id": self.tenant_id, **fault})

    def ask(self, **more: Any) -> httpx.Response:
        return self.client.post(PATH, json=BODY, headers={"X-API-KEY": self.pk}, **more)

    def load(self, count: int = 1) -> httpx.Response:
        items = [{"item_id": f"item-{n}", "item_type": "book", "status": "active"} for n in range(count)]
        return self.client.post("/v1/ingest/items/upsert", json=items, headers={"X-API-KEY": self.sk})

    def raw(self, body: bytes = json.dumps(BODY).encode()) -> bytes:
        """Return all bytes until the connection ends. Raises ConnectionResetError."""
        address = (self.client.base_url.host, self.client.base_url.port)
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-API-KEY: {self.pk}\r\nContent-Type: application/json\r\n"
        with socket.create_connection(address, timeout=60) as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            received = b""
            while part := connection.recv(65536):
                received += part
            return received


@pytest.fixture
def shop(running: Started) -> Iterator[Shop]:
    shop = Shop(running.url)
    yield shop
    shop.control("DELETE", f"/organisations/{shop.tenant_id}")
    shop.client.close()


def test_a_dropped_connection_ends_without_a_byte(shop: Shop) -> None:
    shop.fault(kind="drop", times=2)
    assert shop.raw() == b""
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        shop.ask()
    assert shop.ask().status_code == 200


def test_no_connection_is_kept_open_while_a_fault_may_break_it(shop: Shop, running: Started) -> None:
    """So a browser has no reused connection to retry on. Only the organisation's connections are closed, not those of
    the control plane."""
    other = httpx.Client(
        base_url=running.url, headers={"X-API-KEY": running.found["organisations"][1]["publishable_key"]}
    )
    with httpx.Client(base_url=running.url, headers=CHANGE) as control, other:
        for client in (shop.client, other):
            client.headers["X-API-KEY"] = client.headers.get("X-API-KEY", shop.pk)
            assert "connection" not in client.post(PATH, json=BODY).headers
        assert control.get("/_mock/health").is_success
        control.post("/_mock/faults", json={"kind": "reset", "skip": 9, "tenant_id": shop.tenant_id}).raise_for_status()
        assert [is_open(client) for client in (shop.client, other, control)] == [False, True, True]
        assert shop.ask().headers["connection"] == "close"
        control.delete(f"/_mock/faults?tenant_id={shop.tenant_id}").raise_for_status()
        assert "connection" not in shop.ask().headers


@pytest.mark.parametrize("owned", [True, False])
@pytest.mark.parametrize("limit", [{"times": 1}, {"for_seconds": 30}])
def test_connections_are_kept_open_again_after_the_fault(shop: Shop, owned: bool, limit: Any) -> None:
    owner = {"tenant_id": shop.tenant_id} if owned else {}
    fault_id = shop.control("POST", "/faults", {"kind": "drop", **owner, **limit})["fault_id"]
    with pytest.raises(httpx.RemoteProtocolError):
        shop.ask()
    shop.control("POST", "/clock/advance", {"seconds": 30})
    assert "connection" not in shop.ask().headers
    shop.control("DELETE", f"/faults/{fault_id}")


def is_open(client: httpx.Client) -> bool:
    """Return whether the server has kept the client's idle connection open."""
    (connection,) = client._transport._pool.connections  # type: ignore[attr-defined]
    return not connection.has_expired()


def test_a_large_upload_is_dropped_without_a_reset(shop: Shop) -> None:
    shop.fault(kind="drop")
    assert shop.raw(b" " * 3_000_000) == b""


def test_a_reset_connection_is_reset(shop: Shop) -> None:
    shop.fault(kind="reset", times=2)
    with pytest.raises(ConnectionResetError):
        shop.raw()
    with pytest.raises(httpx.ReadError):
        shop.ask()
    assert shop.ask().status_code == 200


def test_data_of_a_dropped_request_is_not_stored(shop: Shop) -> None:
    shop.fault(kind="drop", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        shop.load()
    assert shop.ask().json()["data"]["results"] == []
    shop.load()
    assert len(shop.ask().json()["data"]["results"]) == 1


def test_a_truncated_answer_is_shorter_than_its_content_length(shop: Shop) -> None:
    shop.fault(kind="truncate", after_bytes=30)
    head, _, body = shop.raw().partition(b"\r\n\r\n")
    assert len(body) == 30
    assert b"content-length: " in head
    assert int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]) > 30
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message"):
        shop.ask()


def test_data_of_a_truncated_request_is_stored(shop: Shop) -> None:
    shop.fault(kind="truncate", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        shop.load()
    assert len(shop.ask().json()["data"]["results"]) == 1


def test_a_malformed_body_is_complete_but_no_json(shop: Shop) -> None:
    shop.fault(kind="malformed")
    answer = shop.ask()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_dribbled_body_is_slow_and_complete(shop: Shop) -> None:
    shop.load(20)
    shop.fault(kind="dribble", bytes_per_second=2_000)
    began = time.monotonic()
    with shop.client.stream("POST", PATH, json=BODY, headers={"X-API-KEY": shop.pk}) as answer:
        parts = list(answer.iter_raw())
    body = b"".join(parts)
    assert len(parts) > 2
    assert time.monotonic() - began >= len(body) / 2_000
    assert json.loads(body)["success"]


def test_a_delayed_answer_is_late_by_the_clients_clock_but_its_data_is_stored_at_once(shop: Shop) -> None:
    shop.fault(kind="latency", seconds=2, operation_id="upsertItems")
    arrived: list[float] = []
    began = time.monotonic()

    def load() -> None:
        shop.load()
        arrived.append(time.monotonic())

    thread = threading.Thread(target=load)
    thread.start()
    while not shop.ask().json()["data"]["results"]:
        assert not arrived
    stored = time.monotonic()
    thread.join()
    assert stored < arrived[0]
    assert arrived[0] - began >= 2


def test_faults_of_other_organisations_have_no_effect(shop: Shop, running: Started) -> None:
    shop.fault(kind="drop")
    other = running.found["organisations"][1]["publishable_key"]
    assert httpx.post(running.url + PATH, json=BODY, headers={"X-API-KEY": other}).status_code == 200


def test_a_page_of_another_origin_can_read_an_injected_error(shop: Shop) -> None:
    shop.fault(kind="status", status=429, retry_after=7)
    answer = shop.client.post(PATH, json=BODY, headers={"X-API-KEY": shop.pk, "Origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_long_latency_doesnt_delay_the_stop(tmp_path: Path) -> None:
    """Delayed requests are answered at once."""
    with started(tmp_path) as mock:
        shop = Shop(mock.url)
        shop.fault(kind="latency", seconds=30)
        answers: list[int] = []
        thread = threading.Thread(target=lambda: answers.append(shop.ask().status_code))
        thread.start()
        while not shop.control("GET", "/faults")["faults"][0]["hits"]:
            time.sleep(0.02)
        assert mock.end() == 0
        thread.join()
        assert answers == [200]
        assert "Traceback" not in mock.log


def test_a_delayed_answer_is_dropped_when_its_client_disconnects(running: Started, tmp_path: Path) -> None:
    with started(tmp_path) as mock:
        shop = Shop(mock.url)
        shop.fault(kind="latency", seconds=30)
        with pytest.raises(httpx.ReadTimeout):
            shop.ask(timeout=0.3)
        shop.client.close()
        assert mock.end() == 0
        assert "graceful shutdown exceeded" not in mock.log  # uvicorn's log line when it had to wait
    assert running.url != mock.url
