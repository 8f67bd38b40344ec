"""Board Power and environment: who lives on its battery, how long, and is a machine room well?"""

from core.status import Status
from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import (
    LOST,
    NOW,
    chosen,
    code,
    count,
    in_unit,
    metric,
    named,
    only,
    ranks,
    share,
    slowness,
    worst,
)
from grafana.measured import Measured
from grafana.panels import Column, Words, bars, lines, number, timeline, worst_first
from grafana.servers import parts_amiss, worst_parts
from grafana.site import link_here
from grafana.statuses import (
    ANY_IS_ORANGE,
    ANY_IS_RED,
    PARTS,
    PARTS_IN_WORDS,
    Limits,
)
from runtime import surroundings

DEVICE = TargetKind.DEVICE
ROWS, CURVES = 25, 10
MAINS = 'cause="mains_suspected"'  # as alerts.rootcause names it
_ROLE = 'role="ups"'
_UPS = chosen(DEVICE, _ROLE)
_ALL = Measured()
_SENSOR = "instance, sensor"
# The kinds of parts that have to do with power and cooling, as families and Redfish call them.
_FEEDING = 'kind=~"power|power supply|fan|battery|ups|charger|temperature|alarm"'
_LOW: Limits = ((None, "red"), (0.3, "orange"), (0.6, "green"))
_LOADED: Limits = ((None, "green"), (0.8, "yellow"), (1.0, "red"))
# TCVN 9250 and ASHRAE recommend 18 to 27 °C at the inlet of a machine.
_WARM: Limits = ((None, "green"), (27.0, "yellow"), (32.0, "red"))
_SOURCE_OF_ROOM = 'collector="modbus"'


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="power",
        title=Text("Thông Suốt – Điện, môi trường", "Thông Suốt – Power and environment"),
        question=Text(
            "Nơi nào đang chạy bằng ắc quy, còn bao lâu, và phòng máy có ổn không?",
            "Who lives on its battery, for how long, and is the machine room well?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
        marks=in_unit(surroundings.INCIDENT, MAINS),
    )
    made.row(4, *_counts(language))
    made.row(12, _worst(language))
    made.row(9, _timeline(language), _parts(language))
    made.row(8, _charge(language), _runtime(language), _load(language))
    made.row(8, _rooms(language), _humidity(language), _levels(language))
    made.row(8, *_electricity(language))
    made.row(8, _frequency(language), _running(language), _fans(language), _states(language))
    return made


def _counts(language: Language) -> list[object]:
    on_battery = f"max by (instance) ({metric('device_on_battery_seconds')}) > bool 0"
    low = f"min by (instance) ({metric('device_battery_charge_ratio')}) < bool {_LOW[2][0]:g}"
    mains = " or ".join(in_unit(surroundings.INCIDENT, MAINS))
    return [
        number(
            Words(
                Text("Chạy bằng ắc quy", "On battery"),
                Text(
                    "Số bộ lưu điện đang cấp điện từ ắc quy.",
                    "Supplies that feed from their batteries now.",
                ),
            ),
            language,
            _ALL.total(on_battery),
            limits=ANY_IS_RED,
        ),
        number(
            Words(
                Text("Ắc quy yếu", "Low batteries"),
                Text(
                    f"Số bộ lưu điện còn dưới {_LOW[2][0]:.0%}.",
                    f"Supplies with less than {_LOW[2][0]:.0%} left.",
                ),
            ),
            language,
            _ALL.total(low),
            limits=ANY_IS_ORANGE,
        ),
        number(
            Words(
                Text("Nguồn, quạt, cảnh báo", "Supplies, fans, alarms"),
                Text(
                    "Số nguồn, quạt, ắc quy, cảnh báo mà thiết bị báo cần để ý hoặc hỏng.",
                    "Supplies, fans, batteries and alarms that want attention or have failed.",
                ),
            ),
            language,
            parts_amiss(_ALL, _FEEDING),
            limits=ANY_IS_ORANGE,
        ),
        number(
            Words(
                Text("Phòng nóng nhất", "Hottest room"),
                Text(
                    "Cảm biến môi trường cao nhất lúc này; vàng từ 27 °C.",
                    "The highest environmental sensor now; yellow from 27 °C.",
                ),
            ),
            language,
            f"max({_ALL.kept(_room_temperature(), ())})",
            limits=_WARM,
            unit="celsius",
            decimals=1,
        ),
        number(
            Words(
                Text("Mất điện lưới", "Mains failed"),
                Text(
                    "Số sự cố đang mở mà nguyên nhân nhiều khả năng là mất điện.",
                    "Open incidents whose cause most likely is a power cut.",
                ),
            ),
            language,
            f"count({mains}) or sum({metric(surroundings.INCIDENTS)}) * 0",
            limits=ANY_IS_RED,
            link="${hub}/incidents",
        ),
        number(
            Words(
                Text("Bộ lưu điện mất kết nối", "UPS down"),
                Text(
                    "Số bộ lưu điện không trả lời: không biết ắc quy còn bao nhiêu.",
                    "Supplies that do not answer: what is left in them is not known.",
                ),
            ),
            language,
            count(DEVICE, Status.DOWN.value, _UPS),
            limits=ANY_IS_ORANGE,
        ),
    ]


