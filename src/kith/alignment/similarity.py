"""Five-point similarity alignment: turn, scale and move a face onto a template, in one warp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def similarity_transform(
    points: npt.NDArray[np.float32], template: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Return the similarity that takes points closest to a template, in the sense of squares.

    The closed form of S. Umeyama, *Least-squares estimation of transformation parameters between
    two point patterns*, PAMI 1991, which in the plane and without reflection is one complex
    number: with centred points p and template t, a = Σ conj(p)·t / Σ |p|².

    Args:
        points: N × 2, at least two of them different.
        template: N × 2.

    Returns:
        float64, 2 × 3: the matrix that takes (x, y, 1) of the photo to the crop.
    """
    p = points.astype(np.float64) @ np.array([1, 1j])
    t = template.astype(np.float64) @ np.array([1, 1j])
    centred = p - p.mean()
    spread = float(np.sum(np.abs(centred) ** 2))
    # Five points in one place say nothing about size or tilt: keep the photo's own.
    a = np.sum(centred.conj() * (t - t.mean())) / spread if spread > 1e-9 else 1.0 + 0.0j
    b = t.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
