"""A pretend Jicofo, the focus of Jitsi's conferences: its private HTTP, without a login.

Written from jicofo's own classes (what `/stats` is made of) and an exporter's recorded answers.
"""

import json
from dataclasses import dataclass
from typing import ClassVar

from lab.emulators.answering import About, Ask, Reply, Stage

_ABOUT = About(
    family="jicofo",
    source="jicofo: BridgeSelector, JitsiMeetConference statistics; answers that an exporter keeps",
    guessed={"an unhealthy focus": "500 at /about/health, healthy false in /stats"},
)


@dataclass(slots=True)
class Jicofo:
    """One focus. `bridges` are known to it, `working` of them take conferences."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    healthy: bool = True
    bridges: int = 2
    working: int = 2
    leaving: int = 0

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.method != "GET":
            return Reply(405)
        if ask.path == "/about/health":
            return Reply(200 if self.healthy else 500)
        if ask.path == "/about/version":
            return _json({"name": "Jicofo", "version": "1.0-1062", "os": "Linux"})
        return _json(self._stats()) if ask.path == "/stats" else Reply(404)

    def _stats(self) -> object:
        self.stage.calls.settle()
        conferences = self.stage.calls.conferences()
        sizes = [len(legs) for legs in conferences.values()]
        return {
            "conferences": len(conferences),
            "participants": sum(sizes),
            "largest_conference": max(sizes, default=0),
            "endpoint_pairs": sum(n * (n - 1) for n in sizes),
            "total_participants": sum(sizes) + len(self.stage.calls.ended),
            "total_conferences_created": len(conferences) + len(self.stage.calls.ended),
            "bridge_failures": {"participants_moved": 0},
            "participant_notifications": {"ice_failed": 0, "request_restart": 0},
            "bridge_selector": {
                "bridge_count": self.bridges,
                "operational_bridge_count": self.working,
                "in_shutdown_bridge_count": self.leaving,
                "lost_bridges": 6,
                "total_least_loaded": 3,
            },
            "jibri_detector": {"count": 1, "available": 1},
            "jigasi": {},
            "threads": 30,
            "healthy": self.healthy,
            "slow_health_check": 0,
        }


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
