"""Adapters that are made when first used."""

from __future__ import annotations

from datetime import UTC, datetime

from asiaradar_bot.adapters.deferred import later
from asiaradar_bot.adapters.x_account.dry_run import DryRunAccount


def test_an_adapter_is_made_once_and_when_first_used() -> None:
    """Holding it makes nothing; every use is of the same one."""
    made: list[DryRunAccount] = []

    def make() -> DryRunAccount:
        made.append(DryRunAccount(now=lambda: datetime(2026, 11, 24, tzinfo=UTC), handle="AsiaRadar"))
        return made[-1]

    account = later(make)
    assert made == []
    assert account.me() == account.me() == made[0].me()
    assert len(made) == 1
