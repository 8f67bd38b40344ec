"""A conversation with the WinRM service on one connection: who we are, then questions.

NTLM (MS-NLMP) is shown as MS-NTHT has it: two refusals that bear challenges, then the connection is
ours. It is spoken by TLS alone: over plain HTTP Windows wants every message sealed.
"""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping

import spnego
from spnego.exceptions import SpnegoError

from collectors._net.trouble import trouble
from collectors._vc.guest import Answer, Guest
from collectors._winrm import soap
from collectors._winrm.params import Params
from collectors._winrm.soap import Row
from core.reading import FailureKind

PATH = "/wsman"
MOST = 2000  # rows of one query
_UNAUTHORISED, _FAULT = 401, 500
_SCHEMES = ("Negotiate", "NTLM")


class Talk:
    """What one look asks."""

    def __init__(self, guest: Guest, params: Params, host: str, seconds: float) -> None:
        self._guest = guest
        self._basic = params.auth == "basic"
        self._host = host
        self._seconds = seconds
        self._address = f"{guest.base}{PATH}"

    async def enter(self) -> None:
        """Make the connection ours; Trouble."""
        login = self._guest.login
        if login is None:
            raise trouble(FailureKind.LOCAL, "no secret is named: Windows wants a login")
        if self._basic:
            return
        try:
            context = spnego.client(
                login.user, login.password, hostname=self._host, service="http", protocol="ntlm"
            )
            scheme, token = _SCHEMES[0], context.step()
            for _ in range(3):
                answer = await self._shown(scheme, token)
                if answer.status != _UNAUTHORISED:
                    self._guest.welcomed()
                    return
                offered = _challenge(answer.headers)
                if offered is None or context.complete:
                    raise self._guest.unwelcome("Windows refuses our login")
                scheme, token = offered[0], context.step(offered[1])
        except SpnegoError as error:
            said = type(error).__name__
            raise trouble(FailureKind.PROTOCOL, f"NTLM came to nothing: {said}") from error
        raise self._guest.unwelcome("Windows refuses our login")

    async def rows(self, query: str) -> list[Row]:
        """Return the rows of a WQL query, MOST of them at most; Trouble."""
        found: list[Row] = []
        question = soap.enumerate_(self._address, query, self._seconds)
        while True:
            told = soap.rows_of((await self._asked(question)).octets)
            found += told.rows
            if told.context is None:
                return found
            if len(found) >= MOST or not told.rows:
                await self._asked(soap.release(self._address, told.context, self._seconds))
                return found[:MOST]
            question = soap.pull(self._address, told.context, self._seconds)

    async def _shown(self, scheme: str, token: bytes | None) -> Answer:
        shown = b64encode(token or b"").decode("ascii")
        headers = {**_HEADERS, "Authorization": f"{scheme} {shown}"}
        return await self._guest.ask(
            "POST", PATH, body=soap.IDENTIFY, headers=headers, also=(_UNAUTHORISED, _FAULT)
        )

    async def _asked(self, question: bytes) -> Answer:
        return await self._guest.ask(
            "POST", PATH, body=question, headers=_HEADERS, also=(_FAULT,), basic=self._basic
        )


_HEADERS: Mapping[str, str] = {"Content-Type": "application/soap+xml;charset=UTF-8"}


def _challenge(headers: Mapping[str, str]) -> tuple[str, bytes] | None:
    """Return the scheme and the challenge of a refusal, None if it has none."""
    getall = getattr(headers, "getall", None)
    lines = getall("WWW-Authenticate", []) if getall else [headers.get("WWW-Authenticate", "")]
    for line in lines:
        scheme, _, said = line.strip().partition(" ")
        if scheme in _SCHEMES and said:
            try:
                return scheme, b64decode(said, validate=True)
            except NoBase64:
                return None
    return None
