"""How does what a list says become rows: names to slugs, gaps filled, cells read, rows merged?"""

import re
from collections import Counter, deque
from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from core.errors import Problem
from core.inventory import Changes, Dated, Device, Inventory, Link, Room, Site, Succession, Unit
from core.text import Text, nfc
from inventory import cells, faults, officenames, refusals, urls, vocabulary
from inventory.faults import Fault
from inventory.listed import Listed, Options
from inventory.mending import mend
from inventory.places import Gazetteer, Match, levels_in, unit_in
from inventory.plan import applied, as_of, is_past
from inventory.registers import MARKS, Registers, marked
from inventory.registers import key as search_key
from inventory.slim import Slim
from inventory.spelling import one_unmarked, same_marks
from inventory.tables import BY_NAME, TABLES, AnyRow, Key, key, rows
from inventory.validate import REFERENCES
from inventory.vocabulary import CONTEXT
from inventory.widelist import Piece
from inventory.workbook import Bad, Progress, Sick, shown

ORDER = (
    "units",
    "successions",
    "organisations",
    "calendars",
    "contacts",
    "sites",
    "devices",
    "links",
    "rooms",
    "services",
    "special_days",
    "rotas",
    "rota_rules",
    "shifts",
    "escalations",
    "rules",
    "certificates",
    "measures",
)
_SHARED_SLUGS = ("calendars", "escalations")  # whose rows are parts of one thing
_BY_SLUG = frozenset({"uplinks", "parent", "depends_on"})  # whose cells hold slugs, never names
_RANKS = {"province": 0, "district": 1, "commune": 2}
_WIDTHS = {2: "province", 3: "district", 5: "commune"}
_STEP = 2_000
_EXAMPLES = 3  # of names that were matched to units
_ONE_MORE = refusals.one_more()
MOST_EXPLAINED = 10_000  # problems; what is wrong with more cells is only said to be wrong
_ROUTERS = ("router", "gateway", "firewall")
_CHECK = Text(vi="Sửa trong tệp nếu không đúng", en="Mend the file if that is wrong")
_STEMS = {
    "devices": "gw-{}",
    "endpoint": "vc-{}",
    "links": "kt-{}",
    "reserve": "kt-{}-dp",
    "rooms": "ph-{}",
}
_LONGEST_STEM = 50
_ASKED_ALWAYS = ("units", "devices")
# Tables whose rows are known again by their name within a place.
_AT = MappingProxyType(
    {"organisations": "unit", "sites": "unit", "devices": "site", "rooms": "site"}
)
_READERS = {table.name: {c.name: c.read for c in table.columns} for table in TABLES}


def make(
    listed: Listed,
    pieces: list[Piece],
    current: Inventory,
    on: date,
    *,
    options: Options,
    progress: Progress | None = None,
) -> None:
    """Fill `listed.folder` with the rows of a list, and with what is wrong with the others."""
    making = _Making(listed, current, on, options)
    done, total = 0, len(pieces)
    waiting: dict[str, deque[Piece]] = {table: deque() for table in ORDER}
    for piece in pieces:
        waiting[piece.table].append(piece)
    pieces.clear()  # a long list stands in memory once
    for table in ORDER:
        mine = deque(making.begin(table, waiting.pop(table)))
        surveyed = bool(mine) and table in {"units", "successions"}
        while mine:
            making.row(mine.popleft())
            done += 1
            if progress is not None and done % _STEP == 0:
                progress(listed.book.name, done, total)
        making.finish(table, [name for name, left in waiting.items() if left])
        if surveyed:
            making.survey()
    making.tell_matches()
    listed.folder.inventory = Inventory.model_validate(
        {table: tuple(found.values()) for table, found in making.good.items()}
    )
    listed.folder.present |= {table for table, found in making.good.items() if found}


