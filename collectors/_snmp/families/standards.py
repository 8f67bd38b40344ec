"""The standards that devices of any maker may keep: MIBs of IETF and IEEE, net-snmp's, CDP."""

from collectors._snmp.convert import bits, printer_fault, rest_of_hundred
from collectors._snmp.descriptor import (
    Facts,
    Family,
    Info,
    Less,
    Measure,
    Pool,
    Quantity,
    Times,
    Where,
    Words,
    states,
)
from collectors._snmp.vocabulary import (
    ADDRESS,
    CHARGE,
    CPU,
    CURRENT,
    DEFAULT_ROUTE,
    FAN,
    FREQUENCY,
    HUMIDITY,
    LOAD,
    MEMORY,
    NEIGHBOUR,
    ON_BATTERY_FOR,
    OPTICAL,
    PAGES,
    PART,
    POWER,
    RUNTIME,
    STATE,
    STORAGE,
    SUPPLY,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

# ENTITY-MIB (RFC 6933), IF-MIB (RFC 2863): what names the rows of others.
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
ENTITY_CLASS = f"{ENTITY}.5"
ENTITY_CHANGED = "1.3.6.1.2.1.47.1.4.1.0"  # entLastChangeTime
BY_ENTITY = (Words(f"{ENTITY}.7"), Words(f"{ENTITY}.2"))
BY_PORT = (Words("1.3.6.1.2.1.31.1.1.1.1"), Words("1.3.6.1.2.1.2.2.1.2"))
INDEX = (Words(),)


def once(words: str) -> tuple[Words, ...]:
    """Return the name of a scalar."""
    return (Words(form=words),)


def numbered(words: str) -> tuple[Words, ...]:
    """Return the name of rows that have none: `words` and the index."""
    return (Words(form=f"{words} {{index}}"),)


# The units of ENTITY-SENSOR-MIB (RFC 3433), which others have taken over.
_SENSORS = (
    (VOLTAGE, (3, 4), 1.0),
    (CURRENT, (5,), 1.0),
    (POWER, (6,), 1.0),
    (FREQUENCY, (7,), 1.0),
    (TEMPERATURE, (8,), 1.0),
    (HUMIDITY, (9,), 0.01),
    (FAN, (10,), 1.0),
    (OPTICAL, (14,), 1.0),
)
PORT_OF_ENTITY = (Words(port=True),)
RECEIVED, SENT = once("rx"), once("tx")
_RECEIVED = r"\b[Rr](?:[Xx]|eceive|ecv)\b"
_SENT = r"\b[Tt](?:[Xx]|ransmit)\b"
# Which way the light goes is said by the sensor's name alone.
_WAYS: tuple[tuple[tuple[Words, ...], str], ...] = (
    (RECEIVED, _RECEIVED),
    (SENT, _SENT),
    ((), rf"^(?!.*(?:{_RECEIVED}|{_SENT}))"),
)
_SCALES = {1 + step: 10.0 ** (3 * step - 24) for step in range(17)}  # 1 yocto … 9 units … 17 yotta
_PRECISIONS = {digits: 10.0**-digits for digits in range(-8, 10)}


def sensors(entry: str, named: tuple[Words, ...] = BY_ENTITY) -> tuple[Measure, ...]:
    """Return the measures of a table built like entPhySensorTable.

    Columns: 1 type, 2 scale, 3 precision, 4 value, 5 whether it works.
    """
    return tuple(
        Measure(
            quantity,
            f"{entry}.4",
            named,
            factor=factor,
            times=(Times(f"{entry}.2", _SCALES), Times(f"{entry}.3", _PRECISIONS)),
            where=(
                Where(f"{entry}.1", frozenset(kinds)),
                Where(f"{entry}.5", but=frozenset({2, 3}), always=True),
                *which,
            ),
            others=others,
        )
        for quantity, kinds, factor in _SENSORS
        for others, which in _turned(quantity)
    )


def _turned(
    quantity: Quantity,
) -> tuple[tuple[tuple[tuple[Words, ...], ...], tuple[Where, ...]], ...]:
    """Return the further labels of a sensor, and which rows they are of."""
    if quantity is not OPTICAL:
        return (((), ()),)
    return tuple(((PORT_OF_ENTITY, way), (Where(f"{ENTITY}.7", like=like),)) for way, like in _WAYS)


_ENTITY_SENSOR = "1.3.6.1.2.1.99.1.1.1"
_KINDS = {3: "chassis", 6: "power", 7: "fan", 8: "sensor", 9: "module", 10: "port", 11: "stack"}
_KINDS |= {1: "other", 5: "container", 12: "cpu", 4: "backplane"}
ENTITY_MIB = Family(
    "ENTITY-MIB",
    "",
    health=(
        *sensors(_ENTITY_SENSOR),
        Measure(
            STATE,
            f"{_ENTITY_SENSOR}.5",
            BY_ENTITY,
            kind="sensor",
            where=(Where(f"{_ENTITY_SENSOR}.1", but=frozenset({14})),),
            meaning=states(ok=(1,), critical=(3,)),
        ),
    ),
    parts=(
        Info(
            PART,
            f"{ENTITY}.11",
            (
                BY_ENTITY,
                (Words(ENTITY_CLASS, told=_KINDS),),
                *((Words(f"{ENTITY}.{column}"),) for column in (13, 11, 8, 9, 10)),
            ),
            where=(Where(f"{ENTITY}.11", but=frozenset({""})),),
        ),
    ),
    facts=Facts(
        model=(
            Words(f"{ENTITY}.13", where=(Where(ENTITY_CLASS, frozenset({3})),)),
            Words(f"{ENTITY}.13"),
        ),
        serial=(
            Words(f"{ENTITY}.11", where=(Where(ENTITY_CLASS, frozenset({3})),)),
            Words(f"{ENTITY}.11"),
        ),
        software=(
            Words(f"{ENTITY}.10", where=(Where(ENTITY_CLASS, frozenset({3})),)),
            Words(f"{ENTITY}.10"),
        ),
    ),
)

# HOST-RESOURCES-MIB (RFC 2790): hrStorageEntry and its types, hrDeviceEntry, hrProcessorEntry.
_STORE, _TYPES = "1.3.6.1.2.1.25.2.3.1", "1.3.6.1.2.1.25.2.1"
_DEVICES = "1.3.6.1.2.1.25.3.2.1"
# Other, Ram and VirtualMemory; FixedDisk, RamDisk, FlashMemory and NetworkDisk.
_MEMORIES = frozenset(f"{_TYPES}.{kind}" for kind in (1, 2, 3))
_DISKS = frozenset(f"{_TYPES}.{kind}" for kind in (4, 8, 9, 10))
# net-snmp counts as used of "Physical memory" what programs can have at once, and has rows for
# that, which are full by nature; its "Virtual memory" is both, with swap.
_SPARE = frozenset({"Memory buffers", "Cached memory"})
_PHYSICAL = frozenset({"Physical memory"})
_COUNTED = frozenset({*_SPARE, "Shared memory", "Virtual memory"})
# File systems that are full by nature, or no disk at all.
_REAL = r"^(?!/snap/|/sys/|/proc/|/var/lib/(?:docker|containers|snapd)/)"


def _stored(disk: bool, *where: Where, less: Less | None = None) -> Pool:
    return Pool(
        STORAGE if disk else MEMORY,
        named=(Words(f"{_STORE}.3"),),
        used=f"{_STORE}.6",
        size=f"{_STORE}.5",
        units=f"{_STORE}.4",
        where=(
            Where(f"{_STORE}.2", _DISKS if disk else _MEMORIES),
            Where(f"{_STORE}.5", but=frozenset({0})),
            *where,
        ),
        less=less,
        fallback=True,
    )


HOST_RESOURCES = Family(
    "HOST-RESOURCES-MIB",
    "",
    health=(
        Measure(
            CPU,
            "1.3.6.1.2.1.25.3.3.1.2",  # hrProcessorLoad, per cent
            (Words(f"{_DEVICES}.3"), *INDEX),
            factor=0.01,
            low=0,
            high=100,
            fallback=True,
        ),
        _stored(
            False,
            Where(f"{_STORE}.3", _PHYSICAL),
            less=Less(f"{_STORE}.3", _SPARE),
        ),
        _stored(False, Where(f"{_STORE}.3", but=_PHYSICAL | _COUNTED)),
        Measure(
            MEMORY.used,
            f"{_STORE}.6",
            (Words(f"{_STORE}.3"),),
            times=(Times(f"{_STORE}.4"),),
            where=(Where(f"{_STORE}.3", _COUNTED),),
            fallback=True,
        ),
        _stored(True, Where(f"{_STORE}.3", like=_REAL)),
    ),
)

LINUX = Family(
    "net-snmp",
    "Linux",
    objects=("1.3.6.1.4.1.8072.3.2",),
    facts=Facts(software=(r"^Linux \S+ (\S+)",)),
)

# UCD-SNMP-MIB: memory and dskTable (kilobytes), systemStats. LM-SENSORS-MIB: temperatures, fans
# and voltages, in thousandths but for turns.
_UCD_MEMORY, _UCD_DISK = "1.3.6.1.4.1.2021.4", "1.3.6.1.4.1.2021.9.1"
_LM = "1.3.6.1.4.1.2021.13.16"
UCD = Family(
    "UCD-SNMP-MIB",
    "",
    health=(
        Measure(
            CPU,
            "1.3.6.1.4.1.2021.11.11.0",  # ssCpuIdle
            once("CPU"),
            factor=0.01,
            read=rest_of_hundred,
            low=0,
            high=100,
            fallback=True,
        ),
        Pool(
            MEMORY,
            once("Physical memory"),
            size=f"{_UCD_MEMORY}.5.0",
            free=f"{_UCD_MEMORY}.6.0",
            spare=(f"{_UCD_MEMORY}.14.0", f"{_UCD_MEMORY}.15.0"),
            unit=1024,
            fallback=True,
        ),
        *(
            Pool(
                MEMORY,
                once(name),
                size=f"{_UCD_MEMORY}.{size}.0",
                free=f"{_UCD_MEMORY}.{free}.0",
                unit=1024,
                fallback=True,
            )
            for name, size, free in (("Swap space", 3, 4), ("Available memory", 5, 27))
        ),
        *(
            Measure(
                MEMORY.used, f"{_UCD_MEMORY}.{column}.0", once(name), factor=1024, fallback=True
            )
            for name, column in (("Memory buffers", 14), ("Cached memory", 15))
        ),
        Pool(
            STORAGE,
            (Words(f"{_UCD_DISK}.2"), *INDEX),
            size=f"{_UCD_DISK}.6",
            free=f"{_UCD_DISK}.7",
            unit=1024,
            fallback=True,
        ),
        *(
            Measure(
                quantity,
                f"{_LM}.{table}.1.3",
                (Words(f"{_LM}.{table}.1.2"), *INDEX),
                factor=factor,
                low=1,
                high=high,
            )
            for quantity, table, factor, high in (
                (TEMPERATURE, 2, 1e-3, 200_000),
                (FAN, 3, 1.0, 100_000),
                (VOLTAGE, 4, 1e-3, 1_000_000),
            )
        ),
    ),
)

# UPS-MIB (RFC 1628).
_UPS = "1.3.6.1.2.1.33.1"
UPS_MIB = Family(
    "UPS-MIB",
    "",
    health=(
        Measure(
            CHARGE, f"{_UPS}.2.4.0", once("battery"), factor=0.01, low=0, high=100, fallback=True
        ),
        Measure(
            RUNTIME,
            f"{_UPS}.2.3.0",
            once("battery"),
            factor=60,
            low=0,
            high=2**16 - 2,  # the last of sixteen bits says that nobody knows
            fallback=True,
        ),
        Measure(ON_BATTERY_FOR, f"{_UPS}.2.2.0", once("battery"), low=0, fallback=True),
        Measure(VOLTAGE, f"{_UPS}.2.5.0", once("battery"), factor=0.1, low=1, fallback=True),
        Measure(CURRENT, f"{_UPS}.2.6.0", once("battery"), factor=0.1, fallback=True),
        Measure(TEMPERATURE, f"{_UPS}.2.7.0", once("battery"), low=1, fallback=True),
        Measure(
            STATE,
            f"{_UPS}.2.1.0",
            once("battery"),
            kind="battery",
            meaning=states(ok=(2,), warning=(3,), critical=(4,)),
        ),
        Measure(
            STATE,
            f"{_UPS}.4.1.0",  # upsOutputSource
            once("output source"),
            kind="ups",
            meaning=states(ok=(3, 6, 7), warning=(4, 5), critical=(2,)),
        ),
        Measure(
            STATE,
            f"{_UPS}.7.3.0",  # upsTestResultsSummary: well, warning, error, aborted, running, none
            once("test"),
            kind="ups",
            meaning=states(ok=(1, 5, 6), warning=(2, 4), critical=(3,)),
        ),
        Measure(
            Quantity(
                "upsAlarmsPresent",
                Text("Số cảnh báo bộ lưu điện đang có", "Alarms that a UPS has now"),
            ),
            f"{_UPS}.6.1.0",
            low=0,
        ),
        Measure(FREQUENCY, f"{_UPS}.5.1.0", once("bypass"), factor=0.1, low=1, fallback=True),
        Measure(VOLTAGE, f"{_UPS}.5.3.1.2", numbered("bypass"), fallback=True),
        Measure(CURRENT, f"{_UPS}.5.3.1.3", numbered("bypass"), factor=0.1, fallback=True),
        Measure(POWER, f"{_UPS}.3.3.1.5", numbered("input"), fallback=True),
        Measure(FREQUENCY, f"{_UPS}.3.3.1.2", numbered("input"), factor=0.1, fallback=True),
        Measure(VOLTAGE, f"{_UPS}.3.3.1.3", numbered("input"), fallback=True),
        Measure(CURRENT, f"{_UPS}.3.3.1.4", numbered("input"), factor=0.1, fallback=True),
        Measure(FREQUENCY, f"{_UPS}.4.2.0", once("output"), factor=0.1, fallback=True),
        Measure(VOLTAGE, f"{_UPS}.4.4.1.2", numbered("output"), fallback=True),
        Measure(CURRENT, f"{_UPS}.4.4.1.3", numbered("output"), factor=0.1, fallback=True),
        Measure(POWER, f"{_UPS}.4.4.1.4", numbered("output"), fallback=True),
        Measure(LOAD, f"{_UPS}.4.4.1.5", numbered("output"), factor=0.01, low=0, fallback=True),
    ),
    facts=Facts(model=(Words(f"{_UPS}.1.2.0"),), software=(Words(f"{_UPS}.1.3.0"),)),
)

# Printer-MIB (RFC 3805): prtMarkerSuppliesEntry, prtMarkerEntry; hrDevice of a printer.
_SUPPLIES = "1.3.6.1.2.1.43.11.1.1"
_PRINTER = frozenset({"1.3.6.1.2.1.25.3.1.5"})  # hrDevicePrinter
PRINTER_MIB = Family(
    "Printer-MIB",
    "",
    health=(
        Measure(
            SUPPLY,
            f"{_SUPPLIES}.9",
            (Words(f"{_SUPPLIES}.6"), *INDEX),
            times=(Times(f"{_SUPPLIES}.8", over=True),),
            low=0,
        ),
        Measure(PAGES, "1.3.6.1.2.1.43.10.2.1.4", INDEX, low=0),
        Measure(
            STATE,
            f"{_DEVICES}.5",
            (Words(f"{_DEVICES}.3"), *INDEX),
            kind="printer",
            where=(Where(f"{_DEVICES}.2", _PRINTER),),
            meaning=states(ok=(2, 4), warning=(3,), critical=(5,)),
        ),
        Measure(
            Quantity(
                "prtMarkerPowerOnCount",
                Text("Số trang đã in từ khi bật máy", "Pages printed since it was switched on"),
                ("marker",),
                counter=True,
            ),
            "1.3.6.1.2.1.43.10.2.1.5",
            INDEX,
            low=0,
        ),
        Measure(
            STATE,
            "1.3.6.1.2.1.25.3.5.1.2",
            (Words(f"{_DEVICES}.3"), *INDEX),
            kind="printer fault",
            read=printer_fault,
            meaning=states(ok=(0,), warning=(1, 3, 9), critical=(2, 4, 5, 6, 7, 8, 10)),
        ),
        Measure(
            Quantity(
                "hrPrinterDetectedErrorState",
                Text(
                    "Lỗi máy in tự thấy, là số của chuỗi bit; 0 là không có",
                    "What a printer finds wrong with itself, its bits as a number; 0 is nothing",
                ),
                ("printer",),
            ),
            "1.3.6.1.2.1.25.3.5.1.2",
            (Words(f"{_DEVICES}.3"), *INDEX),
            read=bits,
        ),
    ),
    facts=Facts(
        model=(Words(f"{_DEVICES}.3", where=(Where(f"{_DEVICES}.2", _PRINTER),)),),
        serial=(Words("1.3.6.1.2.1.43.5.1.1.17"),),  # prtGeneralSerialNumber
    ),
)

# POWER-ETHERNET-MIB (RFC 3621): pethMainPseEntry, pethPsePortEntry.
_POE = "1.3.6.1.2.1.105.1"
POWER_ETHERNET = Family(
    "POWER-ETHERNET-MIB",
    "",
    health=(
        Measure(POWER, f"{_POE}.3.1.1.2", numbered("PoE budget"), low=0),
        Measure(POWER, f"{_POE}.3.1.1.4", numbered("PoE used"), low=0),
        Measure(
            STATE,
            f"{_POE}.3.1.1.3",
            numbered("PoE"),
            kind="poe",
            meaning=states(ok=(1, 2), critical=(3,)),
        ),
    ),
    neighbours=(
        Measure(
            Quantity(
                "pethPsePortDetectionStatus",
                Text(
                    "Cổng cấp nguồn PoE: 1 tắt, 2 đang dò, 3 đang cấp, 4 lỗi, 5 thử, 6 lỗi khác",
                    "PoE port: 1 disabled, 2 searching, 3 delivering power, 4 fault, 5 test, "
                    "6 other fault",
                ),
                ("port",),
            ),
            f"{_POE}.1.1.6",
            INDEX,
        ),
    ),
)

# BRIDGE-MIB (RFC 4188): dot1dStp.
_STP, _BASE_PORT = "1.3.6.1.2.1.17.2", "1.3.6.1.2.1.17.1.4.1.2"
BRIDGE = Family(
    "BRIDGE-MIB",
    "",
    neighbours=(
        Measure(
            Quantity(
                "dot1dStpTopChanges",
                Text("Số lần cây STP thay đổi", "Changes of the spanning tree"),
                counter=True,
            ),
            f"{_STP}.4.0",
        ),
        Measure(
            Quantity(
                "dot1dStpTimeSinceTopologyChange",
                Text(
                    "Từ lần cây STP thay đổi gần nhất, 1/100 giây",
                    "Since the spanning tree last changed, hundredths of a second",
                ),
            ),
            f"{_STP}.3.0",
        ),
        Measure(
            Quantity(
                "dot1dStpRootCost",
                Text("Chi phí tới gốc của cây STP", "Cost to the root of the spanning tree"),
            ),
            f"{_STP}.6.0",
        ),
        Measure(
            Quantity(
                "dot1dStpPortState",
                Text(
                    "Cổng trong cây STP: 1 tắt, 2 chặn, 3 nghe, 4 học, 5 chuyển tiếp, 6 hỏng",
                    "Port of the spanning tree: 1 disabled, 2 blocking, 3 listening, "
                    "4 learning, 5 forwarding, 6 broken",
                ),
                ("ifName",),
            ),
            f"{_STP}.15.1.3",
            (*(Words(one.column, via=_BASE_PORT) for one in BY_PORT), *INDEX),
        ),
        Info(
            Quantity(
                "stp_info",
                Text("Gốc của cây STP, luôn bằng 1", "Root of the spanning tree, always 1"),
                ("root",),
            ),
            f"{_STP}.5.0",
            ((Words(f"{_STP}.5.0"),),),
        ),
    ),
)

# LLDP-MIB (IEEE 802.1AB) and CISCO-CDP-MIB: rows by (time,) local port, number.
_LLDP, _CDP = "1.0.8802.1.1.2.1", "1.3.6.1.4.1.9.9.23.1.2.1.1"
LLDP_CHANGED = f"{_LLDP}.2.1.0"  # lldpStatsRemTablesLastChangeTime
CDP_CHANGED = "1.3.6.1.4.1.9.9.23.1.3.5.0"  # cdpGlobalLastChange
_REMOTE = f"{_LLDP}.4.1.1"
_LOCAL_PORT = (
    Words(
        f"{_LLDP}.3.7.1.3",
        skip=1,
        keep=1,
        where=(Where(f"{_LLDP}.3.7.1.2", frozenset({5}), skip=1, keep=1),),
    ),
    # Junos and others call a port by the number of its interface.
    *(
        Words(
            one.column,
            skip=1,
            keep=1,
            where=(Where(f"{_LLDP}.3.7.1.3", like=r"^\d+$", skip=1, keep=1),),
        )
        for one in BY_PORT
    ),
    Words(f"{_LLDP}.3.7.1.4", skip=1, keep=1),
    Words(f"{_LLDP}.3.7.1.3", skip=1, keep=1),
    Words(skip=1, keep=1),
)
NEIGHBOURS = Family(
    "LLDP-MIB, CISCO-CDP-MIB",
    "",
    neighbours=(
        Info(
            NEIGHBOUR,
            f"{_REMOTE}.5",  # lldpRemChassisId
            (
                once("lldp"),
                _LOCAL_PORT,
                (Words(f"{_REMOTE}.9"), Words(f"{_REMOTE}.5")),
                (
                    Words(f"{_REMOTE}.7", where=(Where(f"{_REMOTE}.6", frozenset({1, 5, 7})),)),
                    Words(f"{_REMOTE}.8"),
                    Words(f"{_REMOTE}.7"),
                ),
                (Words(f"{_REMOTE}.10"),),
            ),
        ),
        Info(
            NEIGHBOUR,
            f"{_CDP}.6",  # cdpCacheDeviceId
            (
                once("cdp"),
                (*(Words(one.column, keep=1) for one in BY_PORT), Words(keep=1)),
                (Words(f"{_CDP}.6"),),
                (Words(f"{_CDP}.7"),),
                (Words(f"{_CDP}.8"),),
            ),
        ),
    ),
)

# BGP4-MIB (RFC 4273): bgpPeerEntry by the peer's address. OSPF-MIB (RFC 4750): ospfNbrEntry.
_BGP, _OSPF = "1.3.6.1.2.1.15.3.1", "1.3.6.1.2.1.14.10.1"
_STARTED = (Where(f"{_BGP}.3", frozenset({2})),)
# IP-MIB ipAddrTable (RFC 4293, and older): ipAdEntIfIndex, by the address. IP-FORWARD-MIB
# (RFC 4292): inetCidrRouteIfIndex and ipCidrRouteIfIndex, of which the default routes alone are
# walked; RFC1213-MIB: ipRouteNextHop of 0.0.0.0. The last four numbers of an index are the hop.
_ADDRESSES, _FORWARD = "1.3.6.1.2.1.4.20.1.2", "1.3.6.1.2.1.4.24"
_HOP = ((Words(skip=-4),),)
_A_HOP = (Where("", like=r"[1-9]", skip=-4),)
LAYER_3 = Family(
    "IP-MIB, IP-FORWARD-MIB",
    "",
    neighbours=(
        Info(
            ADDRESS,
            _ADDRESSES,
            (INDEX, tuple(Words(one.column, via=_ADDRESSES) for one in BY_PORT)),
            where=(Where("", like=r"^(?!0\.|127\.)"),),
        ),
        Info(
            DEFAULT_ROUTE,
            f"{_FORWARD}.7.1.7",
            _HOP,
            where=_A_HOP,
            under="1.4.0.0.0.0.0",
        ),
        Info(
            DEFAULT_ROUTE,
            f"{_FORWARD}.4.1.5",
            _HOP,
            where=_A_HOP,
            under="0.0.0.0.0.0.0.0",
        ),
        Info(
            DEFAULT_ROUTE,
            "1.3.6.1.2.1.4.21.1.7.0.0.0.0",
            ((Words("1.3.6.1.2.1.4.21.1.7.0.0.0.0", address=True),),),
        ),
    ),
)

ROUTING = Family(
    "BGP4-MIB, OSPF-MIB",
    "",
    neighbours=(
        Measure(
            Quantity(
                "bgpPeerState",
                Text(
                    "Phiên BGP: 1 nghỉ, 2 kết nối, 3 chờ, 4 đã mở, 5 đã xác nhận, 6 thông",
                    "BGP session: 1 idle, 2 connect, 3 active, 4 open sent, 5 open confirmed, "
                    "6 established",
                ),
                ("bgpPeerRemoteAddr",),
            ),
            f"{_BGP}.2",
            INDEX,
            kind="bgp",
            where=_STARTED,
            meaning=states(ok=(6,), critical=(1, 2, 3, 4, 5)),
        ),
        Measure(
            Quantity(
                "bgpPeerFsmEstablishedTime",
                Text(
                    "Phiên BGP ở trạng thái này bao lâu, giây",
                    "How long a BGP session has been as it is, seconds",
                ),
                ("bgpPeerRemoteAddr",),
            ),
            f"{_BGP}.16",
            INDEX,
            where=_STARTED,
        ),
        Info(
            Quantity(
                "bgp_info",
                Text("Bên kia của phiên BGP, luôn bằng 1", "A BGP session's far end, always 1"),
                ("bgpPeerRemoteAddr", "bgpPeerRemoteAs"),
            ),
            f"{_BGP}.9",
            (INDEX, (Words(f"{_BGP}.9"),)),
        ),
        Measure(
            Quantity(
                "ospfNbrState",
                Text(
                    "Láng giềng OSPF: 1 mất, 2 thử, 3 chào, 4 hai chiều, 5…7 trao đổi, 8 đầy đủ",
                    "OSPF neighbour: 1 down, 2 attempt, 3 init, 4 two-way, 5…7 exchanging, 8 full",
                ),
                ("ospfNbrIpAddr",),
            ),
            f"{_OSPF}.6",
            (Words(keep=4),),
            kind="ospf",
            meaning=states(ok=(4, 8), warning=(2, 3, 5, 6, 7), critical=(1,)),
        ),
    ),
)

FAMILIES = (
    ENTITY_MIB,
    HOST_RESOURCES,
    LINUX,
    UCD,
    UPS_MIB,
    PRINTER_MIB,
    POWER_ETHERNET,
    BRIDGE,
    NEIGHBOURS,
    LAYER_3,
    ROUTING,
)
