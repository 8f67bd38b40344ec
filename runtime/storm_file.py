"""A storm as people write it down: a short TOML file of what breaks when, checked by line."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alerts.storm import Step, Storm
from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.text import Text
from runtime import toml_lines

Day = date  # a field of that name hides it
MOST_STEPS = 1000
LIMIT = 64 * 1024  # characters
_MORNING = timedelta(hours=10)  # how long a rehearsal goes on after the last step
_DAY = timedelta(days=1)


class _StepRow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    at: time
    fails: tuple[str, ...] = Field(default=(), max_length=1000)
    restored: tuple[str, ...] = Field(default=(), max_length=1000)
    within: float = Field(default=0.0, ge=0, le=3600)  # seconds
    takes: str | None = None
    by: str = ""


class _StormRow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=200)
    date: Day | None = None
    step: tuple[_StepRow, ...] = Field(min_length=1, max_length=MOST_STEPS)


def read(text: str, file: str, today: date) -> Storm:
    """Return the storm of a TOML text; Invalid with the line, key and mend of every fault.

    Times are local. A step whose time is before that of the step above it is on the next day.
    """
    if len(text) > LIMIT:
        raise Invalid([_problem(file, None, "", _TOO_LONG, _SHORTER)])
    try:
        row = _StormRow.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        line, said = toml_lines.line_of(fault)
        raise Invalid([_problem(file, line, "", Text(said, said), _EXAMPLE)]) from fault
    except ValidationError as fault:
        raise Invalid(_faults(fault, text, file)) from fault
    return _storm(row, file, today)


def _faults(fault: ValidationError, text: str, file: str) -> list[Problem]:
    """Return what is wrong; that no step is left is said only where none was written."""
    places = _places(text)
    found = fault.errors(include_url=False, include_input=False)
    whole = [one for one in found if one["loc"] != ("step",)] or found
    return [
        _problem(
            file,
            _line(places, one["loc"]),
            ".".join(str(part + 1 if isinstance(part, int) else part) for part in one["loc"]),
            Text(_VI.get(one["type"], one["msg"]), one["msg"]),
            _EXAMPLE,
        )
        for one in whole
    ]


def _storm(row: _StormRow, file: str, today: date) -> Storm:
    day, before = row.date or today, time.min
    steps = []
    for step in row.step:
        day += _DAY if step.at < before else timedelta(0)
        before = step.at
        steps.append(
            Step(at=datetime.combine(day, step.at, LOCAL), **step.model_dump(exclude={"at"}))
        )
    return Storm(name=row.name or file, steps=tuple(steps), until=steps[-1].at + _MORNING)


def _places(text: str) -> Mapping[tuple[int, str], int]:
    """Return the lines of the keys of every step; (number, "") is its header."""
    found: dict[tuple[int, str], int] = {}
    number = -1
    for at, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("[["):
            number += 1
            found[number, ""] = at
        elif "=" in bare and not bare.startswith("#"):
            found.setdefault((number, bare.partition("=")[0].strip()), at)
    return found


def _line(places: Mapping[tuple[int, str], int], where: tuple[int | str, ...]) -> int | None:
    if len(where) > 1 and where[0] == "step" and isinstance(where[1], int):
        key = str(where[2]) if len(where) > 2 else ""  # noqa: PLR2004
        return places.get((where[1], key), places.get((where[1], "")))
    return places.get((-1, str(where[0])), 1 if where else None)


def _problem(file: str, line: int | None, key: str, what: Text, mend: Text) -> Problem:
    return Problem(file=file, line=line, key=key or None, what=what, mend=mend)


_TOO_LONG = Text("kịch bản quá dài", "the script is too long")
_SHORTER = Text("Ghi không quá 64 nghìn ký tự", "Write no more than 64 thousand characters")
_EXAMPLE = Text(
    'Mỗi bước viết: [[step]] rồi at = "02:13" và fails = ["mã"] hoặc restored = ["mã"]',
    'Write every step as [[step]], then at = "02:13" and fails = ["slug"] or restored = ["slug"]',
)
_VI = {
    "missing": "thiếu khoá này",
    "extra_forbidden": "không có khoá này",
    "time_parsing": "giờ không đọc được",
    "date_parsing": "ngày không đọc được",
    "date_from_datetime_parsing": "ngày không đọc được",
    "too_short": "chưa có bước nào",
    "tuple_type": "phải là một danh sách",
    "string_type": "phải là chữ",
    "float_type": "phải là số",
    "float_parsing": "phải là số",
}
