"""What a terminal shows of the demo: where to look, how things are, what just happened."""

import asyncio
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text as Rich

from core.clock import LOCAL
from core.incident import Incident, IncidentState
from core.status import Status
from core.text import Language, Text
from lab.client import default_socket
from lab.script import Step
from runtime.demo import ADMIN, Demo

_LOOK = "core-1 icmp"  # a target that every demo has, and a collector
_PERIOD = 1.0  # seconds between two pictures
_LATEST = 6  # rows of each kind
WORDS = {
    Status.UP: (Text(vi="hoạt động", en="up"), "green"),
    Status.DEGRADED: (Text(vi="suy giảm", en="degraded"), "yellow"),
    Status.DOWN: (Text(vi="mất kết nối", en="down"), "red"),
    Status.UNREACHABLE: (Text(vi="mất theo", en="unreachable"), "magenta"),
    Status.UNKNOWN: (Text(vi="chưa có số liệu", en="no data"), "bright_black"),
}
_DONE = {
    "cut": Text(vi="phòng lab cắt", en="the lab cuts"),
    "restore": Text(vi="phòng lab nối lại", en="the lab mends"),
    "degrade": Text(vi="phòng lab làm xấu", en="the lab degrades"),
    "clear": Text(vi="phòng lab làm sạch", en="the lab clears"),
}


class Screen:
    """Speaks on stderr where stdout is for JSON; a live table on a terminal, else lines."""

    def __init__(self, language: Language, *, quiet: bool) -> None:
        self._language = language
        self._console = Console(stderr=quiet, highlight=False, soft_wrap=True)

    def say(self, text: Text) -> None:
        """Print one sentence."""
        self._console.print(f"• {escape(text.said(self._language))}")

    def welcome(self, demo: Demo) -> None:
        """Print where the pages are and how to get in."""
        for note in demo.notes:
            self.say(note)
        program = "thongsuot" if shutil.which("thongsuot") else sys.argv[0]
        rows = (
            (Text(vi="Địa chỉ", en="Address"), demo.address),
            (Text(vi="Đăng nhập", en="Login"), f"{ADMIN} / {demo.password}"),
            (Text(vi="Phá thử", en="Break something"), f"{program} lab list {_door(demo)}".strip()),
            (
                Text(vi="Xem một thiết bị", en="Look at one"),
                f"{program} look {_LOOK} -c {demo.settings_file}",
            ),
            (Text(vi="Dừng", en="Stop"), "Ctrl-C"),
        )
        width = max(len(name.said(self._language)) for name, _ in rows)
        for name, value in rows:  # as lines, not as a table: what is to be copied stays whole
            said = name.said(self._language).ljust(width)
            self._console.print(f"{said}  [bold]{escape(value)}[/bold]")

    async def follow(self, demo: Demo) -> None:
        """Show how things are until cancelled."""
        if not self._console.is_terminal:
            await self._lines(demo)
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(self._picture(demo, await demo.incidents()), refresh=True)
                await asyncio.sleep(_PERIOD)

    def farewell(self, summary: Mapping[str, object]) -> None:
        """Print what became of it."""
        incidents, messages = summary["incidents"], summary["messages"]
        if isinstance(incidents, Sequence) and isinstance(messages, Sequence):
            self.say(
                Text(
                    vi=f"Đã dừng: {len(incidents)} sự cố, {len(messages)} tin nhắn",
                    en=f"Ended: {len(incidents)} incidents, {len(messages)} messages",
                )
            )

    async def _lines(self, demo: Demo) -> None:
        before: dict[str, int] = {}
        told: set[tuple[str, str]] = set()
        faults = 0
        while True:
            counts = demo.counts()
            if counts != before:
                before = counts
                self._console.print(self._counts(counts))
            for at, step, refusal in demo.faults[faults:]:
                self._console.print(self._fault(at, step, refusal))
            faults = len(demo.faults)
            for incident in reversed(await demo.incidents()):
                key = (incident.id, incident.state.value)
                if key not in told:
                    told.add(key)
                    self._console.print(self._incident(incident))
            await asyncio.sleep(_PERIOD)

    def _picture(self, demo: Demo, incidents: Sequence[Incident]) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_row(self._counts(demo.counts()))
        for at, step, refusal in demo.faults[-_LATEST:]:
            table.add_row(self._fault(at, step, refusal))
        for incident in incidents[:_LATEST]:
            table.add_row(self._incident(incident))
        for letter in demo.mailbox.letters[-_LATEST:]:
            table.add_row(Rich(f"✉ {letter.subject}"))
        return table

    def _counts(self, counts: Mapping[str, int]) -> Rich:
        line = Rich()
        for status, (words, colour) in WORDS.items():
            line.append(f"{words.said(self._language)} {counts[status.value]}  ", style=colour)
        return line

    def _fault(self, at: datetime, step: Step, refusal: Text | None) -> Rich:
        words = _DONE[step.op].said(self._language)
        why = f" ({refusal.said(self._language)})" if refusal is not None else ""
        return Rich(f"{_hour(at)} {words} {step.target} {step.how}{why}")

    def _incident(self, incident: Incident) -> Rich:
        colour = "red" if incident.state is IncidentState.OPEN else "green"
        state = {
            IncidentState.OPEN: Text(vi="đang mở", en="open"),
            IncidentState.RECOVERED: Text(vi="đã khôi phục", en="recovered"),
            IncidentState.MERGED: Text(vi="đã gộp", en="merged"),
        }[incident.state]
        touched = Text(
            vi=f"{len(incident.members)} đối tượng", en=f"{len(incident.members)} targets"
        )
        return Rich(
            f"{_hour(incident.began_at)} {incident.id} {incident.root}: "
            f"{touched.said(self._language)}, {state.said(self._language)}",
            style=colour,
        )


def _hour(at: datetime) -> str:
    return at.astimezone(LOCAL).strftime("%H:%M:%S")


def _door(demo: Demo) -> str:
    usual = demo.lab.socket == default_socket()
    return "" if usual else f"--socket {demo.lab.socket}"
