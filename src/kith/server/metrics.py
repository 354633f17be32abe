"""Numbers for Prometheus: how much, how long, how many; never who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

if TYPE_CHECKING:
    from kith.server.engine import Engine

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """What is counted. One set for each application.

    Attributes:
        frames, dropped: live frames answered, and overtaken by newer ones.
        sessions: live sessions now.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kith_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "kith_request_seconds",
            "Seconds from request to answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.sessions = Gauge("kith_live_sessions", "Live sessions now.", registry=self._registry)
        self.frames = Counter("kith_live_frames", "Live frames answered.", registry=self._registry)
        self.dropped = Counter(
            "kith_live_dropped_frames",
            "Live frames that newer ones overtook.",
            registry=self._registry,
        )
        self.frame_seconds = Histogram(
            "kith_live_frame_seconds",
            "Seconds from the arrival of a live frame to its answer.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._people = Gauge("kith_people", "People in the gallery.", registry=self._registry)
        self._inside = Gauge(
            "kith_photo_requests",
            "Requests that use or wait for the networks.",
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by its route, never by its address, which holds names."""
        self._requests.labels(method if method in METHODS else "other", route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def response(self, engine: Engine) -> Response:
        """Return all numbers as Prometheus reads them."""
        self._people.set(engine.people.store.count())
        self._inside.set(engine.photos.inside)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
