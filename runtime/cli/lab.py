"""A pretend province to try things on: start it, break it, mend it, ask for the truth."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.clock import LOCAL, SystemClock
from core.errors import DomainError, os_reason
from core.inventory import Inventory
from core.text import Text
from lab import province, script, synthetic
from lab.client import LabClient, default_socket
from lab.lab import Lab, LabFailed
from lab.network import Kind
from lab.world import How
from runtime.language import of

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="A pretend province to try things on."
)
_WIDE = 200  # columns, where no terminal says otherwise: names stay whole for grep
_REFUSED = 1  # exit code: the lab said no, or there is none

_Socket = Annotated[Path | None, typer.Option("--socket", help="Control socket of the lab.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_HOWS = {
    How.ADMIN: Text(vi="cổng đầu gần bị tắt", en="near port shut"),
    How.FAR: Text(vi="đầu xa mất điện", en="far end without power"),
    How.BLACKHOLE: Text(vi="đứt trên mạng nhà mạng", en="broken in the carrier's net"),
    How.HALFIN: Text(vi="mất một chiều", en="one direction lost"),
    How.OFF: Text(vi="thiết bị tắt nguồn", en="device is off"),
    How.STOP: Text(vi="dịch vụ dừng hẳn", en="service has stopped"),
    How.BROKEN: Text(vi="dịch vụ trả lời sai", en="service answers wrongly"),
    How.EXPIRING: Text(vi="chứng thư sắp hết hạn", en="certificate is about to end"),
}


def _say(text: Text) -> str:
    return text.said(of(os.environ))


def _out() -> Console:
    width = None if sys.stdout.isatty() else _WIDE
    return Console(highlight=False, soft_wrap=True, width=width)


def _fail(text: Text, *, as_json: bool = False) -> typer.Exit:
    if as_json:
        print(json.dumps({"ok": False, "error": _say(text)}, ensure_ascii=False))
    else:
        print(_say(text), file=sys.stderr)
    return typer.Exit(_REFUSED)


def _asked(socket: Path | None, ask: Callable[[LabClient], Any], *, as_json: bool = False) -> Any:
    client = LabClient(socket)
    try:
        return ask(client)
    except DomainError as refusal:
        raise _fail(refusal.text, as_json=as_json) from None
    except OSError as error:
        raise _fail(
            Text(
                vi=f"Không có môi trường giả lập nào tại {client.path} ({os_reason(error).vi}). "
                "Hãy chạy “thongsuot lab up” hoặc “thongsuot demo” trước.",
                en=f"No lab at {client.path} ({os_reason(error).en}). "
                "Start `thongsuot lab up` or `thongsuot demo` first.",
            ),
            as_json=as_json,
        ) from None


@app.command()
def up(
    *,
    three_tier: Annotated[
        bool, typer.Option("--three-tier", help="As before 1 July 2025: with districts.")
    ] = False,
    size: Annotated[
        str | None, typer.Option(help="A synthetic province instead: HUBSxCOMMUNES, 11x111.")
    ] = None,
    network: Annotated[
        Kind | None, typer.Option(help="flat, tree or loopback; default: the best possible.")
    ] = None,
    faults: Annotated[
        bool, typer.Option("--faults/--calm", help="Play a scripted day of faults.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Which day of faults.")] = 1,
    speed: Annotated[float, typer.Option(min=0.01, help="How much faster the day goes.")] = 1.0,
    socket: _Socket = None,
) -> None:
    """Start the province and keep it until Ctrl-C or `lab stop`."""
    inventory = _province(size, three_tier=three_tier)
    steps = script.day(inventory, seed, calm=not faults, speed=speed)
    lab = Lab(inventory, network, socket or default_socket())
    try:
        asyncio.run(_keep(lab, steps))
    except LabFailed as failure:
        why = failure.text
        raise _fail(
            Text(vi=f"Không khởi động được: {why.vi}", en=f"It did not start: {why.en}")
        ) from None


def _province(size: str | None, *, three_tier: bool) -> Inventory:
    if size is None:
        return province.inventory(three_tier=three_tier)
    shape = re.fullmatch(r"(\d+)[x×](\d+)", size)
    try:
        if shape:
            return synthetic.inventory(int(shape[1]), int(shape[2]))
    except ValueError:
        pass
    raise _fail(
        Text(
            vi=f"--size {size}: cần dạng CỤMxXÃ, ví dụ 11x111 (nhiều nhất 11 cụm, 19 xã mỗi cụm)",
            en=f"--size {size}: must be HUBSxCOMMUNES, e.g. 11x111 (at most 11 hubs of 19)",
        )
    )


async def _keep(lab: Lab, steps: Iterator[script.Step]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with lab:
        _greet(lab)
        playing = asyncio.create_task(_play(lab, steps))
        gone = asyncio.create_task(lab.wait())
        told = asyncio.create_task(ended.wait())
        await asyncio.wait({gone, told}, return_when=asyncio.FIRST_COMPLETED)
        for task in (playing, gone, told):
            task.cancel()


def _greet(lab: Lab) -> None:
    out, inventory = _out(), lab.inventory
    counts = f"{len(inventory.sites)}/{len(inventory.devices)}/{len(inventory.links)}"
    out.print(
        _say(
            Text(
                vi=f"Tỉnh giả lập đang chạy: {counts} điểm/thiết bị/đường truyền "
                f"({lab.facts['network']}). Ctrl-C để dừng.",
                en=f"The pretend province runs: {counts} sites/devices/lines "
                f"({lab.facts['network']}). Ctrl-C ends it.",
            )
        )
    )
    notes = lab.facts["notes"]
    for note in notes if isinstance(notes, list) else ():
        out.print(f"  {note[of(os.environ)]}")
    out.print(f"  socket: {lab.socket}")


async def _play(lab: Lab, steps: Iterator[script.Step]) -> None:
    out = _out()
    async for step, refusal in script.play(steps, lab.client):
        out.print(f"{_clock(SystemClock().now().isoformat())}  {_said(step)} {refusal}".rstrip())


def _said(step: script.Step) -> str:
    if step.op == "cut":
        why = _HOWS[How(step.how)]
        text = Text(vi=f"ngắt {step.target}: {why.vi}", en=f"cut {step.target}: {why.en}")
    elif step.op == "degrade":
        bad = {"loss": step.loss, "delay": step.delay, "jitter": step.jitter}
        return f"{step.target}: {_badness(bad)}"
    else:
        text = Text(vi=f"khôi phục {step.target}", en=f"restore {step.target}")
    return _say(text)


@app.command()
def cut(
    target: Annotated[
        str, typer.Argument(help="A line, site, device or service (see `lab list`).")
    ],
    how: Annotated[
        How,
        typer.Argument(
            help="admin, far, blackhole, halfin; off for a device; stop, broken, expiring for a "
            "service."
        ),
    ] = How.BLACKHOLE,
    *,
    socket: _Socket = None,
    as_json: _Json = False,
) -> None:
    """Cut a line; everything behind it falls silent."""
    _show(_asked(socket, lambda lab: lab.cut(target, how), as_json=as_json), as_json=as_json)


@app.command()
def restore(target: str, *, socket: _Socket = None, as_json: _Json = False) -> None:
    """Mend a cut line or a service, or switch a device on again."""
    _show(_asked(socket, lambda lab: lab.restore(target), as_json=as_json), as_json=as_json)


@app.command()
def degrade(
    target: str,
    *,
    loss: Annotated[float, typer.Option(min=0, max=100, help="Percent of packets lost.")] = 0.0,
    delay: Annotated[float, typer.Option(min=0, help="Milliseconds added.")] = 0.0,
    jitter: Annotated[float, typer.Option(min=0, help="Milliseconds around the delay.")] = 0.0,
    socket: _Socket = None,
    as_json: _Json = False,
) -> None:
    """Make a line carry badly."""
    amounts = {"loss": loss / 100, "delay": delay / 1000, "jitter": jitter / 1000}
    truth = _asked(socket, lambda lab: lab.degrade(target, **amounts), as_json=as_json)
    _show(truth, as_json=as_json)


@app.command()
def join(
    device: Annotated[str, typer.Argument(help="A codec: bom-bo-vc.")],
    conference: Annotated[str, typer.Argument(help="The conference's name.")] = "giao-ban",
    *,
    socket: _Socket = None,
    as_json: _Json = False,
) -> None:
    """Connect a codec to a conference: codec and bridge then tell of the call."""
    truth = _asked(socket, lambda lab: lab.join(device, conference), as_json=as_json)
    _show(truth, as_json=as_json)


@app.command()
def leave(device: str, *, socket: _Socket = None, as_json: _Json = False) -> None:
    """Disconnect a codec from its conference."""
    _show(_asked(socket, lambda lab: lab.leave(device), as_json=as_json), as_json=as_json)


@app.command()
def clear(
    target: Annotated[str | None, typer.Argument(help="A line; none: mend everything.")] = None,
    *,
    socket: _Socket = None,
    as_json: _Json = False,
) -> None:
    """Make a line carry well again, or mend everything."""
    _show(_asked(socket, lambda lab: lab.clear(target), as_json=as_json), as_json=as_json)


@app.command()
def status(*, socket: _Socket = None, as_json: _Json = False) -> None:
    """Tell the world's truth: what is cut since when, how, and whom it touches."""
    _show(_asked(socket, lambda lab: lab.status(), as_json=as_json), as_json=as_json)


