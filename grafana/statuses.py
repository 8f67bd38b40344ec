"""How a status and a threshold look: the words of the pages, the limits of the alerts."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from alerts.judge import LOSSY_FROM, LOSSY_UNTIL, SUMMARY_PATIENCE, SUMMARY_PERIOD
from api.words import STATUS_SHORT
from core.losses import MOST_LOSS
from core.status import Status
from core.text import Language, Text

GREY = "#808080"
COLOUR = {
    Status.UP: "green",
    Status.UNKNOWN: GREY,
    Status.DEGRADED: "yellow",
    Status.UNREACHABLE: "orange",
    Status.DOWN: "red",
}
MISSING = Text("không có dữ liệu", "nothing was stored")
Limits = tuple[tuple[float | None, str], ...]

# What the judge calls lossy is yellow, what it treats as dead is red.
LOSS: Limits = (
    (None, "green"),
    (LOSSY_UNTIL, "#a5b83c"),
    (LOSSY_FROM, "yellow"),
    (MOST_LOSS, "red"),
)
AGE: Limits = ((None, "green"), (2 * SUMMARY_PERIOD, "yellow"), (SUMMARY_PATIENCE, "red"))
CALM: Limits = ((None, "text"),)
ANY_IS_RED: Limits = ((None, "green"), (1, "red"))
ANY_IS_ORANGE: Limits = ((None, "green"), (1, "orange"))
ANY_IS_YELLOW: Limits = ((None, "green"), (1, "yellow"))
ANY_IS_GREY: Limits = ((None, "green"), (1, GREY))
# What `device_component_status` says of a part.
PARTS: Limits = ((None, "green"), (1, "yellow"), (2, "red"))
PARTS_IN_WORDS = (
    (0, Text("tốt", "well"), "green"),
    (1, Text("cần chú ý", "attention"), "yellow"),
    (2, Text("hỏng", "failed"), "red"),
)


def thresholds(limits: Limits) -> build.ThresholdsConfig:
    """Return limits as absolute thresholds; the first has no lower end."""
    steps = [model.Threshold(value=value, color=colour) for value, colour in limits]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def missing(language: Language) -> model.SpecialValueMap:
    """Return the mapping of no value: grey and in words, never the colour of a state."""
    result = model.ValueMappingResult(text=MISSING.said(language), color=GREY, index=99)
    return model.SpecialValueMap(
        options=model.DashboardSpecialValueMapOptions(
            match=model.SpecialValueMatch.NULL_AND_NAN, result=result
        )
    )


def mappings(language: Language) -> list[model.ValueMapping]:
    """Return the mapping of `expressions.code`: each status in words and in its colour."""
    words = {
        str(status.badness): model.ValueMappingResult(
            text=STATUS_SHORT[status].said(language), color=COLOUR[status], index=status.badness
        )
        for status in sorted(Status, key=lambda s: s.badness)
    }
    return [model.ValueMap(options=words), missing(language)]
