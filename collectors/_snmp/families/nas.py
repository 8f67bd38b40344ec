"""Network storage: Synology DSM, QNAP QTS."""

from collectors._snmp.convert import spoken_as
from collectors._snmp.descriptor import Facts, Family, Measure, Quantity, Words, states
from collectors._snmp.families.standards import INDEX, numbered, once
from collectors._snmp.vocabulary import CHARGE, FAN, LOAD, RUNTIME, STATE, TEMPERATURE, VOLTAGE
from core.text import Text

# SYNOLOGY-SYSTEM-MIB, SYNOLOGY-DISK-MIB, SYNOLOGY-RAID-MIB.
_SYNOLOGY = "1.3.6.1.4.1.6574"
_DISK, _RAID = f"{_SYNOLOGY}.2.1.1", f"{_SYNOLOGY}.3.1.1"
_SUPPLY = f"{_SYNOLOGY}.4"
_BY_DISK = (Words(f"{_DISK}.2"), *INDEX)
_BY_RAID = (Words(f"{_RAID}.2"), *INDEX)
_NORMAL = states(ok=(1,), critical=(2,))


def _part(oid: str, name: str, kind: str) -> Measure:
    return Measure(STATE, f"{_SYNOLOGY}.{oid}", once(name), kind=kind, meaning=_NORMAL)


SYNOLOGY = Family(
    "Synology DSM",
    "Synology",
    objects=("1.3.6.1.4.1.8072.3.2.10", _SYNOLOGY),
    health=(
        _part("1.1.0", "system", "system"),
        _part("1.3.0", "power", "power"),
        _part("1.4.1.0", "system fan", "fan"),
        _part("1.4.2.0", "processor fan", "fan"),
        Measure(TEMPERATURE, f"{_SYNOLOGY}.1.2.0", once("system"), low=1, high=200),
        Measure(TEMPERATURE, f"{_DISK}.6", _BY_DISK, low=1, high=200),
        Measure(
            STATE,
            f"{_DISK}.5",
            _BY_DISK,
            kind="disk",
            meaning=states(ok=(1,), warning=(2, 3), critical=(4, 5)),
        ),
        Measure(
            STATE,
            f"{_DISK}.13",
            _BY_DISK,
            kind="disk health",
            meaning=states(ok=(1,), warning=(2,), critical=(3, 4)),
        ),
        Measure(
            Quantity(
                "diskBadSector",
                Text("Số sector hỏng của đĩa", "Bad sectors of a disk"),
                ("disk",),
            ),
            f"{_DISK}.9",
            _BY_DISK,
            low=0,
        ),
        Measure(
            STATE,
            f"{_RAID}.3",
            _BY_RAID,
            kind="raid",
            meaning=states(
                ok=(1, 8, 13), warning=(*range(2, 8), 9, 10, *range(14, 21)), critical=(11, 12)
            ),
        ),
        # SYNOLOGY-UPS-MIB: a supply on the USB port
        Measure(LOAD, f"{_SUPPLY}.2.12.1.0", once("UPS"), factor=0.01, low=0),
        Measure(CHARGE, f"{_SUPPLY}.3.1.1.0", once("UPS"), factor=0.01, low=0, high=100),
        Measure(RUNTIME, f"{_SUPPLY}.3.6.1.0", once("UPS"), low=0),
        Measure(VOLTAGE, f"{_SUPPLY}.3.2.1.0", once("UPS battery"), low=1),
        Measure(VOLTAGE, f"{_SUPPLY}.4.1.1.0", once("UPS input"), low=0),
        Measure(
            STATE,
            f"{_SYNOLOGY}.1.5.4.0",  # upgradeAvailable
            once("software"),
            kind="upgrade",
            meaning=states(ok=(1, 2)),  # that there is a newer one is no fault
        ),
    ),
    facts=Facts(
        model=(Words(f"{_SYNOLOGY}.1.5.1.0"),),
        serial=(Words(f"{_SYNOLOGY}.1.5.2.0"),),
        software=(Words(f"{_SYNOLOGY}.1.5.3.0"),),
    ),
)

# NAS-MIB: systemHdTable, systemVolTable, systemFanTable; numbers are written as text there.
_QNAP = "1.3.6.1.4.1.24681.1.2"
_ENCLOSURES = "1.3.6.1.4.1.24681.1.4.1.1.1.1"
_QNAP_STORAGE = "1.3.6.1.4.1.24681.1.4.1.1.1.2"
_HD, _VOLUME, _FAN = f"{_QNAP}.11.1", f"{_QNAP}.17.1", f"{_QNAP}.15.1"
QNAP = Family(
    "QNAP QTS",
    "QNAP",
    objects=("1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.24681", "1.3.6.1.4.1.55062"),
    health=(
        Measure(TEMPERATURE, f"{_QNAP}.5.0", once("processor"), low=1, high=200),
        Measure(TEMPERATURE, f"{_QNAP}.6.0", once("system"), low=1, high=200),
        Measure(TEMPERATURE, f"{_HD}.3", (Words(f"{_HD}.2"), *INDEX), low=1, high=200),
        Measure(FAN, f"{_FAN}.3", (Words(f"{_FAN}.2"), *INDEX), low=0),
        # The same of what holds several enclosures, in degrees and turns as plain numbers.
        Measure(TEMPERATURE, f"{_ENCLOSURES}.4.2.0", once("processor"), low=1, high=200),
        Measure(TEMPERATURE, f"{_ENCLOSURES}.1.2.1.7", numbered("enclosure"), low=1, high=200),
        Measure(TEMPERATURE, f"{_ENCLOSURES}.3.2.1.6", numbered("power supply"), low=1, high=200),
        Measure(TEMPERATURE, f"{_ENCLOSURES}.5.2.1.6", numbered("disk"), low=1, high=200),
        Measure(FAN, f"{_ENCLOSURES}.2.2.1.5", numbered("fan"), low=0),
        Measure(FAN, f"{_ENCLOSURES}.3.2.1.5", numbered("power supply"), low=0),
        *(
            Measure(STATE, f"{_ENCLOSURES}.{column}", numbered(name), kind=kind, meaning=meaning)
            for column, name, kind, meaning in (
                ("2.2.1.4", "fan", "fan", states(ok=(0,), critical=(-1,))),
                ("3.2.1.4", "power supply", "power", states(ok=(0,), critical=(-1,))),
                ("5.2.1.5", "disk", "disk health", states(ok=(0,), warning=(1,), critical=(2, -1))),
            )
        ),
        Measure(
            STATE,
            f"{_QNAP_STORAGE}.1.2.1.5",  # raidStatus
            numbered("raid group"),
            kind="raid",
            meaning=states(ok=(0,), warning=(2, 3, 6), critical=(1, 4, 5)),
        ),
        Measure(
            STATE,
            f"{_HD}.7",  # hdSmartInfo, in words
            (Words(f"{_HD}.2"), *INDEX),
            kind="disk smart",
            read=spoken_as({"--": 0, "good": 1, "normal": 1, "warning": 2, "abnormal": 2}),
            meaning=states(ok=(1,), warning=(2,)),
        ),
        Measure(
            STATE,
            f"{_HD}.4",  # ready, no disk, invalid, read-write error, unknown
            (Words(f"{_HD}.2"), *INDEX),
            kind="disk",
            low=-10,
            meaning=states(ok=(0,), critical=(-6, -9)),
        ),
    ),
    facts=Facts(model=(Words(f"{_QNAP}.12.0"),)),
)

FAMILIES = (SYNOLOGY, QNAP)
