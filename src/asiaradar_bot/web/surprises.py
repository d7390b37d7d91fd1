"""What nobody foresaw: the log keeps it whole under a number, people and programs are told the number alone."""

from __future__ import annotations

import secrets

from fastapi import Request

from asiaradar_bot.logs import get_logger

_log = get_logger("asiaradar.web")


def log_surprise(request: Request, error: Exception) -> str:
    """
    The sentence for whoever asked; the log has the number in it, with the traceback.
    """
    number = secrets.token_hex(4)
    _log.error("a request failed", number=number, method=request.method, path=request.url.path, exc_info=error)
    return (
        f"something unforeseen happened, and is in the log under number {number}: look what was done before you "
        "repeat it, and report that number"
    )
