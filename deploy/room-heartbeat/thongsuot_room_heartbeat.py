#!/usr/bin/env python3
"""Tells a Thông Suốt hub how the PC of a meeting room is. One file, Python 3.8 or later alone.

Every half minute: that it is alive, whether camera, microphone and speaker are there, whether the
meeting program runs, what the way to the hub loses, how far its clock is off. What cannot be told
is left out. Nothing of the meeting is listened to, and nobody can ask the PC for anything.

    thongsuot_room_heartbeat.py --config room-heartbeat.ini          until it is stopped
    thongsuot_room_heartbeat.py --config room-heartbeat.ini --once   once, saying what was told

The key never leaves the PC: hub and PC sign with its SHA-256 (HMAC). The part for Windows is
unconfirmed: it follows Microsoft's documents, and was not tried on Windows.
"""

import argparse
import configparser
import hashlib
import hmac
import json
import logging
import random
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlsplit

AGENT = "thongsuot-room-heartbeat/1"
WAIT = 10.0  # seconds for an answer of the hub
LONGEST = 65536  # octets of one
NEXT, SOONEST, LATEST = 30.0, 10.0, 300.0  # seconds between two words
COUNT = 5  # echo requests
WINDOWS = sys.platform == "win32"
# Windows' names of an end of sound: {0.0.0.…} plays, {0.0.1.…} records (MMDevice API).
_PLAYS, _RECORDS = "{0.0.0.", "{0.0.1."
_LIST_DEVICES = (
    "Get-CimInstance Win32_PnPEntity -Filter \"PNPClass='Camera' OR PNPClass='Image' OR "
    "PNPClass='AudioEndpoint'\" | Select-Object PNPClass,DeviceID,Status | ConvertTo-Json -Compress"
)
log = logging.getLogger("room-heartbeat")


class Trouble(Exception):
    """What the hub, or the way to it, has against us."""


class Settings:
    """What the file says: which hub, which room, which key, which programs join meetings."""

    def __init__(self, path):
        read = configparser.ConfigParser(interpolation=None)
        with Path(path).open(encoding="utf-8") as file:
            read.read_file(file)
        try:
            self.hub = read["hub"]["url"].strip().rstrip("/")
            self.room = read["room"]["slug"].strip()
            key = read["room"]["key"].strip()
        except KeyError as error:
            raise SystemExit(f"{path}: {error} is missing: see room-heartbeat.ini") from error
        if urlsplit(self.hub).scheme not in {"http", "https"}:
            raise SystemExit(f"{path}: [hub] url: write http://… or https://…")
        self.key = hashlib.sha256(key.encode()).digest()
        self.authority = read.get("hub", "ca", fallback="").strip() or None
        programs = read.get("room", "programs", fallback="")
        self.programs = [one.strip().lower() for one in programs.split(",") if one.strip()]


# What is there


def devices_of_linux(root):
    """Return what kernel and ALSA list: which of camera, microphone and speaker are there."""
    cameras = list(Path(root, "dev").glob("video*"))
    found = {"camera": bool(cameras)}
    try:
        lines = Path(root, "proc/asound/pcm").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return found  # no ALSA: sound cannot be told
    found["microphone"] = "capture" in lines
    found["speaker"] = "playback" in lines
    return found


def devices_of_windows(listed):
    """Return the same of what PowerShell lists as JSON. Unconfirmed."""
    rows = json.loads(listed or "[]")
    rows = [row for row in (rows if isinstance(rows, list) else [rows]) if row["Status"] == "OK"]
    ends = [row["DeviceID"] for row in rows if row["PNPClass"] == "AudioEndpoint"]
    return {
        "camera": any(row["PNPClass"] in {"Camera", "Image"} for row in rows),
        "microphone": any(_RECORDS in end for end in ends),
        "speaker": any(_PLAYS in end for end in ends),
    }


def running_on_linux(root):
    """Return the names of running programs, in lower case."""
    names = set()
    for entry in Path(root, "proc").iterdir():
        if entry.name.isdecimal():
            try:
                names.add((entry / "comm").read_text(encoding="utf-8", errors="replace").strip())
                command = (entry / "cmdline").read_bytes().split(b"\0")[0]
            except OSError:
                continue  # it has ended meanwhile
            names.add(Path(command.decode("utf-8", "replace")).name)
    return {name.lower() for name in names}


def running_on_windows(listed):
    """Return the same of what `tasklist /fo csv /nh` prints. Unconfirmed."""
    return {line.split('","')[0].strip('"').lower() for line in listed.splitlines() if line}


