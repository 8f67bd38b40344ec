"""What is the device's configuration, has it changed, and is it saved?

Read over SSH by the device's own commands, which change nothing. Tables of platforms in
`collectors/_cli/platform.py`, from the vendors' command references. Tried on FRRouting's vtysh
behind a real sshd; the others on emulators written from documents, not on real equipment yet.
"""

import difflib
import functools

from collectors._cli.desk import asked
from collectors._cli.paper import paper
from collectors._cli.params import CliParams
from collectors._cli.platform import Platform
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, out_of_time
from core.collector import Collector, Emit, Kit, Transcript
from core.configuration import Kept, Paper
from core.labels import Series
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
SIZE = "device_config_bytes"
UNSAVED = "device_config_unsaved_state"
_MOST_COMPARED = 20_000  # lines; beyond them it is only said that they differ


class Params(CliParams):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the running and the startup configuration once."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    papers: tuple[Paper, ...] = ()
    try:
        papers = await _read(check, kit, transcript, params)
        failure = unsaved(papers)
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, papers, failure, elapsed)
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed, papers=papers)


async def _read(
    check: Check, kit: Kit, transcript: Transcript, params: Params
) -> tuple[Paper, ...]:
    platform: Platform = params.row
    commands = [(platform.running, True)]
    if platform.startup:
        commands.append((platform.startup, False))
    running, *startup = await asked(
        check, kit, transcript, platform=platform, port=params.port, commands=commands
    )
    found = [paper(platform, Kept.RUNNING, running or "")]
    found += [paper(platform, Kept.STARTUP, text) for text in startup if text and text.strip()]
    return tuple(found)


def unsaved(papers: tuple[Paper, ...]) -> Failure | None:
    """Return what is wrong if the running configuration is not the one that is kept."""
    by_kind = {one.kind: one for one in papers}
    running, startup = by_kind.get(Kept.RUNNING), by_kind.get(Kept.STARTUP)
    if running is None or startup is None or running.compared == startup.compared:
        return None
    ours, theirs = running.compared.split("\n"), startup.compared.split("\n")
    if max(len(ours), len(theirs)) > _MOST_COMPARED:
        many = "many"
    else:
        found = difflib.unified_diff(theirs, ours, lineterm="", n=0)
        many = str(sum(line[0] in "+-" and line[:3] not in {"+++", "---"} for line in found))
    return Failure(
        FailureKind.PROTOCOL,
        f"the running configuration is not saved: {many} lines differ from the startup one",
    )


def _samples(
    check: Check, papers: tuple[Paper, ...], failure: Failure | None, elapsed: float
) -> list[Sample]:
    base = identity(check)
    samples: list[Sample] = [
        (Series.of(SUCCESS, base), float(failure is None)),
        (Series.of(DURATION, base), elapsed),
    ]
    samples += [
        (Series.of(SIZE, base, config=one.kind.value), float(len(one.text.encode())))
        for one in papers
    ]
    if len(papers) > 1:
        samples.append((Series.of(UNSAVED, base), float(unsaved(papers) is not None)))
    return samples


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="cli_config",
    help=Text(
        vi="Cấu hình thiết bị ra sao, có đổi không, đã lưu chưa (đọc qua SSH)?",
        en="What is the device's configuration, has it changed, is it saved (by SSH)?",
    ),
    params=Params,
    emits=(
        _emit(
            SUCCESS,
            Text(
                "1 nếu đọc được cấu hình và cấu hình đang chạy đã lưu",
                "1 if the configuration was read and what runs is saved",
            ),
        ),
        _emit(DURATION, Text("Cả lần đọc mất bao lâu", "The whole session")),
        Emit(
            SIZE,
            Text("Cỡ của cấu hình, byte", "Size of the configuration, bytes"),
            labels=(OWN, "config"),
        ),
        _emit(
            UNSAVED,
            Text(
                "1 nếu cấu hình đang chạy khác cấu hình lưu để khởi động",
                "1 if the running configuration differs from the startup one",
            ),
        ),
    ),
    look=look,
    interval=4 * 3600.0,
    timeout=90.0,
)
