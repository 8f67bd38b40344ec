"""A pretend Jitsi Videobridge: its private HTTP interface, without a login.

Written from the videobridge's documentation and the keys of its statistics class.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from lab.calls import Channel
from lab.emulators.answering import About, Ask, Reply, Stage

_ABOUT = About(
    family="jitsi",
    source="jitsi-videobridge: doc/statistics and VideobridgeStatistics",
    guessed={
        "the window of incoming_loss": "a few seconds before the question",
        "stress_level": "one hundredth for each endpoint",
    },
)


@dataclass(slots=True)
class Jitsi:
    """One videobridge."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    healthy: bool = True
    draining: bool = False

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.method != "GET":
            return Reply(405)
        if ask.path == "/about/health":
            return Reply(200 if self.healthy else 500)
        if ask.path == "/about/version":
            return _json({"name": "JVB", "version": "2.3.187-gabc", "os": "Linux"})
        return _json(self._stats()) if ask.path == "/colibri/stats" else Reply(404)

    def _stats(self) -> object:
        self.stage.calls.settle()
        legs = list(self.stage.calls.legs.values())
        up = [c for leg in legs for c in leg.channels if c.way == "up"]
        down = [c for leg in legs for c in leg.channels if c.way == "down"]
        conferences = self.stage.calls.conferences()
        trips = [channel.round_trip for channel in down]
        return {
            "conferences": len(conferences),
            "participants": len(legs),
            "endpoints": len(legs),
            "local_endpoints": len(legs),
            "largest_conference": max(map(len, conferences.values()), default=0),
            "bit_rate_download": round(sum(c.bits for c in up) / 1000),
            "bit_rate_upload": round(sum(c.bits for c in down) / 1000),
            "incoming_loss": _loss(up),
            "outgoing_loss": _loss(down),
            "overall_loss": _loss([*up, *down]),
            "rtt_aggregate": round(sum(trips) / len(trips) * 1000, 1) if trips else 0,
            "stress_level": len(legs) / 100,
            "healthy": self.healthy,
            "drain": self.draining,
            "graceful_shutdown": False,
            "shutting_down": False,
            "total_conferences_created": len(conferences) + len(self.stage.calls.ended),
            "threads": 60,
            "version": "2.3.187-gabc",
        }


def _loss(channels: Iterable[Channel]) -> float:
    sent = {id(channel): channel.per_second for channel in channels}
    lost = sum(c.per_second * c.quality.loss for c in channels)
    return lost / sum(sent.values()) if sent else 0.0


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
