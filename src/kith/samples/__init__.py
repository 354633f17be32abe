"""Something to try kith on: photos of real people, fetched once, and films made of them."""

from kith.samples.photos import CELEBRITIES, PRESIDENTS, SETS, SampleSet, folder

__all__ = ["CELEBRITIES", "PRESIDENTS", "SETS", "SampleSet", "folder"]
