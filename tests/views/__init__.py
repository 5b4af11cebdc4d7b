"""The window under test: real clicks and keys on a real store."""
