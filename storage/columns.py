"""How values of the core become columns, alike and exact on SQLite and PostgreSQL."""

# ruff: noqa: ARG002  (SQLAlchemy hands every conversion the dialect; ours need none)

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000

# SQLite numbers rows by itself only for a column that is exactly INTEGER.
Identity = BigInteger().with_variant(Integer, "sqlite")


def to_micros(instant: datetime) -> int:
    """Return whole microseconds since 1970; ValueError for a datetime without time zone."""
    if instant.tzinfo is None:
        raise ValueError(f"a time without its zone cannot be stored: {instant.isoformat()}")
    span = instant - _ORIGIN
    return (span.days * 86400 + span.seconds) * _SECOND + span.microseconds


def from_micros(micros: int) -> datetime:
    """Return the aware UTC datetime of whole microseconds since 1970."""
    return _ORIGIN + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime as integer microseconds: sortable, and exact on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return microseconds; ValueError for a datetime without time zone."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the aware UTC datetime."""
        return None if value is None else from_micros(value)


class Words(TypeDecorator[str]):
    """Text that a database cannot refuse.

    Details come from devices: a NUL (PostgreSQL) or a lone surrogate (both) would make the
    whole batch fail, for ever. They are replaced by U+FFFD.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text without NUL and surrogates."""
        if value is None:
            return None
        value = str(value)
        if "\x00" in value:
            value = value.replace("\x00", "\ufffd")
        if value.isascii():
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Items(TypeDecorator[tuple[object, ...]]):
    """A tuple of strings or numbers as compact JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[object, ...] | None, dialect: Dialect) -> str | None:
        """Return JSON."""
        if value is None:
            return None
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[object, ...]:
        """Return the tuple; an absent one is empty."""
        return () if value is None else tuple(json.loads(value))


class Document(TypeDecorator[Mapping[str, object]]):
    """A mapping as JSON text, non-ASCII escaped so that every database takes it."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self, value: Mapping[str, object] | None, dialect: Dialect
    ) -> str | None:
        """Return JSON; what JSON does not know becomes its `str`."""
        return None if value is None else json.dumps(dict(value), default=str)

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> Mapping[str, object] | None:
        """Return the mapping."""
        return None if value is None else dict(json.loads(value))
