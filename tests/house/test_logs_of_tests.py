"""The tests' own manners."""

from __future__ import annotations

import logging
import sys

import pytest

from asiaradar_bot.logs import configure_logs

pytestmark = pytest.mark.parametrize("turn", [1, 2])


def test_no_test_inherits_the_log_of_another(turn: int) -> None:
    """What one test sent to its own stderr is gone when the next one starts."""
    del turn
    assert not [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    configure_logs(json=True, level="WARNING", secrets=())
    assert [handler for handler in logging.getLogger().handlers if getattr(handler, "stream", None) is sys.stderr]
