"""How good may a call over this path sound? The E-model of ITU-T G.107, narrow-band, defaults.

An estimate of the path, and to be called one: conference equipment speaks codecs that have no
standard impairment factors, so that the figure of G.711 with concealment stands for them.
"""

from dataclasses import dataclass

_BEST = 93.2  # R with every default of G.107
_KNEE = 177.3  # ms one way, from which delay is felt in the flow of talk
_UNKNOWN_DELAY = 30.0  # ms of packetisation, decoding and playing out, where nobody says


@dataclass(frozen=True, slots=True)
class Codec:
    """Equipment impairment and robustness against loss (ITU-T G.113, appendix I)."""

    ie: float
    bpl: float


G711 = Codec(0.0, 4.3)
G711_CONCEALED = Codec(0.0, 25.1)
G729A = Codec(11.0, 19.0)
G723_63 = Codec(15.0, 16.1)
GSM_EFR = Codec(5.0, 10.0)
AMR_122 = Codec(5.0, 10.0)


def rating(
    delay: float, loss: float, codec: Codec = G711_CONCEALED, *, burst: float = 1.0
) -> float:
    """Return R for `delay` seconds from mouth to ear and a share `loss` (0…1) of packets lost.

    `burst` is BurstR: 1 for loss at random, above it for loss in bursts.
    """
    ms, percent = max(0.0, delay) * 1000, min(max(loss, 0.0), 1.0) * 100
    felt = 0.024 * ms + 0.11 * max(0.0, ms - _KNEE)
    equipment = codec.ie + (95 - codec.ie) * percent / (percent / burst + codec.bpl)
    return _BEST - felt - equipment


def mos(r: float) -> float:
    """Return the mean opinion score (1…4.5) of a rating R (ITU-T G.107, annex B)."""
    if r <= 0:
        return 1.0
    if r >= 100:  # noqa: PLR2004  (the scale's own end)
        return 4.5
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)


def estimated(loss: float, jitter: float | None, round_trip: float | None) -> float:
    """Return an estimate of R for a path, of what is known of it (seconds, a share 0…1).

    A play-out buffer of twice the jitter is supposed; an unknown round trip counts as none.
    """
    delay = (round_trip or 0.0) / 2 + 2 * (jitter or 0.0) + _UNKNOWN_DELAY / 1000
    return rating(delay, loss)
