"""What the system knows of the network: whether it is another one, costs by the byte, or wants a sign-in."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation


class Connection(QObject):
    """Watches the system's network. Where the system tells nothing, nothing is metered; a person may know
    better and say `yes` or `no` instead of `auto`."""

    changed = Signal()
    """Another network, or another price."""

    def __init__(self, said: str = "auto") -> None:
        super().__init__()
        self._said = said
        features = QNetworkInformation.Feature
        QNetworkInformation.loadBackendByFeatures(features.Reachability)
        self._system = QNetworkInformation.instance()
        if self._system is not None:
            self._system.reachabilityChanged.connect(self._moved)
            self._system.transportMediumChanged.connect(self._moved)
            self._system.isMeteredChanged.connect(self._moved)
            self._system.isBehindCaptivePortalChanged.connect(self._moved)

    @property
    def metered(self) -> bool:
        """Whether the connection costs by the byte."""
        if self._said != "auto":
            return self._said == "yes"
        return self._system is not None and self._system.isMetered()

    def say(self, said: str) -> None:
        """A person knows better than the system."""
        before, self._said = self.metered, said
        if before != self.metered:
            self.changed.emit()

    def _moved(self, *_: object) -> None:
        self.changed.emit()

    def close(self) -> None:
        """Watch no longer."""
        if self._system is not None:
            self._system.disconnect(self)
