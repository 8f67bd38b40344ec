"""What the page of channels and the interface share: lately, and a test by one channel."""

from datetime import timedelta

from starlette.requests import Request

from api.context import Context
from api.door import Asker, record
from api.errors import Refused
from core.errors import NotFound
from core.incident import Notification
from core.text import Text

LATELY = timedelta(days=7)  # of which traffic is shown


async def tested(
    request: Request, context: Context, asker: Asker, name: str, contact: str
) -> Notification:
    """Put a test by one channel into the outbox: to a contact, or where a fixed channel leads.

    NotFound if there is no such channel, or it does not lead to the contact; Refused where
    nobody is told.
    """
    channel = next((one for one in context.channels() if one.name == name), None)
    if channel is None:
        raise NotFound(Text(f"Không có kênh {name}", f"There is no channel {name}"))
    if context.send_test is None:
        raise Refused(503, Text("Chưa cấu hình kênh báo tin", "No channel is configured"))
    whom = name if channel.to == "fixed" else contact
    [row] = await context.send_test(whom, asker.name, context.clock.now(), name)
    await record(context, request, asker.name, "message.test", subject=f"{name}: {whom}")
    return row