class _Making:
    """What is known while rows are made, table by table."""

    def __init__(self, listed: Listed, current: Inventory, on: date, options: Options) -> None:
        self.listed = listed
        self.current = current
        self.on = on
        self.options = options
        live = as_of(current, on)
        self.registers = Registers(current, live)
        self.ended = Registers(current, _ended(current, on))
        self.gazetteer = Gazetteer(current, on)
        self.spans = {
            (table.name, key(row)): row for table in TABLES for row in rows(current, table.name)
        }
        self.ends = {
            (table.name, row.slug, row.valid_to): row
            for table in TABLES
            for row in rows(current, table.name)
            if isinstance(row, Dated) and is_past(row, on)
        }
        self.good: dict[str, dict[Key, AnyRow]] = {name: {} for name in ORDER}
        self.made: dict[str, set[str]] = {name: set() for name in ORDER}
        self.at: dict[str, dict[tuple[str, str], list[str]]] = {name: {} for name in ORDER}
        self.claimed: dict[str, set[str]] = {}  # marks and names that the list itself has
        self.matches: Counter[tuple[str, str, bool]] = Counter()  # (sheet, heading, former unit)
        self.examples: dict[tuple[str, str, bool], list[str]] = {}
        self.lines: dict[tuple[str, int], str] = {}  # (far end, order) → line of the ledger
        self.orders: set[tuple[str, int]] = set()  # (far end, order) that the list has given
        self.tried: dict[tuple[str, int], int] = {}  # (far end, order) → first that may be free
        self.near: str | None = None
        self.centres: list[str] = []
        self.told_near = False
        self.failed = False
        self.unresolved: set[str] = set()
        self.made_up: set[str] = set()  # columns of the row that the list does not say
        self.rank = 0
        self.gateways: dict[str, str | None] = {}  # site → its gateway of the list, None: several
        self.sited: dict[str, str] = {}  # device of the list → its site
        self.first_there: dict[str, tuple[str, int]] = {}  # site → first gateway, and its spot
        self.by_site: dict[str, list[Device]] | None = None
        self.rooms: dict[str, list[Room]] | None = None  # of the ledger, by site
        self.names_in: dict[str, list[str]] | None = None  # of sites of the ledger, by unit
        self.slim = Slim()
        for table, above in _AT.items():
            for row in rows(live, table):
                name = str(getattr(row, "name", ""))
                place = (_place_key(table, name), str(getattr(row, above)))
                self.at[table].setdefault(place, []).append(str(getattr(row, "slug", "")))
        for link in live.links:
            self.lines.setdefault((link.far, link.order), link.slug)

    # What is said

    def fail(self, piece: Piece, column: str, fault: Fault, *, part: str | None = None) -> None:
        self.failed = True
        label, row, heading = self.listed.where(piece.spot, f"{part or piece.part}.{column}")
        problems = self.listed.folder.problems
        told = fault if len(problems) < MOST_EXPLAINED else _ONE_MORE
        problems.append(Problem(label, told.what, told.mend, row, heading))

    def note(self, piece: Piece, column: str, kind: str, what: Text) -> None:
        label, row, heading = self.listed.where(piece.spot, f"{piece.part}.{column}")
        self.listed.notice(label, row, heading, kind, what, _CHECK)

    # One table

    def begin(self, table: str, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Look at all rows of a table before the first is made; return them in their order."""
        for mark in (*MARKS.get(table, ()), *(("name",) if table == "sites" else ())):
            texts = (mend(table, mark, piece.values.get(mark)).text for piece in pieces)
            self.claimed[f"{table}.{mark}"] = {marked(mark, text) for text in texts if text}
        if table == "links":
            self.near = self._asked_near() if self.options.near else self._centre()
        if table == "units":
            return sorted(pieces, key=lambda piece: _RANKS.get(self._level(piece), 2))
        return pieces

    def finish(self, table: str, left: Sequence[str]) -> None:
        """Forget what no row of the tables that are `left` needs."""
        self.at[table].clear()
        asked = {
            name for (asker, _), names in REFERENCES.items() if asker in left for name in names
        }
        for done in ORDER[: ORDER.index(table) + 1]:
            if done not in {*asked, *_ASKED_ALWAYS}:
                self.registers[done].forget()
                self.ended[done].forget()
        for mark in [mark for mark in self.claimed if mark.startswith(f"{table}.")]:
            if mark != "sites.name":
                del self.claimed[mark]

    def survey(self) -> None:
        """Take the units and successions that the list brings into the gazetteer."""
        units = tuple(row for row in self.good["units"].values() if isinstance(row, Unit))
        moves = tuple(r for r in self.good["successions"].values() if isinstance(r, Succession))
        put = Changes(put=Inventory(units=units, successions=moves))
        self.gazetteer = Gazetteer(applied(self.current, put), self.on)

    def _asked_near(self) -> str | None:
        """Return the device that is asked for as the near end of lines; tell once if it is none."""
        said = self.options.near or ""
        found = self.registers["devices"].find(said)
        if found.slug is None:
            self.told_near = True
            self._centre()
            fault = refusals.unknown_near(said, found.candidates or self.centres)
            name = self.listed.book.name
            self.listed.folder.problems.append(Problem(name, fault.what, fault.mend))
        return found.slug

    def _centre(self) -> str | None:
        """Return the one device in which lines of the centre begin."""
        centres = {row.slug for row in self._now("sites") if getattr(row, "role", "") == "center"}
        self.centres = sorted(
            row.slug
            for row in self._now("devices")
            if isinstance(row, Device) and row.site in centres and row.kind in _ROUTERS
        )
        return self.centres[0] if len(self.centres) == 1 else None

    def _now(self, table: str) -> list[Dated]:
        mine = [row for row in self.good[table].values() if isinstance(row, Dated)]
        known = {row.slug for row in mine}
        return mine + [r for s, r in self.registers[table].live.items() if s not in known]

    def row(self, piece: Piece) -> None:
        """Make one row, or tell why not."""
        self.failed = False
        self.unresolved = set()
        self.made_up = set(piece.made_up)
        self._decode(piece)
        texts = self._texts(piece)
        self._refer(piece, texts)
        self._derive(piece, texts)
        slug = self._slug(piece, texts)
        if slug is not None:
            texts["slug"] = slug
            again = slug in self.made[piece.table] and piece.part not in piece.beside
            piece.beside[piece.part] = slug
            if piece.wide and again:
                self._same(piece, slug)
                return
            self._one_gateway(piece, texts, slug)
            self._spare(piece, texts)
            self.made[piece.table].add(slug)
            if piece.table == "devices":
                self.sited[slug] = texts.get("site", "")
            self._enter(piece.table, slug, texts)
        base = self._base(piece, texts)
        values = self._values(piece, texts, base)
        self._require(piece, texts, base)
        if not self.failed:
            self._keep(piece, values)
        elif slug is not None:
            self.listed.folder.broken.setdefault(piece.table, set()).add(slug)

    def _decode(self, piece: Piece) -> None:
        """Call a place by its name where the list has the code or identifier of its unit."""
        site = piece.table == "sites"
        said = piece.place or (" ".join(shown(piece.values.get("name")).split()) if site else "")
        unit = self.gazetteer.coded(said) if said else None
        if unit is None or not (site or "name" in piece.made_up):
            return
        name = self._name_in(unit)
        piece.values["name"] = (
            shown(piece.values["name"]).removesuffix(said) + name if not site else name
        )
        if site:
            piece.values.setdefault("unit", unit.slug)
            what = Text(vi=f'"{said}" hiểu là {name}', en=f'"{said}" is taken for {name}')
            self.note(piece, "name", "code", what)

    def _name_in(self, unit: Unit) -> str:
        """Return the name of the office of a unit that the ledger has, else the unit's own."""
        if self.names_in is None:
            self.names_in = {}
            for row in self.registers["sites"].live.values():
                if isinstance(row, Site):
                    self.names_in.setdefault(row.unit, []).append(row.name)
        names = self.names_in.get(unit.slug, [])
        own = {officenames.whole(unit.name), officenames.whole(f"UBND {unit.name}")}
        of_office = [name for name in names if officenames.whole(name) in own]
        return next((found[0] for found in (of_office, names) if len(found) == 1), unit.name)

    def _enter(self, table: str, slug: str, texts: dict[str, str]) -> None:
        """Take note of a row: what has ended is not what a row of today means."""
        self.registers[table].slugs.add(slug)
        registers = self.registers if self._end(texts) is None else self.ended
        registers[table].add(slug, texts.get("name"), texts)

    def _end(self, texts: dict[str, str]) -> date | None:
        """Return the day on which a row of the past ended."""
        try:
            end = cells.day(texts["valid_to"], texts) if texts.get("valid_to") else None
        except cells.Unfit:
            end = None
        return end if end is not None and end <= self.on else None

    def _same(self, piece: Piece, slug: str) -> None:
        """Tell of a second row on one place: of the place itself the first row is taken."""
        if piece.table == "sites":
            what = Text(
                vi=f'dòng này cùng điểm "{slug}" với một dòng trên: chỉ thêm thiết bị, kênh',
                en=f'this row is of the site "{slug}" again: only its devices and lines are added',
            )
            self.note(piece, "name", "again", what)

    def _one_gateway(self, piece: Piece, texts: dict[str, str], slug: str) -> None:
        """Tell of a second row on one place with another address, unless both are known."""
        if not piece.wide or piece.part != "devices" or not texts.get("address"):
            return
        site = texts.get("site", "")
        first, spot = self.first_there.setdefault(site, (slug, piece.spot))
        if first != slug and {first, slug} - self.registers["devices"].live.keys():
            row, own = (self.listed.spots[s - 1][1] for s in (spot, piece.spot))
            self.fail(piece, "address", refusals.two_addresses(row, own))

    def _spare(self, piece: Piece, texts: dict[str, str]) -> None:
        """Leave to a row of the ledger what it has where the list says nothing of its own."""
        base = self._base(piece, texts)
        if base is None:
            return
        said, known = texts.get("name", ""), str(getattr(base, "name", ""))
        if nfc(said).isascii() and search_key(said) == search_key(known):
            texts.pop("name", None)  # typed without marks, which the ledger has
        held = (base.far, base.order) if isinstance(base, Link) else None
        for column in self.made_up:
            if column != "order" or held not in self.orders:  # no two lines of one rank
                texts.pop(column, None)

    def _base(self, piece: Piece, texts: dict[str, str]) -> AnyRow | None:
        """Return the ledger's row that this one goes on; what the list leaves out stays."""
        slug = texts.get("slug")
        if slug is None or piece.table in _SHARED_SLUGS:
            return None
        try:
            begin = cells.day(texts["valid_from"], texts) if texts.get("valid_from") else None
        except cells.Unfit:
            begin = None
        same = self.spans.get((piece.table, (slug, begin))) if begin is not None else None
        ended = self.ends.get((piece.table, slug, self._end(texts)))
        return same or ended or self.registers[piece.table].live.get(slug)

    def _keep(self, piece: Piece, values: dict[str, object]) -> None:
        row = self.slim(BY_NAME[piece.table].model.model_validate(values), values)
        found = self.good[piece.table]
        own = key(row)
        if (first := found.setdefault(own, row)) is not row:
            spot = self.listed.folder.lines[piece.table, key(first)]
            self.fail(piece, "slug", faults.repeated_row(self.listed.spots[spot - 1][1]))
            return
        self.listed.folder.lines[piece.table, own] = piece.spot
        if isinstance(row, Device) and row.kind == "gateway":
            first_there = self.gateways.setdefault(row.site, row.slug)
            self.gateways[row.site] = row.slug if first_there == row.slug else None
        if isinstance(row, Link):
            self.orders.add((row.far, row.order))

    # Cells

    def _texts(self, piece: Piece) -> dict[str, str]:
        """Return the mended texts by column: "" for an empty cell, nothing for no such column."""
        texts: dict[str, str] = {}
        level = self._level(piece) if piece.table == "units" else ""
        for column, value in piece.values.items():
            if isinstance(value, Bad):
                sick = value.kind is Sick.NOT_COMPUTED
                self.fail(
                    piece, column, refusals.no_result() if sick else refusals.error_cell(value.text)
                )
                self.unresolved.add(column)
                continue
            dashes = piece.wide or column in {"phone", "email", "circuit"}
            mended = mend(piece.table, column, value, level, dashes=dashes)
            if mended.note is not None:
                self.note(piece, column, "mended", mended.note)
            try:
                texts[column] = cells.clean(mended.text, shielded=self.listed.book.shielded)
            except cells.Unfit as unfit:
                self.fail(piece, column, unfit.fault)
                self.unresolved.add(column)
        return texts

    def _level(self, piece: Piece) -> str:
        said = shown(piece.values.get("level"))
        name = shown(piece.values.get("name"))
        digits = shown(piece.values.get("code")).strip()
        found = vocabulary.chosen("units", "level", said) if said else levels_in(name)
        if found == "city" or found is None:
            width = _WIDTHS.get(len(digits), "")
            return width if found is None or width != "commune" else "province"
        return found

    def _values(
        self, piece: Piece, texts: dict[str, str], base: AnyRow | None
    ) -> dict[str, object]:
        """Return the fields of the row: the ledger's, and over them what the list says."""
        values: dict[str, object] = dict(base) if base is not None else {}
        fields = BY_NAME[piece.table].model.model_fields
        if piece.wide and base is not None:
            texts.pop("valid_from", None)
        for name, reader in _READERS[piece.table].items():
            text = texts.get(name)
            if text:
                try:
                    values[name] = reader(text, texts)
                except cells.Unfit as unfit:
                    self.fail(piece, name, unfit.fault)
                    self.unresolved.add(name)
            elif text is not None and not fields[name].is_required():
                values[name] = fields[name].get_default(call_default_factory=True)
        return values

    def _require(self, piece: Piece, texts: dict[str, str], base: AnyRow | None) -> None:
        for name in BY_NAME[piece.table].required:
            if texts.get(name) or name in self.unresolved or name == "slug":
                continue
            if name not in texts and base is not None:
                continue
            if (piece.table, name) == ("sites", "unit"):
                self.fail(piece, "unit" if "unit" in piece.values else "name", refusals.no_unit())
            elif (piece.table, name) == ("links", "near"):
                self._no_near(piece)
            else:
                self.fail(piece, name, faults.required_empty())

    def _no_near(self, piece: Piece) -> None:
        """Tell once for all lines of the list: they are not made."""
        self.failed = True
        if not self.told_near:
            self.told_near = True
            label, _, heading = self.listed.where(piece.spot, "links.near")
            fault = refusals.no_near(self.centres)
            self.listed.folder.problems.append(
                Problem(label, fault.what, fault.mend, None, heading)
            )

    # References

    def _refer(self, piece: Piece, texts: dict[str, str]) -> None:
        """Put slugs in the place of names."""
        for column, part in piece.links_to.items():
            if (slug := piece.beside.get(part)) is not None:
                texts[column] = slug
            elif column == "far" and (own := self._gateway(piece.beside.get("sites", ""))):
                texts[column] = own
            elif column == "far":
                fault = refusals.line_without_address()
                self.fail(piece, "address", fault, part="devices")
                self.unresolved.add(column)
        for column in [c for c in texts if (piece.table, c) in REFERENCES]:
            text = texts[column]
            if not text or column in piece.links_to or column in _BY_SLUG:
                continue
            tables = REFERENCES[piece.table, column]
            if column == "people":
                self._people(piece, texts)
                continue
            slug = (
                self._unit(piece, column, text, texts)
                if tables == ("units",)
                else self._named(piece, column, text, tables[0])
            )
            texts[column] = slug or ""
            if slug is None:
                self.unresolved.add(column)
        for column in CONTEXT:
            texts.pop(column, None)

    def _gateway(self, site: str) -> str | None:
        """Return the one gateway of a site, of a list that does not say it again."""
        known = {row.slug for row in self._at_site(site) if row.kind == "gateway"}
        mine = known | ({self.gateways[site]} if site in self.gateways else set())
        return next(iter(mine)) if len(mine) == 1 else None

    def _unit(self, piece: Piece, column: str, text: str, texts: dict[str, str]) -> str | None:
        if piece.table == "successions":
            match = self.gazetteer.of_any_time(text)
        else:
            district = texts.get("district") or piece.section
            match = self.gazetteer.find(text, district, texts.get("province", ""))
        if match.slug is None:
            if _is_slug(text) and not match.candidates:
                return text
            self.fail(piece, column, unclear(text[:80], match))
            return None
        self._strange(piece, match)
        if not match.literal:
            self._matched(piece, column, text, match.slug, match.via)
        return match.slug

    def _strange(self, piece: Piece, match: Match) -> None:
        """Tell of a district or province beside a unit that is no unit itself."""
        if match.strange is not None:
            what = Text(
                vi=f'không có "{match.strange[:80]}" trong danh mục nên không dùng để đối chiếu',
                en=f'"{match.strange[:80]}" is not in the inventory and was not compared with',
            )
            self.note(piece, "district", "district", what)

    def _matched(self, piece: Piece, column: str, text: str, slug: str, via: str | None) -> None:
        """Take note of a name that is not a unit's own to the letter; told once for all."""
        label, _, heading = self.listed.where(piece.spot, f"{piece.part}.{column}")
        alike = (label, heading, via is not None)
        self.matches[alike] += 1
        examples = self.examples.setdefault(alike, [])
        if len(examples) < _EXAMPLES:
            (said,) = self.gazetteer.said([slug])
            example = f'"{text[:80]}" → {said}'
            examples.extend([] if example in examples else [example])

    def tell_matches(self) -> None:
        """Tell how many names were matched to units, with the first of them."""
        for alike, count in self.matches.items():
            label, heading, former = alike
            said = "; ".join(self.examples[alike])
            more = (" đơn vị cũ đã sắp xếp", " former units") if former else (" đơn vị", " units")
            what = Text(
                vi=f"{count} tên được hiểu là{more[0]}, ví dụ {said}",
                en=f"{count} names were taken for{more[1]}, such as {said}",
            )
            self.listed.notices.append(Problem(label, what, _CHECK, None, heading))

    def _named(self, piece: Piece, column: str, text: str, table: str) -> str | None:
        register = self.registers[table]
        found = register.known(text) or self.ended[table].known(text) or register.find(text)
        if found.slug is None:
            if _is_slug(text) and not found.candidates:
                return text
            tab = vocabulary.TABS[table].vi
            fault = refusals.ambiguous if found.ambiguous else refusals.not_found
            self.fail(piece, column, fault(text[:80], f'"{tab}"', found.candidates))
        elif not found.literal:
            what = Text(
                vi=f'"{text[:80]}" hiểu là {found.slug}',
                en=f'"{text[:80]}" is taken for {found.slug}',
            )
            self.note(piece, column, "name", what)
        return found.slug

    def _people(self, piece: Piece, texts: dict[str, str]) -> None:
        """Put slugs in the place of the names of several people, between commas or semicolons."""
        text = texts["people"]
        if all(_is_slug(part) for part in text.split()):
            return
        parts = [part.strip() for part in re.split(r"[,;|]", text) if part.strip()]
        found = [self._named(piece, "people", part, "contacts") for part in parts]
        texts["people"] = " ".join(slug for slug in found if slug is not None)
        if None in found:
            self.unresolved.add("people")

    # What follows from the rest

    def _derive(self, piece: Piece, texts: dict[str, str]) -> None:
        match piece.table:
            case "units":
                self._place_unit(piece, texts)
            case "sites" if "unit" not in texts and "unit" not in self.unresolved:
                self._unit_inside(piece, texts)
            case "links":
                if not texts.get("near") and self.near is not None:
                    self._make_up(texts, "near", self.near)
                if not texts.get("name") and "name" not in texts and texts.get("far"):
                    self._make_up(texts, "name", f"Đường truyền {texts['far']}")
                if piece.wide and texts.get("far"):
                    self._order(texts)
            case "services":
                self._complete_url(piece, texts)
            case "devices" | "rooms" if "name" not in texts and texts.get("site"):
                self._make_up(texts, "name", f"{texts.get('kind') or 'Phòng họp'} {texts['site']}")

    def _complete_url(self, piece: Piece, texts: dict[str, str]) -> None:
        """Write the scheme of a service's address where its kind leaves one reading."""
        said = texts.get("url", "")
        guess = urls.completed(said, texts.get("kind", "")) if said else None
        if guess is not None and guess.certain:
            texts["url"] = guess.url
            vi, en = f'"{said[:80]}" đọc là {guess.url}', f'"{said[:80]}" read as {guess.url}'
            self.note(piece, "url", "scheme", Text(vi=vi, en=en))

    def _make_up(self, texts: dict[str, str], column: str, text: str) -> None:
        """Give a new row a value that the list does not say."""
        if column not in texts:
            self.made_up.add(column)
        texts[column] = text

    def _place_unit(self, piece: Piece, texts: dict[str, str]) -> None:
        """Find a unit's level, what it is part of, and its province."""
        level = texts["level"] = texts.get("level") or self._level(piece)
        if _RANKS.get(level, 2) > self.rank:
            self.rank = _RANKS.get(level, 2)
            self.survey()
        parent = texts.get("parent", "")
        if parent and parent not in self.registers["units"].slugs:
            texts["parent"] = self._unit(piece, "parent", parent, texts) or ""
        code = texts.get("province_code", "")
        unplaced = "parent" not in texts or not (parent or texts.get("slug"))
        if unplaced and code and level != "province":
            self._make_up(texts, "parent", self.gazetteer.province(code) or "")
        if not code:
            above = self.gazetteer.live(texts.get("parent", ""))
            own = texts.get("code", "") if level == "province" else ""
            if found := above.province_code if above else own:
                texts["province_code"] = found

    def _unit_inside(self, piece: Piece, texts: dict[str, str]) -> None:
        """Find the unit of a place in its name, unless the ledger knows the place."""
        name = texts.get("name", "")
        district = shown(piece.values.get("district")) or piece.section
        match = self.gazetteer.inside(name, district, shown(piece.values.get("province")))
        row = self.registers["sites"].live.get(texts.get("slug") or self._only_site(name) or "")
        unit = str(getattr(row, "unit", ""))
        if row is not None and (texts.get("slug") or not self._elsewhere(name, unit, match)):
            texts["unit"] = unit
            self._strange(piece, match)
            return
        if match.slug is not None:
            texts["unit"] = match.slug
            self._strange(piece, match)
            self._matched(piece, "name", name, match.slug, match.via)
        elif match.ambiguous or match.candidates:
            self.unresolved.add("unit")
            self.fail(piece, "name", unclear(name[:80], match))
        elif part := unit_in(name):
            self.unresolved.add("unit")
            near = self.gazetteer.nearer(part)
            self.fail(piece, "name", refusals.unit_not_found(part[:80], near))

    def _elsewhere(self, name: str, unit: str, match: Match) -> bool:
        """Say whether the district or province of a row rules out the namesake in `unit`."""
        return match.slug != unit and self.gazetteer.inside(name).slug == unit

    def _only_site(self, name: str) -> str | None:
        return self.registers["sites"].only(name)

    def _order(self, texts: dict[str, str]) -> None:
        """Give the second line of a place, on a row of its own, the next rank."""
        far, asked = texts["far"], int(float(texts.get("order") or 1))
        order = self.tried.get((far, asked), asked)
        while (far, order) in self.orders:
            order += 1
        if order > asked:
            self.tried[far, asked] = order
        texts["order"] = str(order)

    # Identity

    def _slug(self, piece: Piece, texts: dict[str, str]) -> str | None:
        """Return the slug of a row: as given, as the ledger knows it, or a new one."""
        if "slug" not in BY_NAME[piece.table].model.model_fields:
            return None
        if texts.get("slug"):
            return texts["slug"]
        name = texts.get("name", "")
        place = (_place_key(piece.table, name), texts.get("site") or texts.get("unit") or "")
        end = self._end(texts)
        slug = self._of_the_past(piece.table, texts, place[1], end) if end else None
        slug = slug or self._known(piece, texts, place)
        if slug is None and name:
            slug = self._fresh(piece, texts, name)
        if slug is not None and piece.table in _AT and end is None:
            there = self.at[piece.table].setdefault(place, [])
            there.extend([] if slug in there else [slug])
        return slug

    def _fresh(self, piece: Piece, texts: dict[str, str], name: str) -> str:
        if piece.table in _SHARED_SLUGS:
            return cells.slugged(name)
        if piece.wide and (site := piece.beside.get("sites")) is not None:
            stem = _STEMS.get(piece.part)
            if stem is not None:
                return self.registers.free(piece.table, stem.format(site[:_LONGEST_STEM]))
        unit = self.gazetteer.live(texts.get("unit", ""))
        hint = texts.get("code", "") or (unit.code if unit else "")
        return self.registers.fresh(piece.table, name, hint)

    def _of_the_past(self, table: str, texts: dict[str, str], above: str, end: date) -> str | None:
        """Return the ended row of the ledger with this name and mark, or name, place and end."""
        register = self.ended[table]
        name = texts.get("name", "")
        marks = {mark: texts.get(mark, "") for mark in MARKS.get(table, ())}
        for mark, value in marks.items():
            if (slug := register.known_as(name, mark, value)) is not None:
                return slug
        column = _AT.get(table)
        coded = register.sharing("code", marks["code"]) if table == "units" else ()
        for slug in [*register.called(name), *coded]:
            row = self.ends.get((table, slug, end))
            if row is not None and (column is None or getattr(row, column) == above):
                return slug
        return None

    def _known(self, piece: Piece, texts: dict[str, str], place: tuple[str, str]) -> str | None:
        """Return the slug of a row that the ledger, or this list, has already."""
        register = self.registers[piece.table]
        name = texts.get("name", "")
        slug: str | None = None
        match piece.table:
            case "units":
                slug = register.by_mark("code", texts.get("code", ""))
            case "services":
                slug = register.by_mark("url", texts.get("url", ""))
            case "certificates":
                slug = register.by_mark("serial", texts.get("serial", ""))
            case "devices":
                slug = self._device(texts)
                slug = slug or (
                    self._moved(texts) if piece.wide else self._there(piece, name, place)
                )
            case "links":
                slug = self._circuit(texts) or self._line(texts)
            case "contacts":
                slug = self._person(texts)
            case "sites":
                slug = self._same_place(piece, name, place) or self._renamed(piece)
            case "rooms":
                slug = self._there(piece, name, place)
                slug = slug or (self._room(texts) if "name" in self.made_up else None)
            case "organisations":
                slug = self._there(piece, name, place)
        return slug

    def _there(self, piece: Piece, name: str, *places: tuple[str, str]) -> str | None:
        """Return the row of this name in the first of some places that has one.

        Of names that only marks tell apart the one that is spelt so.
        """
        register = self.registers[piece.table]
        for place in places:
            slugs = self.at[piece.table].get(place, ())
            alike = [slug for slug in slugs if same_marks(name, register.name(slug))]
            bare = [slug for slug in slugs if one_unmarked(name, register.name(slug))]
            if alike or len(bare) == 1:
                return (alike or bare)[0]
        return None

    def _same_place(self, piece: Piece, name: str, place: tuple[str, str]) -> str | None:
        """Return the site of this name, were it abbreviated; the ledger's spelling stays."""
        ways = ((other, place[1]) for other in officenames.others(name))
        slug = self._there(piece, name, place, *ways)
        known = self.registers["sites"].live.get(slug or "")
        if known is not None and search_key(getattr(known, "name", "")) != search_key(name):
            self.made_up.add("name")
        return slug

    def _free_of(self, table: str, mark: str, row: Dated) -> bool:
        """Say whether no row of the list claims a mark of a row of the ledger."""
        own = marked(mark, str(getattr(row, mark) or ""))
        return own not in self.claimed.get(f"{table}.{mark}", ()) and (
            row.slug not in self.made[table]
        )

    def _device(self, texts: dict[str, str]) -> str | None:
        """Return the device with this address: at the same site, else the ledger's only one."""
        slugs = self.registers["devices"].sharing("address", texts.get("address", ""))
        here = [slug for slug in slugs if self._site_of(slug) == texts.get("site")]
        known = slugs if len(slugs) == 1 and slugs[0] not in self.made["devices"] else ()
        return next(iter(here or known), None)

    def _circuit(self, texts: dict[str, str]) -> str | None:
        """Return the line with this circuit: to the same device, else the only one."""
        slugs = self.registers["links"].sharing("circuit", texts.get("circuit", ""))
        lines = self.registers["links"].live
        mine = [s for s in slugs if getattr(lines.get(s), "far", None) == texts.get("far")]
        found = mine if len(slugs) > 1 else slugs
        return next((slug for slug in found if slug not in self.made["links"]), None)

    def _moved(self, texts: dict[str, str]) -> str | None:
        """Return the one device of this kind at the site, whose address has changed."""
        site, kind = texts.get("site"), texts.get("kind")
        found = [
            row.slug
            for row in self._at_site(site or "")
            if row.kind == kind and self._free_of("devices", "address", row)
        ]
        return found[0] if len(found) == 1 else None

    def _at_site(self, site: str) -> list[Device]:
        if self.by_site is None:
            self.by_site = {}
            for row in self.registers["devices"].live.values():
                if isinstance(row, Device):
                    self.by_site.setdefault(row.site, []).append(row)
        return self.by_site.get(site, [])

    def _line(self, texts: dict[str, str]) -> str | None:
        """Return the line of the same rank to the same device, whose circuit has changed."""
        order = texts.get("order") or "1"
        rank = int(order) if order.isascii() and order.isdigit() else 1
        slug = self.lines.get((texts.get("far", ""), rank))
        row = self.registers["links"].live.get(slug or "")
        return slug if row is not None and self._free_of("links", "circuit", row) else None

    def _room(self, texts: dict[str, str]) -> str | None:
        """Return the room of this endpoint, or the only one of the site, that no row names."""
        if self.rooms is None:
            self.rooms = {}
            for row in self.registers["rooms"].live.values():
                if isinstance(row, Room):
                    self.rooms.setdefault(row.site, []).append(row)
        rooms = self.rooms.get(texts.get("site", ""), [])
        mine = [row for row in rooms if row.device and row.device == texts.get("device")]
        found = [row.slug for row in mine or rooms if row.slug not in self.made["rooms"]]
        return found[0] if len(found) == 1 else None

    def _person(self, texts: dict[str, str]) -> str | None:
        """Return the person of this name with this telephone or address, or who changed it."""
        register = self.registers["contacts"]
        name = texts.get("name", "")
        for mark in ("phone", "email"):
            value = texts.get(mark, "")
            slug = register.known_as(name, mark, value)
            if slug is None and "name" in self.made_up:
                slug = register.by_mark(mark, value)
            if slug is not None:
                return slug
        row = register.live.get(register.only(name) or "")
        free = row is not None and self._free_of("contacts", "phone", row)
        return row.slug if row is not None and free else None

    def _renamed(self, piece: Piece) -> str | None:
        """Return the site that has this row's line or address under a name not listed."""
        slug = None
        if circuit := piece.hints.get("circuit"):
            line = self.registers["links"].live.get(
                self.registers["links"].by_mark("circuit", circuit) or ""
            )
            slug = self._site_of(getattr(line, "far", None))
        if slug is None and (address := piece.hints.get("address")):
            slug = self._site_of(self.registers["devices"].by_mark("address", address))
        row = self.registers["sites"].live.get(slug or "")
        return row.slug if row is not None and self._free_of("sites", "name", row) else None

    def _site_of(self, device: str | None) -> str | None:
        if device in self.sited:
            return self.sited[device]
        row = self.registers["devices"].live.get(device or "")
        return row.site if isinstance(row, Device) else None


def _ended(current: Inventory, on: date) -> Inventory:
    """Return the rows that ended before a day."""
    past = {t.name: [r for r in rows(current, t.name) if is_past(r, on)] for t in TABLES}
    return Inventory.model_validate(past)


def unclear(text: str, match: Match) -> Fault:
    """Tell why a text means no unit."""
    if match.outside is not None:
        return refusals.unit_outside(text, match.outside[:80], match.candidates)
    if match.ambiguous and not match.candidates:
        return refusals.unit_without_successor(text)
    fault = refusals.unit_ambiguous if match.ambiguous else refusals.unit_not_found
    return fault(text, match.candidates)


def _place_key(table: str, name: str) -> str:
    return officenames.whole(name) if table == "sites" else search_key(name)


def _is_slug(text: str) -> bool:
    return cells.slugged(text) == text
