"""From the answers of a command line to facts: rows of templates, numbers and units."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collectors._cli.questions import Question

_UNITS = {"y": 365 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(\d+)\s*(y|w|d|h|m(?!o)|s)[a-z]*", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})(?::(\d{2}))?\b")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]i?)?B?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3}
_MOST_PORTS = 1024
Row = Mapping[str, str]


class Unreadable(Exception):
    """An answer has another form than its template knows."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port as the command line names it; None where nothing is said."""

    name: str
    oper: int | None  # 1 up, 2 down, as in IF-MIB
    admin: int | None
    in_errors: float | None
    out_errors: float | None


@dataclass(slots=True)
class Facts:
    """What the answers say; None or empty where they do not."""

    model: str = ""
    serial: str = ""
    software: str = ""
    uptime: float | None = None  # seconds
    cpu: float | None = None  # 0…1
    memory_size: float | None = None  # bytes
    memory_used: float | None = None
    ports: dict[str, Port] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  # commands whose answer was not understood


def facts(platform: str, answers: Iterable[tuple[Question, str]]) -> Facts:
    """Return what the answers of a device say. An answer that is not understood is named."""
    found = Facts()
    for question, text in answers:
        try:
            rows = _rows(platform, question, text)
        except Unreadable:
            found.unread.append(question.command)
            continue
        if not rows:
            found.unread.append(question.command)
        elif question.port:
            _ports(found, question, rows)
        else:
            _told(found, question, rows[0])
    return found


def _rows(platform: str, question: Question, text: str) -> Sequence[Row]:
    if question.pattern and question.port:
        [pattern] = question.pattern
        return [match.groupdict() for match in re.finditer(pattern, text, re.MULTILINE)]
    if question.pattern:
        found: dict[str, str] = {}
        for pattern in question.pattern:
            if match := re.search(pattern, text, re.MULTILINE):
                found |= match.groupdict()
        return [found] if found else []
    # A second to load, and only for who has such devices.
    from ntc_templates.parse import ParsingException, parse_output  # noqa: PLC0415
    from textfsm import TextFSMError  # noqa: PLC0415

    try:
        rows = parse_output(platform=platform, command=question.command, data=text)
    except (ParsingException, TextFSMError) as error:
        raise Unreadable(question.command) from error
    return [{key: _flat(value) for key, value in row.items()} for row in rows]


def _flat(value: object) -> str:
    """Return a field's text; of a list its first, which is the chassis or the stack's first."""
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return str(value)


def _told(found: Facts, question: Question, row: Row) -> None:
    found.model = row.get(question.model, "") or found.model
    found.serial = row.get(question.serial, "") or found.serial
    found.software = row.get(question.software, "") or found.software
    if said := row.get(question.uptime):
        found.uptime = seconds(said)
    if (load := number(row.get(question.cpu))) is not None:
        found.cpu = (100 - load if question.idle else load) / 100
    size = octets(row.get(question.memory_size), question.unit)
    used = octets(row.get(question.memory_used), question.unit)
    free = octets(row.get(question.memory_free), question.unit)
    if size is not None:
        found.memory_size = size
        found.memory_used = used if used is not None else size - free if free is not None else None


def _ports(found: Facts, question: Question, rows: Sequence[Row]) -> None:
    for row in rows[:_MOST_PORTS]:
        name = row.get(question.port, "")
        if not name:
            continue
        found.ports[name] = Port(
            name,
            _oper(row.get(question.oper, "")) if question.oper else None,
            _admin(row.get(question.admin, "")) if question.admin else None,
            number(row.get(question.in_errors)),
            number(row.get(question.out_errors)),
        )


def _oper(said: str) -> int:
    word = said.strip().lower()
    return 1 if word.startswith(("up", "connected")) or word == "r" else 2


def _admin(said: str) -> int:
    word = said.strip().lower()
    return 2 if word.startswith(("admin", "*down", "disabled")) or word == "x" else 1


def number(said: str | None) -> float | None:
    """Return the number that a text begins with (`12%`), None if it begins with none."""
    match = re.match(r"\s*(\d+(?:\.\d+)?)", said or "")
    return float(match[1]) if match else None


def octets(said: str | None, unit: float) -> float | None:
    """Return bytes: of `512.0MiB`, or of a bare number in a unit."""
    match = _SIZE.match((said or "").strip())
    if match is None:
        return None
    power = _POWERS[(match[2] or "")[:1].upper()]
    return float(match[1]) * (1024.0**power if match[2] else unit)


def seconds(said: str) -> float | None:
    """Return the length of `1 year, 2 weeks, 3 days`, `1w2d3h4m5s` or `4w1d 01:12`."""
    clock = _CLOCK.search(said)
    total, some = 0, False
    if clock is not None:
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        total, some = hours * 3600 + minutes * 60 + rest, True
        said = said[: clock.start()]
    for count, letter in _SPAN.findall(said):
        total, some = total + int(count) * _UNITS[letter.lower()], True
    return float(total) if some else None
