"""What devices said is found by device, place, words without diacritics, severity and time."""

from datetime import timedelta

from core.remark import Remark, Via
from storage.ledger import Ledger
from storage.pruning import Kept
from storage.remarks import Wanted
from tests.factories import DAWN

HOUR = timedelta(hours=1)


def a_remark(text: str = "x", **changes: object) -> Remark:
    fields: dict[str, object] = {
        "at": DAWN,
        "last_at": DAWN,
        "device": "gw-1",
        "site": "site-1",
        "address": "10.0.0.1",
        "via": Via.SYSLOG_UDP,
        "severity": 5,
        "kind": "LINK-3-UPDOWN",
        "text": text,
    }
    return Remark(**(fields | changes))  # type: ignore[arg-type]


async def texts(ledger: Ledger, wanted: Wanted) -> list[str]:
    return [one.text for one in (await ledger.remarks.find(wanted)).items]


async def test_a_remark_comes_back_as_it_was_said(ledger: Ledger) -> None:
    said = a_remark("Cổng mất kết nối", means="a", means_en="b", site=None)
    [written] = await ledger.remarks.write([said], 100)
    assert written.id > 0
    assert list((await ledger.remarks.find(Wanted())).items) == [written]


async def test_what_is_said_again_adds_to_its_row(ledger: Ledger) -> None:
    [first] = await ledger.remarks.write([a_remark()], 100)
    again = a_remark(last_at=DAWN + HOUR, count=7, id=first.id)
    await ledger.remarks.write([again, a_remark("y")], 100)
    found = (await ledger.remarks.find(Wanted())).items
    assert [(one.text, one.count) for one in found] == [("y", 1), ("x", 7)]
    assert found[1].last_at == DAWN + HOUR


async def test_no_more_rows_are_kept_than_wished(ledger: Ledger) -> None:
    for begin in range(0, 100, 10):
        await ledger.remarks.write([a_remark(str(n)) for n in range(begin, begin + 10)], 25)
    assert await ledger.remarks.how_many() == 25
    assert await texts(ledger, Wanted()) == [str(n) for n in reversed(range(75, 100))]


async def test_rows_whose_time_is_over_go(ledger: Ledger) -> None:
    old = a_remark("cũ", at=DAWN - timedelta(days=31))
    await ledger.remarks.write([old, a_remark("mới")], 100)
    kept = Kept(timedelta(days=1), timedelta(days=1), remarks=timedelta(days=30))
    while await ledger.pruning.portion(kept, DAWN):
        pass
    assert await texts(ledger, Wanted()) == ["mới"]


async def test_words_are_found_without_diacritics_and_wildcards_are_letters(
    ledger: Ledger,
) -> None:
    await ledger.remarks.write(
        [a_remark("Đường truyền bị ĐỨT"), a_remark("tải 100% ở gw_1"), a_remark("khác")], 100
    )
    assert await texts(ledger, Wanted(words=[("dut", ()), ("duong", ())])) == [
        "Đường truyền bị ĐỨT"
    ]
    assert await texts(ledger, Wanted(words=[("100%", ())])) == ["tải 100% ở gw_1"]
    assert await texts(ledger, Wanted(words=[("gw_", ())])) == ["tải 100% ở gw_1"]
    assert await texts(ledger, Wanted(words=[("updown", ())])) != []


async def test_words_may_be_those_of_a_device(ledger: Ledger) -> None:
    await ledger.remarks.write([a_remark("a"), a_remark("b", device="gw-2")], 100)
    assert await texts(ledger, Wanted(words=[("an loc", ["gw-2"])])) == ["b"]


async def test_device_or_site_severity_and_time_narrow_it(ledger: Ledger) -> None:
    await ledger.remarks.write(
        [
            a_remark("1"),
            a_remark("2", device="gw-2", site="site-2", severity=2),
            a_remark("3", device="gw-3", site=None, at=DAWN - HOUR, last_at=DAWN - HOUR),
        ],
        100,
    )
    assert await texts(ledger, Wanted(devices=["gw-3"], sites=["site-2"])) == ["3", "2"]
    assert await texts(ledger, Wanted(devices=[], sites=[])) == []
    assert await texts(ledger, Wanted(severity=2)) == ["2"]
    assert await texts(ledger, Wanted(begin=DAWN)) == ["2", "1"]
    assert await texts(ledger, Wanted(end=DAWN)) == ["3"]


async def test_pages_follow_each_other_without_gap(ledger: Ledger) -> None:
    await ledger.remarks.write([a_remark(str(n)) for n in range(25)], 100)
    seen: list[str] = []
    before = None
    while True:
        page = await ledger.remarks.find(Wanted(), 10, before)
        seen += [one.text for one in page.items]
        before = page.before
        if before is None:
            break
    assert seen == [str(n) for n in reversed(range(25))]


async def test_every_start_of_our_engine_is_counted(ledger: Ledger) -> None:
    assert [await ledger.remarks.boots() for _ in range(3)] == [1, 2, 3]
