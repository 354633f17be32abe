"""MTCNN, a cascade of three networks with a pyramid of its own: `Mtcnn`, and how it may be set."""

from kith.detection.mtcnn.cascade import Mtcnn
from kith.detection.mtcnn.settings import FACENET_PYTORCH, MTCNN_1_0, MtcnnSettings

__all__ = ["FACENET_PYTORCH", "MTCNN_1_0", "Mtcnn", "MtcnnSettings"]
