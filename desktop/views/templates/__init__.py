"""Templates of paper in the window: the page of one beside its paper, and the choice on a quote."""
