"""Announced works may come back.

Follows 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let works have a rule, and know when the last time is over."""
    with op.batch_alter_table("maintenance") as maintenance:
        maintenance.add_column(sa.Column("rule", sa.Text(), nullable=True))
        maintenance.add_column(
            sa.Column("until", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute(sa.text('UPDATE maintenance SET until = "end"'))
    with op.batch_alter_table("maintenance") as maintenance:
        maintenance.alter_column("until", server_default=None)


def downgrade() -> None:
    """Forget it: works that come back are left with their first time."""
    with op.batch_alter_table("maintenance") as maintenance:
        maintenance.drop_column("until")
        maintenance.drop_column("rule")
