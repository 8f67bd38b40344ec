"""What does the room say itself of its calls' quality? Publications of RFC 6035 (RTCP XR).

Nothing is asked: the endpoint sends `PUBLISH` with `application/vq-rtcpxr` to `[hearing] quality`,
whoever listens there hands it over, and this tells what stands of it. Opinion scores are the
endpoint's own; beside them stands our estimate of the path, under its own name.
"""

from collections.abc import Iterator

from collectors._net.identity import identity
from collectors._vc import metrics
from collectors._vc.facts import Bridge, Call, Direction, Media, Score, Stream
from collectors._vc.looking import Course, concluded
from collectors._vc.telling import before_of, samples
from collectors._vq.inbox import inbox_of, is_video
from collectors._vq.report import Metrics, Report
from core.collector import Collector, Kit, Transcript
from core.labels import Series
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_DEAF = "nobody listens for publications: set [hearing] quality; only the running platform hears"


class Params(Model):
    """Nothing may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Tell what the room has published and still stands."""
    at, begun, inbox = kit.clock.now(), kit.clock.monotonic(), inbox_of(kit)
    failure: Failure | None = None
    told: list[Sample] = []
    if inbox.listening:
        reports = inbox.of(check.address)
        for report in reports:
            transcript.note("%s of a call with %s", report.kind.value, report.far_end or "nobody")
        found = Bridge(calls=[_call(report) for report in reports])
        told = samples(check, found, before_of(kit, check))
        counted = Series.of(metrics.REPORTS, identity(check))
        told.append((counted, float(inbox.counted(check.address))))
    else:
        failure = Failure(FailureKind.LOCAL, _DEAF)
    return concluded(check, Course(at, begun, told, failure), kit, transcript)


def _call(report: Report) -> Call:
    origin = {True: "outgoing", False: "incoming", None: ""}[report.outgoing]
    return Call(
        key=report.call,
        remote=report.far_end,
        protocol="sip",
        origin=origin,
        streams=list(_streams(report)),
    )


def _streams(report: Report) -> Iterator[Stream]:
    """Yield what the room received, and what its far end did: that was sent by the room."""
    media = Media.VIDEO if is_video(report.local.payload) else Media.AUDIO
    yield _stream(media, Direction.RX, report.local)
    if report.remote is not None:
        yield _stream(media, Direction.TX, report.remote)


def _stream(media: Media, direction: Direction, said: Metrics) -> Stream:
    return Stream(
        media,
        direction,
        key=f"{media} {direction}",
        loss=said.loss,
        discarded=said.discarded,
        jitter=said.jitter,
        round_trip=said.round_trip,
        scores=tuple(Score(one.kind, one.value, one.algorithm) for one in said.scores),
    )


COLLECTOR = Collector(
    name="vq_rtcpxr",
    help=Text(
        vi="Thiết bị họp tự báo chất lượng cuộc gọi thế nào (SIP PUBLISH, RFC 6035)?",
        en="What does the room say itself of its calls' quality (SIP PUBLISH, RFC 6035)?",
    ),
    params=Params,
    emits=metrics.PUBLISHED,
    look=look,
    interval=60.0,
    timeout=2.0,
)
