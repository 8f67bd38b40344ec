"""How many are in how many conferences on the Polycom DMA, who is registered, is it whole? SNMP.

Enterprise 13885, subtree 13.2: clusters, licences, conference manager, registrations. What each
participant hears is not told here.
"""

from collections.abc import Iterator, Mapping

from collectors._snmp import client
from collectors._snmp.agent import Trouble
from collectors._snmp.octets import text
from collectors._vc import metrics
from collectors._vc.agents import Questions, Row, asked, total, whole
from collectors._vc.facts import Bridge, Fault
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Kit, Transcript
from core.reading import FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_ROOT = "1.3.6.1.4.1.13885.13.2"
_CLUSTERS, _LICENCES = f"{_ROOT}.2.3.2.1", f"{_ROOT}.2.3.3.1"
_MANAGER, _REGISTRAR = f"{_ROOT}.3.2.1.2.1", f"{_ROOT}.3.3.1.2.1"
# Columns; of the manager total and used ports of video, then of voice.
_NAME, _STATUS = 2, 3
_CONFERENCES, _PARTICIPANTS, _PORTS, _USED = 3, 4, (5, 7), (6, 8)
_ACTIVE = 3
_STATES = {2: ("warning", "is busied out"), 3: ("critical", "is out of service")}
_VALID = 1
_Rows = Mapping[tuple[int, ...], Row]


class Params(client.Params):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))

    async def visit(questions: Questions) -> list[Sample]:
        return samples(check, await _bridge(questions), before_of(kit, check))

    return await asked(check, kit, transcript, params, visit)


async def _bridge(questions: Questions) -> Bridge:
    clusters = await questions.table(_CLUSTERS)
    if not clusters:
        raise Trouble(FailureKind.PROTOCOL, "the agent knows nothing of the DMA's objects")
    licences = await questions.table(_LICENCES)
    manager = await questions.table(_MANAGER)
    ports, used = total(manager, *_PORTS), total(manager, *_USED)
    return Bridge(
        product="Polycom DMA",
        faults=[*_clusters(clusters), *_licences(licences)],
        conference_count=total(manager, _CONFERENCES),
        legs=total(manager, _PARTICIPANTS),
        legs_limit=ports,
        load=used / ports if ports and used is not None else None,
        registrations=total(await questions.table(_REGISTRAR), _ACTIVE),
    )


def _clusters(clusters: _Rows) -> Iterator[Fault]:
    for row in clusters.values():
        level, said = _STATES.get(whole(row.get(_STATUS)) or 0, ("", ""))
        if level:
            yield Fault(level, f"cluster {text(row.get(_NAME))} {said}")


def _licences(licences: _Rows) -> Iterator[Fault]:
    for row in licences.values():
        if isinstance(row.get(_STATUS), int) and row[_STATUS] != _VALID:
            yield Fault("error", f"licence of {text(row.get(_NAME))} is not valid")


COLLECTOR = Collector(
    name="snmp_dma",
    help=Text(
        vi="Polycom DMA có bao nhiêu cuộc họp, điểm cầu, máy đăng ký; cụm nào hỏng?",
        en="How many are in how many conferences on the Polycom DMA, and is it whole?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=60.0,
    timeout=15.0,
)
