"""From what happened to one request to a reading."""

from dataclasses import dataclass
from datetime import datetime

from collectors._net.identity import identity
from collectors._net.trouble import printable
from collectors._sip.message import Response
from core.labels import Series
from core.reading import STALE, Failure, Reading, Sample
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
RTT = "probe_sip_rtt_seconds"
STATUS = "probe_sip_status_code"
LOSS = "probe_loss_ratio"
AGENT = "probe_sip_agent_info"
EXPIRY = "probe_ssl_earliest_cert_expiry"


@dataclass(slots=True)
class Outcome:
    """What happened to one request; seconds."""

    at: datetime  # when it was first sent
    took: float
    sent: int = 0  # times
    rtt: float | None = None  # from the last sending to the answer
    response: Response | None = None
    expiry: float | None = None  # Unix time: when the first certificate of its chain ends
    failure: Failure | None = None


class Scribe:
    """Writes the readings of one check; its series are made once."""

    __slots__ = ("_agent", "_check", "_labels", "_series", "_told")

    def __init__(self, check: Check) -> None:
        self._check = check
        self._labels = identity(check)
        names = (SUCCESS, DURATION, RTT, STATUS, LOSS)
        self._series = tuple(Series.of(name, self._labels) for name in names)
        self._told: tuple[bytes, bytes] | None = None  # as last told
        self._agent: Series | None = None

    def reading(self, outcome: Outcome) -> Reading:
        """Return the reading of what happened."""
        success, duration, rtt, status, loss = self._series
        samples = [(success, float(outcome.failure is None)), (duration, outcome.took)]
        if outcome.sent:
            lost = outcome.sent - (outcome.response is not None)
            samples.append((loss, lost / outcome.sent))
        if outcome.rtt is not None:
            samples.append((rtt, outcome.rtt))
        if outcome.expiry is not None:
            samples.append((Series.of(EXPIRY, self._labels), outcome.expiry))
        if outcome.response is not None:
            samples.append((status, float(outcome.response.status)))
            samples += self._agent_samples(outcome.response)
        return Reading(
            self._check.slug,
            self._check.vantage,
            outcome.at,
            samples,
            outcome.failure,
            outcome.took,
        )

    def _agent_samples(self, response: Response) -> list[Sample]:
        told = response.agent, response.allow
        samples: list[Sample] = []
        if told != self._told:
            if self._agent is not None:
                samples.append((self._agent, STALE))
            agent = printable(response.agent, 100)
            self._told = told
            self._agent = Series.of(AGENT, self._labels, agent=agent, role=response.role)
        if self._agent is not None:
            samples.append((self._agent, 1.0))
        return samples
