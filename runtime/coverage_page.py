"""The page that says what each system of the documents is looked at by, from the registries."""

from collections.abc import Iterable, Mapping, Sequence

from core.collector import Collector
from inventory.checklist import Row, rows
from inventory.figureforms import Form, forms
from inventory.profiles import PROFILES
from inventory.templating import Template, templates
from runtime import registries

FEW = 4  # metrics named of a collector beside those of others; the page of collectors has all
HEAD = """\
# Mục nào đo bằng gì / What each row is looked at by

Trang này sinh từ mã nguồn (`docs/generate.py`). Các mục A1–E4 là hệ thống mà văn bản của các tỉnh nêu. *Mẫu*: `thongsuot measure show TÊN`;
*hồ sơ*: cột `profile` của [thiết bị](inventory.md);
*danh sách*: số liệu do người khác khai ([figures.md](figures.md)). Mọi chỉ số: [các cách đo](collectors.md). † chưa thử trên hệ thống đang chạy thật.
*Made from the code. Rows A1 to E4 are the systems that the provinces' documents name. Templates: `thongsuot measure show NAME`; profiles: the column
`profile` of [devices](inventory.md); lists: [figures that others declare](figures.md). All metrics: [ways of looking](collectors.md). † unconfirmed on a real system.*

| mục / row | mẫu, hồ sơ, danh sách / template, profile, list | đo bằng / collectors | chỉ số / metrics | bảng Grafana / board |
|---|---|---|---|---|
"""  # noqa: E501


def markdown() -> str:
    """Return the page."""
    known = registries.collectors()
    return HEAD + "".join(_line(row, known) + "\n" for row in rows())


def _line(row: Row, known: Mapping[str, Collector]) -> str:
    served = [one for one in templates().values() if row.code in one.rows]
    declared = [form for form in forms().values() if row.code in form.rows]
    lists = [f"[`{form.name}`](figures.md)" for form in declared]
    name = f"**{row.code}** {row.name.vi} / *{row.name.en}*"
    if row.unpolled is not None:
        why = f"{row.unpolled.vi} / *{row.unpolled.en}*"
        said = "; ".join([why, *map(_figures, declared)])
        board = "figures" if declared else "–"
        return f"| {name} | {', '.join(lists) or '–'} | – | {said} | {board} |"
    collectors = list(dict.fromkeys(_collectors(row, served)))
    ways = [f"`{one.name}`{'†' if one.unconfirmed else ''}" for one in served]
    ways += [f"`{profile}`" for profile in row.profiles]
    ways += lists
    parts = f"{row.parts.vi} / *{row.parts.en}*" if row.parts is not None else ""
    theirs = ("figures",) if declared else ()
    boards = dict.fromkeys((*row.boards, *(one.board for one in served), *theirs))
    cells = (
        name,
        ", ".join(ways) or "–",
        ", ".join(f"`{one}`" for one in collectors) or "–",
        "; ".join(
            filter(
                None,
                (*_metrics(known[one] for one in collectors), *map(_figures, declared), parts),
            )
        )
        or "–",
        ", ".join(boards) or "site",
    )
    return f"| {' | '.join(cells)} |"


def _collectors(row: Row, served: Iterable[Template]) -> Iterable[str]:
    for template in served:
        yield from (look.collector for look in template.checks)
    for profile in row.profiles:
        yield from (check.collector for check in PROFILES[profile].checks)
    yield from row.collectors


def _figures(form: Form) -> str:
    return _shown(list(dict.fromkeys(column.metric for column in form.columns.values())))


def _metrics(collectors: Iterable[Collector]) -> Iterable[str]:
    """Yield what each collector adds to those before it."""
    told = {"probe_success", "probe_duration_seconds"}  # of every one
    for collector in collectors:
        fresh = list(dict.fromkeys(e.name for e in collector.emits if e.name not in told))
        told.update(fresh)
        if fresh:
            # one vendor's own objects (named as its MIB does) after what all devices give
            yield _shown(sorted(fresh, key=lambda name: not name.islower()))


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:FEW])
    return f"{shown}, …" if len(names) > FEW else shown
