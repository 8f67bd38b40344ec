"""The quantities of devices, one name for all vendors, in base units.

Where only one MIB knows a thing, its table keeps that MIB's own name for it, as
snmp_exporter does.
"""

from collectors._snmp.descriptor import Quantity, Space
from core.text import Text

_LARGEST = 2.0**64  # octets, of a disk


def _sensor(metric: str, vi: str, en: str, low: float, high: float) -> Quantity:
    return Quantity(metric, Text(vi, en), ("sensor",), low=low, high=high)


def _space(name: str, vi: str, en: str) -> Space:
    def part(metric: str, of_vi: str, of_en: str) -> Quantity:
        told = Text(f"{vi}: {of_vi}", f"{en}: {of_en}")
        return Quantity(f"device_{name}_{metric}", told, (name,), low=0, high=_LARGEST)

    return Space(
        used=part("used_bytes", "số byte đã dùng", "bytes used"),
        size=part("size_bytes", "tổng số byte", "bytes in all"),
        ratio=part("used_ratio", "phần đã dùng, 0…1", "share used, 0…1"),
    )


CPU = Quantity(
    "device_cpu_ratio",
    Text("Mức dùng bộ xử lý, 0…1", "Processor load, 0…1"),
    ("cpu",),
    low=0,
    high=1,
)
MEMORY = _space("memory", "Bộ nhớ", "Memory")
STORAGE = _space("storage", "Ổ đĩa", "Storage")

TEMPERATURE = _sensor(
    "device_temperature_celsius",
    "Nhiệt độ bên trong thiết bị",
    "Temperature inside the device",
    low=-60,
    high=250,
)
ROOM_TEMPERATURE = _sensor(
    "device_room_temperature_celsius",
    "Nhiệt độ phòng, theo cảm biến môi trường",
    "Temperature of the room, by an environmental probe",
    low=-60,
    high=150,
)
ROOM_HUMIDITY = _sensor(
    "device_room_humidity_ratio",
    "Độ ẩm phòng, 0…1, theo cảm biến môi trường",
    "Humidity of the room, 0…1, by an environmental probe",
    low=0,
    high=1,
)
VOLTAGE = _sensor("device_voltage_volts", "Điện áp", "Voltage", low=-1000, high=1000)
CURRENT = _sensor("device_current_amperes", "Dòng điện", "Current", low=-10000, high=10000)
POWER = _sensor("device_power_watts", "Công suất", "Power", low=0, high=1e7)
FREQUENCY = _sensor("device_frequency_hertz", "Tần số", "Frequency", low=0, high=1e12)
FAN = _sensor(
    "device_fan_rpm", "Tốc độ quạt, vòng mỗi phút", "Fan speed, turns a minute", low=0, high=200000
)
FAN_RATIO = _sensor(
    "device_fan_ratio",
    "Tốc độ quạt so với lớn nhất, 0…1",
    "Fan speed of its greatest, 0…1",
    low=0,
    high=1,
)
HUMIDITY = _sensor("device_humidity_ratio", "Độ ẩm, 0…1", "Humidity, 0…1", low=0, high=1)
OPTICAL = Quantity(
    "device_optical_power_dbm",
    Text(
        "Công suất quang, dBm, thu (rx) hay phát (tx) của cổng; −40 là không có ánh sáng",
        "Optical power, dBm, received (rx) or sent (tx) by a port; −40 is no light",
    ),
    ("sensor", "ifName", "direction"),
    low=-60,
    high=30,
)

CHARGE = _sensor(
    "device_battery_charge_ratio", "Ắc quy còn, 0…1", "Battery charge, 0…1", low=0, high=1
)
RUNTIME = _sensor(
    "device_battery_runtime_seconds",
    "Ắc quy còn chạy được, giây",
    "How long the battery will last, seconds",
    low=0,
    high=1e8,
)
ON_BATTERY_FOR = _sensor(
    "device_on_battery_seconds",
    "Đã chạy bằng ắc quy, giây",
    "Running on battery for, seconds",
    low=0,
    high=1e8,
)
LOAD = _sensor(
    "device_load_ratio", "Tải của bộ lưu điện, 0…1", "Load of the UPS, 0…1", low=0, high=3
)

