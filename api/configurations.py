"""What differs between two versions of a configuration, as lines beside and below each other."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from collectors._cli.paper import steady

CONTEXT = 3  # lines around a change
MOST = 60_000  # lines of one version that are compared
Sign = Literal["same", "gone", "new", "skip"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference; numbers count from 1, None where the version has no such line."""

    sign: Sign
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines that stand beside each other; None where one version has none there."""

    old: Line | None
    new: Line | None


def compared(old: str, new: str, platform: str = "") -> list[Line]:
    """Return the lines of two texts that differ, with some around them; none if they do not.

    What the platform's text changes by itself (times, counters, certificates) is passed over.
    """
    before, after = steady(platform, old)[:MOST], steady(platform, new)[:MOST]
    ours, theirs = [text for _, text in before], [text for _, text in after]
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=len(before) > MOST // 10)
    lines: list[Line] = []
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if number:
            lines.append(Line("skip", None, None, ""))
        for what, *places in group:
            lines += _lines(what, places, before, after)
    return lines


def _lines(
    what: str,
    places: Sequence[int],
    before: Sequence[tuple[int, str]],
    after: Sequence[tuple[int, str]],
) -> Iterator[Line]:
    begin, end, new_begin, new_end = places
    if what == "equal":
        for at in range(begin, end):
            number, text = before[at]
            yield Line("same", number, after[new_begin + at - begin][0], text)
        return
    for number, text in before[begin:end]:
        yield Line("gone", number, None, text)
    for number, text in after[new_begin:new_end]:
        yield Line("new", None, number, text)


def beside(lines: Sequence[Line]) -> list[Pair]:
    """Return the same lines in two columns: what went beside what came in its place."""
    pairs: list[Pair] = []
    gone: list[Line] = []
    came: list[Line] = []

    def settle() -> None:
        pairs.extend(Pair(old, new) for old, new in zip_longest(gone, came))
        gone.clear()
        came.clear()

    for line in lines:
        if line.sign == "gone":
            gone.append(line)
        elif line.sign == "new":
            came.append(line)
        else:
            settle()
            pairs.append(Pair(line, line))
    settle()
    return pairs


def unified(lines: Sequence[Line]) -> list[str]:
    """Return the lines as a terminal shows them: `-` went, `+` came."""
    signs = {"same": " ", "gone": "-", "new": "+", "skip": "@"}
    return [f"{signs[line.sign]}{line.text}" if line.sign != "skip" else "@@" for line in lines]
