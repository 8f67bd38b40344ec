"""How telling and duty stand as series: counted from a real ledger, looked up anew each time."""

from datetime import UTC, date, datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest

from core.incident import (
    Delivery,
    Incident,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule
from core.outcome import Outcome
from core.silence import Scope
from runtime import duty_series as duty
from runtime.duty_series import DutySeries, Telling
from runtime.estate_feed import Edition
from storage.ledger import Ledger
from storage.silences import Wanted
from tests.alerts.province import estate
from tests.factories import DAWN, FakeClock

AN = Contact(slug="an", name="Nguyễn Văn An", email="an@donvi.vn")
DUTY = Inventory(
    contacts=(AN,),
    rotas=(Rota(slug="cntt", name="Trực CNTT"),),
    rota_rules=(
        RotaRule(
            slug="an",
            name="An",
            rota="cntt",
            people=("an",),
            start=date(2020, 1, 1),
            days=(1, 2, 3, 4, 5, 6),
        ),
    ),
)
CODE = "SC-20261122-0001"


def incident(at: datetime) -> Incident:
    return Incident(
        id=CODE,
        root="line1",
        severity=Severity.CRITICAL,
        state=IncidentState.OPEN,
        began_at=at,
        decided_at=at,
        members=(Member(target="line1", joined_at=at),),
    )


def asking(channel: str, at: datetime) -> Notification:
    return Notification(
        incident=CODE,
        purpose=Purpose.PROBLEM,
        recipient="an",
        address="an@donvi.vn",
        channel=channel,
        reason="new_problem",
        due_at=at,
    )


async def a_night(ledger: Ledger, clock: FakeClock) -> None:
    """Let an incident be told after 40 s by one channel, be refused by another, and be taken on."""
    at = clock.now()
    rows = [asking("mail", at), asking("sms", at)]
    await ledger.brain.commit(Outcome(incidents=[incident(at)], notifications=rows), at)
    clock.advance(40)
    for row in await ledger.outbox.claim("hub", clock.now()):
        ok = row.channel == "mail"
        attempt = Delivery(notification=row.id or 0, at=clock.now(), ok=ok, receipt="x")
        state = NotificationState.SENT if ok else NotificationState.FAILED
        await ledger.outbox.settle(row, attempt, state)
    await ledger.incidents.acknowledge(CODE, "an", at + timedelta(seconds=100))


async def test_what_channels_and_people_did_is_counted_from_the_decision(ledger: Ledger) -> None:
    clock, broken = FakeClock(DAWN), {"sms"}
    await ledger.inventory.apply(Changes(put=DUTY), "an", DAWN)
    series = DutySeries(
        ledger,
        Telling(lambda: (incident(DAWN),), ("mail", "sms"), lambda: broken),
        lambda: Edition(1, DAWN.date(), estate(hubs=1, communes=2), (AN,)),
        clock,
    )
    await series.refresh()
    await a_night(ledger, clock)
    wanted = Wanted(DAWN, DAWN + timedelta(hours=1), "Chờ vật tư", Scope(targets=("line1",)))
    await ledger.silences.add(wanted, "an", clock.now())
    clock.advance(60)
    await series.refresh()
    found = {str(one): value for one, value in series.samples((("job", "thongsuot"),))}
    sent = 'thongsuot_channel_messages_total{channel="%s",job="thongsuot",outcome="%s"}'
    assert found[sent % ("mail", "sent")] == 1
    assert found[sent % ("sms", "refused")] == found[sent % ("sms", "given_up")] == 1
    assert found['thongsuot_channel_delay_seconds_total{channel="mail",job="thongsuot"}'] == 40
    assert found['thongsuot_channel_timed_total{channel="sms",job="thongsuot"}'] == 0
    assert found['thongsuot_channel_up{channel="sms",job="thongsuot"}'] == 0
    assert found['thongsuot_acks_total{job="thongsuot"}'] == 1
    assert found['thongsuot_ack_delay_seconds_total{job="thongsuot"}'] == 100
    assert found['thongsuot_incidents_untaken{job="thongsuot"}'] == 0
    [hides] = [value for name, value in found.items() if name.startswith(duty.HIDES)]
    assert hides == 1
    [left] = [value for name, value in found.items() if name.startswith(duty.SILENCE)]
    assert left == 3500


async def test_who_is_on_duty_and_when_nobody_will_be_is_told(sqlite_ledger: Ledger) -> None:
    clock = FakeClock(datetime(2026, 11, 20, 3, tzinfo=UTC))  # a Friday
    await sqlite_ledger.inventory.apply(Changes(put=DUTY), "an", DAWN)
    series = DutySeries(
        sqlite_ledger,
        Telling(tuple, (), set),
        lambda: Edition(1, DAWN.date(), estate(hubs=1, communes=2), (AN,)),
        clock,
    )
    await series.refresh()
    found = {str(one): value for one, value in series.samples(())}
    who = 'contact="an",name="Nguyễn Văn An",role="primary",rota="cntt"'
    assert found[f"{duty.ON_DUTY}{{{who}}}"] == 1
    assert found[f'{duty.GAPS}{{name="Trực CNTT",rota="cntt"}}'] == 4 * 86_400 + 9_000  # to 10:00
    assert 0 < found[f'{duty.NEXT_GAP}{{name="Trực CNTT",rota="cntt"}}'] <= 3 * 86_400
    registry = CollectorRegistry()
    registry.register(series)
    page = generate_latest(registry).decode()
    assert any(line.startswith(duty.ON_DUTY) for line in page.splitlines())
    assert "# TYPE thongsuot_acks_total counter" in page
