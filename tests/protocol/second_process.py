"""A process of its own for tests: `publish URL X_URL` sends what is due, `migrate URL N` dies at the N-th statement."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from asiaradar_bot.adapters.clock import SystemClock
from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.sandbox.keys import Credentials
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeSideFiles

DIED = 9


def publish(url: str, x_url: str) -> None:
    """One sweep of a bot on that database and that X."""
    keys = Credentials()
    clock = SystemClock()
    account = XAccount(
        base_url=x_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=clock.now,
    )
    press = Press(
        store=SqlStore(url, account="AsiaRadar", backups=Path(), server_time=False),
        x=account,
        timeline=account,
        clock=clock,
        files=FakeSideFiles(),
        owner="second process",
        limits=Limits(),
        policy=Policy(),
        prices=PRICES,
    )
    publish_due(press)


def migrate(url: str, last: int) -> None:
    """Bring the database up to date, and die without a word at that statement."""
    store = SqlStore(url, account="AsiaRadar", backups=Path())
    left = last

    def die(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(DIED)

    event.listen(store.writer, "after_cursor_execute", die)
    schema.upgrade(store, now=datetime.now(UTC))


if __name__ == "__main__":
    if sys.argv[1] == "publish":
        publish(sys.argv[2], sys.argv[3])
    else:
        migrate(sys.argv[2], int(sys.argv[3]))
