"""How long the steps of this process take, and how late they begin, in Prometheus' terms."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, Histogram

_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)


class TickMeter:
    """
    Counts the steps that this process ran; `registry` shows them.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "asiaradar_tick_seconds", "How long a step took.", ["job"], buckets=_BUCKETS, registry=self.registry
        )
        self._ended = Gauge(
            "asiaradar_tick_ok_timestamp", "When a step last ended well.", ["job"], registry=self.registry
        )

    def record(self, job: str, *, seconds: float, ended_at: float | None) -> None:
        """
        One step took so long; `ended_at`, in seconds since 1970, if it ended well.
        """
        self._seconds.labels(job).observe(seconds)
        if ended_at is not None:
            self._ended.labels(job).set(ended_at)
