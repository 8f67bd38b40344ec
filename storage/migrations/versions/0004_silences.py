"""Silences, and what they hold back; why a message waits.

Follows 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "silences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("carriers", sa.Text(), nullable=False),
        sa.Column("circuits", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("incidents", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_until"), "silences", ["until"], unique=False)
    # No batch: SQLite would make the table anew, and deliveries refer to its rows.
    op.add_column(
        "notifications", sa.Column("because", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("notifications", sa.Column("held_by", sa.Text(), nullable=True))
    op.create_index(op.f("ix_notifications_held_by"), "notifications", ["held_by"], unique=False)


def downgrade() -> None:
    """Remove it again."""
    op.drop_index(op.f("ix_notifications_held_by"), table_name="notifications")
    op.drop_column("notifications", "held_by")
    op.drop_column("notifications", "because")
    op.drop_index(op.f("ix_silences_until"), table_name="silences")
    op.drop_table("silences")
