"""What a person waits for, measured beside the raw stack of the same run; nothing here passes or fails."""
