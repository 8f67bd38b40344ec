"""Show the whole platform on a pretend province."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    listen: Annotated[str, typer.Option(help="Address and port of the pages.")] = "127.0.0.1:8080",
    seed: Annotated[int, typer.Option(help="The same seed brings the same faults.")] = 1,
    seconds: Annotated[
        float | None, typer.Option("--for", help="End by itself after so many seconds.")
    ] = None,
    socket: Annotated[
        Path | None, typer.Option(help="Control socket of the lab, for `thongsuot lab`.")
    ] = None,
    network: Annotated[
        str | None, typer.Option(help="flat, tree or loopback instead of the best there is.")
    ] = None,
    *,
    three_tier: Annotated[
        bool, typer.Option("--three-tier", help="The same land before 1 July 2025.")
    ] = False,
    calm: Annotated[bool, typer.Option("--calm", help="No scripted faults.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Watch a pretend province for real: statuses, faults, root causes, messages."""
    from core.clock import SystemClock
    from lab.network import Kind
    from runtime import language, process
    from runtime.demo import Wish, open_demo
    from runtime.demo_screen import Screen

    tongue = language.of(os.environ)
    wish = Wish(
        three_tier=three_tier,
        calm=calm,
        seed=seed,
        listen=listen,
        language=tongue,
        socket=socket,
        network=None if network is None else Kind(network),
    )
    screen = Screen(tongue, quiet=as_json)
    process.log_to_stderr("warning")

    async def work(stop: asyncio.Event) -> dict[str, object]:
        async with open_demo(wish, SystemClock(), screen.say) as running:
            screen.welcome(running)
            showing = asyncio.create_task(screen.follow(running))
            ending = asyncio.create_task(_end_after(seconds, stop))
            try:
                await running.run(stop)
                return dict(await running.summary())
            finally:
                for task in (showing, ending):
                    task.cancel()
                await asyncio.gather(showing, ending, return_exceptions=True)

    summary = process.drive(work)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        screen.farewell(summary)


async def _end_after(seconds: float | None, stop: asyncio.Event) -> None:
    if seconds is not None:
        await asyncio.sleep(seconds)
        stop.set()
