"""Incidents by hand, what people found to be the cause, what services need.

Follows 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.add_column("incidents", sa.Column("further", sa.Text(), nullable=True))
    op.add_column("incidents", sa.Column("apart_from", sa.Text(), nullable=True))
    op.add_column("carrier_tickets", sa.Column("why", sa.Text(), nullable=True))
    op.add_column("services", sa.Column("depends_on", sa.Text(), nullable=True))
    op.create_table(
        "findings",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_findings_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_incident"), "findings", ["incident"], unique=False)


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("findings")
    op.drop_column("services", "depends_on")
    op.drop_column("carrier_tickets", "why")
    op.drop_column("incidents", "apart_from")
    op.drop_column("incidents", "further")
