"""Where one was: back and forward like a browser."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the rail, or a record opened whole."""

    place: str
    record: UUID | None = None


@dataclass(slots=True)
class Trail:
    """The stops so far and where one stands among them."""

    stops: list[Stop] = field(default_factory=list)
    here: int = -1

    def go(self, stop: Stop) -> None:
        """A new stop; what lay ahead is forgotten."""
        if 0 <= self.here < len(self.stops) and self.stops[self.here] == stop:
            return
        del self.stops[self.here + 1 :]
        self.stops.append(stop)
        self.here = len(self.stops) - 1

    def back(self) -> Stop | None:
        """One stop back."""
        if self.here <= 0:
            return None
        self.here -= 1
        return self.stops[self.here]

    def forward(self) -> Stop | None:
        """One stop forward."""
        if self.here + 1 >= len(self.stops):
            return None
        self.here += 1
        return self.stops[self.here]

    @property
    def can_go_back(self) -> bool:
        """Whether there is a stop before."""
        return self.here > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a stop ahead."""
        return self.here + 1 < len(self.stops)
