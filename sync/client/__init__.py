"""Threads and transport that drive the engine."""
