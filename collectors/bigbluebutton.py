"""Which meetings are on the BigBlueButton server, and how many are in them? Its API.

`getMeetings`, signed with the shared secret (SHA-256). Names of attendees are people's and are
neither kept nor shown; media quality is not in this API. Source: API documentation 2.x to 3.x.
"""

import hashlib

from collectors._net.trouble import trouble
from collectors._vc import metrics
from collectors._vc.facts import Bridge
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.markup import children, text, tree, whole
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

_ROOT = "/bigbluebutton/api"
_WRONG_SECRET = "checksumError"  # noqa: S105  (the server's word)


class Params(VcParams):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the server once."""
    params = Params.model_validate(dict(check.params))
    port = 443 if params.scheme == "https" else 80
    return await looked(check, kit, transcript, params, _visit, port=port, token=True)


async def _visit(guest: Guest) -> Bridge:
    if guest.login is None:
        raise trouble(FailureKind.LOCAL, "no secret is named: the server's shared secret")
    hello = tree((await guest.get(_ROOT)).octets)
    signed = hashlib.sha256(f"getMeetings{guest.login.password}".encode()).hexdigest()
    answer = tree((await guest.get(f"{_ROOT}/getMeetings?checksum={signed}")).octets)
    if text(answer, "returncode") != "SUCCESS":
        key = text(answer, "messageKey") or "no reason"
        if key == _WRONG_SECRET:
            raise guest.unwelcome("the server does not accept the shared secret")
        raise trouble(FailureKind.PROTOCOL, f"the server answers FAILED: {key[:80]}")
    guest.welcomed()
    inside: dict[str, int] = {}
    for meeting in children(answer, "meetings/meeting"):
        name = text(meeting, "meetingName") or text(meeting, "meetingID")
        inside[name] = inside.get(name, 0) + (whole(meeting, "participantCount") or 0)
    return Bridge(
        product="BigBlueButton",
        software=text(hello, "bbbVersion") or text(hello, "version"),
        conferences=inside,
        legs=sum(inside.values()),
    )


COLLECTOR = Collector(
    name="bigbluebutton",
    help=Text(
        vi="Máy chủ BigBlueButton đang có cuộc họp nào, bao nhiêu người trong đó?",
        en="Which meetings are on the BigBlueButton server, and how many are in them?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=30.0,
    timeout=10.0,
)
