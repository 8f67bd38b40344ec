"""The rows that people edit, as the ledger keeps them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.inventory import (
    CalendarSpan,
    Certificate,
    Changes,
    Contact,
    Device,
    EscalationStep,
    Inventory,
    Link,
    Measure,
    Organisation,
    Room,
    Rota,
    RotaRule,
    Rule,
    Service,
    Shift,
    Site,
    SpecialDay,
    Succession,
    Unit,
)
from core.model import Model
from core.people import AuditRow
from core.text import Text
from storage import tables
from storage.audit import write_audit
from storage.database import Database, Row, take, upsert
from storage.database import insert as insert_or
from storage.unbroken import unbroken

# Field of Inventory → its model, its rows, its identities.
KINDS: tuple[tuple[str, type[Model], Table, Table | None], ...] = (
    ("units", Unit, tables.units, tables.unit_identities),
    ("successions", Succession, tables.successions, None),
    ("organisations", Organisation, tables.organisations, tables.organisation_identities),
    ("contacts", Contact, tables.contacts, tables.contact_identities),
    ("calendars", CalendarSpan, tables.calendars, tables.calendar_identities),
    ("sites", Site, tables.sites, tables.site_identities),
    ("devices", Device, tables.devices, tables.device_identities),
    ("links", Link, tables.links, tables.link_identities),
    ("rooms", Room, tables.rooms, tables.room_identities),
    ("services", Service, tables.services, tables.service_identities),
    ("special_days", SpecialDay, tables.special_days, None),
    ("rotas", Rota, tables.rotas, tables.rota_identities),
    ("rota_rules", RotaRule, tables.rota_rules, tables.rota_rule_identities),
    ("shifts", Shift, tables.shifts, None),
    ("escalations", EscalationStep, tables.escalations, tables.escalation_identities),
    ("rules", Rule, tables.rules, tables.rule_identities),
    ("certificates", Certificate, tables.certificates, tables.certificate_identities),
    ("measures", Measure, tables.measures, tables.measure_identities),
)


@unbroken
class InventoryBook:
    """Units, sites, devices, links, rooms, services, contacts, calendars, rotas and the rest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, on: date | None = None) -> Inventory:
        """Return every row, or those that hold on a local day; in the order of their keys."""
        found: dict[str, tuple[Model, ...]] = {}
        async with self._database.reading() as connection:
            for field, model, table, _ in KINDS:
                query = select(table)
                if on is not None:
                    query = query.where(_holds(table, on))
                rows = list((await connection.execute(query)).mappings())
                keys = [column.name for column in table.primary_key]
                rows.sort(key=lambda row, keys=keys: tuple(row[k] for k in keys))  # type: ignore[misc]
                found[field] = tuple(model(**row) for row in rows)
        return Inventory(**found)  # type: ignore[arg-type]

    async def mappings(self) -> dict[str, dict[str, str]]:
        """Return what the columns of lists mean: fingerprint → heading → "table.column"."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(tables.import_mappings))).mappings()
            return {row["fingerprint"]: dict(row["mapping"]) for row in rows}

    async def remember_mapping(
        self, fingerprint: str, mapping: Mapping[str, str], actor: str, now: datetime
    ) -> None:
        """Keep what the columns of a list mean, in place of what was known; audited."""
        async with self._database.writing() as connection:
            row: Row = {
                "fingerprint": fingerprint,
                "mapping": dict(mapping),
                "by": actor,
                "at": now,
            }
            await upsert(connection, tables.import_mappings, [row])
            await write_audit(
                connection,
                AuditRow(
                    at=now,
                    actor=actor,
                    action="inventory.mapping",
                    subject=f"headings {fingerprint[:12]}",
                    detail=f"{len(mapping)} columns named",
                    origin="",
                ),
            )

    async def version(self) -> int:
        """Return the number of the last applied change, 0 for an empty ledger."""
        async with self._database.reading() as connection:
            return await _version(connection)

    async def apply(
        self,
        changes: Changes,
        actor: str,
        now: datetime,
        *,
        based_on: int | None = None,
        origin: str = "",
    ) -> int:
        """Write and remove rows in one transaction, audited; return the new version.

        `based_on`: the version that the plan was made from; Conflict if it is no longer the
        present one. Conflict also if a removed row is still referred to.
        """
        written = sum(len(getattr(changes.put, field)) for field, *_ in KINDS)
        removed = sum(len(getattr(changes.drop, field)) for field, *_ in KINDS)
        try:
            async with self._database.writing() as connection:
                version = await take(connection, "inventory")
                if based_on not in {None, version - 1}:
                    raise Conflict(
                        Text(
                            vi="Danh mục đã thay đổi sau khi lập kế hoạch; hãy lập lại",
                            en="The inventory has changed since the plan was made; plan again",
                        )
                    )
                await _put(connection, changes.put)
                await _drop(connection, changes.drop)
                await connection.execute(
                    insert(tables.inventory_versions).values(
                        version=version, at=now, actor=actor, written=written, removed=removed
                    )
                )
                await write_audit(
                    connection,
                    AuditRow(
                        at=now,
                        actor=actor,
                        action="inventory.apply",
                        subject=f"version {version}",
                        detail=f"{written} rows written, {removed} removed",
                        origin=origin,
                    ),
                )
        except IntegrityError as fault:
            raise Conflict(
                Text(
                    vi="Có dòng trỏ tới đối tượng không tồn tại, hoặc xoá dòng còn được trỏ tới",
                    en="A row refers to something that does not exist, or one that is still "
                    "referred to was removed",
                )
            ) from fault
        return version


async def _version(connection: AsyncConnection) -> int:
    column = tables.inventory_versions.c.version
    return int(await connection.scalar(select(func.max(column))) or 0)


async def _put(connection: AsyncConnection, rows: Inventory) -> None:
    for field, _, _, identity in KINDS:
        slugs = sorted({row.slug for row in getattr(rows, field)}) if identity is not None else []
        if identity is not None and slugs:
            await connection.execute(
                insert_or(connection, identity).on_conflict_do_nothing(),
                [{"slug": slug} for slug in slugs],
            )
    for field, _, table, _ in KINDS:
        await upsert(connection, table, [_row(row) for row in getattr(rows, field)])


async def _drop(connection: AsyncConnection, rows: Inventory) -> None:
    for field, _, table, _ in reversed(KINDS):
        for row in getattr(rows, field):
            same = [column == getattr(row, column.name) for column in table.primary_key]
            await connection.execute(delete(table).where(and_(*same)))
    for field, _, table, identity in reversed(KINDS):
        if identity is not None and getattr(rows, field):
            gone = {row.slug for row in getattr(rows, field)}
            left = select(table.c.slug).where(table.c.slug == identity.c.slug)
            await connection.execute(
                delete(identity).where(identity.c.slug.in_(gone), ~left.exists())
            )


def _row(model: Model) -> Row:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _holds(table: Table, on: date) -> ColumnElement[bool]:
    if table is tables.successions:
        return and_(table.c.on <= on)
    if table is tables.special_days:  # each speaks for its own date, past and future
        return true()
    if table is tables.shifts:  # of the past only a night that goes on
        return table.c.on >= on - timedelta(days=1)
    return and_(table.c.valid_from <= on, or_(table.c.valid_to.is_(None), table.c.valid_to > on))
