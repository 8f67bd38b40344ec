"""A pretend Windows server: WMI tables behind WS-Management, a real NTLM login before them.

Written from MS-WSMV 3.1.4.8–3.1.4.10 and DSP0226 (Enumerate, Pull, Release, Identify, faults).
NTLM is pyspnego's acceptor, which reads its users from the file that NTLM_USER_FILE names.
"""

import asyncio
import os
import random
import re
import ssl
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import spnego
from aiohttp import web
from spnego.exceptions import SpnegoError

from core.clock import Clock
from lab.emulators.answering import PASSWORD, USER, About, Ask, shown_login
from lab.swell import Swell

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_NAMES = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root"
_WMI = f"{_NAMES}/cimv2"
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
_KIND = "application/soap+xml;charset=UTF-8"
_SELECT = re.compile(
    r"SELECT (?P<what>.+?) FROM (?P<of>\w+)(?: WHERE (?P<where>.+))?", re.IGNORECASE
)
_TERM = re.compile(r"(\w+)\s*(=|>=|<=)\s*(?:'((?:[^'\\]|\\.)*)'|(\d+))")
Table = list[dict[str, str]]
_APART, _OFTEN, _REMEMBERED = 120, 0.25, 60  # seconds between errors, how many come, and stay


def _machine() -> dict[str, Table]:
    """Return the tables of a server in good health."""
    return {
        "Win32_OperatingSystem": [
            {
                "Caption": "Microsoft Windows Server 2019 Standard",
                "Version": "10.0.17763",
                "LastBootUpTime": "2026-11-20T06:30:00+07:00",
                "FreePhysicalMemory": "8388608",
                "TotalVisibleMemorySize": "16777216",
            }
        ],
        "Win32_PerfFormattedData_PerfOS_Processor": [
            {"Name": "_Total", "PercentProcessorTime": "12"},
            {"Name": "0", "PercentProcessorTime": "20"},
        ],
        "Win32_LogicalDisk": [
            {
                "DeviceID": "C:",
                "DriveType": "3",
                "Size": "107374182400",
                "FreeSpace": "53687091200",
            },
            {"DeviceID": "D:", "DriveType": "5"},  # an optical drive, empty
        ],
        "Win32_Service": [
            {"Name": "W32Time", "State": "Running", "StartMode": "Auto"},
            {"Name": "Spooler", "State": "Stopped", "StartMode": "Auto"},
            {"Name": "MSSQLSERVER", "State": "Running", "StartMode": "Auto"},
        ],
        "Win32_NTLogEvent": [],
    }