@app.command(name="list")
def list_(*, socket: _Socket = None, as_json: _Json = False) -> None:
    """List the lines and services."""
    lines = _asked(socket, lambda lab: [*lab.lines(), *lab.services()], as_json=as_json)
    if as_json:
        print(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    table = _table(
        Text(vi="Đường truyền, dịch vụ", en="Line, service"),
        Text(vi="Tên", en="Name"),
        Text(vi="Đầu gần", en="Near"),
        Text(vi="Đầu xa", en="Far"),
        Text(vi="Hiện trạng", en="State"),
    )
    for line in lines:
        fine = Text(vi="bình thường", en="fine")
        state = Text(vi="suy giảm", en="degraded") if line["impaired"] else fine
        state = _HOWS[How(line["cut"])] if line["cut"] else state
        table.add_row(line["slug"], line["name"], line["near"], line["far"], _say(state))
    _out().print(table)


@app.command()
def stop(*, socket: _Socket = None) -> None:
    """End the lab."""
    _asked(socket, lambda lab: lab.stop())


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where the CSV files go.")],
    *,
    three_tier: Annotated[bool, typer.Option("--three-tier", help="With districts.")] = False,
    size: Annotated[str | None, typer.Option(help="A synthetic province: 11x111.")] = None,
) -> None:
    """Write the pretend province as inventory files, ready for `thongsuot import`."""
    from inventory import csvfiles

    folder.mkdir(parents=True, exist_ok=True)
    csvfiles.write(_province(size, three_tier=three_tier), folder)


