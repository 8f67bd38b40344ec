"""The inventory that `thongsuot init` writes: valid at once, explained inside its own files."""

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType

from core.inventory import (
    CalendarSpan,
    Certificate,
    Contact,
    Device,
    EscalationStep,
    Inventory,
    Link,
    Measure,
    Organisation,
    Room,
    Rota,
    RotaRule,
    Rule,
    Service,
    Shift,
    Site,
    SpecialDay,
    Succession,
    Unit,
    UnitLevel,
)
from core.text import Language, Text
from inventory import csvfiles
from inventory.tables import TABLES, Table, rows

_MARK = b"\xef\xbb\xbf"
_REFORM = date(2025, 7, 1)
_HEAD = Text(
    vi="Dòng bắt đầu bằng # là chú thích. Bỏ # ở dòng ví dụ để dùng, "
    "sửa xong chạy thongsuot import.",
    en="Lines that begin with # are comments. Take the # off an example to use it, "
    "then run thongsuot import.",
)
_REQUIRED = Text(vi="bắt buộc", en="required")
_EXAMPLE = Text(vi="Ví dụ:", en="Examples:")

# Bộ luật Lao động Đ112, NQ 28/2026/QH16, and the government's scheme of swaps for the year.
_DAYS_OF_2026 = (
    SpecialDay(on=date(2026, 1, 1), name="Tết Dương lịch"),
    SpecialDay(on=date(2026, 1, 2), kind="substitute", name="Hoán đổi dịp Tết Dương lịch"),
    SpecialDay(on=date(2026, 1, 10), kind="working", name="Làm bù ngày 02/01", like=5),
    *(SpecialDay(on=date(2026, 2, day), name="Tết Nguyên đán") for day in range(16, 21)),
    SpecialDay(on=date(2026, 4, 26), name="Giỗ Tổ Hùng Vương"),
    SpecialDay(on=date(2026, 4, 27), kind="substitute", name="Nghỉ bù Giỗ Tổ Hùng Vương"),
    SpecialDay(on=date(2026, 4, 30), name="Ngày Chiến thắng"),
    SpecialDay(on=date(2026, 5, 1), name="Ngày Quốc tế Lao động"),
    SpecialDay(on=date(2026, 8, 22), kind="working", name="Làm bù ngày 31/8"),
    SpecialDay(on=date(2026, 8, 31), kind="substitute", name="Hoán đổi dịp Quốc khánh"),
    SpecialDay(on=date(2026, 9, 1), name="Quốc khánh"),
    SpecialDay(on=date(2026, 9, 2), name="Quốc khánh"),
    SpecialDay(on=date(2026, 11, 24), name="Ngày Văn hoá Việt Nam"),
)


def _of_line(*measured: str) -> str:
    """Return the highest of what is measured of the ports that carry each line."""
    either = " or ".join(
        f'label_replace({one}, "of", "{number}", "", "")' for number, one in enumerate(measured)
    )
    ends = 'max by (link, instance, ifName) (link_end_info{ifName!=""})'
    ports = f"max by (instance, ifName) ({either})"
    return f"max by (link) ({ends} * on (instance, ifName) group_left () {ports})"


def _shares(into: str, out_of: str) -> list[str]:
    """Return the share, in per cent, that a counter makes up of the packets of its direction.

    Of less than one packet a second the share of one: on a quiet line a single fault says little.
    """
    return [
        f"rate({bad}[15m]) / clamp_min(rate({bad}[15m]) + rate({good}[15m]), 1) * 100"
        for bad, good in ((into, "ifHCInUcastPkts"), (out_of, "ifHCOutUcastPkts"))
    ]


