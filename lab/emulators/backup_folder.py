"""A pretend folder of nightly backups, listed as nginx does with `autoindex_format json`."""

import email.utils
import json
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from core.clock import LOCAL, Clock
from lab.emulators.answering import UNAUTHORISED, About, Ask, Reply, shown_login

_KEPT = 7  # nights
_HOUR = 1  # of the night, local


@dataclass(slots=True)
class BackupFolder:
    """One folder; whoever lists it shows a login."""

    about: ClassVar[About] = About(
        family="nginx autoindex",
        source="nginx ngx_http_autoindex_module, autoindex_format json",
        guessed={},
    )
    clock: Clock
    user: str
    password: str

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if shown_login(ask) != (self.user, self.password):
            return UNAUTHORISED
        if ask.path != "/backup/":
            return Reply(404)
        return Reply(200, json.dumps(self.files()).encode(), "application/json")

    def files(self) -> list[dict[str, object]]:
        """Return the files of the last nights."""
        now = self.clock.now().astimezone(LOCAL)
        newest = now.replace(hour=_HOUR, minute=12, second=0, microsecond=0)
        newest -= timedelta(days=newest > now)
        found = []
        for night in range(_KEPT):
            at = newest - timedelta(days=night)
            grown = 4e9 - 2e7 * night + random.Random(str(at.date())).uniform(0, 1e7)  # noqa: S311
            found.append(
                {
                    "name": f"ioffice-{at:%Y%m%d}.dump",
                    "type": "file",
                    "mtime": email.utils.formatdate(at.timestamp(), usegmt=True),
                    "size": int(grown),
                }
            )
        return found
