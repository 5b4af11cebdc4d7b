"""The page of a contract: its clauses beside what differs from the standard text, its milestones, its way."""
