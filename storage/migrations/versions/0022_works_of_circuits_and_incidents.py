"""Announced works may name circuits, and the incidents that they are to mend.

Follows 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
_NEW = ("circuits", "incidents")


def upgrade() -> None:
    """Let works name both; those there are name none."""
    with op.batch_alter_table("maintenance") as maintenance:
        for name in _NEW:
            maintenance.add_column(sa.Column(name, sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("maintenance") as maintenance:
        for name in _NEW:
            maintenance.alter_column(name, server_default=None)


def downgrade() -> None:
    """Forget it: works that named nothing else concern nothing."""
    with op.batch_alter_table("maintenance") as maintenance:
        for name in reversed(_NEW):
            maintenance.drop_column(name)
