"""Whatever is broken and mended, in whatever order: in the end all is well and all was told."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.incident import IncidentState, Purpose
from core.status import Status
from core.watching import Estate, TargetKind
from tests.alerts.province import World, estate

ESTATE = estate(hubs=2, communes=2, reserves=(2,), addressed=True)
CUTTABLE = sorted(t.slug for t in ESTATE.targets if t.kind is not TargetKind.SITE)
LINES = sorted(t.slug for t in ESTATE.targets if t.kind is TargetKind.LINK)

deeds = st.lists(
    st.tuples(
        st.sampled_from(["cut", "cut", "mend", "lose", "port down", "port up", "replace"]),
        st.sampled_from(CUTTABLE),
        st.sampled_from([0.2, 1.0, 2.5, 4.0, 9.0, 40.0]),
    ),
    min_size=1,
    max_size=12,
)


def done(world: World, deed: str, slug: str, what: Estate) -> None:
    line = LINES[CUTTABLE.index(slug) % len(LINES)]
    if deed == "cut":
        world.cut(slug)
    elif deed == "mend":
        world.mend(*sorted(world.dead)[:2])
    elif deed == "lose":
        world.loss[slug] = 0.3
    elif deed.startswith("port"):
        world.report_port(line, up=deed == "port up")
    else:
        world.outcomes.append(world.brain.replace(what, [], world.now))
        world.outcomes.append(world.brain.replace(what, world.contacts, world.now))


@settings(max_examples=30, deadline=None)
@example(  # a dead port becomes the root as soon as what answered over it is under suspicion
    story=[("port down", "line-c12", 2.5), ("cut", "c21-gw", 2.5), ("replace", "bridge", 0.2)],
    seed=0,
)
@example(  # it flaps, and stays open until it has been calm for long enough
    story=[(deed, "bridge", 4.0) for deed in ("cut", "mend", "cut", "mend", "cut")], seed=0
)
@given(story=deeds, seed=st.integers(0, 1000))
def test_when_all_is_mended_all_is_up_and_every_problem_told_has_its_recovery(
    story: list[tuple[str, str, float]], seed: int
) -> None:
    world = World(ESTATE, seed=seed)
    for line in LINES:
        world.report_port(line, up=True)
    world.run(35)
    for deed, slug, pause in story:
        done(world, deed, slug, ESTATE)
        world.run(pause)
    world.mend(*world.dead)
    world.loss.clear()
    for line in LINES:
        world.report_port(line, up=True)
    world.run(250)
    assert {t.slug: world.status(t.slug) for t in ESTATE.targets} == {
        t.slug: Status.UP for t in ESTATE.targets
    }
    world.run(3600, until=lambda: not world.brain.incidents)  # what flapped is held open longer
    assert not world.brain.incidents
    ended = world.incidents
    problems = {n.incident for n in world.notifications if n.purpose is Purpose.PROBLEM}
    recoveries = {n.incident for n in world.notifications if n.purpose is Purpose.RECOVERY}
    assert recoveries <= problems
    assert problems - recoveries == {
        i.id for i in ended.values() if i.state is IncidentState.MERGED and i.id in problems
    }
    chained(world)


def chained(world: World) -> None:
    last = {t.slug: (Status.UNKNOWN, world.begun) for t in ESTATE.targets}
    for transition in world.transitions:
        status, at = last[transition.target]
        assert transition.old is status
        assert transition.at <= transition.recorded_at
        first = at == world.begun
        assert first or transition.at >= at + timedelta(seconds=1)
        last[transition.target] = (transition.new, transition.at)
