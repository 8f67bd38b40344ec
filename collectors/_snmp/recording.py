"""One request and its reply in the words of an snmprec file, for whoever records.

Neither community nor login is in it: what is kept is the PDU, and of version 3 the opened one.
"""

from collectors._snmp import ber, message
from collectors._snmp.ber import Value
from core.collector import Exchange

_KINDS = {message.GET: "GET", message.GET_NEXT: "GETNEXT", message.GET_BULK: "GETBULK"}
_CONTACT = "1.3.6.1.2.1.1.4.0"  # sysContact: a person, who is nobody's business here


def kept(ask: message.Ask, reply: message.Reply, data: bytes) -> Exchange:
    """Return the exchange that a reply has brought; Junk if the reply is none."""
    rows = message.bindings(data, reply.begin, reply.end)
    lines = [line(ber.dotted(name), tag, value) for name, tag, value in rows]
    body = str(reply.index) if reply.status else "\n".join(lines)
    return Exchange(asked(ask.pdu(bytes(4))), reply.status, "", body, way="snmp")


def asked(pdu: bytes) -> str:
    """Return what a PDU asks for: "GET NAME …", "GETNEXT NAME …", "GETBULK NAME ROWS"."""
    kind = pdu[0]
    at, end = ber.span(pdu, 0, len(pdu), kind)
    numbers = []
    for _ in range(3):  # request id; error status or non-repeaters; error index or rows
        begin, at = ber.span(pdu, at, end, ber.INTEGER)
        numbers.append(int.from_bytes(pdu[begin:at], "big", signed=True))
    begin, end = ber.span(pdu, at, end, ber.SEQUENCE)
    words = [_KINDS.get(kind, "")]
    words += [ber.dotted(name) for name, _, _ in message.bindings(pdu, begin, end)]
    return " ".join([*words, *([str(numbers[2])] if kind == message.GET_BULK else [])])


def line(name: str, tag: int, value: Value) -> str:
    """Return one binding as snmprec writes it: octets that are no text in hexadecimal."""
    if name == _CONTACT and isinstance(value, bytes):
        value = b"***"
    if value is None:
        return f"{name}|{tag}|"
    if not isinstance(value, bytes):
        return f"{name}|{tag}|{value}"
    try:
        said = value.decode("utf-8")
    except UnicodeDecodeError:
        said = ""
    if said.isprintable() and "|" not in said and tag == ber.STRING and bool(said) == bool(value):
        return f"{name}|{tag}|{said}"
    return f"{name}|{tag}x|{value.hex()}"
