"""What this process did since its start, in Prometheus' terms."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
_NEWS_BUCKETS = (0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)


class TickMeter:
    """
    Counts what steps did; `registry` shows it.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "asiaradar_tick_seconds", "How long a step took.", ["job"], buckets=_BUCKETS, registry=self.registry
        )
        self._ended = Gauge(
            "asiaradar_tick_ok_timestamp", "When a step last ended well.", ["job"], registry=self.registry
        )
        self._lag = Gauge("asiaradar_tick_lag_seconds", "How late a step last began.", ["job"], registry=self.registry)
        self._attempts = Counter(
            "asiaradar_attempts", "Tries to send a post, by answer class.", ["class"], registry=self.registry
        )
        self._settled = Counter(
            "asiaradar_reconcile", "Doubtful tries that were settled, by result.", ["result"], registry=self.registry
        )
        self._news = Histogram(
            "asiaradar_seen_to_posted_seconds",
            "From the first sight of an article to its post on X, waiting by design included.",
            buckets=_NEWS_BUCKETS,
            registry=self.registry,
        )

    def record(self, job: str, *, seconds: float, ended_at: float | None) -> None:
        """
        One step took so long; `ended_at`, in seconds since 1970, if it ended well.
        """
        self._seconds.labels(job).observe(seconds)
        if ended_at is not None:
            self._ended.labels(job).set(ended_at)

    def record_lag(self, job: str, seconds: float) -> None:
        """
        A step began so many seconds later than the timetable says.
        """
        self._lag.labels(job).set(seconds)

    def count_attempt(self, answer_class: str) -> None:
        """
        One try to send a post had this answer.
        """
        self._attempts.labels(answer_class).inc()

    def count_settled(self, result: str, number: int) -> None:
        """
        So many doubtful tries were settled like this.
        """
        self._settled.labels(result).inc(number)

    def record_news(self, seconds: float) -> None:
        """
        A post went out so long after its article was first seen.
        """
        self._news.observe(seconds)