def _room_temperature() -> str:
    """Return the temperature of rooms, by probes of supplies and by sensors over Modbus."""
    probes = metric("device_room_temperature_celsius")
    sensors = metric("device_temperature_celsius", _SOURCE_OF_ROOM)
    return f"max by ({_SENSOR}) ({probes}) or max by ({_SENSOR}) ({sensors})"


def _worst(language: Language) -> object:
    ranked = worst(ROWS, named(ranks(DEVICE, slowness("instance")), DEVICE, _UPS, ()))
    told = only(
        named(code(DEVICE), DEVICE, _UPS, ("name", "vendor", "model", "site")),
        "instance",
        ranked,
    )

    def of_it(name: str, reduce: str = "max") -> str:
        return only(f"{reduce} by (instance) ({metric(name)})", "instance", ranked)

    return worst_first(
        Words(
            Text("Bộ lưu điện, nặng nhất trước", "Supplies, worst first"),
            Text(
                f"{ROWS} bộ lưu điện có trạng thái xấu nhất; chọn tên để mở điểm cầu.",
                f"The {ROWS} supplies whose status is worst; a name opens its site.",
            ),
        ),
        language,
        by="instance",
        labels={
            "name": Text("Bộ lưu điện", "UPS"),
            "vendor": Text("Hãng", "Maker"),
            "model": Text("Kiểu", "Model"),
        },
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("Đã chạy ắc quy", "On battery for"),
                of_it("device_on_battery_seconds"),
                unit="s",
                limits=((None, "text"), (1, "red")),
            ),
            Column(
                Text("Còn lại", "Charge"),
                of_it("device_battery_charge_ratio", "min"),
                unit="percentunit",
                limits=_LOW,
                decimals=0,
            ),
            Column(
                Text("Chạy được thêm", "Will last"),
                of_it("device_battery_runtime_seconds", "min"),
                unit="s",
            ),
            Column(
                Text("Tải", "Load"),
                of_it("device_load_ratio"),
                unit="percentunit",
                limits=_LOADED,
                decimals=0,
            ),
            Column(
                Text("Bộ phận", "Parts"),
                of_it("device_component_status"),
                words=PARTS_IN_WORDS,
            ),
        ],
        link=link_here(language, "site"),
        kept=("site",),
    )


def _timeline(language: Language) -> object:
    then = chosen(DEVICE, _ROLE, at=NOW)
    ranked = worst(ROWS, named(share(DEVICE, LOST, NOW), DEVICE, then, ()))
    return timeline(
        Words(
            Text("Mất lâu nhất trong khoảng", "Longest lost in the range"),
            Text(
                f"Trạng thái theo thời gian của {ROWS} bộ lưu điện mất lâu nhất; chỗ trống là "
                "không có dữ liệu.",
                f"Statuses over time of the {ROWS} supplies longest lost; a gap is missing data.",
            ),
        ),
        language,
        only(named(code(DEVICE), DEVICE, _UPS), "instance", ranked),
    )


def _parts(language: Language) -> object:
    return bars(
        Words(
            Text("Nguồn, quạt, ắc quy, cảnh báo", "Supplies, fans, batteries, alarms"),
            Text(
                "0 tốt, 1 cần chú ý, 2 hỏng; của mọi thiết bị, nặng nhất trước.",
                "0 well, 1 wants attention, 2 failed; of every device, gravest first.",
            ),
        ),
        language,
        worst_parts(_ALL, ROWS - 10, _FEEDING),
        "{{name}} {{kind}} {{component}}",
        unit="short",
        limits=PARTS,
        top=2.0,
    )


def _charge(language: Language) -> object:
    return lines(
        Words(
            Text("Ắc quy còn", "Battery charge"),
            Text(f"{CURVES} bộ thấp nhất trong khoảng.", f"The {CURVES} lowest of the range."),
        ),
        language,
        [(_ALL.curves(CURVES, metric("device_battery_charge_ratio"), lowest=True), "{{name}}")],
        unit="percentunit",
        limits=_LOW,
        top=1.0,
    )


def _runtime(language: Language) -> object:
    return lines(
        Words(
            Text("Ắc quy chạy được thêm", "Batteries will last"),
            Text(f"{CURVES} bộ ngắn nhất trong khoảng.", f"The {CURVES} shortest of the range."),
        ),
        language,
        [(_ALL.curves(CURVES, metric("device_battery_runtime_seconds"), lowest=True), "{{name}}")],
        unit="s",
    )