def _table(*columns: Text) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, column in enumerate(columns):  # the first is what other commands are given
        table.add_column(_say(column), overflow="fold", no_wrap=place == 0)
    return table


def _show(truth: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(truth, ensure_ascii=False, indent=2))
        return
    out = _out()
    silent, devices = len(truth["silent"]), truth["devices"]
    out.print(
        _say(
            Text(
                vi=f"{silent} trên {devices} thiết bị không phản hồi",
                en=f"{silent} of {devices} devices are silent",
            )
        )
    )
    calls = len(truth.get("calls", ()))
    if calls:
        said = Text(vi=f"{calls} điểm cầu đang trong cuộc họp", en=f"{calls} rooms are in a call")
        out.print(_say(said))
    if not truth["cuts"] and not truth["impairments"]:
        return
    table = _table(
        Text(vi="Đối tượng", en="Target"),
        Text(vi="Sự cố", en="Fault"),
        Text(vi="Từ lúc", en="Since"),
        Text(vi="Ảnh hưởng", en="Touches"),
    )
    for row in truth["cuts"]:
        sites = ", ".join(row["sites"])
        touched = f"{len(row['touches'])}" + (f" ({sites})" if sites else "")
        table.add_row(row["target"], _say(_HOWS[How(row["how"])]), _clock(row["since"]), touched)
    for row in truth["impairments"]:
        table.add_row(row["target"], _badness(row), _clock(row["since"]), str(len(row["touches"])))
    out.print(table)


def _badness(row: dict[str, Any]) -> str:
    loss, delay, jitter = row["loss"] * 100, row["delay"] * 1000, row["jitter"] * 1000
    return _say(
        Text(
            vi=f"mất gói {loss:.0f} %, trễ {delay:.0f} ± {jitter:.0f} ms",
            en=f"loss {loss:.0f} %, delay {delay:.0f} ± {jitter:.0f} ms",
        )
    )


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(LOCAL).strftime("%H:%M:%S %d/%m/%Y")
