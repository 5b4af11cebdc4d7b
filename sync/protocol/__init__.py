"""Messages and versions of the wire: no I/O."""
