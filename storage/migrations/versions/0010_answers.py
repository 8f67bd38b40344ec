"""Answers from phones: the codes that pages carry, proofs of numbers, and what people sent back.

Follows 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "answer_codes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", "incident", name=op.f("pk_answer_codes")),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_answer_codes_incident")
        ),
    )
    op.create_index(op.f("ix_answer_codes_expires_at"), "answer_codes", ["expires_at"])
    op.create_index(op.f("ix_answer_codes_incident"), "answer_codes", ["incident"])
    op.create_table(
        "proofs",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("proven_at", sa.BigInteger(), nullable=True),
        sa.Column("proven_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
    )
    op.create_index(op.f("ix_proofs_contact"), "proofs", ["contact"])
    op.create_table(
        "answers",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("replied", sa.Boolean(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("channel", "message", name=op.f("uq_answers_channel_message")),
    )
    op.create_index(op.f("ix_answers_at"), "answers", ["at"])


def downgrade() -> None:
    """Remove it again."""
    for table in ("answers", "proofs", "answer_codes"):
        op.drop_table(table)
