"""Is the server's hardware well, by its management controller (iDRAC, iLO, XCC, iBMC, OpenBMC)?

DMTF's Redfish, GET only but for the session, which ends with the look. Tested against an emulator
written from DMTF's public mockup; unconfirmed on real controllers.
"""

from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._redfish.machine import EMITS as MACHINE
from collectors._redfish.machine import Machine
from collectors._redfish.params import Params
from collectors._redfish.session import ROOT, Session
from collectors._vc.guest import FAREWELL, Guest
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Log in, read, log out."""
    params = Params.model_validate(dict(check.params))

    async def visit(attempt: Attempt) -> None:
        guest = Guest(check, kit, transcript, params, 443 if params.scheme == "https" else 80)
        try:
            await guest.enter()
            session = Session(guest, params)
            root = await session.get(ROOT)
            if params.session:
                await session.begin(root)
            machine = Machine(attempt, session)
            await machine.read(root)
            if session.cut:
                transcript.note("there is more than the %d resources that were read", params.most)
            machine.findings += [f"{one}: not for this account" for one in session.forbidden]
        finally:
            await guest.leave(keep=False)
        unwanted(machine.findings)

    return await attempted(check, kit, transcript, visit, farewell=FAREWELL)


COLLECTOR = Collector(
    name="redfish",
    help=Text(
        vi="Phần cứng máy chủ có tốt không, theo bộ quản lý của nó (iDRAC, iLO, XCC, iBMC)? "
        "Chưa kiểm chứng trên máy thật",
        en="Is the server's hardware well, by its management controller (iDRAC, iLO, XCC, iBMC)? "
        "Unconfirmed on real controllers",
    ),
    params=Params,
    emits=(*EMITS, *MACHINE),
    look=look,
    interval=120.0,
    timeout=30.0,
)
