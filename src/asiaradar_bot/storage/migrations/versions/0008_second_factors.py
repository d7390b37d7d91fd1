"""Second factors: authenticator apps, passkeys, recovery codes; half-way steps; which browser a session is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _users_key(table: str) -> sa.ForeignKey:
    return sa.ForeignKey("users.id", name=f"fk_{table}_user_id_users", ondelete="CASCADE")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "authenticators",
        sa.Column("user_id", _ID, _users_key("authenticators"), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, _users_key("passkeys"), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("user_id", _ID, _users_key("recovery_codes"), nullable=False),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "entry_steps",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_id", _ID, _users_key("entry_steps")),
        sa.Column("challenge", sa.String(120)),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_entry_steps_user_id", "entry_steps", ["user_id"])
    op.create_index("ix_entry_steps_address", "entry_steps", ["address"])
    op.add_column("sessions", sa.Column("agent", sa.String(200)))


def downgrade() -> None:
    """Take back."""
    op.drop_column("sessions", "agent")
    for table in ("entry_steps", "recovery_codes", "passkeys", "authenticators"):
        op.drop_table(table)
