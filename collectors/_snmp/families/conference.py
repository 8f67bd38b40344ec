"""Conference equipment that speaks SNMP: Poly, ClickShare; and what can only be recognised."""

from collectors._snmp.descriptor import Facts, Family, Measure, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import FAN, STATE, TEMPERATURE

# POLYCOM-ENDPOINT-MIB: disabled, ok, failed.
_POLY = "1.3.6.1.4.1.13885.101.1"
_PARTS = (
    ("1.6.0", "system", "system"),
    ("2.7.1.0", "H.323", "signalling"),
    ("2.7.2.0", "H.323 gatekeeper", "signalling"),
    ("2.8.1.0", "SIP", "signalling"),
    ("3.1.0", "hardware", "system"),
    ("3.5.1.0", "microphones", "peripheral"),
    ("3.6.1.0", "cameras", "peripheral"),
    ("3.10.1.0", "network", "peripheral"),
    ("3.11.1.0", "touch control", "peripheral"),
    ("3.12.1.0", "UC board", "peripheral"),
    ("6.7.1.0", "presence", "service"),
    ("6.8.1.0", "call records", "service"),
    ("6.9.1.0", "syslog", "service"),
    ("6.10.1.0", "software update", "service"),
    ("6.11.1.0", "provisioning", "service"),
    ("6.12.1.0", "Exchange", "service"),
    ("6.13.1.0", "directory", "service"),
)
_WORKS = states(ok=(2,), critical=(3,))

POLY = Family(
    "Poly video endpoints",
    "Poly",
    objects=("1.3.6.1.4.1.13885", "1.3.6.1.4.1.2684"),
    health=(
        *(
            Measure(STATE, f"{_POLY}.{oid}", once(name), kind=kind, meaning=_WORKS)
            for oid, name, kind in _PARTS
        ),
        Measure(
            STATE,
            f"{_POLY}.2.8.3.1.2",
            (Words(form="SIP line {0}"), *INDEX),
            kind="signalling",
            meaning=_WORKS,
        ),
    ),
    facts=Facts(
        model=(Words(f"{_POLY}.1.4.0"),),
        serial=(Words(f"{_POLY}.1.5.0"),),
        software=(Words(f"{_POLY}.1.1.0"),),
    ),
)

_BARCO = "1.3.6.1.4.1.7312.2468.1"
CLICKSHARE = Family(
    "Barco ClickShare",
    "Barco",
    objects=("1.3.6.1.4.1.7312",),
    health=(
        Measure(FAN, f"{_BARCO}.2.2.0", once("processor")),
        Measure(TEMPERATURE, f"{_BARCO}.2.3.0", once("case"), low=1, high=200),
        Measure(TEMPERATURE, f"{_BARCO}.2.4.0", once("processor"), low=1, high=200),
    ),
    facts=Facts(model=(Words(f"{_BARCO}.1.4.0"),), serial=(Words(f"{_BARCO}.1.5.0"),)),
)

# Recognised, so that they are not asked for every table there is: a map says more (`snmp_map`).
EXPRESSWAY = Family("Cisco Expressway, VCS", "Cisco", objects=("1.3.6.1.4.1.5596.130",))
SCOPIA = Family("Radvision, Avaya Scopia", "Avaya", objects=("1.3.6.1.4.1.903.31",))

FAMILIES = (POLY, CLICKSHARE, EXPRESSWAY, SCOPIA)
