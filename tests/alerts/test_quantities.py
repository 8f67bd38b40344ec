"""What a rule compares is written in its metric's unit."""

import pytest

from alerts import quantities
from core.inventory import Rule


@pytest.mark.parametrize(
    ("metric", "value", "threshold", "vi", "en"),
    [
        ("probe_backup_age_seconds", "last", 93600.0, "> 1 ngày 2 giờ", "> 1 d 2 h"),
        ("device_temperature_celsius", "mean", 27.5, "> 27,5 °C", "> 27.5 °C"),
        ("probe_loss_ratio", "last", 0.015, "> 1,5%", "> 1.5%"),
        ("device_power_watts", "last", 4300.0, "> 4,3 kW", "> 4.3 kW"),
        ("ifHCInOctets", "of_capacity", 90.0, "> 90 %", "> 90 %"),
        ("ifInErrors", "rate", 0.5, "> 0,5/s", "> 0.5/s"),
        ("max(up)", "expression", 3.0, "> 3", "> 3"),
    ],
)
def test_a_threshold_is_read_with_its_unit(
    metric: str, value: str, threshold: float, vi: str, en: str
) -> None:
    rule = Rule(slug="r", name="r", metric=metric, value=value, window=5, threshold=threshold)
    assert quantities.bound(rule, "vi") == vi
    assert quantities.bound(rule, "en") == en
    assert quantities.compared(rule, threshold) == f"{en[2:]} {en}"
