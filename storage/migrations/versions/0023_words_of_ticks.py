"""Whoever is in a room may say in a word what is amiss there.

Follows 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a tick have words; those there are have none."""
    with op.batch_alter_table("room_ticks") as ticks:
        ticks.add_column(sa.Column("words", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("room_ticks") as ticks:
        ticks.alter_column("words", server_default=None)


def downgrade() -> None:
    """Forget the words."""
    with op.batch_alter_table("room_ticks") as ticks:
        ticks.drop_column("words")
