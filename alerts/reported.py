"""What do others report? Alerts of an Alertmanager become incidents of kind `external`.

One for each fingerprint, as long as it fires. They change no status and no uptime: that somebody
else says so is no observation of ours. `root` is the target that the labels name, else what they
name; `cause` is the fingerprint. Where the target or its site is down, the outage speaks for it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.incidents import Fold, Numbering
from alerts.places import HIDING
from alerts.setback import earlier, incident_earlier
from alerts.topology import Topology
from core.alert import Alert, Heard
from core.incident import EXTERNAL, Incident, IncidentNote, IncidentState, Member, Severity
from core.model import Model
from core.status import TargetState

MOST = 1000  # open at once
_LABELS = 400  # characters of labels that are told
_NAME = 120  # characters of a name
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "emergency": Severity.CRITICAL,
    "page": Severity.MAJOR,
    "major": Severity.MAJOR,
    "error": Severity.MAJOR,
    "high": Severity.MAJOR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "none": Severity.INFO,
}
_RANK = tuple(Severity)[::-1]
_TOLD_APART = ("instance", "job", "service", "namespace", "cluster", "host")


class Reporting(Model):
    """How alerts of others are taken."""

    labels: tuple[str, ...] = ("target", "device", "site", "link", "service", "room", "instance")
    patience: float = 24 * 3600.0  # seconds without a word after which one is let go


class Reported:
    """The part of the brain that minds what others say."""

    def __init__(
        self, topology: Topology, incidents: Iterable[Incident], policy: Reporting, now: datetime
    ) -> None:
        self._policy = policy
        self._open = {i.cause: i for i in incidents if i.kind == EXTERNAL}
        self._heard_at = dict.fromkeys(self._open, now)
        self._over: dict[str, datetime] = {}  # when those ended that are closed
        self._hidden: dict[str, str] = {}  # fingerprint → the outage that speaks for it
        self.bind(topology)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The open incidents of others."""
        return tuple(self._open.values())

    def bind(self, topology: Topology) -> None:
        """Go on with another estate."""
        self._topology = topology
        held = Counter(target.address for target in topology.targets.values())
        self._by_address = {  # what several have names none of them
            target.address: slug
            for slug, target in topology.targets.items()
            if target.address and held[target.address] == 1
        }

    def hear(
        self,
        alerts: Sequence[Alert],
        states: Mapping[str, TargetState],
        outages: Mapping[str, Incident],
        numbering: Numbering,
        now: datetime,
    ) -> tuple[Fold, Heard]:
        """Return what alerts make of the open incidents; the same ones again make nothing."""
        result, heard = Fold(), Heard()
        for alert in sorted(alerts, key=lambda a: (a.starts_at, a.fingerprint)):
            known = self._open.get(alert.fingerprint)
            if alert.firing:
                if known is not None:
                    self._follow(result, known, alert, now)
                    heard.known += 1
                else:
                    self._begin(result, heard, alert, states, outages, numbering, now)
            elif known is not None and alert.starts_at >= known.began_at - timedelta(seconds=1):
                self._end(result, known, alert.ends_at or now, now)
                heard.recovered += 1
            else:
                self._hidden.pop(alert.fingerprint, None)
                heard.ignored += 1
        return result, heard

    def sweep(self, now: datetime) -> Fold:
        """Let go of what nobody has spoken of for too long: we no longer know."""
        result = Fold()
        horizon = now - timedelta(seconds=self._policy.patience)
        for fingerprint, incident in sorted(self._open.items()):
            if self._heard_at[fingerprint] < horizon:
                self._end(result, incident, now, now, "retired")
        self._over = {f: at for f, at in self._over.items() if at >= horizon}
        return result

    def set_back(self, by: timedelta, now: datetime) -> list[Incident]:
        """Let nothing lie ahead of a clock that was set back; return the incidents changed."""
        moved = {key: incident_earlier(i, by, now) for key, i in self._open.items()}
        changed = [i for key, i in moved.items() if i is not self._open[key]]
        self._open = moved
        self._heard_at = {key: earlier(at, by, now) for key, at in self._heard_at.items()}
        return changed

    def keep(self, fold: Fold) -> None:
        """Take over incidents that have been given their chains."""
        self._open.update({i.cause: i for i in (*fold.opened, *fold.changed)})

    def target_of(self, labels: Mapping[str, str]) -> str | None:
        """Return the target that labels name: by slug, or by the address of a device."""
        for name in self._policy.labels:
            value = labels.get(name, "")
            for one in (value, value.rpartition(":")[0].strip("[]")):
                slug = self._by_address.get(one, one)
                if slug in self._topology.targets:
                    return slug
        return None

    def _begin(  # noqa: PLR0917  (what one alert meets)
        self,
        result: Fold,
        heard: Heard,
        alert: Alert,
        states: Mapping[str, TargetState],
        outages: Mapping[str, Incident],
        numbering: Numbering,
        now: datetime,
    ) -> None:
        if alert.starts_at < self._over.get(alert.fingerprint, alert.starts_at):
            heard.ignored += 1  # news of what is over, come late
            return
        target = self.target_of(alert.labels)
        speaker = self._speaker(target, states, outages)
        if speaker is not None:
            heard.hidden += 1
            if self._hidden.get(alert.fingerprint) != speaker.id:
                self._hidden[alert.fingerprint] = speaker.id
                result.notes.append(_note(speaker.id, now, "alert", _detail(alert, target)))
            return
        if len(self._open) >= MOST:
            heard.refused += 1
            return
        self._hidden.pop(alert.fingerprint, None)
        root = target or _named(alert)
        incident = Incident(
            id=numbering.code(now),
            root=root,
            kind=EXTERNAL,
            severity=_severity(alert),
            began_at=min(alert.starts_at, now),
            decided_at=now,
            cause=alert.fingerprint,
            detail=_detail(alert, target),
            members=(Member(target=root, joined_at=now),),
        )
        self._open[alert.fingerprint] = incident
        self._heard_at[alert.fingerprint] = now
        result.opened.append(incident)
        result.notes.append(_note(incident.id, now, "opened", root))
        heard.opened += 1

    def _speaker(
        self,
        slug: str | None,
        states: Mapping[str, TargetState],
        outages: Mapping[str, Incident],
    ) -> Incident | None:
        """Return the outage that explains whatever is wrong with a target."""
        target = self._topology.targets.get(slug or "")
        for one in (slug, target.site if target is not None else None):
            state = states.get(one or "")
            if state is not None and state.status in HIDING:
                return outages.get(state.cause or state.target)
        return None

    def _follow(self, result: Fold, incident: Incident, alert: Alert, now: datetime) -> None:
        self._heard_at[alert.fingerprint] = now
        worse = max(incident.severity, _severity(alert), key=_RANK.index)
        if worse is incident.severity:
            return
        changed = incident.model_copy(update={"severity": worse, "version": incident.version + 1})
        self._open[alert.fingerprint] = changed
        result.changed.append(changed)

    def _end(
        self, result: Fold, incident: Incident, at: datetime, now: datetime, text: str = ""
    ) -> None:
        ended = incident.model_copy(
            update={
                "state": IncidentState.RECOVERED,
                "recovered_at": max(min(at, now), incident.began_at),
                "members": tuple(m.model_copy(update={"left_at": now}) for m in incident.members),
                "version": incident.version + 1,
            }
        )
        del self._open[incident.cause], self._heard_at[incident.cause]
        self._over[incident.cause] = ended.recovered_at or now
        result.recovered.append(ended)
        result.notes.append(_note(ended.id, now, "recovered", text))


def _severity(alert: Alert) -> Severity:
    return _SEVERITIES.get(alert.labels.get("severity", "").casefold(), Severity.WARNING)


def _named(alert: Alert) -> str:
    """Return what an alert is about, where it is none of our targets."""
    found = (alert.labels[name] for name in _TOLD_APART if alert.labels.get(name))
    return next(found, alert.name)[:_NAME]


def _detail(alert: Alert, target: str | None) -> str:
    """Return its name and summary; of what is not ours the labels, too."""
    said = f"{alert.name}: {alert.summary}" if alert.summary else alert.name
    if target is not None:
        return said[:_LABELS]
    pairs = (f"{k}={v}" for k, v in sorted(alert.labels.items()) if k != "alertname")
    return f"{said[:_LABELS]} ({', '.join(pairs)[:_LABELS]})"


def _note(incident: str, now: datetime, kind: str, text: str) -> IncidentNote:
    return IncidentNote(incident=incident, at=now, kind=kind, text=text)
