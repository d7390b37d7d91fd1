"""The account on X through tweepy: the only place that knows it, and the only one that says «tweet»."""

from asiaradar_bot.adapters.x_account.client import XAccount
from asiaradar_bot.adapters.x_account.dry_run import DryRunAccount

__all__ = ["DryRunAccount", "XAccount"]
