"""Papers by mail: the letter, the mail outbox, and the account that sends."""
