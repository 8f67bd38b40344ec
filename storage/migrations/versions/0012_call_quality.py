"""What bridges call a room, and how good its calls were.

Follows 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.add_column("rooms", sa.Column("aliases", sa.Text(), nullable=True))
    op.create_table(
        "quality_spans",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.Float(), nullable=True),
        sa.Column("side", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_quality_spans_meeting")
        ),
        sa.PrimaryKeyConstraint("meeting", "room", "begin", name=op.f("pk_quality_spans")),
    )


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("quality_spans")
    op.drop_column("rooms", "aliases")
