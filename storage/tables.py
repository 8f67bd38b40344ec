"""Which tables are there? Columns bear the names of the core models' fields."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Time,
    UniqueConstraint,
)

from storage.columns import Document, Identity, Instant, Items, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _identity(name: str) -> Table:
    return Table(name, metadata, Column("slug", Words, primary_key=True))


def _to(table: Table) -> ForeignKey:
    return ForeignKey(table.c.slug)


# A slug is an identity for ever; what is known of it holds for spans of days. References go
# to identities, so that a new span of a unit touches no site.
unit_identities = _identity("unit_identities")
organisation_identities = _identity("organisation_identities")
site_identities = _identity("site_identities")
device_identities = _identity("device_identities")
link_identities = _identity("link_identities")
room_identities = _identity("room_identities")
service_identities = _identity("service_identities")
contact_identities = _identity("contact_identities")
calendar_identities = _identity("calendar_identities")
rota_identities = _identity("rota_identities")
rota_rule_identities = _identity("rota_rule_identities")
escalation_identities = _identity("escalation_identities")
rule_identities = _identity("rule_identities")
measure_identities = _identity("measure_identities")
certificate_identities = _identity("certificate_identities")


def _dated(name: str, identity: Table, *columns: Column[object]) -> Table:
    return Table(
        name,
        metadata,
        Column("slug", Words, _to(identity), primary_key=True),
        Column("valid_from", Date, primary_key=True),
        Column("valid_to", Date),
        *columns,
    )


units = _dated(
    "units",
    unit_identities,
    Column("code", Words, nullable=False),
    Column("level", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("name_en", Words),
    Column("parent", Words, _to(unit_identities)),
    Column("province_code", Words, nullable=False),
)
successions = Table(
    "successions",
    metadata,
    Column("old", Words, _to(unit_identities), primary_key=True),
    Column("new", Words, _to(unit_identities), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("partial", Boolean, nullable=False),
)
organisations = _dated(
    "organisations",
    organisation_identities,
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("unit", Words, _to(unit_identities), nullable=False),
)
sites = _dated(
    "sites",
    site_identities,
    Column("name", Words, nullable=False),
    Column("name_en", Words),
    Column("unit", Words, _to(unit_identities), nullable=False),
    Column("organisation", Words, _to(organisation_identities)),
    Column("role", Words, nullable=False),
    Column("address", Words),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("calendar", Words, _to(calendar_identities)),
    Column("contact", Words, _to(contact_identities)),
    Column("feeder", Words),
)
devices = _dated(
    "devices",
    device_identities,
    Column("name", Words, nullable=False),
    Column("site", Words, _to(site_identities), nullable=False),
    Column("kind", Words, nullable=False),
    Column("vendor", Words),
    Column("model", Words),
    Column("address", Words, nullable=False),
    Column("profile", Words),
    Column("secret", Words),
    Column("uplinks", Items, nullable=False),
    Column("calendar", Words, _to(calendar_identities)),
)
links = _dated(
    "links",
    link_identities,
    Column("name", Words, nullable=False),
    Column("near", Words, _to(device_identities), nullable=False),
    Column("far", Words, _to(device_identities), nullable=False),
    Column("near_port", Words),
    Column("far_port", Words),
    Column("carrier", Words),
    Column("circuit", Words),
    Column("capacity_mbps", Float),
    Column("medium", Words),
    Column("network", Words),
    Column("address", Words),
    Column("order", Integer, nullable=False),
    Column("ring", Words),
    Column("pop", Words),
)
rooms = _dated(
    "rooms",
    room_identities,
    Column("name", Words, nullable=False),
    Column("name_en", Words),
    Column("site", Words, _to(site_identities), nullable=False),
    Column("device", Words, _to(device_identities)),
    Column("seats", Integer),
    Column("contact", Words, _to(contact_identities)),
    Column("calendar", Words, _to(calendar_identities)),
    Column("aliases", Items),
)
services = _dated(
    "services",
    service_identities,
    Column("name", Words, nullable=False),
    Column("name_en", Words),
    Column("kind", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("unit", Words, _to(unit_identities)),
    Column("organisation", Words, _to(organisation_identities)),
    Column("site", Words, _to(site_identities)),
    Column("device", Words, _to(device_identities)),
    Column("keyword", Words),
    Column("contact", Words, _to(contact_identities)),
    Column("calendar", Words, _to(calendar_identities)),
    Column("vantage", Words),
    Column("depends_on", Items),
)
contacts = _dated(
    "contacts",
    contact_identities,
    Column("name", Words, nullable=False),
    Column("email", Words),
    Column("phone", Words),
    Column("language", Words, nullable=False),
    Column("unit", Words, _to(unit_identities)),
    Column("quiet", Words, _to(calendar_identities)),
)
calendars = Table(
    "calendars",
    metadata,
    Column("slug", Words, _to(calendar_identities), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("name", Words, nullable=False),
    Column("days", Items, primary_key=True),
    Column("begin", Time, primary_key=True),
    Column("end", Time, nullable=False),
    Column("open_on_holidays", Boolean, nullable=False),
)
special_days = Table(
    "special_days",
    metadata,
    Column("on", Date, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("like", Integer, nullable=False),
)
rotas = _dated(
    "rotas",
    rota_identities,
    Column("name", Words, nullable=False),
    Column("owner", Words, _to(contact_identities)),
    Column("calendar", Words, _to(calendar_identities)),
)
rota_rules = _dated(
    "rota_rules",
    rota_rule_identities,
    Column("name", Words, nullable=False),
    Column("rota", Words, _to(rota_identities), nullable=False),
    Column("role", Words, nullable=False),
    Column("people", Items, nullable=False),
    Column("start", Date, nullable=False),
    Column("turn", Words, nullable=False),
    Column("days", Items, nullable=False),
    Column("begin", Time, nullable=False),
    Column("end", Time, nullable=False),
    Column("holidays", Words, nullable=False),
)
shifts = Table(
    "shifts",
    metadata,
    Column("rota", Words, _to(rota_identities), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("role", Words, primary_key=True),
    Column("contact", Words, _to(contact_identities), nullable=False),
    Column("begin", Time, primary_key=True),
    Column("end", Time, nullable=False),
)
escalations = Table(
    "escalations",
    metadata,
    Column("slug", Words, _to(escalation_identities), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("name", Words, nullable=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("after", Integer, nullable=False),
    Column("tell", Words, nullable=False),
    Column("rota", Words, _to(rota_identities)),
    Column("contact", Words, _to(contact_identities)),
    Column("channels", Items, nullable=False),
    Column("severities", Items, nullable=False),
    Column("unit", Words, _to(unit_identities)),
)
measures = _dated(
    "measures",
    measure_identities,
    Column("target", Words, nullable=False),
    Column("template", Words, nullable=False),
    Column("params", Words),
    Column("address", Words),
    Column("secret", Words),
    Column("interval", Integer),
)
certificates = _dated(
    "certificates",
    certificate_identities,
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("serial", Words, nullable=False),
    Column("issuer", Words),
    Column("begins", Date),
    Column("ends", Date, nullable=False),
    Column("unit", Words, _to(unit_identities)),
    Column("organisation", Words, _to(organisation_identities)),
    Column("contact", Words, _to(contact_identities)),
    Column("note", Words),
)
rules = _dated(
    "rules",
    rule_identities,
    Column("name", Words, nullable=False),
    Column("name_en", Words),
    Column("metric", Words, nullable=False),
    Column("labels", Items, nullable=False),
    Column("value", Words, nullable=False),
    Column("window", Integer, nullable=False),
    Column("comparison", Words, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("recovery", Float),
    Column("duration", Integer, nullable=False),
    Column("calendar", Words, _to(calendar_identities)),
    Column("severity", Words, nullable=False),
    Column("unit", Words, _to(unit_identities)),
    Column("kind", Words),
    Column("role", Words),
    Column("enabled", Boolean, nullable=False),
    Column("source", Words, nullable=False),
)
# Who takes over duty for a while; never removed, only cancelled.
swaps = Table(
    "swaps",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("rota", Words, _to(rota_identities), nullable=False),
    Column("role", Words, nullable=False),
    Column("contact", Words, _to(contact_identities), nullable=False),
    Column("begin", Instant, nullable=False),
    Column("end", Instant, nullable=False, index=True),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("cancelled_at", Instant),
)
hand_overs = Table(
    "hand_overs",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("rota", Words, _to(rota_identities), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Index(None, "rota", "at"),
)
rota_warnings = Table(
    "rota_warnings",
    metadata,
    Column("rota", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("contact", Words, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("receipt", Words, nullable=False),
)
# Announced works; never removed, only cancelled.
maintenance = Table(
    "maintenance",
    metadata,
    Column("id", Words, primary_key=True),
    Column("begin", Instant, nullable=False, index=True),
    Column("end", Instant, nullable=False),
    Column("rule", Words),
    Column("until", Instant, nullable=False),  # when the last time is over
    Column("reason", Words, nullable=False),
    Column("announced_at", Instant, nullable=False),
    Column("reference", Words),
    Column("units", Items, nullable=False),
    Column("carriers", Items, nullable=False),
    Column("circuits", Items, nullable=False),
    Column("targets", Items, nullable=False),
    Column("incidents", Items, nullable=False),
    Column("by", Words, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("cancelled_at", Instant),
)
# Who wanted to hear nothing of what; never removed, only ended.
silences = Table(
    "silences",
    metadata,
    Column("id", Words, primary_key=True),
    Column("begin", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("rule", Words),
    Column("until", Instant, nullable=False, index=True),
    Column("owner", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("units", Items, nullable=False),
    Column("carriers", Items, nullable=False),
    Column("circuits", Items, nullable=False),
    Column("targets", Items, nullable=False),
    Column("incidents", Items, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", Words),
)
# Meetings; never removed, only called off.
meetings = Table(
    "meetings",
    metadata,
    Column("id", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("begin", Instant, nullable=False, index=True),
    Column("end", Instant, nullable=False),
    Column("rooms", Items, nullable=False),
    Column("chair", Words),
    Column("officer", Words),
    Column("bridge", Words),
    Column("above", Items, nullable=False),
    Column("importance", Words, nullable=False),
    Column("mark", Words, unique=True),
    Column("source", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("cancelled_at", Instant),
)
readiness_runs = Table(
    "readiness_runs",
    metadata,
    Column("meeting", Words, ForeignKey("meetings.id"), primary_key=True),
    Column("stage", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("findings", Items, nullable=False),
)
room_ticks = Table(
    "room_ticks",
    metadata,
    Column("meeting", Words, ForeignKey("meetings.id"), primary_key=True),
    Column("room", Words, primary_key=True),
    Column("item", Words, primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("words", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Words, nullable=False),
)
room_beats = Table(
    "room_beats",
    metadata,
    Column("room", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("registered", Boolean),
    Column("in_call", Boolean),
    Column("loss", Float),
    Column("client", Boolean),
    Column("camera", Boolean),
    Column("microphone", Boolean),
    Column("speaker", Boolean),
    Column("way_loss", Float),
    Column("round_trip", Float),
    Column("clock_offset", Float),
    Column("by", Words, nullable=False),
)
# With what the PC of a room signs. `stamp`: milliseconds of the last word that was taken.
room_keys = Table(
    "room_keys",
    metadata,
    Column("room", Words, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("stamp", BigInteger, nullable=False),
)
presences = Table(
    "presences",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("meeting", Words, ForeignKey("meetings.id"), nullable=False, index=True),
    Column("room", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("source", Words, nullable=False),
    Column("incident", Words),
)
attendances = Table(
    "attendances",
    metadata,
    Column("meeting", Words, ForeignKey("meetings.id"), primary_key=True),
    Column("room", Words, primary_key=True),
    Column("delegates", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Words, nullable=False),
)
# A time in which a room's call was of one grade; times without a measurement have no row.
quality_spans = Table(
    "quality_spans",
    metadata,
    Column("meeting", Words, ForeignKey("meetings.id"), primary_key=True),
    Column("room", Words, primary_key=True),
    Column("begin", Instant, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("by", Words, nullable=False),
    Column("media", Words, nullable=False),
    Column("direction", Words, nullable=False),
    Column("value", Float),
    Column("at", Instant, nullable=False),
    Column("rating", Float),
    Column("side", Words, nullable=False),
)
room_links = Table(
    "room_links",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("meeting", Words, ForeignKey("meetings.id"), nullable=False, index=True),
    Column("room", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
report_sendings = Table(
    "report_sendings",
    metadata,
    Column("schedule", Words, primary_key=True),
    Column("period", Words, primary_key=True),
    Column("address", Words, primary_key=True),
    Column("sent_at", Instant, nullable=False),
    Column("receipt", Words, nullable=False),
)
# When our own clock was not to be trusted.
clock_spans = Table(
    "clock_spans",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("begin", Instant, primary_key=True),
    Column("end", Instant, nullable=False),
)
# What the columns of people's own lists mean, by the digest of their headings.
import_mappings = Table(
    "import_mappings",
    metadata,
    Column("fingerprint", Words, primary_key=True),
    Column("mapping", Document, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
inventory_versions = Table(
    "inventory_versions",
    metadata,
    Column("version", Identity, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Words, nullable=False),
    Column("written", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("target", Words, nullable=False),
    Column("old", Words, nullable=False),
    Column("new", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Column("cause", Words),
    Column("detail", Words, nullable=False),
    Column("supersedes", Identity, ForeignKey("transitions.id")),
    # Whole years of a province are counted from this index alone.
    Index(None, "target", "at", "id", "new", "recorded_at"),
    Index(None, "target", "id"),
)
# Which row no longer holds, since which other row was recorded. Append-only, as the rows are.
overridden = Table(
    "overridden",
    metadata,
    Column(
        "transition", Identity, ForeignKey("transitions.id"), primary_key=True, autoincrement=False
    ),
    Column("by", Identity, ForeignKey("transitions.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
states = Table(
    "states",
    metadata,
    Column("target", Words, primary_key=True),
    Column("status", Words, nullable=False),
    Column("since", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Column("cause", Words),
    Column("detail", Words, nullable=False),
    Column("at", Instant, nullable=False),  # of the last transition that holds
)
streaks = Table(
    "streaks",
    metadata,
    Column("check", Words, primary_key=True),
    Column("verdict", Words, nullable=False),
    Column("since", Instant),
    Column("fails", Integer, nullable=False),
    Column("goods", Integer, nullable=False),
    Column("failed_at", Instant),
    Column("good_at", Instant),
    Column("last_ok", Instant),
    Column("last_at", Instant),
    Column("recent", Words, nullable=False),
    Column("loss", Float, nullable=False),
    Column("detail", Words, nullable=False),
)
# What is beyond a threshold, and since when; all else is within.
watches = Table(
    "watches",
    metadata,
    Column("rule", Words, primary_key=True),
    Column("series", Words, primary_key=True),
    Column("target", Words, nullable=False),
    Column("value", Float),
    Column("at", Instant),
    Column("beyond_since", Instant),
    Column("fired_at", Instant),
)
observed = Table(
    "observed",
    metadata,
    Column("vantage", Words, primary_key=True),
    Column("until", Instant, nullable=False),
)

# A commit whose answer got lost is tried again: the row says whether it had gone through.
batches = Table(
    "batches",
    metadata,
    Column("id", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("first_event", Identity, nullable=False),
    Column("last_event", Identity, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Words, primary_key=True),
    Column("root", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("severity", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("recovered_at", Instant),
    Column("cause", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("merged_into", Words),
    Column("further", Items),
    Column("apart_from", Words),
    Column("acked_by", Words),
    Column("acked_at", Instant),
    Column("chain", Document),
    Column("version", Integer, nullable=False),
    Index(None, "state", "began_at"),
    Index(None, "began_at"),
)
incident_members = Table(
    "incident_members",
    metadata,
    Column("incident", Words, ForeignKey("incidents.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("target", Words, nullable=False, index=True),
    Column("joined_at", Instant, nullable=False),
    Column("left_at", Instant),
)
incident_notes = Table(
    "incident_notes",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", Words, nullable=False),
    Column("actor", Words),
    Column("text", Words, nullable=False),
)

carrier_tickets = Table(
    "carrier_tickets",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("carrier", Words, nullable=False),
    Column("number", Words),
    Column("reported_at", Instant, nullable=False),
    Column("reported_by", Words, nullable=False),
    Column("received_at", Instant),
    Column("fixed_at", Instant),
    Column("why", Words),
)
# What people say caused an incident; what was said before stays, so that a report can tell then.
findings = Table(
    "findings",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("category", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("name_en", Words, nullable=False),
    Column("fault", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.id")),
    Column("purpose", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("step", Integer),
    Column("due_at", Instant, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Words),
    Column("claimed_at", Instant),
    Column("settled_at", Instant),
    Column("because", Words, nullable=False, server_default=""),
    Column("held_by", Words, index=True),
    Column("meeting", Words),
    Column("lease_until", Instant),
    UniqueConstraint("incident", "purpose", "recipient", "channel"),
    Index(None, "state", "due_at"),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("notification", Identity, ForeignKey("notifications.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("receipt", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),
)
ack_links = Table(
    "ack_links",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("contact", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

# What a person answers a page with; one code may stand for several incidents of one message.
answer_codes = Table(
    "answer_codes",
    metadata,
    Column("code", Words, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.id"), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Index(None, "incident"),
)
# Codes that went to a number or an address of a contact, and came back or did not.
proofs = Table(
    "proofs",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("contact", Words, nullable=False, index=True),
    Column("address", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("code", Words, nullable=False),
    Column("asked_by", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("receipt", Words, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("proven_at", Instant),
    Column("proven_by", Words, nullable=False),
)
# What people answered, and what came of it.
answers = Table(
    "answers",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("channel", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("sender", Words, nullable=False),
    Column("contact", Words),
    Column("text", Words, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("verdict", Words, nullable=False),
    Column("code", Words),
    Column("incident", Words),
    Column("replied", Boolean, nullable=False),
    Column("receipt", Words, nullable=False),
    UniqueConstraint("channel", "message"),
)

users = Table(
    "users",
    metadata,
    Column("name", Words, primary_key=True),
    Column("full_name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("contact", Words),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("password_hash", Words, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("user", Words, ForeignKey("users.name"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("name", Words, primary_key=True),
    Column("hash", Words, nullable=False, unique=True),
    Column("role", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("key", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Index(None, "key", "at"),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("origin", Words, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Words, primary_key=True),
    Column("key_id", Words, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("set_by", Words, nullable=False),
    Column("set_at", Instant, nullable=False),
)
# Versions of configurations: what people see is masked; the whole is sealed, for a restore alone.
configurations = Table(
    "configurations",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("target", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("platform", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("changed_by", Words),
    Column("changed_at", Words),
    Column("unsaved", Boolean),
    Column("mark", Words, nullable=False),
    Column("masked", LargeBinary, nullable=False),  # zlib
    Column("key_id", Words, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # zlib within
    Index(None, "target", "kind", "id"),
)
# Sweeps of address ranges: how far they have come, and what they found. Proposals, never rows.
discoveries = Table(
    "discoveries",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("ranges", Items, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("begun_by", Words, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("packets", Integer, nullable=False),
)
discovered = Table(
    "discovered",
    metadata,
    Column("discovery", Identity, ForeignKey("discoveries.id"), primary_key=True),
    Column("address", Words, primary_key=True),
    Column("ping", Boolean, nullable=False),
    Column("ports", Items, nullable=False),
    Column("snmp", Words),  # the name of the secret that was answered to
    Column("object_id", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("location", Words, nullable=False),
    Column("family", Words, nullable=False),
    Column("vendor", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("data", Document, nullable=False),
)
# What devices say of themselves. `key` is what a search looks into: words without diacritics.
remarks = Table(
    "remarks",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("device", Words, nullable=False),
    Column("site", Words),
    Column("address", Words, nullable=False),
    Column("via", Words, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("kind", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("means", Words, nullable=False),
    Column("means_en", Words, nullable=False),
    Column("count", Integer, nullable=False),
    Column("key", Words, nullable=False),
    Index(None, "device", "id"),
    Index(None, "at"),
)
# What others declare of units. A later word about the same ends the row that held; none is lost.
unit_figures = Table(
    "unit_figures",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("list", Words, nullable=False),
    Column("unit", Words, nullable=False),
    Column("organisation", Words, nullable=False),
    Column("part", Words, nullable=False),
    Column("begin", Date, nullable=False),
    Column("span", Words, nullable=False),
    Column("values", Document, nullable=False),
    Column("source", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("replaced_at", Instant),
    Index(None, "list", "begin"),
    Index(None, "unit"),
)
Index(
    "uq_unit_figures_that_hold",
    *(unit_figures.c[name] for name in ("list", "begin", "span", "unit", "organisation", "part")),
    unique=True,
    sqlite_where=unit_figures.c.replaced_at.is_(None),
    postgresql_where=unit_figures.c.replaced_at.is_(None),
)
# Jobs that tell how they ended; the token's hash alone is kept.
jobs = Table(
    "jobs",
    metadata,
    Column("name", Words, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("at", Instant),
    Column("good", Boolean),
    Column("good_at", Instant),
    Column("size", BigInteger),
    Column("size_before", BigInteger),
    Column("duration", Float),
    Column("detail", Words, nullable=False),
)
# Numbers handed out inside the transaction that uses them. A database's own sequence would let
# a later number become visible first, and a reader that resumes "after 41" would miss 40.
counters = Table(
    "counters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Identity, nullable=False),
)
