"""A list as a board: one column for each option of a choice, its records as cards that are moved."""
