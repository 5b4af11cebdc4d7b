"""What a person can do: one file per area, no Qt."""
