"""Rooms and services as series: named as they are, and as their measurements are."""

from core.status import Status, TargetState
from runtime.infoseries import info_samples, status_rows, status_samples
from tests.api.serving import serving
from tests.factories import DAWN


def test_rooms_and_services_have_info_series() -> None:
    found = {str(series) for series, _ in info_samples(serving())}
    room = next(one for one in found if one.startswith("room_info") and "dong-xoai" in one)
    assert 'room="phong-dong-xoai"' in room
    assert 'member="vc-dong-xoai"' in room
    service = next(one for one in found if one.startswith("service_info") and "ioffice" in one)
    assert 'service="ioffice"' in service
    assert 'instance="ioffice"' in service
    assert 'role="application"' in service


def test_rooms_and_services_have_a_status() -> None:
    rows = status_rows(serving().targets)
    states = {"cong": TargetState("cong", Status.DOWN, DAWN)}
    values = {str(series): value for series, value in status_samples(states, rows)}
    assert values['service_status{instance="cong",service="cong",status="down"}'] == 1.0
    assert values['service_status{instance="cong",service="cong",status="up"}'] == 0.0
    assert values['room_status{room="phong-dak-o",status="unknown"}'] == 1.0
