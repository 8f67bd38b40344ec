"""What tells the series of one check from those of another check of the same target."""

from core.watching import Check

# `icmp` bears none and `tcp` its port: one target may be looked at in many ways.
OWN = "collector"
Labels = tuple[tuple[str, str], ...]


def identity(check: Check) -> Labels:
    """Return the check's identity labels and the name of its collector."""
    return (*check.labels, (OWN, check.collector))
