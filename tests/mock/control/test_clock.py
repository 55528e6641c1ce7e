"""The clock over the control plane: read, moved, set, scaled, for all organisations or for one."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.control_client import CHANGE, Served

Make = Callable[..., Served]
NOON = "2026-06-01T12:00:00Z"


def test_advancing_applies_everything_that_becomes_due_before_it_answers(served: Served) -> None:
    assert served.control("/clock") == {"now": NOON, "virtual": True, "scale": 0.0}
    served.upsert("new")
    served.control("/clock/advance", {"seconds": 0.5})
    assert "new" not in served.items
    assert served.control("/clock/advance", {"seconds": 0.5})["now"] == "2026-06-01T12:00:01Z"
    assert "new" in served.items


def test_a_real_clock_can_be_moved_too(make_served: Make) -> None:
    served = make_served(clock="real", ingest_delay="60")
    clock = served.control("/clock")
    assert (clock["virtual"], clock["scale"]) == (False, 1)
    served.upsert("new")
    served.control("/clock/advance", {"seconds": 60})
    assert "new" in served.items


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seconds": -1}, "$.seconds"),
        ({"seconds": "soon"}, "$.seconds"),
        ({"seconds": 1e12}, "$.seconds"),
        ({"seconds": "NaN"}, "$.seconds"),
        ({}, "$"),
        ({"seconds": 1, "to_reset_of": "acme-books"}, "$"),
        ({"minutes": 1}, "$.minutes"),
    ],
)
def test_a_clock_cannot_be_moved_back_or_beyond_the_last_date(served: Served, body: Any, field: str) -> None:
    status, reason = served.refused("/clock/advance", body)
    assert status == 400
    assert f'"{field}"' in reason
    assert served.control("/clock")["now"] == NOON


def test_the_clock_can_be_set_to_a_later_time(served: Served) -> None:
    assert served.control("/clock/set", {"now": "2026-07-01T00:00:00+02:00"})["now"] == "2026-06-30T22:00:00Z"
    for wrong in ("2026-06-30T21:59:59Z", "2026-07-01T00:00:00", "tomorrow", 7, "9000-01-01T00:00:00Z"):
        status, reason = served.refused("/clock/set", {"now": wrong})
        assert status == 400
        assert '"$.now"' in reason
    assert served.control("/clock")["now"] == "2026-06-30T22:00:00Z"


def test_a_clock_at_the_last_date_can_run_on(served: Served) -> None:
    served.control("/clock/set", {"now": "8999-12-31T23:59:59Z"})
    served.control("/clock/scale", {"scale": 86_400})
    while served.control("/clock")["now"] < "9000-01-01T00:00:01Z":
        pass
    assert served.recommend().status_code == 200
    assert served.control("/journal")["exchanges"][0]["at"].startswith("9000-01-")


def test_the_clock_can_run_faster_and_stand_still(served: Served) -> None:
    assert served.control("/clock/scale", {"scale": 3600})["scale"] == 3600
    assert served.control("/clock")["now"] > NOON
    stopped = served.control("/clock/scale", {"scale": 0})["now"]
    assert served.control("/clock")["now"] == stopped
    assert served.refused("/clock/scale", {"scale": -1})[0] == 400


def test_moving_to_the_reset_of_an_organisation_ends_its_429(make_served: Make) -> None:
    served = make_served(rate_limit="1/900s", ingest_delay="0")
    assert [served.recommend().status_code for _ in range(2)] == [200, 429]
    assert served.control("/clock/advance", {"to_reset_of": "glow-beauty-ng"})["now"] == "2026-06-01T12:15:00Z"
    assert served.recommend().status_code == 200
    assert served.control("/clock/advance", {"to_reset_of": "acme-books"})["now"] == "2026-06-01T12:15:00Z"
    assert served.refused("/clock/advance", {"to_reset_of": "nobody"})[0] == 404


def test_one_organisation_can_move_ahead_of_the_others(make_served: Make) -> None:
    served = make_served(rate_limit="1/900s", ingest_delay="60")
    other = served.mock.organisations["acme-books"].publishable_key
    for key in (None, other):
        served.recommend(key)
        assert served.recommend(key).status_code == 429
    served.control("/clock/advance", {"to_reset_of": "glow-beauty-ng", "tenant_id": "glow-beauty-ng"})
    assert served.recommend().status_code == 200
    assert served.recommend(other).status_code == 429
    assert served.control("/clock")["now"] == NOON
    assert served.control("/clock?tenant_id=glow-beauty-ng")["now"] == "2026-06-01T12:15:00Z"
    served.control("/reset", {"tenant_id": "glow-beauty-ng"})
    assert served.control("/clock?tenant_id=glow-beauty-ng")["now"] == NOON


def test_queued_data_of_an_organisation_that_moves_ahead_becomes_visible(make_served: Make) -> None:
    served = make_served(ingest_delay="60")
    served.upsert("new")
    served.control("/clock/advance", {"seconds": 59, "tenant_id": "acme-books"})
    served.control("/clock/advance", {"seconds": 59, "tenant_id": "glow-beauty-ng"})
    assert served.items == set()
    served.control("/clock/advance", {"seconds": 1, "tenant_id": "glow-beauty-ng"})
    assert served.items == {"new"}


@pytest.mark.parametrize(("scale", "reset"), [(0, 900), (1, 900), (60, 15), (7, 129), (0.5, 1800)])
def test_reset_and_retry_after_are_in_the_clients_seconds(make_served: Make, scale: float, reset: int) -> None:
    served = make_served(rate_limit="1/900s")
    served.control("/clock/scale", {"scale": scale})
    assert served.recommend().headers["ratelimit-reset"] == str(reset)
    refused = served.recommend()
    assert refused.status_code == 429
    assert abs(int(refused.headers["retry-after"]) - reset) <= 1
    quota = served.control("/organisations/glow-beauty-ng/rate-limit")
    assert abs(quota["reset"] - reset) <= 1


def test_two_simultaneous_moves_add_up(served: Served) -> None:
    async def both() -> None:
        calls = [served.send("POST", "/_mock/clock/advance", json={"seconds": 30}, headers=CHANGE) for _ in range(2)]
        assert [response.status_code for response in await asyncio.gather(*calls)] == [200, 200]

    served.run(both())
    assert served.control("/clock")["now"] == "2026-06-01T12:01:00Z"
