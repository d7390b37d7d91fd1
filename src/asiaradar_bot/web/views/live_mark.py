"""What a page stands at: pages that were made at another mark have news to fetch."""

from __future__ import annotations

from zlib import crc32

from asiaradar_bot.ports import Transaction


def live_mark(tx: Transaction) -> str:
    """
    The audit's newest entry, and which sources are in trouble: the audit says nothing of that.
    """
    troubles = sorted((health.name, health.error or "") for health in tx.sources.list_all() if health.failures)
    return f"{tx.audit.newest_id()}.{crc32(repr(troubles).encode()):08x}"
