"""Rotas, their rules, shifts and swaps, notes of handing over, chains of telling, quiet hours.

Follows 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IDENTITIES = ("rota_identities", "rota_rule_identities", "escalation_identities")
TABLES = (
    "rota_warnings",
    "hand_overs",
    "swaps",
    "escalations",
    "shifts",
    "rota_rules",
    "rotas",
    *IDENTITIES,
)


def upgrade() -> None:
    """Make what is new."""
    for name in IDENTITIES:
        op.create_table(
            name,
            sa.Column("slug", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("slug", name=op.f(f"pk_{name}")),
        )
    _inventory()
    _said_by_people()
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("quiet", sa.Text(), nullable=True))
        contacts.create_foreign_key(
            op.f("fk_contacts_quiet"), "calendar_identities", ["quiet"], ["slug"]
        )
    op.add_column("incidents", sa.Column("chain", sa.Text(), nullable=True))
    op.add_column("notifications", sa.Column("step", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Remove it again."""
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_constraint(op.f("fk_contacts_quiet"), type_="foreignkey")
        contacts.drop_column("quiet")
    for table, column in (("incidents", "chain"), ("notifications", "step")):
        op.drop_column(table, column)
    for name in TABLES:
        op.drop_table(name)


def _inventory() -> None:
    op.create_table(
        "rotas",
        *_dated(),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_rotas")),
        *_references(
            "rotas",
            slug="rota_identities",
            owner="contact_identities",
            calendar="calendar_identities",
        ),
    )
    op.create_table(
        "rota_rules",
        *_dated(),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("begin", sa.Time(), nullable=False),
        sa.Column("end", sa.Time(), nullable=False),
        sa.Column("holidays", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_rota_rules")),
        *_references("rota_rules", slug="rota_rule_identities", rota="rota_identities"),
    )
    op.create_table(
        "shifts",
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("begin", sa.Time(), nullable=False),
        sa.Column("end", sa.Time(), nullable=False),
        sa.PrimaryKeyConstraint("rota", "on", "role", "begin", name=op.f("pk_shifts")),
        *_references("shifts", rota="rota_identities", contact="contact_identities"),
    )
    op.create_table(
        "escalations",
        *_dated(),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("tell", sa.Text(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("severities", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("slug", "valid_from", "step", name=op.f("pk_escalations")),
        *_references(
            "escalations",
            slug="escalation_identities",
            rota="rota_identities",
            contact="contact_identities",
            unit="unit_identities",
        ),
    )


def _said_by_people() -> None:
    op.create_table(
        "swaps",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swaps")),
        *_references("swaps", rota="rota_identities", contact="contact_identities"),
    )
    op.create_index(op.f("ix_swaps_end"), "swaps", ["end"], unique=False)
    op.create_table(
        "hand_overs",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
        *_references("hand_overs", rota="rota_identities"),
    )
    op.create_index(op.f("ix_hand_overs_rota_at"), "hand_overs", ["rota", "at"], unique=False)
    op.create_table(
        "rota_warnings",
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rota", "kind", "on", name=op.f("pk_rota_warnings")),
    )


def _dated() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
    )


def _references(table: str, **targets: str) -> tuple[sa.schema.SchemaItem, ...]:
    return tuple(
        sa.ForeignKeyConstraint([column], [f"{target}.slug"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    )
