"""A conversation with a Redfish service: a session begun and ended, resources read by their links.

DSP0266: a session is made by a POST to the SessionService, shown by X-Auth-Token, ended by a DELETE
of its own resource. Controllers have few sessions, so none is left behind.
"""

import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from collectors._net.trouble import printable, trouble
from collectors._redfish.params import Params
from collectors._vc.guest import Guest
from collectors._vc.notation import Json, Record, parsed, record, records, wanted, words
from core.reading import FailureKind

ROOT = "/redfish/v1/"
_SESSIONS = "/redfish/v1/SessionService/Sessions"
_FORBIDDEN, _NOT_FOUND = 403, 404
_LINK = "@odata.id"
_MEMBERS = 60  # of one collection


class Session:
    """What one look asks."""

    def __init__(self, guest: Guest, params: Params) -> None:
        self._guest = guest
        self._left = params.most
        self._plain = not params.session  # the login is shown each time
        self._headers: dict[str, str] = {"OData-Version": "4.0"}
        self.cut = False  # there was more than may be read
        self.forbidden: list[str] = []  # what the account may not read, though it was let in
        self._let_in = False

    async def begin(self, root: Record) -> None:
        """Log in; Trouble."""
        login = self._guest.login
        if login is None:
            raise trouble(FailureKind.LOCAL, "no secret is named: controllers want a login")
        target = _path(record(root, "Links", "Sessions").get(_LINK)) or _SESSIONS
        body = json.dumps({"UserName": login.user, "Password": login.password}).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        answer = await self._guest.ask("POST", target, body=body, headers=headers, basic=False)
        token = answer.headers.get("X-Auth-Token", "")
        place = _path(answer.headers.get("Location")) or _path(words(_json(answer.octets), _LINK))
        if not token or not token.isprintable():
            raise trouble(FailureKind.PROTOCOL, "the session has no X-Auth-Token")
        self._guest.welcomed()
        self._headers["X-Auth-Token"] = token

        async def end() -> object:
            return await self._guest.ask(
                "DELETE", place or "", headers=self._headers, also=(_NOT_FOUND,), basic=False
            )

        if place:
            self._guest.farewell = end

    async def get(self, link: object) -> Record:
        """Return the resource behind a link, empty where there is none, or no room for more."""
        path = _path(link.get(_LINK) if isinstance(link, dict) else link)
        if path is None:
            return {}
        if self._left <= 0:
            self.cut = True
            return {}
        self._left -= 1
        also = (_FORBIDDEN, _NOT_FOUND) if self._let_in else (_NOT_FOUND,)
        answer = await self._guest.ask(
            "GET", path, headers=self._headers, also=also, basic=self._plain
        )
        if answer.status == _FORBIDDEN:
            self.forbidden.append(printable(path, 80))
        if answer.status in (_FORBIDDEN, _NOT_FOUND):
            return {}
        self._let_in = self._let_in or path != ROOT  # which is shown to everybody
        return wanted(parsed(answer.octets), printable(path, 80))

    async def members(self, link: object) -> AsyncIterator[Record]:
        """Yield the members of a collection; those that are not wholly in it are fetched."""
        listed = await self.get(link)
        for member in list(records(listed.get("Members")))[:_MEMBERS]:
            yield member if "Name" in member else await self.get(member)


def _path(link: object) -> str | None:
    """Return the path of a link within this service; controllers may write whole addresses."""
    if not isinstance(link, str) or not link:
        return None
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "") if parts.path else None


def _json(octets: bytes) -> Json:
    return parsed(octets) if octets.strip() else {}
