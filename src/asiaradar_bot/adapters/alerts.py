"""Alerts to people through apprise, and always into the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence

_log = logging.getLogger("asiaradar.alerts")


class AppriseAlerts:
    """
    Implements ports.Alerts; with no addresses it only logs.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(urls)

    def send(self, kind: str, message: str, *, subject: str) -> None:
        """
        Pass one alert on; a failing address is logged, never raised.
        """
        is_trouble = kind != "digest"
        _log.log(logging.WARNING if is_trouble else logging.INFO, "alert %s (%s): %s", kind, subject, message)
        if not self._urls:
            return
        import apprise

        notifier = apprise.Apprise()
        for url in self._urls:
            notifier.add(url)
        if not notifier.notify(title=f"asiaradar: {kind} ({subject})" if is_trouble else subject, body=message):
            _log.error("alert %s (%s) could not be delivered to every address", kind, subject)
