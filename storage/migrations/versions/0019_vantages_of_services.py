"""From where a service is looked at.

Follows 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.add_column("services", sa.Column("vantage", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("services", "vantage")
