"""Whole stories through the real command line: real processes, real encryption, a real office."""
