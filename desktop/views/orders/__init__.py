"""An order whole: the chain from what was agreed to what was paid, and where each cent went."""