def at_work(clock: Clock) -> Mapping[str, Callable[[], Table]]:
    """Return tables of a server that people use: its load, and errors of the last hours."""
    swell = Swell(clock, "windows")

    def processor() -> Table:
        busy = round(swell.at(22, 0.7, 500))
        return [{"Name": "_Total", "PercentProcessorTime": str(busy)}]

    def events() -> Table:
        now = clock.now().astimezone(UTC)
        last = int(now.timestamp() // _APART)
        return [
            {
                "RecordNumber": str(number),
                "Logfile": "System",
                "EventType": "1",
                "TimeGenerated": f"{moment:%Y%m%d%H%M%S}.000000+000",
            }
            for number in range(last - _REMEMBERED, last + 1)
            if random.Random(number).random() < _OFTEN  # noqa: S311  (chance, not secrecy)
            and (moment := datetime.fromtimestamp(number * _APART, UTC)) <= now
        ]

    return {
        "Win32_PerfFormattedData_PerfOS_Processor": processor,
        "Win32_NTLogEvent": events,
    }


def make_known(user: str = USER, password: str = PASSWORD) -> None:
    """Let pyspnego's acceptor, in this process, know a user: from a file that is nowhere."""
    file = os.memfd_create("ntlm-users")
    os.write(file, f":{user}:{password}\n".encode())
    os.environ["NTLM_USER_FILE"] = f"/proc/self/fd/{file}"


@dataclass(slots=True)
class WinRm:
    """One server. `fragments`: rows come as XmlFragment, without a class or a name space."""

    about: ClassVar[About] = About(
        family="winrm",
        source="MS-WSMV 3.1.4.8-3.1.4.10, DSP0226 1.x, MS-NTHT",
        guessed={
            "XmlFragment": "how a query for some properties alone is answered differs by version",
            "fault": "a bad query answers 500 with s:Fault/s:Reason/s:Text",
        },
    )
    user: str = USER
    password: str = PASSWORD
    fragments: bool = False
    at_once: int = 3  # rows of one answer, at most
    tables: dict[str, Table] = field(default_factory=_machine)
    live: Mapping[str, Callable[[], Table]] = field(default_factory=dict)  # instead of those
    open: dict[str, list[str]] = field(default_factory=dict)  # context → rows not yet sent
    queries: list[str] = field(default_factory=list)
    logins: int = 0
    # By connection: aiohttp's transports live as long as those.
    _known: set[object] = field(default_factory=set)
    _shaking: dict[object, Any] = field(default_factory=dict)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; a connection stays logged in."""
        if request.path != "/wsman" or request.method != "POST":
            return web.Response(status=404)
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if shown_login(Ask("POST", "/wsman", headers=headers)) == (self.user, self.password):
            return self._said(body)
        if request.transport not in self._known:
            refusal = self._challenge(request, headers.get("authorization", ""))
            if refusal is not None:
                return refusal
        return self._said(body)

    def _challenge(self, request: web.BaseRequest, shown: str) -> web.Response | None:
        """Go one step on with NTLM; None: the connection is known now."""
        scheme, _, token = shown.partition(" ")
        if scheme != "Negotiate":
            offers = [
                ("WWW-Authenticate", "Negotiate"),
                ("WWW-Authenticate", 'Basic realm="WSMAN"'),
            ]
            return _refused(offers)
        context = self._shaking.pop(request.transport, None)
        if context is None:
            context = spnego.server(hostname="localhost", service="http", protocol="ntlm")
        try:
            answer = context.step(b64decode(token))
        except SpnegoError:
            return _refused([("WWW-Authenticate", "Negotiate")])
        if context.complete:
            self._known.add(request.transport)
            self.logins += 1
            return None
        self._shaking[request.transport] = context
        said = b64encode(answer or b"").decode()
        return _refused([("WWW-Authenticate", f"Negotiate {said}")])

    def _said(self, body: bytes) -> web.Response:
        try:
            root = ET.fromstring(body)  # noqa: S314  (our own collector's)
        except ET.ParseError:
            return _fault("the request is no XML")
        asked = root.find(f"{{{_SOAP}}}Body")
        first = next(iter(asked), None) if asked is not None else None
        match first.tag.rpartition("}")[2] if first is not None else "":
            case "Identify":
                return _envelope("<IdentifyResponse/>")
            case "Enumerate" if first is not None:
                return self._enumerate((first.findtext(f"{{{_WSMAN}}}Filter") or "").strip())
            case "Pull" if first is not None:
                context = first.findtext(f"{{{_ENUMERATION}}}EnumerationContext") or ""
                return self._rows("PullResponse", "n", context)
            case "Release" if first is not None:
                self.open.pop(first.findtext(f"{{{_ENUMERATION}}}EnumerationContext") or "", None)
                return _envelope("")
        return _fault("the action is not supported")

    def _enumerate(self, query: str) -> web.Response:
        self.queries.append(query)
        found = _SELECT.fullmatch(query)
        if found is None or found["of"] not in self.tables:
            return _fault("The WS-Management service cannot process the request: invalid query.")
        columns = [name.strip() for name in found["what"].split(",")]
        live = self.live.get(found["of"])
        rows = live() if live is not None else self.tables[found["of"]]
        rows = [row for row in rows if _meets(row, found["where"])]
        context = f"uuid:{len(self.queries):08X}"
        self.open[context] = [self._item(found["of"], columns, row) for row in rows]
        return self._rows("EnumerateResponse", "w", context)

    def _rows(self, answer: str, prefix: str, context: str) -> web.Response:
        left = self.open.get(context)
        if left is None:
            return _fault("The enumeration context is not valid.")
        now, self.open[context] = left[: self.at_once], left[self.at_once :]
        ended = not self.open[context]
        if ended:
            del self.open[context]
        more = f"<{prefix}:EndOfSequence/>" if ended else ""
        where = f"<n:EnumerationContext>{'' if ended else context}</n:EnumerationContext>"
        items = f"<{prefix}:Items>{''.join(now)}</{prefix}:Items>"
        return _envelope(f"<n:{answer}>{where}{items}{more}</n:{answer}>")

    def _item(self, name: str, columns: list[str], row: Mapping[str, str]) -> str:
        inside = "".join(self._value(column, row.get(column)) for column in columns)
        if self.fragments:
            return f"<w:XmlFragment>{inside}</w:XmlFragment>"
        return f'<p:{name} xmlns:p="{_WMI}/{name}">{inside}</p:{name}>'

    def _value(self, column: str, value: str | None) -> str:
        tag = column if self.fragments else f"p:{column}"
        if value is None:
            return f'<{tag} xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
        said = escape(value)
        if column.endswith("Time") and "T" in value:
            said = f'<c:Datetime xmlns:c="{_CIM}">{said}</c:Datetime>'
        return f"<{tag}>{said}</{tag}>"


def _meets(row: Mapping[str, str], where: str | None) -> bool:
    """Say whether a row meets terms joined by OR, or else by AND."""
    if where is None:
        return True
    terms = [_term(row, *found.groups()) for found in _TERM.finditer(where)]
    return any(terms) if " OR " in where else all(terms)


def _term(
    row: Mapping[str, str], name: str, sign: str, quoted: str | None, bare: str | None
) -> bool:
    wanted = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare or ""
    value = row.get(name, "")
    if sign == "=":
        return value.casefold() == wanted.casefold()
    return value >= wanted if sign == ">=" else value <= wanted


def _refused(headers: list[tuple[str, str]]) -> web.Response:
    response = web.Response(status=401)
    for name, value in headers:
        response.headers.add(name, value)
    return response


def _envelope(body: str, status: int = 200) -> web.Response:
    text = (
        f'<s:Envelope xmlns:s="{_SOAP}" xmlns:n="{_ENUMERATION}" xmlns:w="{_WSMAN}">'
        f"<s:Header/><s:Body>{body}</s:Body></s:Envelope>"
    )
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": _KIND})


def _fault(words: str) -> web.Response:
    body = f"<s:Fault><s:Reason><s:Text>{escape(words)}</s:Text></s:Reason></s:Fault>"
    return _envelope(body, 500)


@asynccontextmanager
async def served(server: WinRm, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free port of loopback; give the port."""
    serving = web.Server(server.handle, access_log=None)
    listening = await asyncio.get_running_loop().create_server(serving, "127.0.0.1", 0, ssl=context)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await serving.shutdown(0.1)
