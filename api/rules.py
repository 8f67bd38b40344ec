"""What pages and the interface share about rules: where one fires, and when it would have."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from alerts.rules import Tried
from api.context import Context
from api.errors import Refused
from api.snapshot import Picture
from core.errors import NotFound
from core.incident import THRESHOLD, Incident
from core.inventory import Rule
from core.text import Text


def firing(rule: Rule, picture: Picture) -> tuple[Incident, ...]:
    """Return the open incidents of a rule."""
    return tuple(i for i in picture.incidents if i.kind == THRESHOLD and i.cause == rule.slug)


def trial(
    context: Context, slug: str, span: timedelta
) -> Callable[[Callable[[float], None]], Awaitable[Tried]]:
    """Return what tries a rule over the last `span`, telling the share that is done.

    NotFound if there is no such rule; Refused where no series are kept.
    """
    if all(rule.slug != slug for rule in context.estate().rules):
        raise NotFound(Text(f"Không có ngưỡng {slug}", f"There is no rule {slug}"))
    if context.try_rule is None:
        raise Refused(
            503,
            Text(
                "Ở đây không lưu chuỗi thời gian, nên không thử được ngưỡng",
                "No time series are kept here, so that no rule can be tried",
            ),
        )
    try_rule, end = context.try_rule, context.clock.now()
    return lambda told: try_rule(slug, end - span, end, told)
