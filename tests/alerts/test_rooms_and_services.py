"""Rooms are as what they hang on is; services fail by themselves, or with what is above them."""

from datetime import datetime, timedelta

from alerts.brain import Brain
from alerts.severity import class_of, severity
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.clock import LOCAL
from core.incident import Incident, IncidentState, Purpose, Severity
from core.outcome import Memory
from core.reading import Failure, FailureKind, Reading
from core.status import Status
from core.text import Language
from core.watching import Confirm, Estate, Hours
from tests.alerts.province import AT_ONCE, CONTACT, estate, service, serving
from tests.factories import DAWN

REFUSED = Failure(FailureKind.REFUSED, "connection refused")
SILENT = Failure(FailureKind.TIMEOUT, "no reply")
WRONG = Failure(FailureKind.PROTOCOL, "HTTP 502")


def plain(what: Estate) -> Estate:
    once = {"verify": None, "interval": 60.0, "confirm": Confirm(failures=1, window=1)}
    return Estate(
        targets=what.targets,
        checks=tuple(c.model_copy(update=once) for c in what.checks if c.reach),
    )


WHAT = plain(serving(estate(hubs=2, communes=2)))


class Land:
    """A brain that is told of everything once a minute."""

    def __init__(self, what: Estate = WHAT, now: datetime = DAWN) -> None:
        self.estate, self.now = what, now
        self.brain = Brain(what, Memory(), AT_ONCE, [CONTACT], now)
        self.ended: list[Incident] = []
        self.minute({})

    def minute(self, failing: dict[str, Failure]) -> None:
        """Let every check run once; then let time pass until nothing is waited for."""
        self.now += timedelta(seconds=30)
        for check in self.estate.checks:
            reading = Reading(check.slug, "center", self.now, failure=failing.get(check.target))
            self._note(self.brain.feed([reading], self.now))
        for _ in range(30):
            self.now += timedelta(seconds=1)
            self._note(self.brain.tick(self.now))

    def _note(self, outcome: object) -> None:
        incidents: list[Incident] = getattr(outcome, "incidents", [])
        self.ended += [i for i in incidents if i.state is not IncidentState.OPEN]

    def status(self, slug: str) -> Status:
        return self.brain.states[slug].status

    def incident(self, root: str) -> Incident:
        return next(i for i in self.brain.incidents if i.root == root)

    def body(self, root: str, language: Language = "vi") -> str:
        telling = Telling(Purpose.PROBLEM, self.incident(root), self.now)
        return render(telling, self.brain.topology, language, message_id="1", to="x").body


def test_rooms_and_services_are_up_where_everything_answers() -> None:
    land = Land()
    for slug in ("room-c11", "room-c12", "room-hub1", "portal", "hub1-web", "abroad"):
        assert land.status(slug) is Status.UP
    assert land.brain.incidents == ()


def test_a_room_is_down_with_its_endpoint_whose_incident_tells_of_it() -> None:
    land = Land()
    land.minute({"c11-vc": SILENT})
    assert land.status("room-c11") is Status.DOWN
    assert land.brain.states["room-c11"].cause == "c11-vc"
    assert land.brain.states["room-c11"].reason == "endpoint_lost"
    (incident,) = land.brain.incidents
    assert incident.root == "c11-vc"
    assert "room-c11" in incident.present
    assert "không dự họp được ở Phòng họp c11" in land.body("c11-vc")
    assert "no meeting can be joined from Phòng họp c11" in land.body("c11-vc", "en")
    land.minute({})
    assert land.status("room-c11") is Status.UP
    assert [i.root for i in land.ended] == ["c11-vc"]


def test_a_room_is_unreachable_with_the_line_of_its_site() -> None:
    land = Land()
    gone = [c.target for c in WHAT.checks if c.target.startswith(("hub1", "c11", "c12"))]
    land.minute(dict.fromkeys(gone, SILENT))
    incident = land.incident("line1")
    assert {"room-c11", "room-c12", "room-hub1", "c11-web", "hub1-web"} <= set(incident.present)
    for slug in ("room-c11", "room-c12", "c11-web"):
        assert land.status(slug) is Status.UNREACHABLE
        assert land.brain.states[slug].cause == "line1"
    body = land.body("line1")
    assert "Dịch vụ ngừng theo: Cổng c11-web, Cổng hub1-web" in body
    assert "Phòng họp" not in body  # its sites are told


