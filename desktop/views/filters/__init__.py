"""Filters on the screen: the chips of a list, the builder behind them, and the bar in which they lie."""
