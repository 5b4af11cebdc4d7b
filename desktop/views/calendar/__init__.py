"""A list as a calendar: its records on the days, or at the times, that one of their fields says."""
