"""A rehearsal in words: for the terminal, and as JSON for machines."""

from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from alerts.rehearsed import Rehearsed, Tally
from core.text import Language, Text


def as_object(found: Rehearsed, language: Language) -> dict[str, Any]:
    """Return all of a rehearsal as JSON values; times are ISO 8601, UTC."""
    whole: dict[str, Any] = _plain(
        {
            "name": found.name,
            "begin": found.begin,
            "end": found.end,
            "would": _tally(found.tally),
            "was": _tally(found.told) if found.told is not None else None,
            "incidents": found.lines,
            "incidents_left_off": found.left_off,
            "messages": found.said,
            "messages_left_off": found.tally.messages - len(found.said),
            "letters": found.letters,
            "notes": [note.said(language) for note in found.notes],
        }
    )
    return whole


def people(found: Rehearsed) -> list[tuple[str, Tally, Tally | None]]:
    """Return everybody who would be told or was, most messages first, with both tallies."""
    was = found.told.people if found.told is not None else {}
    names = {*found.tally.people, *was}

    def weight(name: str) -> tuple[int, str]:
        mine = found.tally.people.get(name)
        return (-(mine.messages if mine is not None else 0), name)

    return [(name, found.tally, found.told) for name in sorted(names, key=weight)]


def summary(found: Rehearsed) -> list[Text]:
    """Return the whole in a few sentences."""
    now, was = found.tally, found.told
    nights = sum(1 for night in now.nights.values() if night.woken)
    said = [
        Text(
            f"{now.incidents} sự cố, báo {now.told}: {now.messages} tin, trong đó {now.by_night} "
            f"tin ban đêm ở {nights} đêm.",
            f"{now.incidents} incidents, {now.told} of them told: {now.messages} messages, "
            f"{now.by_night} of them by night, in {nights} nights.",
        )
    ]
    if was is not None:
        said.append(
            Text(
                f"Thực tế đã báo {was.told} trong {was.incidents} sự cố: {was.messages} tin, "
                f"{was.by_night} tin ban đêm.",
                f"Really told were {was.told} of {was.incidents} incidents: {was.messages} "
                f"messages, {was.by_night} of them by night.",
            )
        )
    return [*said, *found.notes]


def _tally(tally: Tally) -> dict[str, object]:
    return {
        "incidents": tally.incidents,
        "told": tally.told,
        "messages": tally.messages,
        "by_night": tally.by_night,
        "channels": dict(tally.channels),
        "people": [tally.people[name] for name in sorted(tally.people)],
        "nights": [tally.nights[evening] for evening in sorted(tally.nights)],
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in _listed(value)]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _listed(value: Iterable[Any]) -> list[Any]:
    return list(value)
