"""The client's sync as a pure state machine."""
