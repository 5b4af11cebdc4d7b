"""Ports for tests that run side by side: each is one that nobody has, whichever process asks."""

import socket
from contextlib import closing


def free_port() -> int:
    """A port that the system has just given, and has back: it gives the next one to whoever asks next."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