def _load(language: Language) -> object:
    return lines(
        Words(
            Text("Tải của bộ lưu điện", "Load of supplies"),
            Text(f"{CURVES} bộ nặng nhất trong khoảng.", f"The {CURVES} heaviest of the range."),
        ),
        language,
        [(_ALL.curves(CURVES, metric("device_load_ratio")), "{{name}}")],
        unit="percentunit",
        limits=_LOADED,
    )


def _rooms(language: Language) -> object:
    return lines(
        Words(
            Text("Nhiệt độ phòng", "Temperature of rooms"),
            Text(
                f"{CURVES} cảm biến nóng nhất: đầu đo của bộ lưu điện, cảm biến qua Modbus.",
                f"The {CURVES} hottest sensors: probes of supplies, sensors over Modbus.",
            ),
        ),
        language,
        [(worst(CURVES, _ALL.kept(_room_temperature())), "{{name}} {{sensor}}")],
        unit="celsius",
        limits=_WARM,
    )


def _humidity(language: Language) -> object:
    return lines(
        Words(
            Text("Độ ẩm phòng", "Humidity of rooms"),
            Text(f"{CURVES} cảm biến ẩm nhất.", f"The {CURVES} dampest sensors."),
        ),
        language,
        [
            (
                _ALL.curves(CURVES, metric(f"device_{name}_ratio"), _SENSOR),
                "{{name}} {{sensor}}",
            )
            for name in ("room_humidity", "humidity")
        ],
        unit="percentunit",
        top=1.0,
    )


def _levels(language: Language) -> object:
    return lines(
        Words(
            Text("Mức nhiên liệu, bình chứa", "Levels of fuel and tanks"),
            Text(f"{CURVES} bình thấp nhất, qua Modbus.", f"The {CURVES} lowest, over Modbus."),
        ),
        language,
        [
            (
                _ALL.curves(CURVES, metric("device_level_ratio"), _SENSOR, lowest=True),
                "{{name}} {{sensor}}",
            )
        ],
        unit="percentunit",
        limits=_LOW,
        top=1.0,
    )


def _electricity(language: Language) -> list[object]:
    about = Text(
        f"{CURVES} cảm biến cao nhất trong khoảng: bộ lưu điện, máy phát, thanh cắm, máy chủ.",
        f"The {CURVES} highest sensors of the range: supplies, generators, PDUs, servers.",
    )
    wanted = (
        (Text("Điện áp", "Voltage"), "device_voltage_volts", "volt"),
        (Text("Dòng điện", "Current"), "device_current_amperes", "amp"),
        (Text("Công suất", "Power"), "device_power_watts", "watt"),
    )
    return [
        lines(
            Words(title, about),
            language,
            [(_ALL.curves(CURVES, metric(name), _SENSOR), "{{name}} {{sensor}}")],
            unit=unit,
        )
        for title, name, unit in wanted
    ]


def _frequency(language: Language) -> object:
    return lines(
        Words(
            Text("Tần số", "Frequency"),
            Text(
                f"{CURVES} cảm biến thấp nhất; điện lưới là 50 Hz.",
                f"The {CURVES} lowest sensors; the mains have 50 Hz.",
            ),
        ),
        language,
        [
            (
                _ALL.curves(CURVES, metric("device_frequency_hertz"), _SENSOR, lowest=True),
                "{{name}} {{sensor}}",
            )
        ],
        unit="hertz",
        below="/^$/",
    )


def _running(language: Language) -> object:
    return bars(
        Words(
            Text("Giờ chạy của máy phát", "Hours of generators"),
            Text(
                "Đã chạy bao lâu, để hẹn bảo dưỡng.", "How long they have run, for their service."
            ),
        ),
        language,
        _ALL.highest(CURVES, f"max by ({_SENSOR}) ({metric('device_running_seconds')}) / 3600"),
        "{{name}} {{sensor}}",
        unit=Text("suffix: giờ", "suffix: hours").said(language),  # of service, not weeks
        decimals=0,
    )


def _fans(language: Language) -> object:
    return lines(
        Words(
            Text("Quạt và máy quay chậm nhất", "Slowest fans and engines"),
            Text(
                f"Vòng mỗi phút, {CURVES} cái chậm nhất trong khoảng.",
                f"Turns a minute of the {CURVES} slowest of the range.",
            ),
        ),
        language,
        [
            (
                _ALL.curves(CURVES, metric(name), _SENSOR, lowest=True),
                "{{name}} {{sensor}}",
            )
            for name in ("device_fan_rpm", "device_speed_rpm")
        ],
        unit="rotrpm",
    )


def _states(language: Language) -> object:
    by = "instance, component"
    selector = metric("device_component_state", 'kind="state"')
    return bars(
        Words(
            Text("Trạng thái máy phát, cảm biến", "States of generators and sensors"),
            Text(
                "Con số của hãng, theo thanh ghi đã khai.",
                "The maker's own numbers, of the declared registers.",
            ),
        ),
        language,
        _ALL.highest(CURVES, f"max by ({by}) ({selector})"),
        "{{name}} {{component}}",
        unit="short",
    )
