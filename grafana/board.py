"""What every board has: its place in the menu, its variables, its links, incidents as marks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from alerts.judge import SUMMARY_PERIOD
from api.words import SEVERITY
from core.incident import Severity
from core.text import Language, Text
from grafana.expressions import in_unit
from runtime.surroundings import INCIDENT

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG = "thongsuot"
WIDTH = 24  # columns of Grafana's grid
HUB = "http://127.0.0.1:8080"  # where our own pages are; the export writes the true address
PERIOD = f"{SUMMARY_PERIOD:g}s"  # between two samples of what we write
UNSEEN = Text(
    "Chưa xem trong Grafana thật: cấu trúc và mọi truy vấn đã được chạy thử trên Prometheus và "
    "VictoriaMetrics.",
    "Not yet seen in a running Grafana: its structure and all queries were tried on Prometheus "
    "and VictoriaMetrics.",
)
_UNSEEN = 2  # Grafana's number of a variable that shows neither label nor value
_MARK = {
    Severity.CRITICAL: "red",
    Severity.MAJOR: "orange",
    Severity.WARNING: "yellow",
    Severity.INFO: "blue",
}


@dataclass(slots=True)
class Board:
    """One question. Panels are laid in rows, from left to right; ids follow their order."""

    slug: str
    title: Text
    question: Text
    language: Language
    variables: Sequence[Any]
    marks: Sequence[str] = field(default_factory=lambda: in_unit(INCIDENT))  # of incidents
    graver: Sequence[str] = ()  # incidents from elsewhere, marked where they are critical
    span: str = "now-6h"
    _panels: list[Any] = field(default_factory=list)
    _below: int = 0

    @property
    def uid(self) -> str:
        """Return the board's own id, the same for ever."""
        return uid(self.slug, self.language)

    def row(self, height: int, *panels: Any) -> None:
        """Lay panels beside each other; they share the width."""
        each = WIDTH // len(panels)
        for number, panel in enumerate(panels):
            place = model.GridPos(h=height, w=each, x=number * each, y=self._below)
            self._panels.append(panel.id(len(self._panels) + 1).grid_pos(place).datasource(SOURCE))
        self._below += height

    def document(self) -> dict[str, Any]:
        """Return the board as Grafana reads it."""
        about = f"{self.question.said(self.language)} {UNSEEN.said(self.language)}"
        made = (
            build.Dashboard(self.title.said(self.language))
            .uid(self.uid)
            .description(about)
            .tags([TAG, f"{TAG}-{self.language}"])
            .timezone("browser")
            .readonly()
            .tooltip(model.DashboardCursorSync.CROSSHAIR)
            .time(self.span, "now")
            .refresh(PERIOD)
            .timepicker(build.TimePicker().refresh_intervals([PERIOD, "1m", "5m", "15m"]))
            .link(self._menu())
        )
        for variable in self.variables:
            made = made.with_variable(variable)
        for panel in self._panels:
            made = made.with_panel(panel)
        document: dict[str, Any] = json.loads(json.dumps(made.build(), cls=JSONEncoder))
        document["annotations"] = {"list": [self._incidents(one) for one in Severity]}
        for variable in document["templating"]["list"]:
            if variable["type"] == "constant":  # the SDK cannot say that nobody needs to see it
                value = {"text": variable["query"], "value": variable["query"]}
                variable.update(hide=_UNSEEN, skipUrlSync=True, current=value)
        return document

    def _menu(self) -> build.DashboardLink:
        """Return the links to the other boards, with variables and time kept."""
        title = Text("Các bảng Thông Suốt", "Thông Suốt boards").said(self.language)
        return (
            build.DashboardLink(title)
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags([f"{TAG}-{self.language}"])
            .include_vars(True)
            .keep_time(True)
            .as_dropdown(False)
            .target_blank(False)
            .icon("dashboard")
            .tooltip("")
            .url("")
        )

    def _incidents(self, severity: Severity) -> dict[str, Any]:
        """Return the marks of one severity: the SDK knows only Grafana's own annotations."""
        marks = [*self.marks, *(self.graver if severity is Severity.CRITICAL else ())]
        several = " or ".join(
            one.replace("{", f'{{severity="{severity.value}", ', 1) for one in marks
        )
        named = Text("Sự cố", "Incidents").said(self.language)
        return {
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "enable": severity is not Severity.INFO,
            "hide": False,
            "iconColor": _MARK[severity],
            "name": f"{named}: {SEVERITY[severity].said(self.language)}",
            "target": {"expr": several, "interval": PERIOD, "refId": "Anno"},
            "tagKeys": "incident,severity,cause",
            "textFormat": "{{cause}}",
            "titleFormat": "{{name}} ({{incident}})",
        }


def uid(slug: str, language: Language) -> str:
    """Return the id of a board in a language."""
    return f"{TAG}-{slug}-{language}"
