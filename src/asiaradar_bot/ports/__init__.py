"""What the steps ask of the outside and of the storage: Protocols only."""

from asiaradar_bot.ports.outside import (
    Alerts,
    ArticleSource,
    Clock,
    HubClient,
    MetricsReader,
    PasswordHasher,
    Publisher,
    Renderer,
    SideFiles,
    TimelineReader,
    UsageReader,
)
from asiaradar_bot.ports.programs import Courier
from asiaradar_bot.ports.reports import DigestFolder
from asiaradar_bot.ports.second_factor import OneTimeCodes, PasskeyChecker
from asiaradar_bot.ports.secret_box import SecretBox
from asiaradar_bot.ports.storage import Store, Transaction

__all__ = [
    "Alerts",
    "ArticleSource",
    "Clock",
    "Courier",
    "DigestFolder",
    "HubClient",
    "MetricsReader",
    "OneTimeCodes",
    "PasskeyChecker",
    "PasswordHasher",
    "Publisher",
    "Renderer",
    "SecretBox",
    "SideFiles",
    "Store",
    "TimelineReader",
    "Transaction",
    "UsageReader",
]
