"""What is compared with what: pairs of a list, everybody of a folder, searches of an open set."""

from kith.evaluation.protocols.folder import folder_pairs
from kith.evaluation.protocols.masked import read_masked
from kith.evaluation.protocols.openset import OpenSetProtocol, read_open_set
from kith.evaluation.protocols.pairs import read_pairs

__all__ = ["OpenSetProtocol", "folder_pairs", "read_masked", "read_open_set", "read_pairs"]
