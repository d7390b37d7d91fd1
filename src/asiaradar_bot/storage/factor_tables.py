"""Tables of second factors and of half-way steps of signing in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from asiaradar_bot.storage.tables import Instant, metadata

_ID = BigInteger().with_variant(Integer, "sqlite")  # as in tables.py


def _users_key() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


authenticators = Table(
    "authenticators",
    metadata,
    Column("user_id", _ID, _users_key(), primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False),
    Column("confirmed_at", Instant),
    Column("last_step", BigInteger, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, _users_key(), nullable=False, index=True),
    Column("credential_id", String(1400), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", String(60), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", _ID, _users_key(), nullable=False, index=True),
)

entry_steps = Table(
    "entry_steps",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("user_id", _ID, _users_key(), index=True),
    Column("challenge", String(120)),
    Column("address", String(60), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)
