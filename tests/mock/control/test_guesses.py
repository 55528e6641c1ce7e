"""Guessing the control token is hard: tokens are long, and wrong ones are answered late and only a few at a time."""

import asyncio
import time

import httpx
import pytest

from mock_server.control.access import Access
from mock_server.control.guesses import MOST_AT_ONCE, WAIT_SECONDS, Guesses
from tests.support.control_client import CHANGE, Served

TOKEN = "sixteen-or-more-characters"


@pytest.fixture
def served() -> Served:
    return Served(Access(TOKEN))


def guess(served: Served, token: str, path: str = "/_mock/health") -> httpx.Response:
    return served.call("GET", path, headers={"Authorization": f"Bearer {token}"})


def test_the_right_token_is_answered_at_once_and_a_wrong_one_late(served: Served) -> None:
    began = time.monotonic()
    assert guess(served, TOKEN).status_code == 200
    assert guess(served, "wrong").status_code == 401
    assert time.monotonic() - began >= WAIT_SECONDS
    served.close()


def test_many_simultaneous_guesses_are_refused_without_checking_them(served: Served) -> None:
    async def scene() -> list[int]:
        tokens = ["wrong"] * MOST_AT_ONCE + [TOKEN]
        sent = [served.send("GET", "/_mock/health", headers={"Authorization": f"Bearer {each}"}) for each in tokens]
        return [answer.status_code for answer in await asyncio.gather(*sent)]

    assert served.run(scene()) == [401] * MOST_AT_ONCE + [429]
    assert guess(served, TOKEN).status_code == 200
    served.close()


def test_the_sign_in_form_is_slowed_too(served: Served) -> None:
    began = time.monotonic()
    answer = served.call("POST", "/_mock/session", json={"token": "wrong"}, headers=CHANGE)
    assert (answer.status_code, time.monotonic() - began >= WAIT_SECONDS) == (401, True)
    served.close()


def test_each_address_is_counted_separately() -> None:
    async def scene() -> tuple[bool, bool]:
        guesses = Guesses(wait_seconds=0.01)
        waiting = [asyncio.ensure_future(guesses.wrong("192.0.2.1")) for _ in range(MOST_AT_ONCE)]
        await asyncio.sleep(0)
        crowded = guesses.are_too_many("192.0.2.1"), guesses.are_too_many("192.0.2.2")
        await asyncio.gather(*waiting)
        assert not guesses.are_too_many("192.0.2.1")
        return crowded

    assert asyncio.run(scene()) == (True, False)
