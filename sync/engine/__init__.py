"""The laptop's side of sync as pure decisions: answers, clock and chance in; actions out; no I/O."""
