"""The local X: the part of the X API v2 that the bot uses, for one account, on loopback, with faults on demand."""

from asiaradar_bot.sandbox.keys import Credentials
from asiaradar_bot.sandbox.x.account import Account, Behaviour
from asiaradar_bot.sandbox.x.faults import Fault, FaultKind
from asiaradar_bot.sandbox.x.local import LocalX
from asiaradar_bot.sandbox.x.mishaps import RequestSeen
from asiaradar_bot.sandbox.x.nouns import Invoice, InvoiceLine, StoredMedia, StoredPost

__all__ = [
    "Account",
    "Behaviour",
    "Credentials",
    "Fault",
    "FaultKind",
    "Invoice",
    "InvoiceLine",
    "LocalX",
    "RequestSeen",
    "StoredMedia",
    "StoredPost",
]
