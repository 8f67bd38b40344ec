"""How much one device may say, and all of them together, before it is even read."""

from collections import OrderedDict
from dataclasses import dataclass

EACH, EACH_BURST = 50.0, 200.0  # messages a second of one address, and at once after a silence
ALL, ALL_BURST = 1000.0, 2000.0  # of all addresses together
ADDRESSES = 8192  # that are remembered; the least lately heard go first


@dataclass(slots=True)
class Bucket:
    """What is left to be said."""

    left: float
    seen_at: float

    def take(self, now: float, rate: float, burst: float) -> bool:
        """Say whether one more may be said now (monotonic seconds), and count it."""
        self.left = min(burst, self.left + (now - self.seen_at) * rate)
        self.seen_at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Allowance:
    """The buckets of all addresses."""

    def __init__(self, now: float) -> None:
        self._all = Bucket(ALL_BURST, now)
        self._each: OrderedDict[str, Bucket] = OrderedDict()

    def allows(self, address: str, now: float) -> bool:
        """Say whether a message of this address is read; a device's flood costs others nothing."""
        bucket = self._each.get(address)
        if bucket is None:
            bucket = self._each[address] = Bucket(EACH_BURST, now)
            if len(self._each) > ADDRESSES:
                self._each.popitem(last=False)
        else:
            self._each.move_to_end(address)
        return bucket.take(now, EACH, EACH_BURST) and self._all.take(now, ALL, ALL_BURST)
