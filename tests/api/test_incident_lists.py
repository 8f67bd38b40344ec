"""The list of incidents is filtered and ordered; the part of the tree that fell is drawn."""

from datetime import timedelta

from api.fallen import Node, fallen
from core.incident import Incident, Member, Severity
from core.outcome import Outcome
from core.people import Role
from core.watching import TargetKind
from tests.alerts.province import estate as province
from tests.alerts.province import serving, sharing
from tests.api.test_by_hand import OTHER, deciding
from tests.api.test_causes import over
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World

HUB = "SC-20261122-0001"


async def test_what_is_open_stands_worst_first(world: World) -> None:
    await deciding(world)  # the other began later, and is less grave
    text = await page(world, "/incidents?state=open")
    assert 0 < text.index(f'data-slug="{HUB}"') < text.index(f'data-slug="{OTHER}"')
    newest_first = await page(world, "/incidents")
    assert newest_first.index(f'data-slug="{OTHER}"') < newest_first.index(f'data-slug="{HUB}"')


async def test_a_filter_leaves_what_is_meant_and_is_kept_from_page_to_page(world: World) -> None:
    await deciding(world)
    for query, found in (
        ("q=dong+xoai", {OTHER}),
        (f"q={HUB.lower()}", {HUB}),
        ("severity=critical", {HUB}),
        ("unit=dong-xoai", {OTHER}),
        ("unit=dong-nai", {HUB, OTHER}),
        ("q=khong+co+gi", set[str]()),
    ):
        for state in ("", "state=open&"):
            text = await page(world, f"/incidents?{state}{query}")
            assert {code for code in (HUB, OTHER) if f'data-slug="{code}"' in text} == found, query
    assert "Không có sự cố nào như vậy" in text
    rows = [
        Incident(
            id=f"SC-20261121-{n:04d}",
            root="link-dong-xoai",
            severity=Severity.MAJOR,
            began_at=DAWN - timedelta(days=1, minutes=n),
            decided_at=DAWN,
        )
        for n in range(51)
    ]
    await world.commit(Outcome(incidents=rows))
    text = await page(world, "/incidents?severity=major&q=dong+xoai")
    assert 'href="?severity=major&amp;q=dong+xoai&amp;cursor=' in text


async def test_a_filter_that_there_is_not_is_refused_and_not_passed_over(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    for query in ("state=zzz", "severity=zzz"):
        assert (await world.client.get(f"/incidents?{query}", headers=headers)).status_code == 422


async def test_the_list_leads_to_what_lacks_its_cause(world: World) -> None:
    await over(world)
    text = words(await page(world, "/incidents"))
    assert "Còn thiếu nguyên nhân 1" in text


async def test_the_part_of_the_tree_that_fell_is_drawn_with_its_root_marked(world: World) -> None:
    await deciding(world)
    text = words(await page(world, f"/incidents/{HUB}")).split("Phần mạng bị mất")[1]
    tree = text.split("Đối tượng bị ảnh hưởng")[0]
    assert "Kênh TSLCD Gateway Phường An Lộc nguyên nhân gốc" in tree
    assert "UBND Xã Đăk Ơ điểm cầu, trong đó 2 thiết bị" in tree


def drawn(nodes: tuple[Node, ...]) -> dict[str, object]:
    return {node.target.slug: drawn(node.below) for node in nodes}


def lost(root: str, *slugs: str, **changes: object) -> Incident:
    members = tuple(Member(target=slug, joined_at=DAWN) for slug in (root, *slugs))
    fields = {"id": HUB, "root": root, "severity": Severity.MAJOR, "began_at": DAWN}
    return Incident.model_validate({**fields, "decided_at": DAWN, "members": members, **changes})


def test_a_tree_goes_from_the_line_over_the_site_to_what_hangs_on_it() -> None:
    land = serving(province(hubs=1, communes=2))
    targets = {t.slug: t for t in land.targets}
    slugs = [
        "hub1", "hub1-gw", "hub1-vc", "room-hub1", "hub1-web", "line-c11", "c11", "c11-gw",
        "c11-vc", "room-c11", "c11-web", "line-c12", "c12", "c12-gw", "c12-vc",
    ]  # fmt: skip
    [tree] = fallen(lost("line1", *slugs), targets)
    assert drawn((tree,)) == {
        "line1": {
            "hub1": {
                "hub1-gw": {"hub1-web": {}},
                "line-c11": {"c11": {"c11-gw": {"c11-web": {}}}},
                "line-c12": {"c12": {}},
            }
        }
    }
    hub = tree.below[0]
    assert hub.parts == {TargetKind.DEVICE: 1, TargetKind.ROOM: 1}
    assert (tree.is_root, hub.is_root) == (True, False)


def test_of_many_branches_the_rest_is_counted() -> None:
    land = province(hubs=1, communes=30)
    targets = {t.slug: t for t in land.targets}
    communes = [f"line-c1{n}" for n in range(1, 31)]
    [tree] = fallen(lost("hub1-gw", "hub1", *communes), targets)
    assert tree.below[0].target.slug == "hub1"
    assert len(tree.below) == 12
    assert tree.more == {TargetKind.LINK: 19}


def test_what_shares_a_ring_hangs_on_the_ring_and_joined_roots_stand_side_by_side() -> None:
    land = sharing(province(hubs=3, communes=1), {"ring:one": ["line1", "line2"]})
    targets = {t.slug: t for t in land.targets}
    [tree] = fallen(lost("ring:one", "line1", "line2", "hub1", "hub2"), targets)
    assert drawn((tree,)) == {"ring:one": {"line1": {"hub1": {}}, "line2": {"hub2": {}}}}
    trees = fallen(lost("line1", "hub1", "line3", "hub3", further=("line3",)), targets)
    assert [node.target.slug for node in trees] == ["line1", "line3"]
    assert all(node.is_root for node in trees)


def test_a_dead_gateway_takes_its_site_with_it() -> None:
    targets = {t.slug: t for t in province(hubs=1, communes=1).targets}
    [tree] = fallen(lost("c11-gw", "c11", "c11-vc"), targets)
    assert drawn((tree,)) == {"c11-gw": {"c11": {}}}
