"""What people decide about incidents on pages and by the interface."""

from starlette.requests import Request

from api.context import ByHand, Context
from api.door import Asker
from api.errors import Refused
from api.guard import client_address
from core.incident import Decision
from core.text import Text, nfc


def hand(context: Context) -> ByHand:
    """Return what takes decisions to the judge; Refused where nobody judges."""
    if context.by_hand is None:
        raise Refused(503, Text("Ở đây không xét sự cố", "No incidents are judged here"))
    return context.by_hand


def decision(request: Request, asker: Asker, reason: str) -> Decision:
    """Return a decision in the asker's name."""
    origin = client_address(request, request.app.state.context.settings.proxies)
    return Decision(asker.name, nfc(reason).strip(), origin)
