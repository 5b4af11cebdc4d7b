"""Sync at work on a laptop: requests over the network, the driver between engine and store, the pacing."""
