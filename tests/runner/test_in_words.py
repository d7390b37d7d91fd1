"""Results of steps, as a line of the log or of `tick` tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asiaradar_bot.model.outcome import AlreadyThere, Published, RetryLater
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.runner.in_words import in_words
from asiaradar_bot.steps.publish import Sweep

AT = datetime(2026, 11, 29, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (Sweep(), "nothing to do"),
        (None, "nothing to do"),
        (0, "0"),
        (Sweep(idle="stopped: a look"), "idle stopped: a look"),
        (
            Sweep(outcomes=((PostId(1), RetryLater(detail="X is busy", wait=timedelta(minutes=1), signed_at=AT)),)),
            "outcomes 1 RetryLater (detail X is busy; wait 60 s; counts True; signed at 2026-11-29 03:04:05 UTC)",
        ),
        (
            Sweep(outcomes=((PostId(1), Published(remote_id="77")), (PostId(2), AlreadyThere(detail="")))),
            "outcomes 1 Published (remote id 77), 2 AlreadyThere",
        ),
        ({PostState.HELD: 2}, "held 2"),
        ([PostState.HELD, 3], "held, 3"),
    ],
)
def test_a_result_is_one_readable_line(result: object, line: str) -> None:
    """Values with their names, times in UTC, spans in seconds, and nothing that only Python reads."""
    assert in_words(result) == line
