"""A test message by every channel that leads to a person, sent at once and past the outbox."""

import os
from pathlib import Path

from alerts.telling import addresses
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.channel import GiveUp, Retry
from core.clock import LOCAL, SystemClock
from core.errors import NotFound
from core.incident import Message, Purpose
from core.text import Text
from core.watching import Estate
from runtime import registries, settings
from runtime.dispatcher import Outlet
from runtime.hub import open_books, outlets_of, telling_policy

TIMEOUT = 20.0  # seconds for one channel


async def try_channels(config: Path | None, wanted: str) -> list[dict[str, object]]:
    """Send and return what every channel said; NotFound if none leads to `wanted`."""
    chosen = settings.load(config, os.environ)
    clock = SystemClock()
    ledger = await open_books(chosen, clock)
    try:
        today = clock.now().astimezone(LOCAL).date()
        contacts = (await ledger.inventory.load(on=today)).contacts
        keyring = await ledger.secrets.keyring()
    finally:
        await ledger.aclose()
    channels = registries.channels()
    outlets = outlets_of(chosen, channels, keyring.reveal)
    policy = telling_policy(chosen, channels)
    telling = Telling(Purpose.TEST, None, clock.now(), chosen.web.address)
    rows: list[dict[str, object]] = []
    for recipient, address, channel, language in addresses(policy, contacts):
        if recipient == wanted:
            message = render(
                telling,
                Topology(Estate()),
                language,
                message_id=f"test.{clock.now():%Y%m%dT%H%M%S}.{channel}",
                to=address,
            )
            rows.append(
                {"channel": channel, "to": address, **await _try(outlets[channel], message)}
            )
    if not rows:
        raise NotFound(
            Text(
                vi=f'Không có kênh nào đến được "{wanted}": xem contacts.csv và [channels.…]',
                en=f'No channel leads to "{wanted}": see contacts.csv and [channels.…]',
            )
        )
    return rows


async def _try(outlet: Outlet, message: Message) -> dict[str, object]:
    try:
        return {"ok": True, "said": await outlet.channel.send(outlet.params(), message, TIMEOUT)}
    except LookupError as missing:
        return {"ok": False, "said": f"the secret {missing} is not set"}
    except (Retry, GiveUp, TimeoutError) as refusal:
        return {"ok": False, "said": str(refusal) or "no answer"}
