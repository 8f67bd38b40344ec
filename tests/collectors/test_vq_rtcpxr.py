"""Are the reports of RFC 6035 read as they are meant, refused where they are wrong, and told?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import vq_rtcpxr
from collectors._sip.request import Request, read
from collectors._vq.inbox import ENDED, FRESH, OTHERS, Inbox, inbox_of
from collectors._vq.publication import TYPE, answered
from collectors._vq.report import Kind, Malformed, Report, Score, parse
from core.collector import Kit
from core.reading import FailureKind, Reading, is_stale
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.factories import FakeClock, a_check

SOURCE = ("127.0.0.1", 5071)
HERE = "127.0.0.1"
# After the layout of the RFC's example of a report at the end of a call.
SESSION = b"""VQSessionReport: CallTerm\r
CallID:12345678@10.1.1.150\r
LocalID:"Phong hop" <sip:xa-a@hoinghi.example>\r
RemoteID:"Nguoi nao do" <sip:giao-ban@hoinghi.example>\r
OrigID:"Phong hop" <sip:xa-a@hoinghi.example>\r
LocalGroup:phong\r
RemoteGroup:cau\r
LocalAddr:IP=127.0.0.1 PORT=5000 SSRC=1a3b5c7d\r
LocalMAC:00:1f:5b:cc:21:0f\r
RemoteAddr:IP=10.1.1.150 PORT=5002 SSRC=0x2468abcd\r
RemoteMAC:00:26:08:8e:95:02\r
LocalMetrics:\r
Timestamps:START=2026-11-30T01:23:43Z STOP=2026-11-30T01:26:02Z\r
SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FO=20 FPP=2 PPS=50 FMTP="annexb=no" PLC=3 SSUP=on\r
JitterBuffer:JBA=3 JBR=2 JBN=40 JBM=80 JBX=120\r
PacketLoss:NLR=5.0 JDR=2.0\r
BurstGapLoss:BLD=0 BD=0 GLD=2.0 GD=500 GMIN=16\r
Delay:RTD=200 ESD=140 SOWD=200 IAJ=12 MAJ=10\r
Signal:SL=-18 NL=-50 RERL=55\r
QualityEst:RLQ=90 RCQ=85 EXTRI=90 MOSLQ=3.4 MOSCQ=3.3 QoEEstAlg=P.564\r
RemoteMetrics:\r
Timestamps:START=2026-11-30T01:23:43Z STOP=2026-11-30T01:26:02Z\r
SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FO=20 FPP=2 PPS=50 FMTP="annexb=no" PLC=3 SSUP=on\r
PacketLoss:NLR=0.5 JDR=0.0\r
Delay:RTD=200 ESD=140 SOWD=200 IAJ=3 MAJ=10\r
QualityEst:MOSLQ=4.1 MOSLQEstAlg=vendor MOSCQ=4.0 QoEEstAlg=P.564\r
DialogID:12345678@10.1.1.150;to-tag=8472761;from-tag=9123dh311\r
"""
# As software of before the RFC orders it.
OLD = b"""VQIntervalReport\r
LocalMetrics:\r
TimeStamps:START=2026-11-20T10:59:33Z STOP=2026-11-20T11:03:12Z\r
SessionDesc:PT=9 PPS=50 SSUP=off\r
CallID:785c72a8-8c64a097@10.2.0.52\r
ToID:"Ai do" <sip:2087@hoinghi.example>\r
FromID:"Ai khac" <sip:2012@hoinghi.example>\r
LocalAddr:IP=127.0.0.1 PORT=2270 SSRC=4209273062\r
RemoteAddr:IP=10.2.0.52 PORT=2298 SSRC=3536961311\r
JitterBuffer:JBA=3 JBR=5 JBN=220 JBM=230 JBX=160\r
PacketLoss:NLR=1.5 JDR=0.0\r
Delay:RTD=0 ESD=239 OWD=240 IAJ=0\r
Signal:RERL=127\r
QualityEst:RLQ=127 RCQ=127 MOSLQ=12.7 MOSCQ=3.4\r
"""


def publication(body: bytes = SESSION, **headers: str | None) -> bytes:
    """Return a PUBLISH; a header that is None is left out."""
    given = {
        "Via": "SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK776asdhds;rport",
        "Max-Forwards": "70",
        "To": "<sip:collector@127.0.0.1>",
        "From": "<sip:xa-a@hoinghi.example>;tag=1928301774",
        "Call-ID": "a84b4c76e66710",
        "CSeq": "4331 PUBLISH",
        "Event": "vq-rtcpxr",
        "Content-Type": "application/vq-rtcpxr",
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
    head = "\r\n".join(["PUBLISH sip:collector@127.0.0.1 SIP/2.0", *lines, "", ""])
    return head.encode() + body


def asked(octets: bytes) -> Request:
    request = read(octets)
    assert request is not None
    return request


def status(octets: bytes) -> int:
    response = answered(asked(octets), SOURCE).response
    assert response is not None
    return int(response.split(b" ")[1])


# The report


def test_a_report_of_the_rfc_is_read_whole() -> None:
    report = parse(SESSION)
    assert report.kind is Kind.SESSION
    assert report.call == "12345678@10.1.1.150"
    assert report.far_end == "sip:giao-ban@hoinghi.example"
    assert report.outgoing
    assert report.address == HERE
    assert report.local.payload == "G729"
    assert report.local.loss == pytest.approx(0.05)
    assert report.local.discarded == pytest.approx(0.02)
    assert report.local.jitter == pytest.approx(0.012)
    assert report.local.round_trip == pytest.approx(0.2)
    assert report.local.scores == (Score("lq", 3.4, "P.564"), Score("cq", 3.3, "P.564"))
    assert report.remote is not None
    assert report.remote.loss == pytest.approx(0.005)
    assert report.remote.scores == (Score("lq", 4.1, "vendor"), Score("cq", 4.0, "P.564"))


def test_a_report_of_before_the_rfc_is_read_too_and_what_is_unavailable_is_not_told() -> None:
    report = parse(OLD)
    assert report.kind is Kind.INTERVAL
    assert report.far_end == "10.2.0.52"
    assert report.outgoing is None
    assert report.local.loss == pytest.approx(0.015)
    assert report.local.round_trip is None
    assert report.local.jitter == 0
    assert report.local.scores == (Score("cq", 3.4),)
    assert report.remote is None


def test_names_of_people_are_not_kept() -> None:
    assert "Nguoi" not in repr(parse(SESSION))


WRONG = {
    "empty": b"",
    "no report": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
    "no call": SESSION.replace(b"CallID:12345678@10.1.1.150\r\n", b""),
    "no metrics": SESSION.partition(b"LocalMetrics:")[0],
    "twice the metrics": SESSION + b"LocalMetrics:\r\n",
    "twice the call": SESSION.replace(b"LocalGroup:", b"CallID:other\r\nLocalGroup:"),
    "twice the loss": SESSION.replace(b"Signal:", b"PacketLoss:NLR=1.0\r\nSignal:", 1),
    "a loss above all": SESSION.replace(b"NLR=5.0", b"NLR=105.0"),
    "a negative loss": SESSION.replace(b"NLR=5.0", b"NLR=-5.0"),
    "a loss in words": SESSION.replace(b"NLR=5.0", b"NLR=much"),
    "no number at all": SESSION.replace(b"NLR=5.0", b"NLR=nan"),
    "a score beyond five": SESSION.replace(b"MOSLQ=3.4", b"MOSLQ=7.4"),
    "one word twice": SESSION.replace(b"NLR=5.0", b"NLR=5.0 NLR=0.0"),
    "no words": SESSION.replace(b"NLR=5.0 JDR=2.0", b"five percent"),
    "a line without a name": SESSION + b"hello\r\n",
    "other letters": SESSION + b"X:\xff\xfe\r\n",
    "a long line": SESSION + b"X:" + b"x" * 2000 + b"\r\n",
    "many lines": SESSION + b"X:y\r\n" * 500,
    "endless": SESSION + b"X:y\r\n" * 50_000,
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_a_report_that_is_wrong_is_refused_with_what_is_wrong(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(body)
    assert str(refusal.value).isascii()
    assert str(refusal.value)
    assert status(publication(body)) in {400, 413}


def test_what_is_not_known_is_passed_over() -> None:
    more = SESSION.replace(b"Signal:", b"X-Vendor:A=1 and whatever\r\nSignal:", 1)
    assert parse(more) == parse(SESSION)


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_no_octets_do_more_to_the_reader_than_be_refused(octets: bytes) -> None:
    with suppress(Malformed):
        parse(octets)
    with suppress(Malformed):
        parse(b"VQSessionReport: CallTerm\r\n" + octets)


@settings(max_examples=500)
@given(st.sampled_from([SESSION, OLD]), st.data())
def test_a_report_with_octets_changed_is_a_report_in_bounds_or_refused(
    whole: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    upto = data.draw(st.integers(at, min(len(whole), at + 20)))
    changed = whole[:at] + data.draw(st.binary(max_size=20)) + whole[upto:]
    with suppress(Malformed):
        report = parse(changed)
        for one in (report.local, report.remote):
            if one is not None:
                assert one.loss is None or 0 <= one.loss <= 1
                assert one.jitter is None or 0 <= one.jitter < 70
                assert all(1 <= score.value <= 5 for score in one.scores)


# The response


def test_a_publication_is_taken_with_an_etag_and_a_time() -> None:
    found = answered(asked(publication(Expires="60")), SOURCE)
    assert found.report == parse(SESSION)
    response = found.response or b""
    assert response.startswith(b"SIP/2.0 200 OK\r\n")
    assert b"\r\nSIP-ETag: " in response
    assert b"\r\nExpires: 60\r\n" in response
    assert b";rport=5071" in response
    assert b";received=127.0.0.1" in response
    assert b"To: <sip:collector@127.0.0.1>;tag=" in response
    assert b"CSeq: 4331 PUBLISH" in response


REFUSED: dict[str, tuple[bytes, int, bytes]] = {
    "another event": (publication(Event="presence"), 489, b"Allow-Events: vq-rtcpxr"),
    "no event": (publication(Event=None), 489, b"Allow-Events: vq-rtcpxr"),
    "another body": (
        publication(Content_Type="application/sdp"),
        415,
        b"Accept: " + TYPE.encode(),
    ),
    "a packed body": (publication(Content_Encoding="gzip"), 415, b"Accept-Encoding: identity"),
    "a refresh of none": (publication(SIP_If_Match="abc"), 412, b""),
    "an extension": (publication(Require="100rel"), 420, b"Unsupported: 100rel"),
    "another method": (
        publication(CSeq="1 INVITE").replace(b"PUBLISH sip", b"INVITE sip"),
        405,
        b"Allow: PUBLISH",
    ),
    "no call id": (publication(Call_ID=None), 400, b""),
    "the sequence of another": (publication(CSeq="1 INVITE"), 400, b""),
    "a body cut short": (publication(Content_Length="99999"), 400, b""),
    "no length": (publication(Content_Length="many"), 400, b""),
    "no time": (publication(Expires="soon"), 400, b""),
    "too long": (publication(SESSION + b"X:y\r\n" * 5000), 413, b""),
}


@pytest.mark.parametrize(("octets", "code", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_taken_is_told_why(octets: bytes, code: int, says: bytes) -> None:
    found = answered(asked(octets), SOURCE)
    assert found.report is None
    assert found.response is not None
    assert found.response.startswith(b"SIP/2.0 %d " % code)
    assert says in found.response


def test_short_names_and_folded_lines_are_understood() -> None:
    octets = publication()
    for name, short in ((b"Event", b"o"), (b"Content-Type", b"c"), (b"Call-ID", b"i")):
        octets = octets.replace(b"\r\n" + name + b":", b"\r\n" + short + b":")
    octets = octets.replace(b"Content-Length:", b"l:").replace(b"Event: vq", b"Event:\r\n vq")
    assert status(octets) == 200


def test_who_only_asks_whether_we_live_is_answered() -> None:
    octets = publication(b"", CSeq="1 OPTIONS").replace(b"PUBLISH sip", b"OPTIONS sip")
    assert status(octets) == 200


@settings(max_examples=500)
@given(st.data())
def test_a_request_with_octets_changed_gets_a_response_or_none(data: st.DataObject) -> None:
    whole = publication()
    at = data.draw(st.integers(0, len(whole) - 1))
    upto = data.draw(st.integers(at, min(len(whole), at + 30)))
    changed = whole[:at] + data.draw(st.binary(max_size=30)) + whole[upto:]
    request = read(changed)
    if request is not None:
        response = answered(request, SOURCE).response
        if request.method != "ACK":
            assert response is not None
            assert response.startswith(b"SIP/2.0 ")
            assert response.endswith(b"\r\n\r\n")
            assert response.count(b"\r\n\r\n") == 1


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_no_octets_break_the_reader_of_requests(octets: bytes) -> None:
    read(octets)
    read(b"PUBLISH sip:a SIP/2.0\r\n" + octets)


# The check


@dataclass
class Stand:
    clock: FakeClock
    kit: Kit

    @property
    def inbox(self) -> Inbox:
        return inbox_of(self.kit)

    async def look(self) -> Reading:
        check = a_check("phong", "vq_rtcpxr", address=HERE, timeout=2)
        _, reading = await look_once(vq_rtcpxr.COLLECTOR, check, self.kit)
        return reading


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    clock = FakeClock()
    made = Stand(clock, make_kit(clock))
    made.inbox.listening = True
    yield made
    await made.kit.aclose()


PLACE = {"remote": "sip:giao-ban@hoinghi.example", "media": "audio"}


async def test_what_a_room_published_is_told_per_call_and_direction() -> None:
    async with stand() as at:
        at.inbox.take(HERE, parse(SESSION))
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_quality_reports_total") == 1
        assert told(reading, "vc_call_info", origin="outgoing", protocol="sip") == 1
        assert told(reading, "vc_media_loss_ratio", direction="rx", **PLACE) == 0.05
        assert told(reading, "vc_media_discarded_ratio", direction="rx", **PLACE) == 0.02
        assert told(reading, "vc_media_jitter_seconds", direction="rx", **PLACE) == 0.012
        assert told(reading, "vc_media_round_trip_seconds", direction="rx", **PLACE) == 0.2
        score = {"kind": "lq", "algorithm": "P.564", "direction": "rx", **PLACE}
        assert told(reading, "vc_media_reported_mos", **score) == 3.4
        assert told(reading, "vc_media_reported_mos", direction="tx", algorithm="vendor") == 4.1
        ours = told(reading, "vc_media_estimated_mos", direction="rx")
        assert ours is not None
        assert ours != 3.4
        declared = {emit.name: set(emit.labels) for emit in vq_rtcpxr.COLLECTOR.emits}
        for series, _ in reading.samples:
            assert {key for key, _ in series.labels} - {"instance"} <= declared[series.name]


async def test_a_call_that_is_over_is_told_once_and_ends() -> None:
    async with stand() as at:
        at.inbox.take(HERE, parse(SESSION))
        await at.look()
        at.clock.advance(ENDED)
        after = await at.look()
        assert told(after, "vc_media_loss_ratio", direction="rx", **PLACE) is None
        assert any(is_stale(value) for _, value in after.samples)
        assert told(after, "vc_quality_reports_total") == 1
        assert not any(is_stale(value) for _, value in (await at.look()).samples)


async def test_an_interval_stands_until_the_next_one_is_long_overdue() -> None:
    async with stand() as at:
        at.inbox.take(HERE, parse(OLD))
        at.clock.advance(FRESH - 1)
        assert told(await at.look(), "vc_media_loss_ratio", remote="10.2.0.52") == 0.015
        at.clock.advance(1)
        assert told(await at.look(), "vc_media_loss_ratio", remote="10.2.0.52") is None


async def test_picture_and_sound_of_one_call_stand_side_by_side() -> None:
    async with stand() as at:
        at.inbox.take(HERE, parse(SESSION))
        at.inbox.take(HERE, parse(SESSION.replace(b"PD=G729", b"PD=H264")))
        reading = await at.look()
        for media in ("audio", "video"):
            place = {"remote": PLACE["remote"], "direction": "rx", "media": media}
            assert told(reading, "vc_media_loss_ratio", **place) == 0.05


async def test_invented_names_make_no_endless_series() -> None:
    async with stand() as at:
        for n in range(200):
            said = SESSION.replace(b"sip:giao-ban@", b"sip:bia-%d@" % n)
            at.inbox.take(HERE, parse(said))
            at.clock.advance(1)
        reading = await at.look()
        remotes = {dict(series.labels).get("remote") for series, _ in reading.samples}
        assert OTHERS in remotes
        assert len(at.inbox.of(HERE)) <= 16


async def test_where_nobody_listens_the_check_says_so() -> None:
    async with stand() as at:
        at.inbox.listening = False
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.LOCAL
        assert "[hearing] quality" in reading.failure.detail


def test_a_report_can_be_compared() -> None:
    assert isinstance(parse(SESSION), Report)
    assert parse(SESSION) == parse(SESSION.replace(b"\r\n", b"\n"))
