"""What a device said, kept so that it becomes a test: every exchange, and what was made of it.

A recording is a folder with `recording.json`: which collector looked with which parameters, the
exchanges of each look in their order, and the samples that came of them. Secrets, cookies and
session numbers are struck out before anything is kept; names and addresses stay, so read it before
handing it on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.collector import Exchange
from core.errors import Conflict
from core.reading import Reading, is_stale
from core.text import Text
from core.watching import Check

FILE = "recording.json"
_ON_THE_WAY = {"port", "scheme", "ca", "verify", "fingerprint", "min_tls", "user"}
# What two replays of the same answers need not agree upon.
PASSING = frozenset({"probe_duration_seconds", "vc_call_duration_seconds"})


@dataclass(slots=True)
class Recorder:
    """Takes the exchanges of one look after the other."""

    looks: list[dict[str, object]] = field(default_factory=list)
    _running: list[Exchange] = field(default_factory=list)

    def take(self, exchange: Exchange) -> None:
        """Keep an exchange of the running look."""
        self._running.append(exchange)

    def settle(self, reading: Reading) -> None:
        """Close the running look with what came of it."""
        failure = reading.failure
        self.looks.append(
            {
                "at": reading.at.isoformat(),
                "exchanges": [asdict(one) for one in self._running],
                "failure": failure.kind.value if failure else None,
                "samples": told(reading),
            }
        )
        self._running = []

    def write(self, folder: Path, check: Check) -> Path:
        """Write the recording; Conflict where one is already."""
        file = folder / FILE
        if file.exists():
            raise Conflict(
                Text(
                    vi=f"{file} đã có; hãy ghi vào thư mục khác",
                    en=f"{file} exists already; record into another folder",
                )
            )
        folder.mkdir(parents=True, exist_ok=True)
        params = {key: check.params[key] for key in check.params if key not in _ON_THE_WAY}
        recording = {"collector": check.collector, "params": params, "looks": self.looks}
        text = json.dumps(recording, ensure_ascii=False, indent=1, sort_keys=True)
        file.write_text(text + "\n", encoding="utf-8")
        return file


def told(reading: Reading) -> Sequence[Mapping[str, object]]:
    """Return the samples of a reading for comparison: sorted, without what is never the same."""
    rows = [
        {
            "name": series.name,
            "labels": {k: v for k, v in series.labels if k not in {"instance", "job", "site"}},
            "value": value,
        }
        for series, value in reading.samples
        if series.name not in PASSING and not is_stale(value)
    ]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
