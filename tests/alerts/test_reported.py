"""What others report becomes one incident each, and never more than they said."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from alerts.brain import Brain
from alerts.reported import MOST, Reported, Reporting
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.alert import Alert, Heard
from core.incident import EXTERNAL, Incident, IncidentState, Purpose, Severity
from core.outcome import Memory, Outcome
from core.status import Status, TargetState
from core.text import Language
from tests.alerts.province import AT_ONCE, CONTACT, estate
from tests.factories import DAWN

MINUTE = timedelta(minutes=1)
PLACE = estate(hubs=1, communes=2)


def brain(*incidents: Incident, states: Mapping[str, TargetState] | None = None) -> Brain:
    memory = Memory(incidents=incidents, states=states or {})
    return Brain(PLACE, memory, AT_ONCE, [CONTACT], DAWN, reporting=Reporting(patience=3600))


def alert(
    fingerprint: str = "f1",
    *,
    firing: bool = True,
    at: datetime = DAWN,
    ends: datetime | None = None,
    summary: str = "Ổ đĩa sắp đầy",
    **labels: str,
) -> Alert:
    named = {"alertname": "DiskFull", "severity": "critical", **labels}
    return Alert(fingerprint, firing, at, ends, named, summary)


def told(mind: Brain, *alerts: Alert, at: datetime = DAWN) -> tuple[Outcome, Heard]:
    return mind.report(alerts, at)


def test_an_alert_opens_one_incident_and_its_end_closes_it() -> None:
    mind = brain()
    outcome, heard = told(mind, alert(instance="c11-gw:9100"))
    assert (heard.opened, heard.known) == (1, 0)
    [incident] = outcome.incidents
    assert (incident.kind, incident.root, incident.cause) == (EXTERNAL, "c11-gw", "f1")
    assert incident.severity is Severity.CRITICAL
    assert incident.detail == "DiskFull: Ổ đĩa sắp đầy"
    assert [n.incident for n in outcome.notifications] == [incident.id]
    for _ in range(3):
        outcome, heard = told(mind, alert(instance="c11-gw:9100"), at=DAWN + MINUTE)
        assert (heard.known, outcome.empty) == (1, True)
    end = alert(instance="c11-gw:9100", firing=False, ends=DAWN + 2 * MINUTE)
    outcome, heard = told(mind, end, at=DAWN + 3 * MINUTE)
    assert heard.recovered == 1
    [closed] = outcome.incidents
    assert (closed.id, closed.state) == (incident.id, IncidentState.RECOVERED)
    assert closed.recovered_at == DAWN + 2 * MINUTE
    assert [n.purpose for n in outcome.notifications] == [Purpose.RECOVERY]
    assert mind.incidents == ()
    outcome, heard = told(mind, end, at=DAWN + 4 * MINUTE)
    assert (heard.ignored, outcome.empty) == (1, True)


def test_news_of_what_is_over_opens_nothing_and_a_new_beginning_does() -> None:
    mind = brain()
    told(mind, alert(at=DAWN))
    over = alert(at=DAWN, firing=False, ends=DAWN + 2 * MINUTE)
    told(mind, over, at=DAWN + 3 * MINUTE)
    _, heard = told(mind, alert(at=DAWN), at=DAWN + 4 * MINUTE)
    assert heard.ignored == 1
    _, heard = told(mind, alert(at=DAWN + 5 * MINUTE), at=DAWN + 5 * MINUTE)
    assert heard.opened == 1
    _, heard = told(mind, over, at=DAWN + 6 * MINUTE)  # of the time before
    assert (heard.recovered, heard.ignored) == (0, 1)


def test_what_is_none_of_ours_is_told_with_its_labels() -> None:
    mind = brain()
    unknown = alert(instance="api-1:9090", job="mttq", severity="page")
    outcome, _ = told(mind, unknown)
    [incident] = outcome.incidents
    assert (incident.root, incident.severity) == ("api-1:9090", Severity.MAJOR)
    assert "instance=api-1:9090, job=mttq" in incident.detail
    assert outcome.notifications, "whoever looks after everything is told"
    in_words: tuple[tuple[Language, str], ...] = (
        ("vi", "có cảnh báo DiskFull"),
        ("en", "reported by an alert, DiskFull"),
    )
    for language, fails in in_words:
        telling = Telling(Purpose.PROBLEM, incident, DAWN, "https://ts.example.vn", code="0042")
        said = render(telling, mind.topology, language, message_id="1", to="x")
        assert fails in said.body
        assert "job=mttq" in said.body
        assert said.short is not None
        assert said.short.sms.endswith(("Tra loi: OK 0042", "Answer: OK 0042"))
        over = incident.model_copy(
            update={"state": IncidentState.RECOVERED, "recovered_at": DAWN + MINUTE}
        )
        end = Telling(Purpose.RECOVERY, over, DAWN + MINUTE)
        assert render(end, mind.topology, language, message_id="2", to="x").body


@pytest.mark.parametrize(
    ("labels", "target"),
    [
        ({"instance": "c11-gw"}, "c11-gw"),
        ({"instance": "c11-gw:9100"}, "c11-gw"),
        ({"device": "", "instance": "10.0.0.300:161"}, None),
        ({"site": "c11", "instance": "somewhere"}, "c11"),
        ({"link": "line1"}, "line1"),
        ({"pod": "c11-gw"}, None),
        ({}, None),
    ],
)
def test_labels_name_a_target(labels: dict[str, str], target: str | None) -> None:
    assert brain()._reported.target_of(labels) == target


def test_a_device_is_known_by_an_address_that_nobody_shares() -> None:
    targets = tuple(
        t.model_copy(update={"address": "10.75.0.9"}) if t.slug == "c11-gw" else t
        for t in PLACE.targets
    )
    place = PLACE.model_copy(update={"targets": targets})
    known = Reported(Topology(place), (), Reporting(), DAWN)
    assert known.target_of({"instance": "10.75.0.9:9100"}) == "c11-gw"
    shared = next(t.address for t in targets if t.slug == "core")
    assert known.target_of({"instance": f"{shared}:9100"}) is None


def test_where_the_target_is_down_the_outage_speaks_for_it() -> None:
    down = TargetState("line1", Status.DOWN, DAWN, "confirmed_silence")
    behind = TargetState("c11-gw", Status.UNREACHABLE, DAWN, "parent_failed", "line1")
    outage = Incident(
        id="SC-20261122-0001", root="line1", severity=Severity.CRITICAL,
        began_at=DAWN, decided_at=DAWN, cause="silence",
    )  # fmt: skip
    mind = brain(outage, states={"line1": down, "c11-gw": behind})
    outcome, heard = told(mind, alert(instance="c11-gw"), alert("f2", instance="api"))
    assert (heard.hidden, heard.opened) == (1, 1)
    notes = [(n.incident, n.kind) for n in outcome.notes]
    assert (outage.id, "alert") in notes
    outcome, heard = told(mind, alert(instance="c11-gw"), at=DAWN + MINUTE)
    assert (heard.hidden, outcome.notes) == (1, [])


def test_one_that_nobody_speaks_of_any_more_is_let_go_and_never_called_recovered() -> None:
    mind = brain()
    told(mind, alert())
    told(mind, alert(), at=DAWN + 50 * MINUTE)
    assert mind.tick(DAWN + 90 * MINUTE).incidents == []
    outcome = mind.tick(DAWN + 111 * MINUTE)
    assert [note.text for note in outcome.notes] == ["retired"]
    assert mind.incidents == ()


def test_it_goes_on_after_a_restart_and_gets_worse_only() -> None:
    first = brain()
    [incident] = told(first, alert(severity="warning"))[0].incidents
    again = brain(incident)
    outcome, heard = told(again, alert(severity="warning"), at=DAWN + MINUTE)
    assert (heard.known, outcome.incidents) == (1, [])
    outcome, _ = told(again, alert(severity="critical"), at=DAWN + MINUTE)
    assert [i.severity for i in outcome.incidents] == [Severity.CRITICAL]
    outcome, _ = told(again, alert(severity="info"), at=DAWN + MINUTE)
    assert outcome.incidents == []
    assert [i.version for i in again.incidents] == [2]


def test_a_flood_opens_no_more_than_it_may() -> None:
    mind = brain()
    outcome, heard = told(mind, *(alert(f"f{n}", instance=f"x{n}") for n in range(MOST + 50)))
    assert (heard.opened, heard.refused, len(outcome.incidents)) == (MOST, 50, MOST)


def test_a_clock_that_is_set_back_keeps_them() -> None:
    mind = brain()
    told(mind, alert(at=DAWN + 10 * MINUTE), at=DAWN + 10 * MINUTE)
    mind.tick(DAWN)
    assert len(mind.incidents) == 1
    assert mind.incidents[0].began_at <= DAWN
