"""What else stands in the demo's centre: servers that speak, sensors, a generator; two surprises.

A province for tests stays as small as it was. These rows are the demo's: `furnished` is what is
there, `declared` what its people wrote down of it, which is not all: a new switch nobody entered,
two lines whose ports nobody knows. What they look at beside the usual are `measures`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.inventory import Certificate, Device, Inventory, Measure
from lab.network import Ports

NODE_EXPORTER = 9100
# Whose pages list backups, and tell a balance; the first holds documents and letters too.
BACKUPS, SMS = "may-chu-1", "may-chu-2"
HYPERVISOR = "may-chu-3"  # whose controller speaks Redfish, and whose pages hold a list
WINDOWS = "may-chu-ke-toan"
FORGOTTEN = ("sw-tang-3", "camera-phong-may")  # that nobody has declared
PRINTER = "Brother"
LATE_DOCUMENTS = "SELECT count(*) FROM van_ban WHERE xong IS NULL AND han < getdate()"
_CENTRE = "trung-tam"
_LINUX, _REDFISH = "server-linux", "server-redfish"
_NEW = (
    (HYPERVISOR, "server", "Máy chủ ảo hoá", 22, "Dell", "PowerEdge R650", _REDFISH),
    ("cam-bien-phong-may", "other", "Cảm biến phòng máy chủ", 31, "Modbus", "Climate", None),
    ("may-phat-dien", "other", "Máy phát điện dự phòng", 32, "Modbus", "Generator", None),
    ("tuong-lua", "firewall", "Tường lửa trung tâm", 6, "Fortinet", "FortiGate 60F", None),
    (WINDOWS, "server", "Máy chủ kế toán", 23, "Microsoft", "Windows Server 2019", None),
    ("sw-trung-tam", "switch", "Bộ chuyển mạch trung tâm", 3, "Huawei", "S5735", None),
    ("sw-tang-2", "switch", "Bộ chuyển mạch tầng 2", 4, "Huawei", "S5735", None),
    ("sw-tang-3", "switch", "Bộ chuyển mạch tầng 3", 5, "Huawei", "S5735", None),
    ("may-in-van-phong", "other", "Máy in văn phòng", 33, "Brother", "HL-L6400DW", None),
    ("camera-phong-may", "other", "Camera phòng máy chủ", 40, "Hikvision", "DS-2CD", None),
)
CABLES = (  # who is plugged into whom, and at which ports
    ("core-1", "Gi0/48", "sw-trung-tam", "GE0/0/24"),
    ("core-1", "Gi0/47", "tuong-lua", "internal1"),
    ("sw-trung-tam", "GE0/0/1", "sw-tang-2", "GE0/0/24"),
    ("sw-trung-tam", "GE0/0/2", "sw-tang-3", "GE0/0/24"),
)
_CLIMATE = (
    "Phòng máy = input:0 int16 celsius scale=0.1 high=27",
    "Tủ rack = input:1 int16 celsius scale=0.1 high=32",
    "Phòng máy = input:2 uint16 humidity scale=0.001 low=0.3 high=0.7",
    "Rò nước = input:3 uint16 alarm",
)
_GENERATOR = (
    "Dầu = input:0 uint16 ratio scale=0.001 low=0.3",
    "Ắc quy đề = input:1 uint16 volts scale=0.1 low=24",
    "Máy phát = input:2 uint16 rpm",
    "Giờ chạy = input:3 uint16 seconds scale=3600",
    "Đang chạy = input:4 uint16 state",
    "Điện lưới = input:5 uint16 volts scale=0.1",
    "Điện lưới = input:6 uint16 hertz scale=0.01",
    "Điện lưới = input:7 uint16 amperes scale=0.1",
)


def furnished(inventory: Inventory) -> Inventory:
    """Return a province with everything that stands in its centre."""
    center = next(one for one in inventory.devices if one.slug == "core-1")
    net = center.address.rpartition(".")[0]
    linux = {BACKUPS, SMS}
    devices = [
        one.model_copy(update={"profile": _LINUX}) if one.slug in linux else one
        for one in inventory.devices
    ]
    devices += [
        Device(
            slug=slug,
            name=name,
            site=_CENTRE,
            kind=kind,
            vendor=vendor,
            model=model,
            address=f"{net}.{host}",
            profile=profile,
            valid_from=center.valid_from,
        )
        for slug, kind, name, host, vendor, model, profile in _NEW
    ]
    return inventory.model_copy(update={"devices": tuple(devices)})


def centre(inventory: Inventory) -> str:
    """Return the range of addresses of the centre, for a sweep."""
    first = next(one for one in inventory.devices if one.slug == "core-1").address
    return f"{first.rpartition('.')[0]}.0/26"


def declared(inventory: Inventory, secret: str, community: str, ports: Ports) -> Inventory:
    """Return what of it is written down; `secret` names the login of management controllers.

    `community` names that of the printer, for it is not asked without. Where the network has no
    place at the usual ports, controllers are not asked.
    """
    usual = ports.https == Ports().https

    def written(device: Device) -> Device:
        if device.vendor == PRINTER:
            return device.model_copy(update={"secret": community})
        if device.profile != _REDFISH:
            return device
        return device.model_copy(
            update={"secret": secret} if usual else {"profile": None, "secret": None}
        )

    forgotten = inventory.links[-2:]
    links = tuple(
        one.model_copy(update={"near_port": None, "far_port": None}) if one in forgotten else one
        for one in inventory.links
    )
    devices = tuple(written(one) for one in inventory.devices if one.slug not in FORGOTTEN)
    return inventory.model_copy(update={"devices": devices, "links": links})


@dataclass(frozen=True, slots=True)
class _Wanted:
    slug: str
    target: str
    template: str
    params: dict[str, str]
    secret: str | None = None
    interval: int = 30


def measures(inventory: Inventory, secret: str, ports: Ports) -> tuple[Measure, ...]:
    """Return what is looked at by templates; `secret` names the login of pretend equipment."""
    since = inventory.devices[0].valid_from
    return tuple(
        Measure(
            slug=one.slug,
            target=one.target,
            template=one.template,
            params=json.dumps(one.params, ensure_ascii=False),
            secret=one.secret,
            interval=one.interval,
            valid_from=since,
        )
        for one in _wanted(inventory, secret, ports)
    )


def _wanted(inventory: Inventory, secret: str, ports: Ports) -> Iterator[_Wanted]:
    addresses = {one.slug: one.address for one in inventory.devices}
    environment = "data-centre-environment"
    for slug, registers in (("cam-bien-phong-may", _CLIMATE), ("may-phat-dien", _GENERATOR)):
        yield _Wanted(
            slug, slug, environment, {"registers": _lines(registers), "port": str(ports.modbus)}
        )
    folder = f"http://{addresses[BACKUPS]}:{ports.http}/backup/"
    yield _Wanted(
        "sao-luu-van-ban", BACKUPS, "backup", {"url": folder, "pattern": "*.dump"}, secret, 60
    )
    balance = f"http://{addresses[SMS]}:{ports.http}/balance"
    revoked = f"http://{addresses[HYPERVISOR]}:{ports.http}/ca.crl"
    yield _Wanted("chu-ky-so", HYPERVISOR, "digital-signature", {"crl": revoked}, interval=60)
    yield _Wanted("tin-nhan", SMS, "sms-brandname", {"url": balance}, secret, 60)
    for service in inventory.services:
        if service.kind == "website":
            params = {"url": service.url, "keyword": service.keyword or "", "max_age_days": "7"}
            params["age_pattern"] = "Đăng ngày ([0-9/]+)"
            yield _Wanted(f"tin-{service.slug}", service.slug, "web-portal", params)
    documents = {
        "engine": "sqlserver",
        "port": str(ports.sqlserver),
        "name": "van_ban_qua_han",
        "query": LATE_DOCUMENTS,
        "above": "60",
    }
    yield _Wanted("csdl-van-ban", BACKUPS, "database", documents, secret)
    usual = Ports()
    mail = next((one.slug for one in inventory.services if one.kind == "mail"), None)
    if mail is not None and (ports.smtp, ports.imaps) == (usual.smtp, usual.imaps):
        robot = {"domain": "dongnai.example", "robot": "robot@dongnai.example"}
        if ports.dns == usual.dns:
            robot |= {"dns": addresses[BACKUPS], "dkim": "mail2026"}
        yield _Wanted("thu-cong-vu", mail, "email", robot, secret, 60)
    if ports.winrm == usual.winrm:
        run = {"services": "W32Time MSSQLSERVER"}
        yield _Wanted("ke-toan", WINDOWS, "server-winrm", run, secret, 60)
    clock = next(one for one in inventory.services if one.kind == "ntp")
    if ports.ntp == usual.ntp:
        yield _Wanted("do-lech-gio", clock.slug, "time-server", {"max_offset": "0.5"})


def _lines(words: Sequence[str]) -> str:
    return "\n".join(words)


def certificates(inventory: Inventory, today: date) -> tuple[Certificate, ...]:
    """Return digital certificates as an office keeps them: some end soon, one has ended."""
    owner = next((one.slug for one in inventory.contacts), None)
    offices = [one for one in inventory.organisations if one.kind == "government"]
    rows = [
        Certificate(
            slug=f"cts-{office.slug}",
            name=office.name,
            kind="organisation",
            serial=f"54{number:02X}A1B2C3D4{number * 7919:08X}",
            issuer="Ban Cơ yếu Chính phủ",
            begins=today - timedelta(days=5 * 365 - left),
            ends=today + timedelta(days=left),
            organisation=office.slug,
            contact=owner,
            valid_from=office.valid_from,
        )
        for number, (office, left) in enumerate(
            zip(offices, (-3, 5, 21, 48, 90, 200, 400, 700, 900, 1100, 1400), strict=False), 1
        )
    ]
    return tuple(rows)
