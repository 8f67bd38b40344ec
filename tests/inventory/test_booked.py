"""What a meeting hangs on is looked at more often, and is sure sooner: never less surely."""

from datetime import timedelta

from alerts.judge import is_fast
from core.losses import LONGEST_BURST, needed
from core.watching import Check, Confirm, Verify
from inventory.booked import quickened


def ping(interval: float = 1.0, **verify: object) -> Check:
    return Check(
        slug="gw/icmp",
        target="gw",
        collector="icmp",
        address="192.0.2.1",
        interval=interval,
        reach=True,
        verify=Verify.model_validate(verify),
    )


def test_a_booked_ping_is_sent_more_often_and_its_burst_is_over_sooner() -> None:
    quick = quickened(ping())
    assert quick.interval == 0.4
    assert quick.verify is not None
    assert quick.verify.spacing < Verify().spacing


def test_a_booked_burst_is_as_sure_as_any_and_longer_than_what_we_tolerate() -> None:
    quick = quickened(ping())
    assert is_fast(quick)
    assert quick.verify is not None
    lasts = timedelta(seconds=quick.verify.spacing * (needed(0.0) - 1))
    assert lasts > LONGEST_BURST


def test_nothing_booked_is_looked_at_less_often_than_before() -> None:
    eager = ping(0.25, spacing=0.02)
    assert quickened(eager) == eager
    table = Check(
        slug="gw/snmp_interfaces",
        target="gw",
        collector="snmp_interfaces",
        address="192.0.2.1",
        interval=60.0,
    )
    assert quickened(table).interval == 15.0
    connection = Check(
        slug="gw/tcp",
        target="gw",
        collector="tcp",
        address="192.0.2.1",
        interval=10.0,
        reach=True,
        confirm=Confirm(failures=3, window=3),
    )
    assert (quickened(connection).interval, quickened(connection).confirm.failures) == (3.0, 2)


def test_what_is_asked_seldom_keeps_its_own_pace_through_a_meeting() -> None:
    for collector, interval in (("cli_config", 4 * 3600.0), ("snmp_inventory", 240.0)):
        check = Check(
            slug=f"gw/{collector}",
            target="gw",
            collector=collector,
            address="192.0.2.1",
            interval=interval,
        )
        assert quickened(check) == check


def test_equipment_that_needs_a_pause_has_it_during_a_meeting_too() -> None:
    codec = Check(
        slug="vc/poly_videoos",
        target="vc",
        collector="poly_videoos",
        address="192.0.2.1",
        interval=60.0,
    )
    assert quickened(codec, pause=30.0).interval == 30.0
    often = codec.model_copy(update={"interval": 20.0})  # as its owner wants it
    assert quickened(often, pause=30.0).interval == 20.0
