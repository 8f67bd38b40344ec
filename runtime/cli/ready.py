"""Does the platform answer that it watches?"""

from typing import Annotated

import typer

from core.text import Text
from runtime.cli._config import Config

app = typer.Typer(add_completion=False)


@app.command()
def ready(
    config: Config = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for it.")] = 0.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask the platform of the settings, on this machine, whether it is ready; 1 if not."""
    import asyncio
    from time import monotonic

    from core.errors import Unavailable
    from runtime.cli._ledger import Voice, settings_of
    from runtime.readiness import trouble

    voice = Voice(as_json=as_json)
    web = settings_of(config, voice).web

    async def ask() -> str:
        deadline = monotonic() + wait
        while True:
            said = await trouble(web)
            if not said or monotonic() >= deadline:
                return said
            await asyncio.sleep(0.25)

    said = asyncio.run(ask())
    if said:
        voice.refuse(
            Unavailable(
                Text(
                    vi=f"Thông Suốt chưa sẵn sàng ở {web.listen}: {said}",
                    en=f"The platform is not ready at {web.listen}: {said}",
                )
            )
        )
    voice.done(Text(vi="Sẵn sàng.", en="Ready."), listen=web.listen)
