"""What we know: records, the change log and the vault."""
