"""The figures of many rows at once: what was counted of lives, added up by who they belong to."""

from dataclasses import dataclass

import numpy as np

from reports.report import Seconds
from reports.tally import BUCKETS, Flags, Ints, Tally


@dataclass(frozen=True, slots=True)
class Outages:
    """Outages of rows, a row each; parts that touch within one row are one outage."""

    row: Ints
    life: Ints  # in which it begins
    begin: Ints
    end: Ints
    seconds: Ints
    began_before: Flags
    still_open: Flags


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in each of some rows."""

    seconds: Ints  # rows × BUCKETS
    outages: Ints
    begun: Ints  # outages that began in the period
    ended: Ints
    mended: Ints  # seconds of the outages that ended
    longest: Ints

    def __add__(self, other: "Figures") -> "Figures":
        """Return both, where every row stands in one of them alone."""
        return Figures(
            self.seconds + other.seconds,
            self.outages + other.outages,
            self.begun + other.begun,
            self.ended + other.ended,
            self.mended + other.mended,
            self.longest + other.longest,
        )

    def of(self, row: int) -> Seconds:
        """Return the buckets of a row."""
        sums = (int(value) for value in self.seconds[row])
        return Seconds(**dict(zip((bucket.value for bucket in BUCKETS), sums, strict=True)))


def outages_of(tally: Tally, target: Ints, rows: Ints) -> Outages:
    """Return the outages of the lives' rows (-1: of none), by target and begin.

    `target` and `rows` have an entry per life; the lives of a target stand together, by time.
    """
    breaks = tally.breaks
    row = rows[breaks.life]
    kept = row >= 0
    life, row = breaks.life[kept], row[kept]
    begin, end, seconds = breaks.begin[kept], breaks.end[kept], breaks.seconds[kept]
    before, after = breaks.began_before[kept], breaks.still_open[kept]
    goes_on = np.zeros(len(life), np.bool_)
    goes_on[1:] = (
        (begin[1:] == end[:-1])
        & (life[1:] != life[:-1])
        & (target[life[1:]] == target[life[:-1]])
        & (row[1:] == row[:-1])
    )
    if not goes_on.any():
        return Outages(row, life, begin, end, seconds, before, after)
    first = np.flatnonzero(~goes_on)
    last = np.append(first[1:], len(life)) - 1
    return Outages(
        row[first],
        life[first],
        begin[first],
        end[last],
        np.add.reduceat(seconds, first),
        before[first],
        after[last],
    )


def figures_of(tally: Tally, rows: Ints, outages: Outages, count: int) -> Figures:
    """Return the figures of `count` rows."""
    kept = rows >= 0
    seconds = np.zeros((count, len(BUCKETS)), np.int64)
    np.add.at(seconds, rows[kept], tally.seconds[kept])
    ended = ~outages.still_open
    longest = np.zeros(count, np.int64)
    np.maximum.at(longest, outages.row, outages.seconds)
    mended = np.bincount(outages.row[ended], outages.seconds[ended], count)  # exact below 2^53
    return Figures(
        seconds,
        np.bincount(outages.row, minlength=count),
        np.bincount(outages.row[~outages.began_before], minlength=count),
        np.bincount(outages.row[ended], minlength=count),
        mended.astype(np.int64),
        longest,
    )