# Numbers for a province's lines and devices, to be tried over history and then enabled. Ours are
# proposals; law is the room of the terminal equipment (circular 06/2026, annex I.3), and the use
# of lines (article 5.6), which is counted once a day and so can hold from the beginning.
_PROPOSALS = (
    Rule(
        slug="ac-quy-con-it",
        name="Ắc quy còn dưới 50 %",
        name_en="Battery below 50 %",
        metric="device_battery_charge_ratio",
        comparison="below",
        threshold=0.5,
        recovery=0.8,
        severity="major",
        kind="device",
        source="proposal",
    ),
    Rule(
        slug="bang-thong-gui",
        name="Chiều gửi quá 90 % băng thông",
        name_en="Outbound above 90 % of the capacity",
        metric="ifHCOutOctets",
        value="of_capacity",
        window=5,
        threshold=90,
        recovery=80,
        duration=15,
        kind="link",
        source="proposal",
    ),
    Rule(
        slug="bang-thong-nhan",
        name="Chiều nhận quá 90 % băng thông",
        name_en="Inbound above 90 % of the capacity",
        metric="ifHCInOctets",
        value="of_capacity",
        window=5,
        threshold=90,
        recovery=80,
        duration=15,
        kind="link",
        source="proposal",
    ),
    Rule(
        slug="bang-thong-p95",
        name="90 % băng thông (P95, 7 ngày)",
        name_en="90 % of the capacity (P95, 7 days)",
        metric="max by (link) (link_use_p95_ratio) * 100",
        value="expression",
        threshold=90,
        severity="info",
        kind="link",
        enabled=True,
        source="law",
    ),
    Rule(
        slug="bo-goi-nhieu",
        name="Cổng của đường truyền bỏ quá 1 % gói",
        name_en="The line's port discards more than 1 % of its packets",
        metric=_of_line(*_shares("ifInDiscards", "ifOutDiscards")),
        value="expression",
        threshold=1,
        recovery=0.5,
        duration=15,
        kind="link",
        source="proposal",
    ),
    Rule(
        slug="bo-nho-gan-het",
        name="Bộ nhớ dùng quá 90 %",
        name_en="Memory above 90 %",
        metric="device_memory_used_ratio",
        value="mean",
        window=15,
        threshold=0.9,
        recovery=0.85,
        kind="device",
        source="proposal",
    ),
    Rule(
        slug="bo-phan-hong",
        name="Bộ phận của thiết bị hỏng (quạt, nguồn, đĩa, …)",
        name_en="A part of the device has failed (fan, power supply, disk, …)",
        metric="device_component_status",
        threshold=1,
        duration=3,
        severity="major",
        kind="device",
        source="proposal",
    ),
    Rule(
        slug="bo-xu-ly-ban",
        name="Bộ xử lý dùng quá 90 %",
        name_en="Processor above 90 %",
        metric="device_cpu_ratio",
        value="mean",
        window=15,
        threshold=0.9,
        recovery=0.8,
        kind="device",
        source="proposal",
    ),
    Rule(
        slug="cau-hinh-cu",
        name="Hai ngày chưa đọc được cấu hình",
        name_en="No configuration read for two days",
        metric="max by (instance) (device_config_age_seconds)",
        value="expression",
        threshold=2 * 86400,
        recovery=86400,
        source="proposal",
    ),
    Rule(
        slug="chap-chon-cong",
        name="Cổng của đường truyền đổi trạng thái quá 4 lần trong một giờ",
        name_en="The line's port changed its state more than 4 times in an hour",
        metric=_of_line(*(f"changes({name}[1h])" for name in ("ifLastChange", "ifOperStatus"))),
        value="expression",
        threshold=4,
        recovery=1,
        kind="link",
        source="proposal",
    ),
    Rule(
        slug="chay-ac-quy",
        name="Đang chạy bằng ắc quy",
        name_en="Running on battery",
        metric="device_on_battery_seconds",
        threshold=0,
        duration=1,
        severity="major",
        kind="device",
        source="proposal",
    ),
    Rule(
        slug="dao-dong-tre-cao",
        name="Dao động trễ quá 30 ms",
        name_en="Jitter above 30 ms",
        metric="probe_icmp_jitter_seconds",
        value="mean",
        window=5,
        threshold=0.03,
        recovery=0.02,
        duration=5,
        source="proposal",
    ),
    Rule(
        slug="do-am-phong-may",
        name="Độ ẩm phòng máy quá 55 %",
        name_en="Humidity of the machine room above 55 %",
        metric="device_room_humidity_ratio",
        value="mean",
        window=10,
        threshold=0.55,
        kind="device",
        source="law",
    ),
    Rule(
        slug="do-tre-cao",
        name="Độ trễ khứ hồi quá 100 ms",
        name_en="Round-trip time above 100 ms",
        metric="probe_icmp_rtt_mean_seconds",
        value="mean",
        window=5,
        threshold=0.1,
        recovery=0.08,
        duration=5,
        source="proposal",
    ),
    Rule(
        slug="loi-khung",
        name="Cổng của đường truyền lỗi quá 0,1 % gói",
        name_en="More than 0.1 % of the packets of the line's port are errors",
        metric=_of_line(*_shares("ifInErrors", "ifOutErrors")),
        value="expression",
        threshold=0.1,
        recovery=0.05,
        duration=15,
        kind="link",
        source="proposal",
    ),
    Rule(
        slug="mat-goi-cao",
        name="Mất gói quá 1 %",
        name_en="Loss above 1 %",
        metric="probe_loss_ratio",
        value="mean",
        window=15,
        threshold=0.01,
        recovery=0.005,
        duration=15,
        source="proposal",
    ),
    Rule(
        slug="nhiet-do-phong-may",
        name="Nhiệt độ phòng máy quá 25 °C",
        name_en="Machine room above 25 °C",
        metric="device_room_temperature_celsius",
        value="mean",
        window=10,
        threshold=25,
        recovery=24,
        kind="device",
        source="law",
    ),
    Rule(
        slug="o-dia-gan-day",
        name="Ổ đĩa dùng quá 90 %",
        name_en="Disk above 90 %",
        metric="device_storage_used_ratio",
        threshold=0.9,
        recovery=0.85,
        duration=15,
        kind="device",
        source="proposal",
    ),
    Rule(
        slug="suy-hao-tang",
        name="Công suất quang giảm quá 0,5 dB trong 30 ngày",
        name_en="Optical power falls by more than 0.5 dB in 30 days",
        metric="min by (instance) (device_optical_trend_decibels)",
        value="expression",
        comparison="below",
        threshold=-0.5,
        recovery=-0.3,
        severity="info",
        kind="device",
        source="proposal",
    ),
)

