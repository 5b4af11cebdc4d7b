"""Satchel (行囊): the laptop. Holds no imports, so that the server can use `desktop.models` without Qt."""
