"""Indicators of the documents (I4, I5, I6, I7, I14) that figures declared by others feed.

A share is printed with both of its numbers, of how many units they are, and how many rows are too
old to enter it. What nobody has declared is no row, not a zero.
"""

from dataclasses import dataclass

from core.text import Text


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator at the end of a period. `per` is None where it is a count."""

    code: str  # of the documents: I4
    name: Text
    of: int
    per: int | None
    units: int  # units and organisations that it is of
    stale: int  # rows that were left out
    figures: Text  # of when the newest are: "tháng 10/2026"
    source: Text  # how it is computed
