"""One editor's visit, with every act."""

from __future__ import annotations

from dataclasses import dataclass

from asiaradar_bot.steps.submit.holding import Holding
from asiaradar_bot.steps.submit.letting_out import LettingOut
from asiaradar_bot.steps.submit.settling import Settling
from asiaradar_bot.steps.submit.timing import Timing
from asiaradar_bot.steps.submit.writing import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor(Writing, LettingOut, Holding, Timing, Settling):
    """
    Somebody who looks after posts: what they may not do is refused, what they do is in the audit.
    """
