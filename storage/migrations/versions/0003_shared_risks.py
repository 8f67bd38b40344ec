"""What lines and sites share: rings, POPs, power feeders.

Follows 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (("links", "ring"), ("links", "pop"), ("sites", "feeder"))


def upgrade() -> None:
    """Make what is new."""
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
