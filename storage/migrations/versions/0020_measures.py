"""Templates filled in: further ways of looking at services and devices.

Follows 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "measure_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_measure_identities")),
    )
    op.create_table(
        "measures",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("interval", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_measures")),
        sa.ForeignKeyConstraint(
            ["slug"], ["measure_identities.slug"], name=op.f("fk_measures_slug")
        ),
    )


def downgrade() -> None:
    """Remove it again."""
    for table in ("measures", "measure_identities"):
        op.drop_table(table)
