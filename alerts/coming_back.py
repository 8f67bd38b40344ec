"""Who was lost with a trouble that is over? It gets a while before anybody is told of it.

Devices boot and routes converge one after the other: much of what is still silent when its cause
answers again comes back by itself. That it is a root of its own now stands on the board all the
same; only the page waits. Pure.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts.incidents import Fold
from core.incident import EXTERNAL, FLAPPING, THRESHOLD, Incident

Freed = Mapping[str, datetime]  # target → when it was known that what it was lost with is over
_SHUT = "port_admin_down"  # of a line that somebody has shut: it will not come back by itself


def freed(known: Freed, fold: Fold, now: datetime, patience: float) -> dict[str, datetime]:
    """Return who has left a trouble within `patience` seconds, and belonged to none for a moment.

    What goes over to another trouble at once was never cut off: it is only explained better.
    """
    bound = now - timedelta(seconds=patience)
    found = {target: at for target, at in known.items() if at > bound}
    left = {
        member.target
        for incident in (*fold.changed, *fold.recovered)
        for member in incident.members
        if member.left_at == now
    }
    if left:
        left.difference_update(*(incident.present for incident in fold.present.values()))
    return found | dict.fromkeys(left, now)


def due_back(incident: Incident, known: Freed, patience: float) -> datetime | None:
    """Return until when what an incident is about may come back by itself; None: it is news.

    It is news when any of it was lost with nothing that has just ended, or fell only after that.
    A root that others share has no answer of its own: they count.
    """
    if incident.kind in {THRESHOLD, EXTERNAL, FLAPPING} or incident.cause == _SHUT:
        return None
    members = incident.present or [member.target for member in incident.members]  # it was merged
    lost = [slug for slug in members if slug != incident.root] or [incident.root]
    ends = [known[slug] for slug in lost if slug in known]
    if len(ends) < len(lost) or incident.began_at > max(ends):
        return None
    return max(ends) + timedelta(seconds=patience)
