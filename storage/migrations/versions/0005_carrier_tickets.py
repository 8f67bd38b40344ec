"""Tickets with carriers.

Follows 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "carrier_tickets",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("fixed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_carrier_tickets_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_tickets")),
    )
    op.create_index(
        op.f("ix_carrier_tickets_incident"), "carrier_tickets", ["incident"], unique=False
    )


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("carrier_tickets")
