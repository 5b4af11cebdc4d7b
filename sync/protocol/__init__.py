"""What travels between a laptop and the office: messages, their packing, signatures and versions; no I/O."""
