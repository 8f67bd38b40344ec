"""The changes of status of many targets, packed into arrays: years of a province at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.status import Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATUSES = tuple(Status)  # what the numbers of `History.status` stand for


@dataclass(frozen=True, slots=True)
class History:
    """The rows that hold, of each target those from `first[i]` up to `first[i + 1]`, by time.

    `at` is whole seconds since 1970: an instant belongs to the second it falls in, and of two
    rows of one second the later holds. A target's first row may lie before the asked span: it
    is how the target was when the span began. Without one it was `unknown`.
    """

    targets: tuple[str, ...]
    first: "NDArray[np.int64]"  # one more than targets
    at: "NDArray[np.int64]"
    status: "NDArray[np.int8]"  # place in STATUSES
    newest: datetime | None = None  # when the last of these facts was recorded


@dataclass(frozen=True, slots=True)
class Span:
    """Whole seconds [begin, end) of a target."""

    target: str
    begin: int
    end: int
