"""GET /_mock/metrics: the mock's metrics in the Prometheus text format.

Label values are limited to operations of the OpenAPI file and statuses; a client can't create new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import NO_STORE
from mock_server.control.loop_lag import LoopLag
from mock_server.errors import TooManyRequests
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.meter import BOUNDS_SECONDS, Meter
from mock_server.mock import Mock

_PREFIX = "lehnz_mock"
_UNANSWERED = "none"  # status of a request whose connection broke before the response


def routes(mock: Mock, journal: Journal, meter: Meter) -> list[BaseRoute]:
    registry = CollectorRegistry()  # a registry of its own, because one process may contain two mocks
    registry.register(MockCollector(mock, journal, meter))
    ProcessCollector(registry=registry)

    async def metrics(_: Request) -> Response:
        text = generate_latest(registry)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=NO_STORE)

    return [Route("/metrics", metrics, methods=["GET"])]


class MockCollector(Collector):
    """Reads the mock's state at each scrape."""

    def __init__(self, mock: Mock, journal: Journal, meter: Meter) -> None:
        self._mock, self._journal, self._meter = mock, journal, meter
        self._lag = LoopLag()

    def describe(self) -> list[Metric]:
        """Return nothing, because the values need a running event loop, which does not exist yet at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._requests()
        yield self._durations()
        yield from self._state()
        yield InfoMetricFamily(_PREFIX, "Version of the mock.", {"version": version("lehnz-contract")})

    def _requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(f"{_PREFIX}_requests", "Requests to the API.", labels=("operation", "status"))
        refused = CounterMetricFamily(f"{_PREFIX}_rate_limited", "Requests answered with 429.", labels=("operation",))
        for (operation, status), count in sorted(self._meter.requests.items(), key=str):
            requests.add_metric((operation, _UNANSWERED if status is None else str(status)), count)
            if status == TooManyRequests.status:
                refused.add_metric((operation,), count)
        yield requests
        yield refused

    def _durations(self) -> Metric:
        words = "From the head of a request to the end of its response, injected delays included."
        durations = HistogramMetricFamily(f"{_PREFIX}_request_duration_seconds", words, labels=("operation",))
        bounds = [*map(str, BOUNDS_SECONDS), "+Inf"]
        for operation, latencies in sorted(self._meter.latencies.items()):
            buckets = list(zip(bounds, accumulate(latencies.counts), strict=True))
            durations.add_metric((operation,), buckets, latencies.seconds)
        return durations

    def _state(self) -> Iterator[Metric]:
        mock = self._mock
        tenants = [organisation.tenant for organisation in mock.organisations]
        for name, words, value in (
            ("organisations", "Organisations.", len(tenants)),
            ("items", "Items of all organisations.", sum(len(tenant.items) for tenant in tenants)),
            ("users", "Users of all organisations.", sum(len(tenant.users) for tenant in tenants)),
            ("events", "Events of all organisations.", sum(len(tenant.events) for tenant in tenants)),
            ("ingest_queue_requests", "Accepted requests that are not visible yet.", len(mock.ingest)),
            ("event_loop_lag_seconds", "Longest delay of a timer since the last scrape.", self._lag.take()),
            ("journal_exchanges", "Exchanges that the journal holds.", len(self._journal)),
        ):
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", words, value)
        dropped = self._journal.dropped()
        yield CounterMetricFamily(f"{_PREFIX}_journal_dropped", "Exchanges that the journal dropped.", dropped)
