"""A measured value is written with its unit, as exact as a person needs it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core import quantity
from core.text import Language
from runtime.registries import collectors

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = 86400
# words of a metric's description that promise a unit, and what must then be written
PROMISED = {
    r"bao lâu|, giây|1/100 giây|mili giây": r"ms|s|giây|phút|giờ|ngày|/",
    r"phần trăm|0…1|[Tt]ỷ lệ mất": r"%",
    r"\bbyte\b|[Đđ]ộ lớn": r"byte|B$",
    r"dBm": r"dBm",
    r"[Nn]hiệt độ": r"°C",
    r"Điện áp": r"V$",
}


@pytest.mark.parametrize(
    ("name", "value", "vi", "en"),
    [
        ("probe_duration_seconds", 3.226080000000001e-05, "0,03226 ms", "0.03226 ms"),
        ("probe_ntp_offset_seconds", -3.842e-9, "0 ms", "0 ms"),
        ("probe_ntp_offset_seconds", -0.00384, "-3,84 ms", "-3.84 ms"),
        ("probe_icmp_window_seconds", 30.0, "30 s", "30 s"),
        ("probe_backup_age_seconds", 15450.0, "4 giờ 17 phút", "4 h 17 min"),
        ("probe_ssl_remaining_seconds_limit", 43_200_000.0, "500 ngày", "500 d"),
        ("node_cpu_seconds_total", 7200.0, "2 giờ", "2 h"),
        ("sysUpTime", 8_640_000.0, "1 ngày", "1 d"),
        ("probe_loss_ratio", 0.125, "12,5%", "12.5%"),
        ("device_temperature_celsius", 21.8, "21,8 °C", "21.8 °C"),
        ("device_voltage_volts", 26.7, "26,7 V", "26.7 V"),
        ("device_power_watts", 4300.0, "4,3 kW", "4.3 kW"),
        ("device_optical_power_dbm", -7.25, "-7,25 dBm", "-7.25 dBm"),
        ("device_fan_rpm", 4200.0, "4.200 vòng/phút", "4,200 rpm"),
        ("probe_crl_size_bytes", 645.0, "645 byte", "645 byte"),
        ("probe_backup_size_bytes", 1.5e9, "1,5 GB", "1.5 GB"),
        ("ifHCInOctets", 123456789.0, "123,5 MB", "123.5 MB"),
        ("ifHighSpeed", 1000.0, "1 Gbit/s", "1 Gbit/s"),
        ("vc_call_bits_per_second", 1_920_000.0, "1,92 Mbit/s", "1.92 Mbit/s"),
        ("probe_ssl_earliest_cert_expiry", 1796083200.0, "01/12/2026 07:00", "01/12/2026 07:00"),
        ("probe_ssl_earliest_cert_expiry", 1e300, "–", "–"),
        ("probe_sql_value", 1234567.0, "1.234.567", "1,234,567"),
        ("load", 0.0001234567, "0,0001235", "0.0001235"),
        ("load", 0.0, "0", "0"),
        ("load", float("nan"), "–", "–"),
    ],
)
def test_a_value_is_written_with_its_unit(name: str, value: float, vi: str, en: str) -> None:
    said: dict[Language, str] = {"vi": vi, "en": en}
    for language, wanted in said.items():
        got = quantity.written(name, value, language).replace("\N{NO-BREAK SPACE}", " ")
        assert got == wanted, language


@pytest.mark.parametrize(
    ("days", "vi", "en"),
    [
        (412.5, "còn 412 ngày", "412 d left"),
        (0.25, "còn 6 giờ", "6 h left"),
        (-3.0, "hết hạn 3 ngày trước", "ended 3 d ago"),
    ],
)
def test_what_ends_says_how_long_it_has_left(days: float, vi: str, en: str) -> None:
    end = NOW.timestamp() + days * DAY
    assert (quantity.left(end, NOW, "vi"), quantity.left(end, NOW, "en")) == (vi, en)


def test_no_metric_that_promises_a_unit_is_written_without_one() -> None:
    bare = []
    for collector in collectors().values():
        for emit in collector.emits:
            if emit.name.endswith("_info"):
                continue
            told = emit.help.vi.split(";")[0]
            text = quantity.written(emit.name, 12.5, "vi")
            bare += [
                (emit.name, text, told)
                for promise, unit in PROMISED.items()
                if re.search(promise, told) and not re.search(unit, text)
            ]
    assert not bare


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (0, "0 giây", "0 s"),
        (42, "42 giây", "42 s"),
        (61, "1 phút 01 giây", "1 min 01 s"),
        (3600, "1 giờ", "1 h"),
        (3605, "1 giờ 00 phút 05 giây", "1 h 00 min 05 s"),
        (90060, "1 ngày 01 giờ 01 phút", "1 d 01 h 01 min"),
        (-5, "0 giây", "0 s"),
    ],
)
def test_how_long_something_lasted_is_told_to_the_second(seconds: int, vi: str, en: str) -> None:
    end = NOW + timedelta(seconds=seconds)
    assert quantity.lasted(NOW, end, "vi") == vi
    assert quantity.lasted(NOW, end, "en") == en


def test_parts_of_a_second_that_nobody_sees_do_not_make_a_length_another() -> None:
    begin, end = NOW + timedelta(seconds=5.9), NOW + timedelta(seconds=420.1)
    assert quantity.whole_seconds(begin, end) == 415
