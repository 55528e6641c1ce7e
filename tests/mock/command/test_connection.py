"""Connections where the mock differs from uvicorn: upgrade offers, limits, half-closed connections, lost clients."""

import gc
import gzip
import json
import logging
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mock_server.command.connection import MOST_BYTES, Connection
from tests.support.mock_beside import Beside, mock_beside
from tests.support.mock_client import ITEMS, RECOMMEND
from tests.support.raw_http import connected, exchange, head, read, send

OFFER = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA"}
ITEM = {"item_id": "prod_1", "item_type": "product", "status": "active"}
CONTROL = {"X-Mock-Control": "1"}


@pytest.fixture(scope="module")
def beside() -> Iterator[Beside]:
    with mock_beside("--rate-limit", "off", "--ingest-delay", "0") as running:
        yield running


def request(path: str, body: object, headers: dict[str, str]) -> bytes:
    content = json.dumps(body).encode()
    sent = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    return head("POST", path, sent) + content


class TestOffersToUpgrade:
    @pytest.mark.parametrize("upgrade", ["h2c", "websocket", "TLS/1.0"])
    def test_the_body_of_a_request_that_offers_an_upgrade_is_read(self, beside: Beside, upgrade: str) -> None:
        headers = {**OFFER, "Upgrade": upgrade, "X-API-KEY": beside.secret_key}
        answer = exchange(beside.url, request(ITEMS, [ITEM, ITEM], headers))
        assert (answer.status, answer.json["data"]) == (202, {"accepted": 2})

    def test_a_body_in_chunks_is_read_even_byte_by_byte(self, beside: Beside) -> None:
        content = json.dumps(ITEM).encode()
        headers = {**OFFER, "X-API-KEY": beside.secret_key, "Transfer-Encoding": "chunked"}
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (content[:9], content[9:])) + b"0\r\n\r\n"
        assert exchange(beside.url, head("POST", ITEMS, headers) + chunks).status == 202
        every = head("POST", ITEMS, headers) + chunks
        assert exchange(beside.url, *(every[index : index + 1] for index in range(len(every)))).status == 202

    def test_the_control_plane_reads_such_a_body_too(self, beside: Beside) -> None:
        body = {"tenant_id": "upgraded-shop"}
        answer = exchange(beside.url, request("/_mock/organisations", body, {**OFFER, **CONTROL}))
        assert (answer.status, answer.json["data"]["tenant_id"]) == (201, "upgraded-shop")

    def test_account_operations_and_requests_without_a_body_work_too(self, beside: Beside) -> None:
        person = {"email": "ada@shop.test", "password": "correct horse battery", "name": "Ada"}
        assert exchange(beside.url, request("/auth/register", person, OFFER)).status == 201
        assert exchange(beside.url, head("GET", "/_mock/health", OFFER)).status == 200

    def test_later_requests_on_the_connection_are_answered_too(self, beside: Beside) -> None:
        headers = {**OFFER, "X-API-KEY": beside.publishable_key}
        with connected(beside.url) as connection:
            send(connection, [request(RECOMMEND, {"strategy": "popular"}, headers) * 3])
            assert [read_one(connection) for _ in range(3)] == [200] * 3

    @pytest.mark.skipif(not shutil.which("curl"), reason="curl is missing")
    def test_curl_may_offer_http_2(self, beside: Beside) -> None:
        command = ["curl", "-s", "--http2", f"{beside.url}{ITEMS}", "-H", f"X-API-KEY: {beside.secret_key}", "--json"]
        answer = subprocess.run([*command, json.dumps(ITEM)], capture_output=True, timeout=30, check=True)
        assert json.loads(answer.stdout)["data"] == {"accepted": 1}

    @pytest.mark.skipif(not shutil.which("java"), reason="Java is missing")
    def test_the_jdks_http_client_works_with_its_defaults(self, beside: Beside, tmp_path: Path) -> None:
        source = tmp_path / "Ask.java"
        source.write_text(JAVA)
        command = ["java", "-XX:TieredStopAtLevel=1", str(source), beside.url, beside.secret_key, json.dumps(ITEM)]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        assert answer.stdout.splitlines() == ["202", "201", "200"], answer.stderr

    def test_connect_is_refused(self, beside: Beside) -> None:
        answer = exchange(beside.url, b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
        assert (answer.status, answer.json["message"]) == (400, "Bad request: CONNECT is for proxies")


class TestBounds:
    @pytest.mark.parametrize("path", [RECOMMEND, "/_mock/health", "/docs", "/auth/login"])
    def test_a_url_beyond_64_kib_is_414(self, beside: Beside, path: str) -> None:
        answer = exchange(beside.url, head("GET", f"{path}?{'x' * MOST_BYTES}"))
        assert (answer.status, answer.json["success"]) == (414, False)

    @pytest.mark.parametrize("path", [RECOMMEND, "/_mock/health", "/docs", "/auth/login"])
    def test_headers_beyond_64_kib_are_431(self, beside: Beside, path: str) -> None:
        assert exchange(beside.url, head("GET", path, {"X-Long": "x" * MOST_BYTES})).status == 431
        many = {f"X-{number}": "x" * 100 for number in range(1_000)}
        answer = exchange(beside.url, head("GET", path, many))
        assert (answer.status, answer.json["error"]) == (
            431,
            "the headers of a request may have at most 65536 bytes in total",
        )

    def test_headers_and_urls_below_64_kib_are_served(self, beside: Beside) -> None:
        assert exchange(beside.url, head("GET", "/_mock/health", {"X-Long": "x" * 60_000})).status == 200
        assert exchange(beside.url, head("GET", f"/_mock/health?{'x' * 60_000}")).status == 200

    @pytest.mark.parametrize(
        "start", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: ", b"GET / HTTP/1.1\r\nX", b"GET / HTTP/1.1\r\n"]
    )
    def test_an_endless_head_costs_little_memory(self, beside: Beside, start: bytes) -> None:
        piece = b"a: b\r\n" * 10_000 if start.endswith(b"\r\n") else b"x" * 60_000
        began = time.process_time()
        answer = exchange(beside.url, start, *[piece] * 300)
        assert answer.status in (0, 400, 414, 431)
        assert time.process_time() - began < 2

    def test_trailers_and_chunk_extensions_are_limited(self, beside: Beside) -> None:
        headers = {"Transfer-Encoding": "chunked", "X-API-KEY": beside.secret_key}
        for end in (b"0\r\nX-Trailer: ", b"2;"):
            answer = exchange(beside.url, head("POST", ITEMS, headers) + b"2\r\n{}\r\n" + end, *[b"x" * 50_000] * 4)
            assert answer.status == 431

    def test_a_trailer_does_not_count_as_a_header(self, beside: Beside) -> None:
        body = b"2\r\n{}\r\n0\r\nX-API-KEY: %b\r\n\r\n" % beside.secret_key.encode()
        assert exchange(beside.url, head("POST", ITEMS, {"Transfer-Encoding": "chunked"}) + body).status == 401

    @pytest.mark.parametrize("text", [b"\x16\x03\x01\x00\xa5\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
    def test_bytes_that_are_not_http_are_400_in_the_envelope(self, beside: Beside, text: bytes) -> None:
        answer = exchange(beside.url, text)
        assert (answer.status, answer.json["message"]) == (400, "Bad request: this is not HTTP/1.1")

    @pytest.mark.parametrize("coding", ["gzip, chunked", "JUNK, chunked", "gzip"])
    def test_another_transfer_coding_is_501_and_named(self, beside: Beside, coding: str) -> None:
        content = gzip.compress(json.dumps(ITEM).encode())
        lines = {"X-API-KEY": beside.secret_key, "Transfer-Encoding": coding}
        answer = exchange(beside.url, head("POST", ITEMS, lines) + b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content))
        assert answer.status == 501
        assert f"Transfer-Encoding '{coding}': send chunked; compress by Content-Encoding" in answer.json["error"]

    @pytest.mark.parametrize(
        ("lines", "status"),
        [
            ({"Expect": "200-ok"}, 202),
            ({"TE": "trailers, deflate;q=0.5"}, 202),
            ({"Connection": "Upgrade"}, 202),
            ({"Upgrade": "websocket"}, 202),
            ({"Content-Length": "+5"}, 400),
            ({"Content-Length": "-1"}, 400),
            ({"Content-Length": "9" * 30}, 400),
            ({"Content-Length": "5, 5"}, 400),
            ({"X-Folded": "1\r\n 2"}, 400),
            ({"X-Blank ": "1"}, 400),
            ({"Content-Encoding": "zstd"}, 415),
        ],
        ids=repr,
    )
    def test_unusual_heads_are_served_or_refused_as_the_standard_says(
        self, beside: Beside, lines: dict[str, str], status: int
    ) -> None:
        answer = exchange(beside.url, request(ITEMS, ITEM, {"X-API-KEY": beside.secret_key, **lines}))
        assert (answer.status, answer.json["success"]) == (status, status == 202)

    def test_two_content_lengths_are_400_and_an_absolute_url_is_read_as_its_path(self, beside: Beside) -> None:
        twice = head("POST", ITEMS, {"Content-Length": "2"})[:-2] + b"Content-Length: 2\r\n\r\n{}"
        assert exchange(beside.url, twice).status == 400
        absolute = request(f"http://shop.test{ITEMS}", ITEM, {"X-API-KEY": beside.secret_key})
        assert exchange(beside.url, absolute).status == 202

    def test_a_chunk_extension_is_ignored(self, beside: Beside) -> None:
        content = json.dumps(ITEM).encode()
        lines = {"X-API-KEY": beside.secret_key, "Transfer-Encoding": "chunked"}
        chunk = b'%x;a=b;c="d"\r\n%b\r\n0;z\r\n\r\n' % (len(content), content)
        assert exchange(beside.url, head("POST", ITEMS, lines) + chunk).status == 202

    def test_a_broken_body_after_expect_100_continue_is_400(
        self, beside: Beside, caplog: pytest.LogCaptureFixture
    ) -> None:
        headers = {"Transfer-Encoding": "chunked", "Expect": "100-continue", "X-API-KEY": beside.secret_key}
        assert exchange(beside.url, head("POST", ITEMS, headers) + b"zz\r\n").status == 400
        assert caplog.records == []

    def test_a_slow_answer_is_still_sent_before_the_refusal_of_the_next_request(self, beside: Beside) -> None:
        tenant_id = json.loads(beside.keys)["organisations"][0]["tenant_id"]
        fault = {"kind": "latency", "seconds": 2.5, "times": 1, "tenant_id": tenant_id}
        assert exchange(beside.url, request("/_mock/faults", fault, CONTROL)).status == 201
        good = request(RECOMMEND, {"strategy": "popular"}, {"X-API-KEY": beside.publishable_key})
        assert exchange(beside.url, good + b"nonsense\r\n\r\n").status == 200

    @pytest.mark.parametrize("half_close", [False, True])
    def test_a_broken_request_does_not_lose_the_answer_to_the_one_before(
        self, beside: Beside, half_close: bool
    ) -> None:
        good = request(RECOMMEND, {"strategy": "popular"}, {"X-API-KEY": beside.publishable_key})
        answer = exchange(beside.url, good + b"nonsense\r\n\r\n" + bytes(100_000), half_close=half_close)
        assert answer.status == 200


class TestClientsThatLeave:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/auth/login", {"email": "nobody@shop.test", "password": "correct horse battery"}),
            ("/_mock/flush", {"tenant_id": "acme-books"}),
        ],
    )
    def test_a_half_closed_connection_is_answered(self, beside: Beside, path: str, body: object) -> None:
        assert exchange(beside.url, request(path, body, CONTROL), half_close=True).status in (200, 401)

    def test_a_half_closed_connection_gets_a_whole_file(self, beside: Beside) -> None:
        answer = exchange(beside.url, head("GET", "/_mock/ui/assets/page.css"), half_close=True)
        assert (answer.status, len(answer.body)) == (200, int(answer.headers["content-length"]))

    @pytest.mark.parametrize("path", ["/_mock/reset", "/_mock/organisations", "/auth/login", RECOMMEND])
    def test_a_client_that_disconnects_during_its_body_causes_no_log_line(
        self, beside: Beside, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        headers = {"Content-Length": "1000", "Content-Type": "application/json", **CONTROL}
        headers["X-API-KEY"] = beside.publishable_key
        with caplog.at_level(logging.WARNING), connected(beside.url) as connection:
            send(connection, [head("POST", path, headers) + b"{"])
            time.sleep(0.05)
        time.sleep(0.1)
        assert caplog.records == []

    def test_a_lost_connection_is_freed_at_once(self, beside: Beside) -> None:
        for _ in range(20):
            with connected(beside.url) as connection:
                send(connection, [head("GET", "/_mock/health", {"X-Long": "x" * 50_000})])
                assert read(connection).status == 200
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert none_is_left(lambda each: bool(each.headers))

    def test_a_lost_connection_leaves_no_reference_cycle(self, beside: Beside) -> None:
        """The collector never looks at old objects by itself, so that such cycles would stay for ever."""
        gc.collect()
        gc.disable()
        try:
            for sent in (head("GET", "/_mock/health"), head("GET", "/nowhere"), b"nonsense\r\n\r\n"):
                assert exchange(beside.url, sent).status in (200, 400, 404)
                exchange(beside.url, sent, half_close=True)
            with connected(beside.url) as connection:
                send(connection, [head("POST", ITEMS, {"Content-Length": "1000"}) + b"{"])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            assert none_is_left(lambda each: each.transport.is_closing())
        finally:
            gc.enable()


def none_is_left(kind: Callable[[Connection], bool]) -> bool:
    """Wait until no connection of this kind is in memory, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while any(isinstance(each, Connection) and kind(each) for each in gc.get_objects()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def read_one(connection: socket.socket) -> int:
    """Read the next of several answers and return its status."""
    text = b""
    while not text.endswith(b"}") or text.count(b"{") != text.count(b"}"):
        text += connection.recv(1)
    return int(text.split(b" ")[1])


JAVA = """
import java.net.URI;
import java.net.http.*;

class Ask {
    public static void main(String[] args) throws Exception {
        String own = "{\\"tenant_id\\": \\"jdk\\"}";
        System.out.println(post(args[0] + "/v1/ingest/items/upsert", "X-API-KEY", args[1], args[2]));
        System.out.println(post(args[0] + "/_mock/organisations", "X-Mock-Control", "1", own));
        System.out.println(post(args[0] + "/_mock/reset", "X-Mock-Control", "1", own));
    }

    static int post(String url, String name, String value, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/json")
            .header(name, value).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }
}
"""
