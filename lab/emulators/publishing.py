"""A pretend endpoint that publishes how its calls go (RFC 6035), interval by interval.

Written from the RFC. It is asked nothing: the figures are those of the lab's one state of calls.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from core.media import Counts, between
from lab.calls import Channel, Leg
from lab.emulators.answering import About, Stage
from lab.reporter import Heard, Reported

_PAYLOADS = {"audio": "opus", "video": "H264", "content": "H264"}


@dataclass(slots=True)
class PublishingRoom:
    """One endpoint. `reports` are due whenever an interval is over."""

    about: ClassVar[About] = About(
        family="vq_rtcpxr",
        source="RFC 6035 and the examples in it",
        guessed={
            "video": "one report for each medium, told by PD in SessionDesc: the RFC is of voice",
            "intervals": "loss is that of the interval, not since the call began",
        },
    )
    stage: Stage
    _counted: dict[int, Counts] = field(default_factory=dict)  # by channel
    _since: datetime | None = None

    def reports(self) -> list[Reported]:
        """Return a report for each medium of the call that goes on; nothing without a call."""
        self.stage.calls.settle()
        leg, now = self.stage.calls.legs.get(self.stage.device), self.stage.clock.now()
        begin, self._since = self._since or now, now
        if leg is None:
            return []
        by = {(channel.media, channel.way): channel for channel in leg.channels}
        return [
            Reported(
                call=f"{leg.id}@hoinghi.example",
                local=f"sip:{leg.device}@hoinghi.example",
                remote=f"sip:{leg.conference}@hoinghi.example",
                begin=begin,
                end=now,
                here=self._heard(by[media, "down"]),
                there=self._heard(by[media, "up"]),
                payload=_PAYLOADS[media],
            )
            for media in _media(leg)
        ]

    def _heard(self, channel: Channel) -> Heard:
        counts = Counts(*channel.counted)
        loss = between(self._counted.get(channel.number), counts).loss
        self._counted[channel.number] = counts
        return Heard(loss or 0.0, channel.jitter, channel.round_trip)


def _media(leg: Leg) -> list[str]:
    return [channel.media for channel in leg.channels if channel.way == "down"]
