"""Rooms, services, special days, announced works, reports that were sent, doubtful time.

Follows 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "import_mappings",
    "clock_spans",
    "report_sendings",
    "maintenance",
    "special_days",
    "services",
    "rooms",
    "service_identities",
    "room_identities",
)


def upgrade() -> None:
    """Make what is new."""
    for name in ("room_identities", "service_identities"):
        op.create_table(
            name,
            sa.Column("slug", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("slug", name=op.f(f"pk_{name}")),
        )
    op.create_table(
        "rooms",
        *_dated("rooms", "room_identities"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        *_references(
            "rooms",
            site="site_identities",
            device="device_identities",
            contact="contact_identities",
            calendar="calendar_identities",
        ),
    )
    op.create_table(
        "services",
        *_dated("services", "service_identities"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        *_references(
            "services",
            unit="unit_identities",
            organisation="organisation_identities",
            site="site_identities",
            device="device_identities",
            contact="contact_identities",
            calendar="calendar_identities",
        ),
    )
    op.create_table(
        "special_days",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("like", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_special_days")),
    )
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("carriers", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index(op.f("ix_maintenance_begin"), "maintenance", ["begin"], unique=False)
    op.create_table(
        "report_sendings",
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "period", "address", name=op.f("pk_report_sendings")),
    )
    op.create_table(
        "clock_spans",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "begin", name=op.f("pk_clock_spans")),
    )
    op.create_table(
        "import_mappings",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_import_mappings")),
    )
    with op.batch_alter_table("calendars") as calendars:
        calendars.add_column(
            sa.Column("open_on_holidays", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("calendars") as calendars:
        calendars.alter_column("open_on_holidays", server_default=None)
    op.drop_index(op.f("ix_transitions_target_at_id"), table_name="transitions")
    op.create_index(
        op.f("ix_transitions_target_at_id_new_recorded_at"),
        "transitions",
        ["target", "at", "id", "new", "recorded_at"],
        unique=False,
    )


def downgrade() -> None:
    """Remove it again."""
    op.drop_index(op.f("ix_transitions_target_at_id_new_recorded_at"), table_name="transitions")
    op.create_index(
        op.f("ix_transitions_target_at_id"), "transitions", ["target", "at", "id"], unique=False
    )
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("calendars") as calendars:
        calendars.drop_column("open_on_holidays")


def _dated(table: str, identities: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f(f"pk_{table}")),
        *_references(table, slug=identities),
    )


def _references(table: str, **targets: str) -> tuple[sa.schema.SchemaItem, ...]:
    return tuple(
        sa.ForeignKeyConstraint([column], [f"{target}.slug"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    )