_COMPONENT = ("component", "kind")
STATE = Quantity(
    "device_component_state",
    Text("Trạng thái bộ phận, bằng số của MIB", "State of a part, as the number of its MIB"),
    _COMPONENT,
)
STATUS = Quantity(
    "device_component_status",
    Text(
        "Bộ phận: 0 tốt, 1 cần chú ý, 2 hỏng; không rõ thì không có mẫu",
        "A part: 0 well, 1 wants attention, 2 failed; no sample where nobody can tell",
    ),
    _COMPONENT,
)

SUPPLY = Quantity(
    "device_supply_ratio",
    Text("Vật tư còn (mực, trống), 0…1", "What is left of a supply (toner, drum), 0…1"),
    ("supply",),
    low=0,
    high=1,
)
PAGES = Quantity(
    "device_pages_total", Text("Số trang đã in", "Pages printed"), ("marker",), counter=True
)
SESSIONS = Quantity(
    "device_sessions", Text("Số phiên đang mở", "Sessions open now"), ("sessions",), low=0
)
SESSION_SHARE = Quantity(
    "device_sessions_ratio",
    Text("Số phiên đang mở so với nhiều nhất, 0…1", "Sessions open of the most, 0…1"),
    ("sessions",),
    low=0,
    high=1,
)

HARDWARE = Quantity(
    "device_hardware_info",
    Text("Thiết bị tự nói nó là gì, luôn bằng 1", "What the device says it is, always 1"),
    ("family", "vendor", "model", "serial", "software"),
)
PART = Quantity(
    "device_part_info",
    Text("Bộ phận trong thiết bị, luôn bằng 1", "A part inside the device, always 1"),
    ("part", "kind", "model", "serial", "hardware", "firmware", "software"),
)
ADDRESS = Quantity(
    "device_address_info",
    Text(
        "Địa chỉ IP của thiết bị và cổng mang nó, luôn bằng 1",
        "An IP address of the device and the port that bears it, always 1",
    ),
    ("address", "port"),
)
DEFAULT_ROUTE = Quantity(
    "device_default_route_info",
    Text(
        "Tuyến mặc định của thiết bị đi qua đâu, luôn bằng 1",
        "Where the default route of the device leads, always 1",
    ),
    ("next_hop",),
)
NEIGHBOUR = Quantity(
    "device_neighbour_info",
    Text(
        "Thiết bị kề bên theo LLDP hay CDP, luôn bằng 1",
        "A neighbour by LLDP or CDP, always 1",
    ),
    ("protocol", "port", "neighbour", "neighbour_port", "neighbour_description"),
)

_PROBE = ("test", "peer", "direction")
PROBE_RTT = Quantity(
    "device_probe_rtt_seconds",
    Text(
        "Phép đo của chính thiết bị (IP SLA, NQA, RPM, ping): thời gian đi về, giây",
        "A test that the device runs (IP SLA, NQA, RPM, ping): round trip, seconds",
    ),
    _PROBE,
)
PROBE_DELAY = Quantity(
    "device_probe_one_way_seconds",
    Text(
        "Phép đo của chính thiết bị: trễ một chiều, giây; cần đồng hồ hai đầu khớp nhau",
        "A test that the device runs: one-way delay, seconds; both clocks must agree",
    ),
    _PROBE,
)
PROBE_JITTER = Quantity(
    "device_probe_jitter_seconds",
    Text(
        "Phép đo của chính thiết bị: dao động trễ, giây, theo chiều",
        "A test that the device runs: jitter, seconds, by direction",
    ),
    _PROBE,
)
PROBE_LOSS = Quantity(
    "device_probe_loss_ratio",
    Text(
        "Phép đo của chính thiết bị: tỷ lệ mất gói lần gần nhất, 0…1",
        "A test that the device runs: loss of the latest run, 0…1",
    ),
    _PROBE,
)
PROBE_LOST = Quantity(
    "device_probe_lost_packets",
    Text(
        "Phép đo của chính thiết bị: số gói mất lần gần nhất, theo chiều",
        "A test that the device runs: packets lost in the latest run, by direction",
    ),
    _PROBE,
)
PROBE_SENT = Quantity(
    "device_probe_sent_packets",
    Text(
        "Phép đo của chính thiết bị: số gói gửi lần gần nhất",
        "A test that the device runs: packets sent in the latest run",
    ),
    _PROBE,
)
PROBE_ANSWERED = Quantity(
    "device_probe_answered_packets",
    Text(
        "Phép đo của chính thiết bị: số gói có trả lời lần gần nhất",
        "A test that the device runs: packets answered in the latest run",
    ),
    _PROBE,
)
