"""The identity of a time series: a metric name and its labels, interned once."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Series:
    """A metric name and its sorted labels. Make it at bind time, not per sample."""

    name: str
    labels: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, name: str, base: tuple[tuple[str, str], ...] = (), /, **labels: str) -> "Series":
        """Return the series with `base` and `labels` merged, sorted by label name.

        The pairs of `base` are kept as they are: all series of a check share them. Series of one
        port that are made one soon after the other share all their labels.
        """
        return cls(name, _merged(base, tuple(labels.items())))

    def __str__(self) -> str:
        """Return the Prometheus notation, `name{label="value",…}`."""
        inner = ",".join(f'{k}="{escaped(v)}"' for k, v in self.labels)
        return f"{self.name}{{{inner}}}" if inner else self.name


@lru_cache(maxsize=4096)
def _merged(
    base: tuple[tuple[str, str], ...], labels: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return the labels of a series: what a device measures ten things of has them once."""
    own = {name for name, _ in labels}
    kept = (pair for pair in base if pair[0] not in own)
    return tuple(sorted((*kept, *(_pair(*pair) for pair in labels))))


@lru_cache(maxsize=4096)
def _pair(name: str, value: str) -> tuple[str, str]:
    """Return a label; a thousand devices call their ports alike, and may share the words."""
    return (name, value)


def escaped(value: str) -> str:
    """Return a label value as the Prometheus text format wants it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
