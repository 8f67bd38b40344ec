"""A readiness run looks as far as its hour allows; what it did not see it never calls ready."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.both_ends import End, RoomQuality
from alerts.legs import FRESH
from alerts.meeting_words import REASON, Telling, reason_in_words, report, request
from alerts.quality import Bands, Figures, of_stream
from alerts.readiness import due_stage, finding, findings, to_be_told, worse
from alerts.room_stack import Layer, RoomFacts, Standing, Surroundings, joined, stack
from alerts.signals import Signal, Signals
from alerts.topology import Topology
from core.inventory import Contact
from core.labels import Series
from core.meeting import Beat, Finding, Readiness, ReadinessRun, Reason, Said, Tick
from core.reading import Failure, FailureKind, Reading
from core.status import Status, TargetState
from tests.alerts.province import estate, serving
from tests.alerts.test_endangered import a_meeting
from tests.factories import DAWN

UP = Standing("x", Status.UP, DAWN, "answers")
DOWN = Standing("x", Status.DOWN, DAWN, "confirmed_silence")
CUT = Standing("c11", Status.UNREACHABLE, DAWN, "parent_failed", "line-c11")
DARK = Standing("x", Status.UNKNOWN, DAWN, "not_observed")
OFF = Standing("x", Status.UNKNOWN, DAWN, "off_hours")
STAGES = (1440, 60, 30, 10)


def facts(**changes: object) -> RoomFacts:
    fields: dict[str, object] = {"room": "r", "site": UP, "endpoint": UP, "phone": "an"}
    return RoomFacts(**(fields | changes))  # type: ignore[arg-type]


def tick(item: str, *, good: bool = True) -> Tick:
    return Tick(meeting="HN", room="r", item=item, good=good, at=DAWN, by="an")


def ticked(**items: bool) -> dict[str, Tick]:
    return {item: tick(item, good=good) for item, good in items.items()}


def signal(**changes: object) -> Signal:
    return Signal(at=DAWN, **changes)  # type: ignore[arg-type]


def heard(loss: float, *, lasts: bool = True) -> RoomQuality:
    verdict = of_stream(Figures("video", "rx", loss=loss), Bands())
    return RoomQuality(DAWN, verdict, End.ROOM, {End.ROOM: verdict}, lasts=lasts)


@pytest.mark.parametrize(
    ("known", "ahead", "result", "reason"),
    [
        (facts(), 1440, Readiness.READY, None),
        (facts(site=CUT, endpoint=CUT), 1440, Readiness.NOT_READY, "cut_off"),
        (facts(endpoint=DOWN), 1440, Readiness.READY, "too_early"),
        (facts(endpoint=OFF), 60, Readiness.READY, "too_early"),
        (facts(endpoint=DOWN), 46, Readiness.READY, "too_early"),
        (facts(endpoint=DOWN), 45, Readiness.NOT_READY, "endpoint_silent"),
        (facts(endpoint=OFF), 30, Readiness.NOT_CHECKED, "not_observed"),
        (facts(site=DARK, endpoint=DARK), 1440, Readiness.NOT_CHECKED, "not_observed"),
        (facts(weak=(Standing("l", Status.DEGRADED),)), 60, Readiness.AT_RISK, "line_weak"),
        (facts(weak=(Standing("l", Status.DOWN),)), 60, Readiness.AT_RISK, "line_down"),
        (facts(signal=signal(registered=False)), 60, Readiness.READY, "too_early"),
        (facts(signal=signal(registered=False)), 30, Readiness.NOT_READY, "not_registered"),
        (facts(signal=signal(registered=True)), 10, Readiness.READY, None),
        (facts(endpoint=None), 60, Readiness.READY, None),
        (facts(endpoint=None), 30, Readiness.NOT_CHECKED, "nobody_looked"),
        (
            facts(endpoint=None, ticks=ticked(screen=True, sound=True, power=True)),
            30,
            Readiness.READY,
            None,
        ),
        (
            facts(endpoint=None, ticks=ticked(present=True)),
            10,
            Readiness.NOT_CHECKED,
            "nobody_looked",
        ),
        (facts(endpoint=None, ticks=ticked(present=True)), -1, Readiness.READY, None),
        (
            facts(endpoint=None, ticks=ticked(present=False)),
            -1,
            Readiness.NOT_CHECKED,
            "nobody_looked",
        ),
        (facts(ticks=ticked(sound=False)), 30, Readiness.NOT_READY, "person_says"),
        (facts(phone=None), 1440, Readiness.READY, "nobody_to_phone"),
        (facts(signal=signal(in_call=False)), 10, Readiness.READY, None),
        (facts(signal=signal(in_call=False)), -1, Readiness.NOT_READY, "not_in_call"),
        (
            facts(signal=signal(in_call=True), quality=heard(0.1)),
            -1,
            Readiness.AT_RISK,
            "poor_media",
        ),
        (
            facts(signal=signal(in_call=True), quality=heard(0.1, lasts=False)),
            -1,
            Readiness.READY,
            None,
        ),
        (facts(endpoint=None, on_bridge=True), 30, Readiness.READY, None),
        (None, 60, Readiness.NOT_CHECKED, "not_watched"),
    ],
)
def test_a_room_is_judged_as_far_as_can_be_expected(
    known: RoomFacts | None, ahead: float, result: Readiness, reason: str | None
) -> None:
    found = finding("r", known, ahead)
    assert found.result is result
    assert (found.reasons[0].name if found.reasons else None) == reason


def test_the_worst_reason_comes_first_and_whom_to_phone_is_named() -> None:
    found = finding("r", facts(endpoint=DOWN, weak=(Standing("l", Status.DEGRADED),)), ahead=10)
    assert [reason.name for reason in found.reasons] == ["endpoint_silent", "line_weak"]
    assert found.phone == "an"


def test_each_stage_runs_once_and_of_missed_ones_the_last_is_made_up_for() -> None:
    begin = DAWN + timedelta(hours=30)

    def due(hours: float, *done: int) -> int | None:
        return due_stage(begin, STAGES, done, begin - timedelta(hours=hours))

    assert due(25) is None
    assert due(24) == 1440
    assert due(24, 1440) is None
    assert due(1, 1440) == 60
    assert due(0.2, 1440) == 30
    assert due(0.1, 1440, 30) == 10
    assert due(0.1, 1440, 30, 10) is None
    assert due(0) is None


def a_run(stage: int, **results: Readiness) -> ReadinessRun:
    found = tuple(Finding(room=room, result=result) for room, result in results.items())
    return ReadinessRun(meeting="HN", stage=stage, at=DAWN, findings=found)


def test_the_officer_hears_the_first_run_the_last_and_what_became_worse() -> None:
    first = a_run(1440, a=Readiness.READY, b=Readiness.NOT_READY)
    better = a_run(60, a=Readiness.READY, b=Readiness.READY)
    bad = a_run(60, a=Readiness.AT_RISK, b=Readiness.READY)
    assert to_be_told(first, (), STAGES)
    assert not to_be_told(better, (first,), STAGES)
    assert to_be_told(bad, (first,), STAGES)
    assert worse(first, bad) == ("a",)
    assert to_be_told(a_run(10, a=Readiness.READY), (first, better), STAGES)
    assert to_be_told(a_run(30, b=Readiness.NOT_READY), (first, better), STAGES)


def pc(*, heard: bool = True, **said: object) -> dict[str, object]:
    """Return the facts of a room that meets by PC."""
    beat = Beat.model_validate({"room": "r", "at": DAWN, "by": "pc", **said})
    return {"endpoint": None, "client": beat, "beat": beat if heard else None}


LOOKED = ticked(screen=True, sound=True, power=True)


@pytest.mark.parametrize(
    ("known", "ahead", "result", "reason"),
    [
        (facts(**pc(heard=False)), 60, Readiness.READY, "too_early"),
        (facts(**pc(heard=False)), 45, Readiness.NOT_READY, "client_silent"),
        (facts(**pc(heard=False), ticks=LOOKED), 30, Readiness.AT_RISK, "client_silent"),
        (facts(**pc(client=True)), 10, Readiness.READY, None),
        (facts(**pc(client=False)), 30, Readiness.READY, None),
        (facts(**pc(client=False)), 10, Readiness.AT_RISK, "client_closed"),
        (facts(**pc(client=False)), -1, Readiness.NOT_READY, "client_closed"),
        (facts(**pc(camera=False)), 60, Readiness.AT_RISK, "client_lacks"),
        (facts(**pc(camera=None)), 60, Readiness.READY, None),
        (facts(**pc(clock_offset=-61.0)), 60, Readiness.AT_RISK, "client_clock"),
        (facts(**pc(in_call=True), quality=heard(0.1)), -1, Readiness.AT_RISK, "poor_media"),
        (facts(**pc(client=True, way_loss=0.2)), 10, Readiness.READY, None),
        (
            facts(**pc(client=True), ticks=ticked(sound=False)),
            10,
            Readiness.NOT_READY,
            "person_says",
        ),
        (facts(**pc(client=True), site=CUT), 10, Readiness.AT_RISK, "cut_off"),
        (facts(**pc(client=True), site=DARK), 10, Readiness.READY, None),
        (facts(**pc(heard=False), site=CUT), 10, Readiness.NOT_READY, "cut_off"),
        (
            facts(**pc(client=True), site=replace(CUT, since=DAWN + timedelta(seconds=1))),
            10,
            Readiness.NOT_READY,
            "cut_off",
        ),
    ],
)
def test_a_room_that_meets_by_pc_is_judged_by_what_its_pc_says(
    known: RoomFacts, ahead: float, result: Readiness, reason: str | None
) -> None:
    found = finding("r", known, ahead)
    assert found.result is result
    assert (found.reasons[0].name if found.reasons else None) == reason


def test_a_pc_that_is_off_is_no_fault_until_its_meeting_begins() -> None:
    off = facts(**pc(heard=False))
    assert stack(off, meets=False).reachable is Layer.NOT_EXPECTED
    assert stack(off, meets=True).reachable is Layer.BAD
    on = facts(**pc(client=True))
    assert (stack(on, meets=True).reachable, stack(on, meets=True).registered) == (
        Layer.GOOD,
        Layer.GOOD,
    )


def test_layers_stand_on_each_other_and_what_is_not_seen_is_not_good() -> None:
    unseen = stack(facts(), meets=True)
    assert [layer for _, layer in unseen.layers] == [
        Layer.GOOD,
        Layer.NOT_CHECKED,
        Layer.NOT_CHECKED,
        Layer.NOT_CHECKED,
    ]
    assert stack(facts(), meets=False).in_call is Layer.NOT_EXPECTED
    cut = stack(facts(site=CUT, endpoint=CUT, signal=signal(in_call=True)), meets=True)
    assert (cut.reachable, cut.registered, cut.in_call) == (
        Layer.BAD,
        Layer.NOT_CHECKED,
        Layer.BAD,
    )
    well = stack(
        facts(signal=signal(registered=True, in_call=True), quality=heard(0.0)), meets=True
    )
    assert {layer for _, layer in well.layers} == {Layer.GOOD}
    asleep = stack(facts(endpoint=OFF), meets=False)
    assert asleep.reachable is Layer.NOT_EXPECTED


def test_equipment_is_believed_before_a_bridge_a_client_and_a_person() -> None:
    beat = Beat(room="r", at=DAWN, in_call=False, by="pc")
    person = ticked(present=True)
    assert joined(facts()) is None
    assert joined(facts(ticks=person)) == (True, "person")
    assert joined(facts(ticks=person, beat=beat)) == (False, "client")
    assert joined(facts(ticks=person, beat=beat, on_bridge=True)) == (True, "bridge")
    assert joined(facts(beat=beat, on_bridge=False, signal=signal(in_call=True))) == (True, "call")


def reading(**values: float) -> Reading:
    samples = [
        (Series.of(name, (("instance", "c11-vc"),)), value) for name, value in values.items()
    ]
    return Reading("c11-vc/cisco_codec", "center", DAWN, samples)


def test_signals_are_the_last_word_of_equipment_and_grow_stale() -> None:
    signals = Signals()
    signals.hear([Reading("c11-gw/icmp", "center", DAWN, [(Series.of("probe_success"), 1.0)])])
    signals.hear([reading(vc_registered=1.0, vc_in_call=0.0)])
    assert signals.of("c11-gw", DAWN) is None
    found = signals.of("c11-vc", DAWN + FRESH)
    assert found is not None
    assert (found.registered, found.in_call) == (True, False)
    assert signals.of("c11-vc", DAWN + FRESH + timedelta(seconds=1)) is None
    assert signals.of(None, DAWN) is None


def test_a_look_at_equipment_that_failed_does_not_make_it_mute() -> None:
    signals, refused = Signals(), Failure(FailureKind.AUTH, "401")
    signals.hear(
        [
            Reading(
                "c11-vc/cisco_codec", "center", DAWN, [(Series.of("probe_success"), 0.0)], refused
            )
        ]
    )
    signals.hear([reading(vc_registered=1.0)])
    found = signals.of("c11-vc", DAWN)
    assert found is not None
    assert found.registered is True


def test_who_publishes_a_calls_quality_hides_nothing_that_a_look_has_found() -> None:
    signals, later = Signals(), DAWN + timedelta(seconds=10)
    signals.hear([reading(vc_registered=1.0, vc_in_call=1.0)])
    said = [(Series.of("vc_media_loss_ratio"), 0.04), (Series.of("vc_media_jitter_seconds"), 0.02)]
    signals.hear([Reading("c11-vc/vq_rtcpxr", "center", later, said)])
    found = signals.of("c11-vc", later)
    assert found is not None
    assert (found.registered, found.in_call) == (True, True)


def test_whom_equipment_has_dialled_is_kept_and_not_who_hangs_on_a_bridge() -> None:
    signals = Signals()
    call = Series.of("vc_call_info", (), remote="sip:7000@hop.vn", protocol="sip")
    leg = Series.of("vc_call_info", (), remote="room-c12", conference="7000")
    signals.hear(
        [
            Reading("c11-vc/codec", "center", DAWN, [(Series.of("vc_in_call"), 1.0), (call, 1.0)]),
            Reading("bridge/pexip", "center", DAWN, [(leg, 1.0)]),
        ]
    )
    codec, bridge = signals.of("c11-vc", DAWN), signals.of("bridge", DAWN)
    assert codec is not None
    assert bridge is not None
    assert (codec.dialled, bridge.dialled) == (("sip:7000@hop.vn",), ())


def test_the_facts_of_rooms_come_from_their_equipment_their_site_and_their_lines() -> None:
    drawn = Topology(serving(estate(hubs=1, communes=2)))
    states = {
        "c11": TargetState("c11", Status.DEGRADED, DAWN, "member_amiss", None, "c11-vc"),
        "c11-vc": TargetState("c11-vc", Status.DOWN, DAWN, "confirmed_silence", "c11-vc"),
        "line-c11": TargetState("line-c11", Status.DEGRADED, DAWN, "losing_packets"),
        "c12": TargetState("c12", Status.UP, DAWN, "gateway_answers"),
    }
    signals = Signals()
    around = Surroundings(drawn, states, signals, Said({}, {}), {"c11": "an"}, DAWN)
    room = around.facts("room-c11")
    assert room is not None
    assert room.endpoint is not None
    assert (room.endpoint.slug, room.endpoint.lost, room.phone) == ("c11-vc", True, "an")
    assert [one.slug for one in room.weak] == ["line-c11"]
    by_pc = around.facts("room-c12")
    assert by_pc is not None
    assert (by_pc.endpoint, by_pc.site.status, by_pc.phone) == (None, Status.UP, None)
    site = around.facts("c11")
    assert site is not None
    assert site.endpoint == room.endpoint
    assert around.facts("nowhere") is None


AN = Contact(slug="an", name="Nguyễn Văn An", phone="0912345678")


def test_the_report_names_counts_the_worst_rooms_why_and_whom_to_phone() -> None:
    meeting = a_meeting(["room-c11", "room-c12"], DAWN + timedelta(hours=1))
    drawn = Topology(serving(estate(hubs=1, communes=2)))
    rooms = [
        ("room-c11", facts(room="room-c11", site=CUT, endpoint=CUT)),
        ("room-c12", facts(room="room-c12")),
    ]
    found = findings(meeting, rooms, Standing("bridge", Status.UP), DAWN)
    run = ReadinessRun(meeting=meeting.id, stage=60, at=DAWN, findings=found)
    telling = Telling(meeting, drawn, {"an": AN}, DAWN, "https://ts.example.vn")
    said = report(telling, run, "vi", message_id="1", to="x")
    assert said.subject == "Họp 10:00 ngày 22/11: 1/2 điểm cầu sẵn sàng, 1 chưa sẵn sàng"
    assert "kiểm tra trước giờ họp 60 phút (10:00 ngày 22/11/2026)." in said.body
    assert (
        "- Phòng họp c11: chưa sẵn sàng (mất kết nối do Kênh VNPT đi c11 (VNPT-line-c11), từ 09:00 "
        "ngày 22/11/2026) – gọi Nguyễn Văn An 0912345678"
    ) in said.body
    assert "https://ts.example.vn/meetings/HN-20261123-0001" in said.body
    assert said.short is not None
    assert said.short.sms == (
        "HOP 10:00 22/11: san sang 1/2; 1 chua: Phong hop c11. HN-20261123-0001"
    )
    dead = findings(meeting, rooms, Standing("bridge", Status.DOWN), DAWN)
    run = run.model_copy(update={"findings": dead})
    bridgeless = report(telling, run, "vi", message_id="1", to="x")
    assert bridgeless.subject.endswith("1 chưa sẵn sàng, cầu nối hội nghị không trả lời")
    run = run.model_copy(update={"findings": found})
    english = report(telling, run, "en", message_id="1", to="x")
    assert english.subject == "Meeting 10:00 on 22/11: 1/2 rooms ready, 1 not ready"
    assert "Phòng họp c11: not ready (cut off by Line VNPT đi c11" in english.body


def test_the_link_to_a_room_is_whole_in_an_sms_however_long_the_name() -> None:
    meeting = a_meeting(["room-c11"], DAWN)
    drawn = Topology(serving(estate(hubs=1, communes=2)))
    long = drawn.targets["room-c11"].model_copy(update={"name": "Phòng họp trực tuyến " * 8})
    drawn.targets["room-c11"] = long
    telling = Telling(meeting, drawn, {}, DAWN, "https://ts.example.vn")
    token = "t" * 43
    said = request(telling, "room-c11", token, "vi", message_id="1", to="x")
    assert said.short is not None
    assert said.short.sms.endswith(f"https://ts.example.vn/m/{token}")
    assert len(said.short.sms) <= 160
    assert f"https://ts.example.vn/m/{token}" in said.body


def test_every_reason_has_words() -> None:
    drawn = Topology(estate(hubs=1, communes=1))
    for name in REASON:
        reason = Reason(name=name, about="screen" if name == "person_says" else "line1", since=DAWN)
        for language in ("vi", "en"):
            words = reason_in_words(reason, drawn, language)
            assert "{" not in words
