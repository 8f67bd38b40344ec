"""What the sweep remembers of one check, and of a request on its way."""

import math
import zlib
from dataclasses import dataclass

from pydantic import ValidationError

from collectors._net.names import Place
from collectors._sip import message
from collectors._sip.outcome import Outcome, Scribe
from collectors._sip.params import Params
from core.reading import Failure, FailureKind
from core.watching import Check

LONGEST_REST = 600.0  # seconds that a peer may ask us to stay away (Retry-After)
CONVINCED = 3  # good answers after a failure until a peer is asked at its interval again

_OURS = (FailureKind.LOCAL, FailureKind.BUG)


class Peer:
    """One check of the sweep. Times are the loop's monotonic seconds."""

    __slots__ = (
        "anchor",
        "asked",
        "check",
        "due",
        "fails",
        "form",
        "gone",
        "goods",
        "params",
        "places",
        "resting",
        "rests",
        "scribe",
        "unknown",
        "wrong",
    )

    def __init__(self, check: Check, now: float) -> None:
        self.check = check
        self.params, self.wrong = _params(check)
        self.scribe = Scribe(check)
        self.places: list[Place] = []
        self.unknown = Failure(FailureKind.LOCAL, f"the name {check.address} is not known yet")
        self.form: message.Form | None = None
        self.anchor = now + zlib.crc32(check.slug.encode()) / 2**32 * check.interval
        self.due = self.anchor
        self.asked: Asked | None = None  # by UDP
        self.fails = 0  # in a row
        self.goods = 0  # in a row, after a failure
        self.gone = False  # no longer in the feed
        self.resting: Failure | None = None  # why it is left alone, and
        self.rests = 0.0  # until when

    def after(self, now: float) -> float:
        """Return the first instant of its rhythm after now."""
        interval = self.check.interval
        return self.anchor + (math.floor((now - self.anchor) / interval) + 1) * interval

    def spares(self, now: float) -> Failure | None:
        """Return why the peer is not to be asked now: it has said when to come again."""
        return self.resting if now < self.rests else None

    def rest(self, outcome: Outcome, now: float) -> None:
        """Leave the peer alone as long as its answer asks for, where that is no good one."""
        later = outcome.response.retry_after if outcome.response is not None else None
        if later and outcome.failure is not None:
            self.resting, self.rests = outcome.failure, now + min(later, LONGEST_REST)

    def is_unsettled(self, failure: Failure | None) -> bool:
        """Count an outcome; say whether the judge wants to see more soon."""
        if self.check.verify is None or (failure is not None and failure.kind in _OURS):
            return False
        if failure is None:
            self.goods = self.goods + 1 if self.fails or self.goods else 0
            self.fails = 0
            if self.goods > CONVINCED:
                self.goods = 0
            return self.goods > 0
        self.fails, self.goods = self.fails + 1, 0
        return self.fails <= self.check.verify.probes


def _params(check: Check) -> tuple[Params, Failure | None]:
    """Return the parameters of a check; one that has wrong ones must not end the others."""
    try:
        return Params.model_validate(dict(check.params)), None
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        return Params(), Failure(FailureKind.LOCAL, f"parameter {where}: {fault['msg']}")


@dataclass(slots=True, eq=False)
class Asked:
    """A request on its way, by UDP."""

    peer: Peer
    place: Place
    branch: bytes
    request: bytes
    begun: float  # monotonic
    outcome: Outcome
    last: float = 0.0  # monotonic, when it was sent last
    last_ns: int = 0
