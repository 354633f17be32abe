"""What a user of MTCNN may set, and how the two libraries that people know set it."""

from __future__ import annotations

from dataclasses import dataclass

from kith.errors import OptionError

SMALLEST_FACE = 3.0
"""Pixels; narrower faces would need a picture enlarged more than four times."""


@dataclass(frozen=True, slots=True)
class MtcnnSettings:
    """How the cascade looks; the defaults are facenet-pytorch's.

    Attributes:
        min_face: narrowest face looked for, in pixels.
        scale_factor: size of each level of the pyramid over the one before it, 0–1.
        thresholds: least probability of a face after each of the three networks, 0–1.
        whole_pixels: levels and crops are means of whole pixels, and proposals end on whole pixels;
            otherwise levels are reduced by area, crops are sampled bilinearly, nothing is rounded.
        refine_first: boxes are corrected before overlaps are judged; otherwise after.
        chained: a box that was itself dropped for an overlap still drops others.
        most_proposals: boxes the second network sees, per picture; the best ones where there are
            more. The same bound holds for each level before.
        most_refined: boxes the third network sees, per picture.
    """

    min_face: float = 20.0
    scale_factor: float = 0.709
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7)
    whole_pixels: bool = True
    refine_first: bool = False
    chained: bool = False
    most_proposals: int = 10_000
    most_refined: int = 2_000

    def __post_init__(self) -> None:
        if not self.min_face >= SMALLEST_FACE:
            raise OptionError(
                f"the narrowest face must have {SMALLEST_FACE:g} pixels or more, "
                f"not {self.min_face}"
            )
        if not 0.1 <= self.scale_factor <= 0.95:
            raise OptionError(
                f"scale_factor must lie between 0.1 and 0.95, not {self.scale_factor}"
            )
        if not all(0.0 < threshold < 1.0 for threshold in self.thresholds):
            raise OptionError(f"thresholds must lie between 0 and 1, not {self.thresholds}")
        if self.most_proposals < 1 or self.most_refined < 1:
            raise OptionError("the numbers of boxes must be 1 or more")


FACENET_PYTORCH = MtcnnSettings()
"""As facenet-pytorch 2.6.0 looks (``keep_all=True``)."""

MTCNN_1_0 = MtcnnSettings(
    thresholds=(0.6, 0.7, 0.8), whole_pixels=False, refine_first=True, chained=True
)
"""As mtcnn 1.0.0 looks (``fit_to_image=False``)."""
