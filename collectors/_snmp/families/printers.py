"""Printers: all that is read of them is standard (Printer-MIB); these are their makers."""

from collectors._snmp.descriptor import Facts, Family, Where, Words

_DEVICES = "1.3.6.1.2.1.25.3.2.1"
_PRINTER = (Where(f"{_DEVICES}.2", frozenset({"1.3.6.1.2.1.25.3.1.5"})),)
_SAID = Facts(model=(Words(f"{_DEVICES}.3", where=_PRINTER), Words(f"{_DEVICES}.3")))

# Private enterprise numbers (IANA).
_MAKERS = {
    "Xerox": 253,
    "Ricoh": 367,
    "Lexmark": 641,
    "Toshiba TEC": 1129,
    "Epson": 1248,
    "Kyocera": 1347,
    "Canon": 1602,
    "Oki": 2001,
    "Sharp": 2385,
    "Brother": 2435,
    "Konica Minolta": 18334,
}

FAMILIES = tuple(
    Family(f"{maker} printers", maker, objects=(f"1.3.6.1.4.1.{number}",), facts=_SAID)
    for maker, number in _MAKERS.items()
)
