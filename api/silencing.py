"""What do the silences amount to now? What each means and hides, and which were forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.pausing import concerns, covered, strangers
from api.snapshot import Picture
from core.errors import Problem
from core.incident import Incident
from core.recurrence import Span, span_at
from core.silence import Scope, Silence
from core.text import Language, Text

LONG = timedelta(hours=24)  # a problem hidden for longer was perhaps forgotten


@dataclass(frozen=True, slots=True)
class Seen:
    """One silence as it stands. `span` goes on now; `hides` are the open incidents it holds."""

    silence: Silence
    span: Span | None
    covered: int
    hides: tuple[Incident, ...]
    held: tuple[str, ...]  # incidents that had messages held back, ended ones too
    hidden_for: timedelta  # the longest that an open incident has been hidden by it

    @property
    def matches_nothing(self) -> bool:
        """Say whether it was written in vain."""
        return not (self.covered or self.hides or self.silence.incidents)

    @property
    def forgotten(self) -> bool:
        """Say whether it hides a problem for so long that somebody should look."""
        return self.hidden_for >= LONG


def seen(
    silences: Iterable[Silence],
    held: Mapping[str, Sequence[str]],
    picture: Picture,
    now: datetime,
) -> list[Seen]:
    """Return the silences in their order, each with what it means and hides now."""
    return [_seen(one, tuple(held.get(one.id, ())), picture, now) for one in silences]


def _seen(silence: Silence, held: tuple[str, ...], picture: Picture, now: datetime) -> Seen:
    span = None
    if not silence.over(now):
        span = span_at(silence.begin, silence.end, silence.rule, now)
    hides = tuple(
        one
        for one in picture.incidents
        if span is not None and concerns(silence.scope, one, picture.targets)
    )
    waits = (now - max(one.began_at, span.begin) for one in hides) if span is not None else ()
    return Seen(
        silence=silence,
        span=span,
        covered=covered(silence.scope, picture.targets),
        hides=hides,
        held=held,
        hidden_for=max(waits, default=timedelta(0)),
    )


def in_words(scope: Scope, picture: Picture, language: Language) -> str:
    """Return what is meant, by the names that people know."""
    names = [picture.unit_name(slug, language) for slug in scope.units]
    names += [*scope.carriers, *scope.circuits]
    for slug in scope.targets:
        target = picture.targets.get(slug)
        english = target.name_en if target and language == "en" else None
        names.append(english or (target.name if target else slug))
    return ", ".join([*names, *scope.incidents])


def unknown(scope: Scope, picture: Picture, file: str = "silence") -> list[Problem]:
    """Return what of a scope means nothing here: most likely it was misspelt."""
    return [
        Problem(
            file=file,
            key="scope",
            what=Text(vi=f"không có “{name}” trong danh mục", en=f"the inventory has no “{name}”"),
            mend=Text(vi="Ghi như trong danh mục", en="Write it as in the inventory"),
        )
        for name in strangers(scope, picture.targets)
    ]
