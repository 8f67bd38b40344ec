"""The first tables.

Follows nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("transitions", "overridden", "audit")
TABLES = (
    "calendar_identities",
    "contact_identities",
    "device_identities",
    "inventory_versions",
    "link_identities",
    "organisation_identities",
    "site_identities",
    "unit_identities",
    "calendars",
    "contacts",
    "devices",
    "links",
    "organisations",
    "sites",
    "successions",
    "units",
    "batches",
    "observed",
    "states",
    "streaks",
    "transitions",
    "overridden",
    "incidents",
    "ack_links",
    "incident_members",
    "incident_notes",
    "notifications",
    "deliveries",
    "api_tokens",
    "audit",
    "counters",
    "events",
    "login_attempts",
    "secrets",
    "users",
    "sessions",
)


def upgrade() -> None:
    _inventory()
    _judging()
    _telling()
    _keeping()
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            _forbid(table, act)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION append_only()")


def _forbid(table: str, act: str) -> None:
    name = f"append_only_{table}_{act.lower()}"
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def _inventory() -> None:
    op.create_table(
        "calendar_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_calendar_identities")),
    )
    op.create_table(
        "contact_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_contact_identities")),
    )
    op.create_table(
        "device_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_device_identities")),
    )
    op.create_table(
        "inventory_versions",
        sa.Column("version", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_inventory_versions")),
    )
    op.create_table(
        "link_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_link_identities")),
    )
    op.create_table(
        "organisation_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_organisation_identities")),
    )
    op.create_table(
        "site_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_site_identities")),
    )
    op.create_table(
        "unit_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_unit_identities")),
    )
    op.create_table(
        "calendars",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("begin", sa.Time(), nullable=False),
        sa.Column("end", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"], ["calendar_identities.slug"], name=op.f("fk_calendars_slug")
        ),
        sa.PrimaryKeyConstraint("slug", "valid_from", "days", "begin", name=op.f("pk_calendars")),
    )
    op.create_table(
        "contacts",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["slug"], ["contact_identities.slug"], name=op.f("fk_contacts_slug")
        ),
        sa.ForeignKeyConstraint(["unit"], ["unit_identities.slug"], name=op.f("fk_contacts_unit")),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_contacts")),
    )
    op.create_table(
        "devices",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("uplinks", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar"], ["calendar_identities.slug"], name=op.f("fk_devices_calendar")
        ),
        sa.ForeignKeyConstraint(["site"], ["site_identities.slug"], name=op.f("fk_devices_site")),
        sa.ForeignKeyConstraint(["slug"], ["device_identities.slug"], name=op.f("fk_devices_slug")),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_devices")),
    )
    op.create_table(
        "links",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("near", sa.Text(), nullable=False),
        sa.Column("far", sa.Text(), nullable=False),
        sa.Column("near_port", sa.Text(), nullable=True),
        sa.Column("far_port", sa.Text(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("circuit", sa.Text(), nullable=True),
        sa.Column("capacity_mbps", sa.Float(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=True),
        sa.Column("network", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["far"], ["device_identities.slug"], name=op.f("fk_links_far")),
        sa.ForeignKeyConstraint(["near"], ["device_identities.slug"], name=op.f("fk_links_near")),
        sa.ForeignKeyConstraint(["slug"], ["link_identities.slug"], name=op.f("fk_links_slug")),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_links")),
    )
    op.create_table(
        "organisations",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"], ["organisation_identities.slug"], name=op.f("fk_organisations_slug")
        ),
        sa.ForeignKeyConstraint(
            ["unit"], ["unit_identities.slug"], name=op.f("fk_organisations_unit")
        ),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_organisations")),
    )
    op.create_table(
        "sites",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar"], ["calendar_identities.slug"], name=op.f("fk_sites_calendar")
        ),
        sa.ForeignKeyConstraint(
            ["contact"], ["contact_identities.slug"], name=op.f("fk_sites_contact")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation_identities.slug"], name=op.f("fk_sites_organisation")
        ),
        sa.ForeignKeyConstraint(["slug"], ["site_identities.slug"], name=op.f("fk_sites_slug")),
        sa.ForeignKeyConstraint(["unit"], ["unit_identities.slug"], name=op.f("fk_sites_unit")),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_sites")),
    )
    op.create_table(
        "successions",
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["new"], ["unit_identities.slug"], name=op.f("fk_successions_new")),
        sa.ForeignKeyConstraint(["old"], ["unit_identities.slug"], name=op.f("fk_successions_old")),
        sa.PrimaryKeyConstraint("old", "new", "on", name=op.f("pk_successions")),
    )
    op.create_table(
        "units",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["unit_identities.slug"], name=op.f("fk_units_parent")),
        sa.ForeignKeyConstraint(["slug"], ["unit_identities.slug"], name=op.f("fk_units_slug")),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_units")),
    )


def _judging() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("first_event", IDENTITY, nullable=False),
        sa.Column("last_event", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_table(
        "observed",
        sa.Column("vantage", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("vantage", name=op.f("pk_observed")),
    )
    op.create_table(
        "states",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_states")),
    )
    op.create_table(
        "streaks",
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("goods", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("good_at", sa.BigInteger(), nullable=True),
        sa.Column("last_ok", sa.BigInteger(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("recent", sa.Text(), nullable=False),
        sa.Column("loss", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("check", name=op.f("pk_streaks")),
    )
    op.create_table(
        "transitions",
        sa.Column("id", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("supersedes", IDENTITY, nullable=True),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["transitions.id"], name=op.f("fk_transitions_supersedes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transitions")),
    )
    op.create_index(
        op.f("ix_transitions_target_at_id"),
        "transitions",
        ["target", "at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_transitions_target_id"), "transitions", ["target", "id"], unique=False)
    op.create_table(
        "overridden",
        sa.Column("transition", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("by", IDENTITY, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["transitions.id"], name=op.f("fk_overridden_by")),
        sa.ForeignKeyConstraint(
            ["transition"], ["transitions.id"], name=op.f("fk_overridden_transition")
        ),
        sa.PrimaryKeyConstraint("transition", name=op.f("pk_overridden")),
    )


def _telling() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("recovered_at", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("acked_by", sa.Text(), nullable=True),
        sa.Column("acked_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_began_at"), "incidents", ["began_at"], unique=False)
    op.create_index(
        op.f("ix_incidents_state_began_at"), "incidents", ["state", "began_at"], unique=False
    )
    op.create_table(
        "ack_links",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_ack_links_incident")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_ack_links")),
    )
    op.create_index(op.f("ix_ack_links_incident"), "ack_links", ["incident"], unique=False)
    op.create_table(
        "incident_members",
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_incident_members_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "position", name=op.f("pk_incident_members")),
    )
    op.create_index(
        op.f("ix_incident_members_target"), "incident_members", ["target"], unique=False
    )
    op.create_table(
        "incident_notes",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_incident_notes_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_notes")),
    )
    op.create_index(
        op.f("ix_incident_notes_incident"), "incident_notes", ["incident"], unique=False
    )
    op.create_table(
        "notifications",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_notifications_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "incident",
            "purpose",
            "recipient",
            "channel",
            name=op.f("uq_notifications_incident_purpose_recipient_channel"),
        ),
    )
    op.create_index(
        op.f("ix_notifications_state_due_at"),
        "notifications",
        ["state", "due_at"],
        unique=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("notification", IDENTITY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification"], ["notifications.id"], name=op.f("fk_deliveries_notification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        op.f("ix_deliveries_notification"), "deliveries", ["notification"], unique=False
    )


def _keeping() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_tokens_hash")),
    )
    op.create_table(
        "audit",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "events",
        sa.Column("id", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index(op.f("ix_login_attempts_key_at"), "login_attempts", ["key", "at"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_sessions_user")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"], unique=False)
