"""Something to try kith on: photos of real people, fetched once, and films made of them."""

from kith.samples.photos import copy_to, folder, is_here
from kith.samples.sets import CELEBRITIES, ORL, PRESIDENTS, SETS, SampleSet

__all__ = ["CELEBRITIES", "ORL", "PRESIDENTS", "SETS", "SampleSet", "copy_to", "folder", "is_here"]
