"""How many losses in a row prove that a path is dead, and is not merely losing?

The sequential test of DESIGN §5: the judge decides by it, and a burst ends when it is passed.
"""

import math
from datetime import timedelta

LIKELIHOOD = 1e-12  # a living path looks like this less than once in 10¹²
LEAST_LOSS = 0.30  # loss that may begin at any moment and must not look like a failure
MOST_LOSS = 0.70  # a path that loses more for minutes is as good as dead
LONGEST_BURST = timedelta(seconds=1)  # of consecutive loss on a living path


def needed(loss: float) -> int:
    """Return how many consecutive losses prove a failure on a path that loses `loss` (0…1)."""
    worst = min(max(loss, LEAST_LOSS), MOST_LOSS)
    return math.ceil(math.log(LIKELIHOOD) / math.log(worst))


def proven(losses: int, lasted: timedelta, loss: float) -> bool:
    """Say whether so many losses in a row, from the first to the last, prove a failure."""
    return lasted >= LONGEST_BURST and losses >= needed(loss)
