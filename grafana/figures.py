"""Board Units' figures: what do others declare, of when is it, and which units stand worst?"""

from core.text import Language, Text
from grafana import variables
from grafana.board import Board
from grafana.expressions import in_unit, metric, only, worst
from grafana.panels import Column, Words, bars, number, worst_first
from grafana.statuses import ANY_IS_RED, Limits
from inventory.figureforms import forms
from runtime import figure_series as figures
from runtime import surroundings

ROWS = 25
_DAY = 86_400
_MONTHS: Limits = ((None, "green"), (62 * _DAY, "yellow"), (200 * _DAY, "red"))
_SIGNATURES: Limits = ((None, "green"), (7 * _DAY, "yellow"), (30 * _DAY, "red"))
_COVERED: Limits = ((None, "red"), (0.8, "yellow"), (0.95, "green"))
_UNIT = {"name": Text("Đơn vị", "Unit")}


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="figures",
        title=Text("Thông Suốt – Số liệu đơn vị", "Thông Suốt – Units' figures"),
        question=Text(
            "Người khác khai gì về các đơn vị, từ khi nào, và đơn vị nào kém nhất?",
            "What do others declare of the units, of when, and which stand worst?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
        marks=in_unit(surroundings.INCIDENT),
    )
    made.row(4, *_now(language))
    made.row(11, _antivirus(language), _stations(language))
    made.row(7, _ages(language), _operators(language))
    return made


def _units() -> str:
    """Return one series of value 1 for each chosen unit, with its name."""
    return f"max by (unit, name) ({' or '.join(in_unit(surroundings.UNIT))})"


def _metric(form: str, column: str, *matchers: str) -> str:
    return metric(forms()[form].columns[column].metric, *matchers)


def _by_unit(form: str, column: str, *matchers: str, how: str = "sum") -> str:
    """Return a figure of the chosen units, all parts of it together, told by name."""
    found = f"{how} by (unit) ({_metric(form, column, *matchers)})"
    return f"{found} * on (unit) group_left (name) {_units()}"


def _sum(form: str, column: str) -> str:
    return f"sum({_by_unit(form, column)})"


def _whole(form: str, name: str) -> str:
    """Return a share of all chosen units that say both of its numbers."""
    rate = forms()[form].rates[name]
    [of], [per] = rate.of, rate.per
    base_form, _, base = per.rpartition(".")
    above = _by_unit(form, of)
    below = _by_unit(base_form or form, base or per)
    return f"sum({above} and on (unit) {below}) / sum({below} and on (unit) {above})"


def _now(language: Language) -> list[object]:
    return [
        number(
            Words(
                Text("Máy tính trên cán bộ (I4)", "PCs per official (I4)"),
                Text(
                    "Máy tính đang dùng chia cán bộ, của các đơn vị khai cả hai; số cũ không tính.",
                    "PCs in use by officials, of units that declare both; stale ones left out.",
                ),
            ),
            language,
            _whole("computers", "per_official"),
            unit="percentunit",
        ),
        number(
            Words(
                Text("Máy tính có diệt vi-rút", "PCs with antivirus"),
                Text(
                    "Máy được cài chia máy tính, của các đơn vị khai cả hai.",
                    "Machines with it by PCs, of units that declare both.",
                ),
            ),
            language,
            _whole("antivirus", "coverage"),
            limits=_COVERED,
            unit="percentunit",
        ),
        number(
            Words(
                Text("Máy nhiễm mã độc", "Infected machines"),
                Text("Máy nhiễm theo lần khai gần nhất.", "Infected machines by the last figures."),
            ),
            language,
            _sum("antivirus", "infected"),
            limits=ANY_IS_RED,
            link="${hub}/figures/antivirus",
        ),
        number(
            Words(
                Text("Trạm BTS mất kết nối", "Base stations down"),
                Text(
                    "Trạm mất kết nối theo lần nhà mạng báo gần nhất.",
                    "Stations down by the carriers' last word.",
                ),
            ),
            language,
            _sum("bts", "down"),
            limits=ANY_IS_RED,
            link="${hub}/figures/bts",
        ),
    ]


def _table(  # noqa: PLR0917
    language: Language, title: Text, about: Text, first: Column, others: list[Column], form: str
) -> object:
    top = worst(ROWS, first.expression)
    columns = [Column(first.title, top, first.unit, limits=first.limits)]
    columns += [
        Column(one.title, only(one.expression, "unit", top), one.unit, limits=one.limits)
        for one in others
    ]
    return worst_first(
        Words(title, about),
        language,
        by="unit",
        labels=_UNIT,
        columns=columns,
        link=f"${{hub}}/figures/{form}",
    )


def _antivirus(language: Language) -> object:
    return _table(
        language,
        Text("Diệt vi-rút, mẫu cũ nhất trước", "Antivirus, oldest signatures first"),
        Text(
            "Tuổi mẫu cũ nhất của từng đơn vị theo lần khai gần nhất; 7 ngày là đề xuất.",
            "The oldest signatures of each unit by its last figures; 7 days are a proposal.",
        ),
        Column(
            Text("Tuổi mẫu", "Signatures"),
            _by_unit("antivirus", "signature_age", how="max"),
            "s",
            limits=_SIGNATURES,
        ),
        [
            Column(Text("Máy", "Machines"), _by_unit("antivirus", "machines")),
            Column(Text("Mẫu cũ", "Outdated"), _by_unit("antivirus", "outdated")),
            Column(Text("Nhiễm", "Infected"), _by_unit("antivirus", "infected"), limits=ANY_IS_RED),
        ],
        "antivirus",
    )


def _stations(language: Language) -> object:
    return _table(
        language,
        Text("Trạm BTS, nhiều trạm mất nhất trước", "Base stations, most lost first"),
        Text(
            "Trạm mất kết nối của từng đơn vị, mọi nhà mạng, theo lần báo gần nhất.",
            "Stations down of each unit, all operators, by their last word.",
        ),
        Column(Text("Mất", "Down"), _by_unit("bts", "down"), limits=ANY_IS_RED),
        [
            Column(Text("Trạm", "Stations"), _by_unit("bts", "stations")),
            Column(Text("4G", "4G"), _by_unit("bts", "stations_4g", 'technology="4G"')),
            Column(Text("5G", "5G"), _by_unit("bts", "stations_5g", 'technology="5G"')),
        ],
        "bts",
    )


def _ages(language: Language) -> object:
    return bars(
        Words(
            Text("Số liệu cũ nhất của từng danh sách", "Oldest figures of each list"),
            Text(
                "Kỳ của số liệu cũ nhất đã kết thúc bao lâu.",
                "How long ago the period of the oldest figures ended.",
            ),
        ),
        language,
        f"sort_desc(max by (list) ({metric(figures.AGE)} and on (unit) {_units()}))",
        "{{list}}",
        unit="s",
        limits=_MONTHS,
    )


def _operators(language: Language) -> object:
    found = f"{_metric('bts', 'stations')} and on (unit) {_units()}"
    return bars(
        Words(
            Text("Trạm BTS theo nhà mạng", "Base stations by operator"),
            Text("Tổng số trạm của các đơn vị được chọn.", "Stations of the chosen units."),
        ),
        language,
        f"sort_desc(sum by (operator) ({found}))",
        "{{operator}}",
        unit="short",
    )
