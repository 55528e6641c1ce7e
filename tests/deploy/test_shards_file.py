"""deploy/shards.nginx.conf routes each key to the process that has its organisation."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from fixtures.keys import read_keys_file
from fixtures.mock_process import running_mock
from mock_server.settings import Shard
from mock_server.state.organisations import Organisations
from mock_server.state.tenant import Tenant
from tests.support.control_client import Served

FILE = Path(__file__).parents[2] / "deploy/shards.nginx.conf"
TEXT = FILE.read_text(encoding="utf-8")
ORGS, COUNT = 24, 2


def shard_of(key: str) -> int:
    """Return the shard that the file's map gives for a key."""
    patterns = re.findall(r'"~(.+)" shard_(\d);', TEXT)
    return next((int(number) for pattern, number in patterns if re.search(pattern, key)), 1)


@pytest.mark.parametrize("number", [1, 2])
def test_the_map_knows_every_key_of_each_shard(number: int) -> None:
    shared = Organisations(ORGS, 7, lambda tenant_id, _: Tenant(tenant_id), shard=Shard(number, COUNT))
    for name in (None, "my-shop", None):
        shared.add(name)
    keys = [key for each in shared for key in (each.publishable_key, each.secret_key)]
    assert len(keys) == ORGS + 6
    assert [shard_of(key) for key in keys] == [number] * len(keys)


def test_unknown_keys_go_to_the_first_shard() -> None:
    assert [shard_of(key) for key in ("", "nonsense", "lehnz_pk_dev_other_0123")] == [1, 1, 1]


def test_control_plane_and_dashboard_say_which_shard_they_show() -> None:
    served = Served(orgs=4, shard="2/2")
    try:
        assert served.control("/health")["shard"] == "2/2"
        assert "Shard 2/2" in served.call("GET", "/_mock/").text
        assert served.refused("/organisations", {"tenant_id": "org-003"})[0] == 409
    finally:
        served.close()


def test_a_single_mock_does_not_mention_shards() -> None:
    served = Served()
    try:
        assert served.control("/health")["shard"] == "1/1"
        assert "Shard" not in served.call("GET", "/_mock/").text
    finally:
        served.close()


@contextmanager
def nginx(folder: Path, shards: list[str]) -> Iterator[str]:
    """Run nginx with the file, its ports replaced by free ones; yields its URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    text = TEXT.replace("127.0.0.1:4010", address)
    for number, url in enumerate(shards, 1):
        text = text.replace(f"127.0.0.1:401{number}", url.removeprefix("http://"))
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        ends = time.monotonic() + 30
        while time.monotonic() < ends and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is missing: apt-get install nginx")
def test_behind_one_address_every_key_reaches_its_organisation(tmp_path: Path) -> None:
    options = ("--orgs", "4", "--seed-orgs", "all", "--trust-proxy", "127.0.0.1", "--quiet")
    with ExitStack() as running:
        shards = [running.enter_context(running_mock(*options, "--shard", f"{n}/{COUNT}")) for n in (1, 2)]
        keys = [read_keys_file(shard.keys_file).organisations for shard in shards]
        assert keys[0] == keys[1]
        url = running.enter_context(nginx(tmp_path, [shard.url for shard in shards]))
        with httpx.Client(base_url=url, timeout=30) as client:
            made = httpx.post(f"{shards[1].url}/_mock/organisations", json={}, headers={"X-Mock-Control": "1"})
            known = {each.publishable_key: each.name for each in keys[0]}
            known[made.json()["data"]["publishable_key"]] = made.json()["data"]["tenant_id"]
            for key, tenant_id in known.items():
                answer = client.post("/v1/recommend", json={"strategy": "popular"}, headers={"X-API-KEY": key})
                assert (answer.status_code, answer.json()["data"]["tenant_id"]) == (200, tenant_id)
            assert client.post("/v1/recommend", json={}, headers={"X-API-KEY": "none"}).status_code == 401
            assert client.get("/_mock/health").status_code == 404