def said_by(command):
    """Return what a program of the system prints; None if it cannot be run or hangs."""
    try:
        done = subprocess.run(  # noqa: S603  (fixed programs; the host is our own hub's)
            command, capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")


def way_to(host):
    """Return loss and round trip to a host as the system's own ping measures them."""
    count = str(COUNT)
    unix = ["ping", "-n", "-q", "-c", count, "-i", "0.2", "-W", "1", "--", host]
    said = said_by(["ping", "-n", count, "-w", "1000", host] if WINDOWS else unix)
    return way_in(said or "")


def way_in(said):
    """Return loss (0…1) and mean round trip (seconds) of what a ping printed, in any language."""
    lost = re.search(r"(\d+(?:[.,]\d+)?)\s*%", said)
    found = {"loss": float(lost[1].replace(",", ".")) / 100} if lost else {}
    trip = re.search(r"=\s*[\d.]+/([\d.]+)/[\d./]+\s*ms", said)  # min/avg/max/mdev of iputils
    trip = trip or (re.findall(r"=\s*(\d+)\s*ms\b", said)[-1:] or [None])[0]  # Windows: the mean
    if trip:
        found["round_trip"] = float(trip if isinstance(trip, str) else trip[1]) / 1000
    return found


def looked(settings, root="/"):
    """Return all that can be told of this PC."""
    if WINDOWS:
        listed = said_by(["powershell", "-NoProfile", "-Command", _LIST_DEVICES])
        found = devices_of_windows(listed) if listed else {}
        running = running_on_windows(said_by(["tasklist", "/fo", "csv", "/nh"]) or "")
    else:
        found, running = devices_of_linux(root), running_on_linux(root)
    if settings.programs and running:
        found["client"] = any(one in running for one in settings.programs)
    return {**found, **way_to(urlsplit(settings.hub).hostname or "")}


# The hub


class Hub:
    """The hub, asked without a proxy: it is in our own network."""

    def __init__(self, settings):
        self._settings = settings
        context = ssl.create_default_context(cafile=settings.authority)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        self._url = f"{settings.hub}/api/v1/rooms/{quote(settings.room, safe='')}/heartbeat"

    def tell(self, found):
        """Tell what was found; return the seconds until the next time. Trouble."""
        begun = time.time_ns() / 1e6
        given = self._asked(None, {})
        ended = time.time_ns() / 1e6
        stamp = given.get("now")
        if not isinstance(stamp, int) or not hmac.compare_digest(
            str(given.get("proof")).encode(), self._signed("hub", stamp, b"").encode()
        ):
            raise Trouble("the hub does not know the key of this room: make a new one there")
        said = {"round_trip": round((ended - begun) / 1000, 6), **found}
        said["clock_offset"] = round(((begun + ended) / 2 - stamp) / 1000, 3)
        body = json.dumps(said).encode()
        signature = self._signed("room", stamp, body)
        heads = {"X-Room-Stamp": str(stamp), "X-Room-Signature": signature}
        following = self._asked(body, {"Content-Type": "application/json", **heads}).get("next")
        return min(max(float(following or NEXT), SOONEST), LATEST), said

    def _signed(self, who, stamp, body):
        said = b"\n".join((who.encode(), self._settings.room.encode(), str(stamp).encode(), body))
        return hmac.new(self._settings.key, said, hashlib.sha256).hexdigest()

    def _asked(self, body, heads):
        request = urllib.request.Request(  # noqa: S310  (http or https: see Settings)
            self._url, data=body, headers={"User-Agent": AGENT, **heads}
        )
        try:
            with self._opener.open(request, timeout=WAIT) as answer:
                said = json.loads(answer.read(LONGEST))
        except urllib.error.HTTPError as error:
            error.close()
            raise Trouble(f"the hub says {error.code} {error.reason}") from error
        except (OSError, ValueError) as error:
            raise Trouble(f"no answer of the hub: {error}") from error
        if not isinstance(said, dict):
            raise Trouble("what answers is no hub")
        return said


def go_on(settings):
    """Tell again and again; rarer while nobody listens. What changes is logged once."""
    hub, pause, before = Hub(settings), NEXT, None
    while True:
        try:
            pause, _ = hub.tell(looked(settings))
            trouble = None
        except Trouble as error:
            trouble, pause = str(error), min(pause * 2, LATEST)
        if trouble != before:
            log.warning("%s", trouble or "the hub hears us again")
        before = trouble
        time.sleep(pause * random.uniform(0.9, 1.1))  # noqa: S311  (so that rooms do not speak at once)


def main(arguments=None):
    """Run; return 0, or 1 if the hub did not take what was told once."""
    parser = argparse.ArgumentParser(description="Tell a Thông Suốt hub how this room's PC is.")
    parser.add_argument("--config", required=True, help="room-heartbeat.ini of this room")
    parser.add_argument("--once", action="store_true", help="tell once, print it, and end")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    settings = Settings(asked.config)
    if not asked.once:
        go_on(settings)
    try:
        _, said = Hub(settings).tell(looked(settings))
    except Trouble as error:
        log.error("%s", error)  # noqa: TRY400  (a person reads it)
        return 1
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
