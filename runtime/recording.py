"""What a device said, kept so that it becomes a test: every exchange, and what was made of it.

A recording is a folder with `recording.json`: which collector looked with which parameters, the
exchanges of each look in their order, and the samples that came of them. Secrets, cookies and
session numbers are struck out before anything is kept; names and addresses stay, so read it before
handing it on. Objects that were mapped keep their map beside it, in `maps/`.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from collectors._snmp.usm import NoLogin, is_login, user_of
from core.collector import Exchange, Secrets
from core.errors import Conflict
from core.reading import Reading, is_stale
from core.text import Text
from core.watching import Check

FILE = "recording.json"
MAPS = "maps"
# Where a device stands and how we get in: of no use to a replay, or secret.
_ON_THE_WAY = {"port", "scheme", "ca", "verify", "fingerprint", "min_tls", "community", MAPS}
_HTTP_LOGIN = "user"  # but of SIP the user is whom we ask for
# What two replays of the same answers need not agree upon: it is of the way there.
PASSING = frozenset(
    {
        "probe_duration_seconds",
        "probe_loss_ratio",
        "probe_ras_round_trip_seconds",
        "probe_sip_rtt_seconds",
        "probe_ssl_earliest_cert_expiry",
        "probe_stun_mapped",
        "probe_stun_round_trip_seconds",
        "vc_call_duration_seconds",
    }
)
_STRUCK = "***"
_OURS = "collector"  # a label that no device tells: of a Lifesize it is the published password too
_CHALLENGE = re.compile(r'\b(c?nonce|opaque|response)="[^"]*"')
_WORDS = (["4"], ["4x"])  # tags of an snmprec file: octets, as text or in hexadecimal


@dataclass(slots=True)
class Recorder:
    """Takes the exchanges of one look after the other; `secrets` are struck out of everything."""

    secrets: Sequence[str] = ()
    looks: list[dict[str, Any]] = field(default_factory=list)
    _running: list[Exchange] = field(default_factory=list)

    @classmethod
    def of(cls, check: Check, secrets: Secrets) -> "Recorder":
        """Return a recorder that knows what is secret about a check."""
        known = [str(check.params[key]) for key in ("community",) if check.params.get(key)]
        if check.secret is not None:
            known.append(secrets.reveal(check.secret) or "")
        return cls(sorted({word for one in known for word in words_of(one)}, key=len, reverse=True))

    @property
    def heard(self) -> bool:
        """Say whether a device has said anything in any look."""
        return any(look["exchanges"] for look in self.looks)

    def take(self, exchange: Exchange) -> None:
        """Keep an exchange of the running look."""
        if exchange.way == "snmp":  # names and numbers are no words: a community may be "2026"
            rows = [row.split("|") for row in exchange.body.splitlines()]
            for row in rows:
                if row[1:2] in _WORDS:
                    row[2] = self._struck(row[2])
            kept = replace(exchange, body="\n".join("|".join(row) for row in rows))
        else:
            asked, body = self._struck(exchange.asked), self._struck(exchange.body)
            body = _CHALLENGE.sub(rf'\1="{_STRUCK}"', body) if exchange.way == "sip" else body
            kept = replace(exchange, asked=asked, body=body)
        self._running.append(kept)

    def _struck(self, text: str) -> str:
        for word in self.secrets:
            text = text.replace(word, _STRUCK)
            text = text.replace(word.encode().hex(), _STRUCK.encode().hex())
        return text

    def settle(self, reading: Reading) -> None:
        """Close the running look with what came of it."""
        failure = reading.failure
        self.looks.append(
            {
                "at": reading.at.isoformat(),
                "exchanges": [asdict(one) for one in self._running],
                "failure": failure.kind.value if failure else None,
                "samples": [self._without_secrets(row) for row in told(reading)],
            }
        )
        self._running = []

    def _without_secrets(self, row: Mapping[str, Any]) -> Mapping[str, object]:
        labels = row["labels"]
        struck = {key: self._struck(labels[key]) for key in labels if key != _OURS}
        return {**row, "labels": {**labels, **struck}}

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
        by_http = any(one["way"] == "http" for look in self.looks for one in look["exchanges"])
        left_out = _ON_THE_WAY | ({_HTTP_LOGIN} if by_http else set())
        params = {key: value for key, value in check.params.items() if key not in left_out}
        if maps := check.params.get(MAPS):
            shutil.copytree(str(maps), folder / MAPS, ignore=_all_but_maps)
        recording = {"collector": check.collector, "params": params, "looks": self.looks}
        text = json.dumps(recording, ensure_ascii=False, indent=1, sort_keys=True)
        file.write_text(text + "\n", encoding="utf-8")
        return file


def words_of(secret: str) -> set[str]:
    """Return what must not be read anywhere of a secret: a community, or passwords of a login.

    `user:password` and `v3 user=… auth=KIND:PASSWORD …` keep their users: names are no secrets.
    """
    first = secret.strip().partition("\n")[0].strip()
    found = {first}
    if is_login(first):
        with suppress(NoLogin):
            user = user_of(first)
            found |= {user.auth_password, user.priv_password}
    else:
        found.add(first.partition(":")[2])
    return found - {""}


def _all_but_maps(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".toml")}


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
