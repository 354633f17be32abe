"""The pipeline: photos in, faces with embeddings out, in order and with bounded memory."""

from kith.recognizer.choose import largest_central
from kith.recognizer.recognizer import Recognizer

__all__ = ["Recognizer", "largest_central"]
