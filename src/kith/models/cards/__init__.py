"""The cards, one file per family of networks."""
