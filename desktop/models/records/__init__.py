"""The record types, by area."""
