"""Meetings: who must join, what readiness runs found, what people in the rooms say.

Follows 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _of_a_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f(f"fk_{table}_meeting"))


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "meetings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("rooms", sa.Text(), nullable=False),
        sa.Column("chair", sa.Text(), nullable=True),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("bridge", sa.Text(), nullable=True),
        sa.Column("above", sa.Text(), nullable=False),
        sa.Column("importance", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("mark", name=op.f("uq_meetings_mark")),
    )
    op.create_index(op.f("ix_meetings_begin"), "meetings", ["begin"], unique=False)
    op.create_table(
        "readiness_runs",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        _of_a_meeting("readiness_runs"),
        sa.PrimaryKeyConstraint("meeting", "stage", name=op.f("pk_readiness_runs")),
    )
    op.create_table(
        "room_ticks",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        _of_a_meeting("room_ticks"),
        sa.PrimaryKeyConstraint("meeting", "room", "item", name=op.f("pk_room_ticks")),
    )
    op.create_table(
        "room_beats",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=True),
        sa.Column("in_call", sa.Boolean(), nullable=True),
        sa.Column("loss", sa.Float(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_room_beats")),
    )
    op.create_table(
        "presences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=True),
        _of_a_meeting("presences"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presences")),
    )
    op.create_index(op.f("ix_presences_meeting"), "presences", ["meeting"], unique=False)
    op.create_table(
        "attendances",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("delegates", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        _of_a_meeting("attendances"),
        sa.PrimaryKeyConstraint("meeting", "room", name=op.f("pk_attendances")),
    )
    op.create_table(
        "room_links",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _of_a_meeting("room_links"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_room_links")),
    )
    op.create_index(op.f("ix_room_links_meeting"), "room_links", ["meeting"], unique=False)
    op.add_column("notifications", sa.Column("meeting", sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove it again."""
    op.drop_column("notifications", "meeting")
    for table in (
        "room_links",
        "attendances",
        "presences",
        "room_beats",
        "room_ticks",
        "readiness_runs",
        "meetings",
    ):
        op.drop_table(table)
