"""The envelopes of WS-Management: a WQL query over WMI's root/cimv2, and its rows.

MS-WSMV 3.1.4.8 to 3.1.4.10, DSP0226: Enumerate with OptimizeEnumeration brings the first rows in
the same answer, Pull the others. No shell is opened and nothing runs on the server for it.
"""

import uuid
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from collectors._net.trouble import printable, trouble
from collectors._vc.markup import text, tree
from core.reading import FailureKind

_WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root"
_RESOURCE = f"{_WMI}/cimv2/*"
_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_ENVELOPE_SIZE = 512_000  # bytes of an answer; what servers allow by default
AT_ONCE = 200  # rows of one answer

# DSP0226 11: the one question that asks for nothing, to log in with.
IDENTIFY = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    b"<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"
)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """What one answer brought, and how to ask for more; None: that was all."""

    rows: list[Row]
    context: str | None


def enumerate_(address: str, query: str, seconds: float) -> bytes:
    """Return the question for a query's first rows."""
    body = (
        f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>{AT_ONCE}</w:MaxElements>"
        f'<w:Filter Dialect="{_DIALECT}">{escape(query)}</w:Filter></n:Enumerate>'
    )
    return _envelope(address, "Enumerate", body, seconds)


def pull(address: str, context: str, seconds: float) -> bytes:
    """Return the question for the next rows."""
    body = (
        f"<n:Pull><n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        f"<n:MaxElements>{AT_ONCE}</n:MaxElements></n:Pull>"
    )
    return _envelope(address, "Pull", body, seconds)


def release(address: str, context: str, seconds: float) -> bytes:
    """Return the word that no more rows are wanted."""
    body = f"<n:Release><n:EnumerationContext>{escape(context)}</n:EnumerationContext></n:Release>"
    return _envelope(address, "Release", body, seconds)


def _envelope(address: str, action: str, body: str, seconds: float) -> bytes:
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        f'xmlns:n="{_ENUMERATION}" '
        'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>'
        f'<a:To>{escape(address)}</a:To><w:ResourceURI s:mustUnderstand="true">{_RESOURCE}'
        f'</w:ResourceURI><a:ReplyTo><a:Address s:mustUnderstand="true">{_ANONYMOUS}</a:Address>'
        f'</a:ReplyTo><a:Action s:mustUnderstand="true">{_ENUMERATION}/{action}</a:Action>'
        f'<w:MaxEnvelopeSize s:mustUnderstand="true">{_ENVELOPE_SIZE}</w:MaxEnvelopeSize>'
        f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>"
        f"<w:OperationTimeout>PT{seconds:.3f}S</w:OperationTimeout>"
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def rows_of(octets: bytes) -> Rows:
    """Return the rows of an answer; Trouble where it is a fault, or no answer of this kind."""
    body = tree(octets).find("Body")
    if body is None:
        raise trouble(FailureKind.PROTOCOL, "the answer is no SOAP envelope")
    fault = body.find("Fault")
    if fault is not None:
        raise trouble(FailureKind.PROTOCOL, f"the server refuses: {_reason(fault)}")
    answer = body.find("EnumerateResponse")
    answer = body.find("PullResponse") if answer is None else answer
    if answer is None:
        raise trouble(FailureKind.PROTOCOL, "the answer is no enumeration")
    items = answer.find("Items")
    rows = [_row(item) for item in items] if items is not None else []
    ended = answer.find("EndOfSequence") is not None
    context = text(answer, "EnumerationContext")
    return Rows(rows, None if ended or not context else context)


def _row(item: Element) -> Row:
    """Return the values of an object by property; what is null is left out.

    A date stands one element deeper: <LastBootUpTime><Datetime>2026-…</Datetime></…>.
    """
    found: Row = {}
    for value in item:
        said = (value.text or "").strip() or "".join(value.itertext()).strip()
        if said:
            found[value.tag] = said
    return found


def _reason(fault: Element) -> str:
    """Return a fault in the server's own words; the deepest message says most."""
    messages = [
        said for one in fault.iter("Message") if (said := " ".join("".join(one.itertext()).split()))
    ]
    return printable(messages[-1] if messages else text(fault, "Reason/Text") or "no reason", 160)
