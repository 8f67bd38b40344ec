"""The world: one truth about what is cut and whom it touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, NotFound
from core.inventory import Inventory
from lab import province, synthetic
from lab.fabric import Fabric
from lab.flat import rules_of
from lab.world import How, PortState, Quality, World
from tests.factories import DAWN

SMALL = synthetic.inventory(3, 9)
FABRIC = Fabric(SMALL)
LINES = sorted(link.slug for link in SMALL.links)


@pytest.fixture(scope="module")
def fabric() -> Fabric:
    return Fabric(province.inventory())


def site_devices(inventory: Inventory, *sites: str) -> set[str]:
    return {device.slug for device in inventory.devices if device.site in sites}


@pytest.mark.parametrize("how", [How.ADMIN, How.FAR, How.BLACKHOLE, How.HALFIN])
def test_a_cut_hub_line_silences_the_hub_and_everything_behind_it(fabric: Fabric, how: How) -> None:
    world = World(fabric).cut("kenh-cum-bu-dop", how, DAWN)
    sites = ("cum-bu-dop", "thien-hung", "hung-phuoc", "tan-tien")
    assert world.silent == site_devices(province.inventory(), *sites)
    assert world.touched("kenh-cum-bu-dop") == tuple(sorted(world.silent))
    assert world.sites_of(world.silent) == tuple(sorted(sites))


def test_a_line_is_known_by_its_own_name_its_site_and_its_gateway(fabric: Fabric) -> None:
    assert {fabric.line(n) for n in ("kenh-bom-bo", "bom-bo", "bom-bo-gw")} == {"kenh-bom-bo"}
    with pytest.raises(NotFound, match="No line"):
        fabric.line("bom-bo-vc")
    with pytest.raises(NotFound, match="No line"):
        fabric.line("nowhere")


def test_a_hub_with_a_reserve_line_stays_reached_until_both_are_cut(fabric: Fabric) -> None:
    one = World(fabric).cut("kenh-cum-phuoc-long", How.BLACKHOLE, DAWN)
    assert not one.silent
    assert one.way("cum-phuoc-long-gw") == ("kenh-cum-phuoc-long-dp", "core-2")
    both = one.cut("kenh-cum-phuoc-long-dp", How.FAR, DAWN)
    assert "phuoc-binh-vc" in both.silent
    assert both.touched("kenh-cum-phuoc-long") == both.touched("kenh-cum-phuoc-long-dp")


def test_an_address_of_one_line_falls_with_that_line_only(fabric: Fabric) -> None:
    main, reserve = fabric.links["kenh-cum-phuoc-long"], fabric.links["kenh-cum-phuoc-long-dp"]
    world = World(fabric).cut(main.slug, How.BLACKHOLE, DAWN)
    assert not world.answers_over(main)
    assert world.answers_over(reserve)


def test_ports_say_what_the_kind_of_cut_lets_them_see(fabric: Fabric) -> None:
    link = fabric.links["kenh-cum-bu-dop"]
    seen = {
        how: World(fabric).cut(link.slug, how, DAWN).port(link.near, str(link.near_port))
        for how in (How.ADMIN, How.FAR, How.BLACKHOLE, How.HALFIN)
    }
    assert seen == {
        How.ADMIN: PortState(admin_up=False, oper_up=False),
        How.FAR: PortState(admin_up=True, oper_up=False),
        How.BLACKHOLE: PortState(),
        How.HALFIN: PortState(),
    }


def test_a_gateway_that_is_off_darkens_the_port_towards_it(fabric: Fabric) -> None:
    link = fabric.links["kenh-bom-bo"]
    world = World(fabric).cut("bom-bo-gw", How.OFF, DAWN)
    assert not world.port(link.near, str(link.near_port)).oper_up
    assert world.silent == fabric.behind("bom-bo-gw")


def test_an_endpoint_that_is_off_is_silent_alone(fabric: Fabric) -> None:
    assert World(fabric).cut("bom-bo-vc", How.OFF, DAWN).silent == {"bom-bo-vc"}


def test_the_blocker_is_the_topmost_of_two_cuts(fabric: Fabric) -> None:
    world = World(fabric).cut("bom-bo", How.ADMIN, DAWN).cut("cum-bu-dang", How.FAR, DAWN)
    blocker = world.blocker("bom-bo-vc")
    assert blocker is not None
    assert blocker.target == "kenh-cum-bu-dang"


def test_loss_and_delay_add_up_along_the_path(fabric: Fabric) -> None:
    world = World(fabric).degrade("cum-bu-dang", DAWN, loss=0.2, delay=0.02)
    world = world.degrade("bom-bo", DAWN, loss=0.5, delay=0.03, jitter=0.001)
    commune, hub = world.quality("bom-bo-vc"), world.quality("cum-bu-dang-vc")
    assert (commune.loss, commune.delay, commune.jitter) == pytest.approx((0.6, 0.05, 0.001))
    assert (hub.loss, hub.delay, hub.jitter) == pytest.approx((0.2, 0.02, 0.0))
    assert world.quality("mcu") == Quality()


def test_what_cannot_be_is_refused_with_a_sentence(fabric: Fabric) -> None:
    world = World(fabric).cut("bom-bo", How.ADMIN, DAWN)
    with pytest.raises(Conflict, match="cut already"):
        world.cut("kenh-bom-bo", How.FAR, DAWN)
    with pytest.raises(NotFound, match="is not cut"):
        world.restore("tho-son")
    with pytest.raises(NotFound, match="No device"):
        world.cut("bom-bo", How.OFF, DAWN)
    with pytest.raises(Conflict, match="between 0 and 100"):
        world.degrade("bom-bo", DAWN, loss=1.5)


def test_clear_makes_one_line_clean_or_everything_whole(fabric: Fabric) -> None:
    world = World(fabric).cut("tho-son", How.ADMIN, DAWN).degrade("bom-bo", DAWN, loss=0.1)
    assert not world.clear("bom-bo").impairments
    assert world.clear("bom-bo").cuts
    assert world.clear() == World(fabric)


def test_the_truth_tells_what_since_when_how_and_whom(fabric: Fabric) -> None:
    truth = World(fabric).cut("bom-bo", How.HALFIN, DAWN).truth()
    assert truth["cuts"] == [
        {
            "target": "kenh-bom-bo",
            "how": "halfin",
            "since": DAWN.isoformat(),
            "touches": ["bom-bo-gw", "bom-bo-vc"],
            "sites": ["bom-bo"],
        }
    ]


@given(st.lists(st.sampled_from(LINES), unique=True))
def test_cuts_in_any_order_make_the_same_silence(lines: list[str]) -> None:
    world, backwards = World(FABRIC), World(FABRIC)
    for line in lines:
        world = world.cut(line, How.BLACKHOLE, DAWN)
    for line in reversed(lines):
        backwards = backwards.cut(line, How.BLACKHOLE, DAWN)
    assert world.silent == backwards.silent
    for line in lines:
        assert set(world.touched(line)) <= world.silent
        world = world.restore(line)
    assert world == World(FABRIC)


@given(st.lists(st.sampled_from(LINES), unique=True), st.sampled_from(LINES))
def test_a_device_is_silent_exactly_when_a_blocker_is_known(lines: list[str], bad: str) -> None:
    world = World(FABRIC).degrade(bad, DAWN, loss=0.3)
    for line in lines:
        world = world.cut(line, How.ADMIN, DAWN)
    assert {d for d in FABRIC.devices if world.blocker(d)} == world.silent


def test_the_rules_of_a_whole_world_are_empty_and_stable(fabric: Fabric) -> None:
    rules, marks = rules_of(World(fabric))
    assert "daddr" not in rules
    assert not marks
    slow, marks = rules_of(World(fabric).degrade("bom-bo", DAWN, loss=0.25, delay=0.04))
    assert "numgen random mod 10000 < 2500 drop" in slow
    assert list(marks.values()) == [Quality(0.25, 0.04, 0.0)]


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("core-1", How.BLACKHOLE, "thongsuot lab cut core-1 off"),
        ("trung-tam", How.BLACKHOLE, "thongsuot lab cut core-1 off"),
        ("bom-bo-vc", How.BLACKHOLE, "the lines of its site bom-bo: kenh-bom-bo"),
        ("bom-bo", How.OFF, "thongsuot lab cut bom-bo-gw off"),
        ("nowhere", How.BLACKHOLE, "see `thongsuot lab list`"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_what_can(name: str, how: How, said: str) -> None:
    with pytest.raises(NotFound) as refused:
        World(Fabric(province.inventory())).cut(name, how, DAWN)
    assert said in refused.value.text.en


def test_a_line_degraded_by_nothing_is_refused_with_how_to_clear_it() -> None:
    with pytest.raises(Conflict, match="lab clear kenh-bom-bo"):
        World(Fabric(province.inventory())).degrade("bom-bo", DAWN)
