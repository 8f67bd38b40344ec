"""What real devices said, asked again: a recording dropped into `captures/` is a test."""

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lab.emulators.answering import About, Ask, Reply
from lab.emulators.serving import served
from runtime.cli.look import app
from runtime.kit import make_kit
from runtime.recording import FILE, Recorder, told
from runtime.registries import collectors
from runtime.scheduler import look_once
from tests.collectors.families import CONFERENCE, FAMILIES, ROOM, Family, Purse, stand
from tests.factories import FakeClock, a_check

FOLDER = Path(__file__).parent / "captures"
RECORDINGS = sorted(FOLDER.rglob(FILE))


class Replaying:
    """A device that says what it said when it was recorded, look by look."""

    about = About("recording", "a real device", {})

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self._answers: dict[str, deque[Reply]] = {}

    def load(self, exchanges: list[dict[str, str]]) -> None:
        self._answers = defaultdict(deque)
        for one in exchanges:
            reply = Reply(int(one["status"]), one["body"].encode(), one["kind"] or "text/plain")
            self._answers[one["asked"]].append(reply)

    def answer(self, ask: Ask) -> Reply:
        query = "&".join(f"{key}={value}" for key, value in ask.query.items())
        asked = f"{ask.method} {ask.path}{'?' if query else ''}{query}"
        asked = re.sub(r"checksum=[0-9a-f]+", "checksum=***", asked)
        if not self._answers.get(asked):
            self.unknown.append(asked)
            return Reply(404)
        return self._answers[asked].popleft()


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


async def replayed(file: Path) -> None:
    """Look at a recording as at the device, and find what was found then."""
    recording = read(file)
    collector, device = collectors()[recording["collector"]], Replaying()
    clock = FakeClock(datetime.fromisoformat(recording["looks"][0]["at"]))
    async with served(device) as port:
        kit = make_kit(clock, secrets=Purse("user:password"))
        params = {**recording["params"], "scheme": "http", "port": port}
        check = a_check(
            "a", collector.name, address="127.0.0.1", timeout=10, params=params, secret="any"
        )
        try:
            for look in recording["looks"]:
                at = datetime.fromisoformat(look["at"])
                clock.advance((at - clock.now()).total_seconds())
                device.load(look["exchanges"])
                run, reading = await look_once(collector, check, kit)
                assert device.unknown == [], "this was not asked when it was recorded"
                assert (reading.failure.kind.value if reading.failure else None) == look["failure"]
                assert near(told(reading)) == near(look["samples"]), run.lines
        finally:
            await kit.aclose()


def near(samples: object) -> object:
    """Return samples with values that two machines reckon alike."""
    return json.loads(json.dumps(samples), parse_float=lambda digits: round(float(digits), 9))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: str(file.parent.relative_to(FOLDER)))
async def test_a_device_that_was_recorded_is_read_as_it_was(file: Path) -> None:
    await replayed(file)


async def recorded(family: Family, folder: Path) -> Path:
    """Record three looks at a family's emulator, as `look --record` does."""
    recorder = Recorder()
    async with stand(family) as at:
        at.kit.record = recorder.take
        at.calls.join(ROOM, CONFERENCE, content=True)
        at.change(at.world.degrade(at.line(), at.clock.now(), loss=0.05, jitter=0.02))
        for _ in range(3):
            at.clock.advance(10)
            recorder.settle(await at.look())
        return recorder.write(folder, at.check())


@pytest.mark.parametrize("family", FAMILIES, ids=str)
async def test_a_recording_is_a_test_without_any_code_and_holds_no_secret(
    family: Family, tmp_path: Path
) -> None:
    file = await recorded(family, tmp_path / "a")
    text = file.read_text(encoding="utf-8")
    assert "thong-suot-2026" not in text
    assert "PSN" not in text
    assert "Basic " not in text
    assert len(json.loads(text)["looks"]) == 3
    await replayed(file)


async def test_a_recording_that_is_read_otherwise_fails(tmp_path: Path) -> None:
    file = await recorded(FAMILIES[0], tmp_path / "a")
    file.write_text(file.read_text().replace("<FrameRate>30", "<FrameRate>15"))
    with pytest.raises(AssertionError):
        await replayed(file)


async def test_the_command_records_and_says_what_is_left_in_it(tmp_path: Path) -> None:
    login = tmp_path / "login"
    login.write_text("monitor:thong-suot-2026\n")
    async with stand(FAMILIES[0]) as at:
        words = f"--address 127.0.0.1 cisco_codec -p port={at.port} -p scheme=http".split()
        kept = ["--secret", str(login), "--record", str(tmp_path / "made")]
        result = await _run([*words, *kept])
    assert result["code"] == 0, result
    assert "Mật khẩu đã xoá" in str(result["said"])
    await replayed(tmp_path / "made" / FILE)


async def test_a_login_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    result = await _run(
        ["--address", "127.0.0.1", "cisco_codec", "--secret", str(tmp_path / "none")]
    )
    assert result["code"] == 2
    assert "Không đọc được" in str(result["said"])


async def _run(words: list[str]) -> Mapping[str, object]:

    result = await asyncio.to_thread(
        CliRunner().invoke, app, words, env={"THONGSUOT_LANGUAGE": "vi", "LANG": "vi_VN.UTF-8"}
    )
    return {"code": result.exit_code, "said": result.output}


def test_every_recording_names_a_collector_that_there_is() -> None:
    for file in RECORDINGS:
        assert json.loads(file.read_text(encoding="utf-8"))["collector"] in collectors()
