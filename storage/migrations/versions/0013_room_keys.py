"""Keys of PCs in rooms, and more of what they say.

Follows 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CLAIMS = ("client", "camera", "microphone", "speaker")
_FIGURES = ("way_loss", "round_trip", "clock_offset")


def upgrade() -> None:
    """Make what is new."""
    for name in _CLAIMS:
        op.add_column("room_beats", sa.Column(name, sa.Boolean(), nullable=True))
    for name in _FIGURES:
        op.add_column("room_beats", sa.Column(name, sa.Float(), nullable=True))
    op.create_table(
        "room_keys",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_room_keys")),
    )


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("room_keys")
    for name in (*_FIGURES, *_CLAIMS):
        op.drop_column("room_beats", name)
