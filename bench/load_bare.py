"""The baseline: a FastHttpUser that posts the same bodies over as many connections and checks nothing."""

from random import Random
from typing import Any

from locust import FastHttpUser, constant, task

from load._endpoints import endpoints
from load._journeys import Reply, reader
from load._shop import generated_shop

SHOP = generated_shop("small", 1)
HEADERS = {"X-API-KEY": "pk", "Content-Type": "application/json", "Accept": "application/json"}


class Bare(FastHttpUser):
    """A user of closed load without think times."""

    wait_time: Any = constant(0)

    def on_start(self) -> None:
        self.journey = reader(SHOP, Random(id(self)))
        self.body: Any = next(self.journey).body

    @task
    def post(self) -> None:
        self.client.post(endpoints()["recommend"].path, data=self.body, headers=HEADERS)
        self.body = self.journey.send(Reply(200)).body
