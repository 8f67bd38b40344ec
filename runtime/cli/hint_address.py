"""At which address may a device say that something has changed with it?"""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@app.command()
def hint_address(
    device: Annotated[str, typer.Argument(help="The device's slug in the inventory.")],
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the address that a technician enters on a device, and for Cisco the command.

    Nothing is changed on the device by this command.
    """
    from core.text import Text
    from runtime.cli._ledger import Voice, settings_of, with_ledger
    from runtime.feedback import address_of, secret_of

    voice = Voice(as_json=as_json)
    settings = settings_of(config, voice)

    async def work(ledger: "Ledger") -> str:
        keyring = await ledger.secrets.keyring()
        secret = secret_of(settings.hearing.feedback, keyring.reveal)
        return address_of(settings.web.address, secret, device)

    address = with_ledger(config, voice, work, needs_key=True)
    command = (
        "xCommand HttpFeedback Register FeedbackSlot: 1 Format: JSON "
        f'ServerUrl: "{address}" Expression[1]: "/Status/Call" '
        'Expression[2]: "/Status/SIP/Registration" Expression[3]: "/Status/H323/Gatekeeper" '
        'Expression[4]: "/Status/Diagnostics" Expression[5]: "/Event/CallDisconnect"'
    )
    said = Text(
        vi=f"Địa chỉ nhận tin của {device}: {address}\n"
        f"Trên máy Cisco (ô số 3 là của TMS):\n{command}",
        en=f"{device} may post to: {address}\nOn a Cisco codec (slot 3 belongs to TMS):\n{command}",
    )
    voice.done(said, device=device, address=address, command=command)