BEGINNING = Inventory(
    rules=_PROPOSALS,
    units=(
        Unit(
            slug="dong-nai",
            code="75",
            level=UnitLevel.PROVINCE,
            name="Thành phố Đồng Nai",
            province_code="75",
        ),
    ),
    sites=(Site(slug="trung-tam", name="Trung tâm", unit="dong-nai", role="center"),),
    devices=(
        Device(
            slug="may-giam-sat",
            name="Máy giám sát này",
            site="trung-tam",
            kind="other",
            address="127.0.0.1",
        ),
    ),
)
EXAMPLES = Inventory(
    units=(
        Unit(
            slug="xa-tien-hung",
            code="25213",
            level=UnitLevel.COMMUNE,
            name="Xã Tiến Hưng",
            province_code="70",
            valid_to=_REFORM,
        ),
        Unit(
            slug="phuong-binh-phuoc",
            code="25195",
            level=UnitLevel.COMMUNE,
            name="Phường Bình Phước",
            parent="dong-nai",
            province_code="75",
            valid_from=_REFORM,
        ),
    ),
    successions=(Succession(old="xa-tien-hung", new="phuong-binh-phuoc", on=_REFORM),),
    organisations=(
        Organisation(
            slug="ubnd-binh-phuoc",
            name="UBND phường Bình Phước",
            unit="phuong-binh-phuoc",
            valid_from=_REFORM,
        ),
    ),
    sites=(
        Site(
            slug="dc-binh-phuoc",
            name="Điểm cầu UBND phường Bình Phước",
            unit="phuong-binh-phuoc",
            organisation="ubnd-binh-phuoc",
            calendar="gio-hanh-chinh",
            contact="nguyen-van-an",
            valid_from=_REFORM,
        ),
    ),
    devices=(
        Device(
            slug="rt-trung-tam",
            name="Bộ định tuyến trung tâm",
            site="trung-tam",
            kind="router",
            vendor="Cisco",
            address="10.70.0.1",
            secret="snmp-trung-tam",  # noqa: S106  (the name of one)
        ),
        Device(
            slug="gw-binh-phuoc",
            name="Cổng kết nối phường Bình Phước",
            site="dc-binh-phuoc",
            kind="gateway",
            vendor="MikroTik",
            address="10.70.1.1",
            valid_from=_REFORM,
        ),
        Device(
            slug="vc-binh-phuoc",
            name="Thiết bị hội nghị phường Bình Phước",
            site="dc-binh-phuoc",
            kind="endpoint",
            vendor="Poly",
            address="10.70.1.10",
            valid_from=_REFORM,
        ),
    ),
    links=(
        Link(
            slug="kt-binh-phuoc",
            name="Kênh TSLCD phường Bình Phước",
            near="rt-trung-tam",
            far="gw-binh-phuoc",
            near_port="Gi0/0/1",
            carrier="VNPT",
            circuit="DNI-0042",
            capacity_mbps=200,
            medium="quang",
            network="TSLCD cấp II",
            valid_from=_REFORM,
        ),
    ),
    rooms=(
        Room(
            slug="phong-hop-binh-phuoc",
            name="Phòng họp UBND phường Bình Phước",
            site="dc-binh-phuoc",
            device="vc-binh-phuoc",
            seats=30,
            contact="nguyen-van-an",
            calendar="gio-hanh-chinh",
            aliases=("binh-phuoc@hop.dongnai.gov.vn", "7501"),
            valid_from=_REFORM,
        ),
    ),
    services=(
        Service(
            slug="cong-thong-tin",
            name="Cổng thông tin điện tử thành phố",
            kind="portal",
            url="https://dongnai.gov.vn/",
            unit="dong-nai",
            keyword="Đồng Nai",
        ),
        Service(
            slug="thu-dien-tu",
            name="Thư điện tử công vụ",
            kind="mail",
            url="tls://mail.dongnai.gov.vn:993",
            unit="dong-nai",
            depends_on=("ten-mien",),
        ),
        Service(
            slug="ten-mien",
            name="Máy chủ tên miền trung tâm",
            kind="dns",
            url="dns://10.70.0.53/dongnai.gov.vn?type=A",
            site="trung-tam",
        ),
    ),
    contacts=(
        Contact(
            slug="nguyen-van-an",
            name="Nguyễn Văn An",
            email="an@donvi.gov.vn",
            phone="0912345678",
        ),
        Contact(
            slug="tran-thi-binh",
            name="Trần Thị Bình",
            email="binh@donvi.gov.vn",
            phone="0987654321",
        ),
    ),
    calendars=tuple(
        CalendarSpan(
            slug="gio-hanh-chinh",
            name="Giờ hành chính",
            days=(1, 2, 3, 4, 5),
            begin=begin,
            end=end,
        )
        for begin, end in ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
    ),
    special_days=_DAYS_OF_2026,
    rotas=(Rota(slug="truc-cntt", name="Trực kỹ thuật CNTT", owner="nguyen-van-an"),),
    rota_rules=(
        RotaRule(
            slug="truc-cntt-tuan",
            name="Luân phiên theo tuần",
            rota="truc-cntt",
            people=("nguyen-van-an", "tran-thi-binh"),
            start=date(2026, 12, 7),
            turn="week",
        ),
    ),
    shifts=(Shift(rota="truc-cntt", on=date(2026, 12, 24), contact="tran-thi-binh"),),
    escalations=(
        EscalationStep(
            slug="khan-cap",
            name="Khẩn cấp",
            rota="truc-cntt",
            severities=("critical", "major"),
        ),
        EscalationStep(slug="khan-cap", name="Khẩn cấp", step=2, after=15, tell="concerned"),
    ),
    rules=(
        Rule(
            slug="trang-cham",
            name="Trang trả lời chậm quá 3 giây",
            name_en="The page takes more than 3 seconds",
            metric="probe_duration_seconds",
            threshold=3,
            recovery=2,
            duration=10,
            calendar="gio-hanh-chinh",
            kind="service",
            enabled=True,
        ),
    ),
    measures=(
        Measure(
            slug="tin-tuc-con-moi",
            target="cong-thong-tin",
            template="web-portal",
            params="url=https://dongnai.gov.vn/tin-tuc; max_age_days=7",
        ),
    ),
    certificates=(
        Certificate(
            slug="cts-nguyen-van-an",
            name="Nguyễn Văn An",
            serial="540111019a2b3c4d",
            issuer="Cơ quan chứng thực số chuyên dùng Chính phủ",
            begins=date(2024, 11, 20),
            ends=date(2027, 11, 20),
            contact="nguyen-van-an",
        ),
    ),
)


def files(language: Language) -> Mapping[str, bytes]:
    """Return name → content of every inventory file of a new folder."""
    return MappingProxyType({table.file: _file(table, language) for table in TABLES})


def _file(table: Table, language: Language) -> bytes:
    canonical = csvfiles.rendered(table, rows(BEGINNING, table.name))
    examples = csvfiles.rendered(table, rows(EXAMPLES, table.name)).decode("utf-8-sig")
    notes = [f"# {table.title.said(language)}", f"# {_HEAD.said(language)}", "#"]
    for column in table.columns:
        needed = f" ({_REQUIRED.said(language)})" if column.name in table.required else ""
        notes.append(f"#   {column.name}{needed}: {column.help.said(language)}")
    notes += ["#", f"# {_EXAMPLE.said(language)}"]
    notes += [f"#{row}" for row in examples.splitlines()[1:]]
    return _MARK + ("\n".join(notes) + "\n").encode() + canonical.removeprefix(_MARK)