def test_a_room_without_equipment_is_as_its_site_is() -> None:
    land = Land()
    land.minute(dict.fromkeys(["c12-gw", "c12-vc"], SILENT))
    assert land.status("c12") is land.status("room-c12") is Status.UNREACHABLE
    assert land.brain.states["room-c12"].reason == "site_lost"


def test_nobody_misses_a_room_outside_its_hours() -> None:
    local = DAWN.astimezone(LOCAL)
    later = (local + timedelta(minutes=2)).replace(second=0, microsecond=0)
    hours = Hours(
        days=(1, 2, 3, 4, 5, 6, 7),
        begin=later.time(),
        end=(later + timedelta(minutes=2)).time(),
    )
    targets = tuple(
        t.model_copy(update={"expected": (hours,)}) if t.slug == "room-c11" else t
        for t in WHAT.targets
    )
    land = Land(Estate(targets=targets, checks=WHAT.checks))
    land.now -= timedelta(seconds=59)
    land.minute({"c11-vc": SILENT})
    assert land.now.astimezone(LOCAL) < later
    assert land.status("room-c11") is Status.UNKNOWN
    assert "room-c11" not in land.incident("c11-vc").present
    land.minute({"c11-vc": SILENT})
    land.minute({"c11-vc": SILENT})
    assert land.status("room-c11") is Status.DOWN
    assert land.brain.states["room-c11"].since == later
    assert "room-c11" in land.incident("c11-vc").present
    for _ in range(2):
        land.minute({"c11-vc": SILENT})
    assert land.status("room-c11") is Status.UNKNOWN


def test_a_service_that_fails_alone_is_a_trouble_of_its_own() -> None:
    land = Land()
    land.minute({"portal": WRONG})
    (incident,) = land.brain.incidents
    assert (incident.root, incident.cause) == ("portal", "wrong_answer")
    assert incident.severity is Severity.WARNING
    assert incident.present == ("portal",)
    assert land.status("center") is Status.UP
    body = land.body("portal")
    assert "Cổng portal (UBND center) ngừng phục vụ" in body
    assert "trả lời sai (HTTP 502)" in body
    assert "điểm cầu" not in body
    assert "out of service" in land.body("portal", "en")


def test_a_service_that_refuses_says_so() -> None:
    land = Land()
    land.minute({"hub1-web": REFUSED, "abroad": SILENT})
    assert land.incident("hub1-web").cause == "refused"
    assert "từ chối kết nối" in land.body("hub1-web")
    assert "mạng của ta vẫn hoạt động" in land.body("abroad")


def test_a_dead_server_explains_its_service() -> None:
    land = Land()
    land.minute({"portal": SILENT, "bridge": SILENT})
    (incident,) = land.brain.incidents
    assert incident.root == "bridge"
    assert land.status("portal") is Status.UNREACHABLE
    land.minute({"portal": SILENT})
    land.minute({"portal": SILENT})
    assert [i.root for i in land.brain.incidents] == ["portal"]


def test_a_service_that_still_answers_is_not_lost_with_a_gateway_that_does_not() -> None:
    land = Land()
    land.minute({"c11-gw": SILENT, "c11-vc": SILENT})
    assert land.status("c11-web") is Status.UP
    assert [i.root for i in land.brain.incidents] == ["c11-gw"]


def test_what_stands_outside_is_not_blamed_on_our_own_cable() -> None:
    land = Land()
    land.minute(dict.fromkeys([c.target for c in WHAT.checks], SILENT))
    (incident,) = land.brain.incidents
    assert incident.root == "core"
    assert land.status("abroad") is Status.UNREACHABLE


def test_an_estate_of_services_alone_is_judged() -> None:
    targets = (service("a", None), service("b", None))
    checks = tuple(c for c in WHAT.checks if c.target == "abroad")
    land = Land(
        Estate(
            targets=targets,
            checks=tuple(
                c.model_copy(update={"target": t.slug, "slug": f"{t.slug}/http"})
                for c in checks
                for t in targets
            ),
        )
    )
    land.minute({"a": SILENT})
    assert (land.status("a"), land.status("b")) == (Status.DOWN, Status.UP)


def test_services_wait_as_devices_do_wherever_they_stand() -> None:
    topology = Topology(WHAT)
    assert {class_of(topology, s) for s in ("portal", "hub1-web", "abroad")} == {"device"}
    assert severity(topology, "portal", ("portal",)) is Severity.WARNING
    assert "abroad" not in topology.starts
