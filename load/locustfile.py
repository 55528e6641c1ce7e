"""The user classes. `locust -f load --host URL` finds them; `--scenario` or their names select some.

The classes define how often each kind of user comes and how long it thinks; `load._journeys` defines its requests."""

from locust import User, task

from load import _journeys
from load._hooks import Profile
from load._users import ScenarioUser

__all__ = ["CatalogSync", "EventStream", "Profile", "RateLimitProbe", "Reader", "Shopper"]


class Shopper(ScenarioUser):
    """A visitor of the shop: recommendations, views and clicks that refer to them, a cart, a sign-in, a purchase."""

    weight = 60
    think_seconds = 4.6
    operations = ("recommend", "ingestEvents")
    make_journey = staticmethod(_journeys.shopper)


class Reader(ScenarioUser):
    """Recommendations by every documented strategy, nothing else."""

    weight = 30
    think_seconds = 2.1
    operations = ("recommend",)
    make_journey = staticmethod(_journeys.reader)


class EventStream(ScenarioUser):
    """A shop's server that forwards events in arrays."""

    weight = 8
    think_seconds = 1.0
    operations = ("ingestEvents",)
    make_journey = staticmethod(_journeys.event_stream)


class CatalogSync(ScenarioUser):
    """A shop's server that keeps catalogue and users up to date, with the secret key."""

    weight = 2
    think_seconds = 5.0
    operations = ("upsertItems", "upsertUsers")
    make_journey = staticmethod(_journeys.catalog_sync)


class RateLimitProbe(User):
    """Exhausts one organisation and checks its rate limit; the master runs it, see `load._probe`."""

    weight = 1

    @task
    def wait_for_orders(self) -> None:
        self.environment.runner.greenlet.join()
