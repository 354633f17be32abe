"""What the package ``mtcnn`` offers: `MTCNN`, also as ``kith.compat.mtcnn.mtcnn.MTCNN``."""

from kith.compat.mtcnn.mtcnn import MTCNN

__all__ = ["MTCNN"]
