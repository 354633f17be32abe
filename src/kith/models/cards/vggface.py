"""VGGFace and VGGFace2, as keras-vggface published them: with the names of celebrities."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, Tradition, Url, Variant, Weights
from kith.models.cards import figures

_RELEASE = "https://github.com/rcmalli/keras-vggface/releases/download/v2.0"

_VGGFACE = Input(224, 224, "BGR", mean=(93.5940, 104.7624, 129.1863), scale=1.0)
_VGGFACE2 = Input(224, 224, "BGR", mean=(91.4953, 103.8827, 131.0912), scale=1.0)

_TUTORIAL = Variant(
    "tutorial", "the detector's box squashed to a square, as tutorials do", crop="tutorial-224"
)

_TRADITION = Tradition("cosine", 0.5, "tutorials of keras-vggface call two faces the same up to it")


def _published(file: str, size: int) -> Weights:
    """Return a file whose sha256 nobody has published: the first download's is kept."""
    return Weights(file, sha256="", size=size, sources=(Url(f"{_RELEASE}/{file}"),))


_NO_LICENCE_GIVEN = (
    "trained on photos collected from the web; its authors offer it for research, and the data "
    "has been withdrawn: not for commercial use without their leave"
)
_VGG_LICENCE = Licence(
    name="VGG-Face research-only",
    commercial=False,
    url="https://www.robots.ox.ac.uk/~vgg/software/vgg_face/",
    note="non-commercial research only",
)
_VGG2_LICENCE = Licence(
    name="VGGFace2 terms",
    commercial=False,
    url="https://github.com/ox-vgg/vgg_face2",
    note=_NO_LICENCE_GIVEN,
)

_VGG2_PAPER = (
    "Cao, Shen, Xie, Parkhi, Zisserman: VGGFace2: A dataset for recognising faces across pose "
    "and age. FG 2018, arXiv:1710.08092"
)


def _vggface2(model_id: str, title: str, name: str, size: int, took: float) -> ModelCard:
    return ModelCard(
        id=model_id,
        task="embedding",
        title=title,
        weights=_published(f"rcmalli_vggface_tf_{name}.h5", size),
        licence=_VGG2_LICENCE,
        input=_VGGFACE2,
        paper=_VGG2_PAPER,
        training_data="VGGFace2: 3.14 million photos of 8,631 people",
        importer=model_id,
        labels=_published("rcmalli_vggface_labels_v2.npy", 16_000_000),
        classes=8631,
        crop="vggface2-224",
        output="average",
        dimension=2048,
        tradition=_TRADITION,
        variants=(
            _TUTORIAL,
            Variant("max", "the greatest over the picture instead of the mean", output="max"),
            Variant("v1", "VGGFace's mean colour instead of VGGFace2's", input=_VGGFACE),
        ),
        measured=figures.speed(took),
        notes="The 224 × 224 network's pooling window covers the whole map, so mean and greatest "
        "are the same; they differ only for larger inputs.",
    )


CARDS = (
    ModelCard(
        id="vggface-vgg16",
        task="embedding",
        title="VGGFace VGG16: 2,622 celebrities",
        weights=_published("rcmalli_vggface_tf_vgg16.h5", 650_000_000),
        licence=_VGG_LICENCE,
        input=_VGGFACE,
        paper="Parkhi, Vedaldi, Zisserman: Deep Face Recognition. BMVC 2015, doi:10.5244/C.29.41",
        training_data="VGG Face: 2.6 million photos of 2,622 people",
        importer="vggface",
        labels=_published("rcmalli_vggface_labels_v1.npy", 16_000_000),
        classes=2622,
        crop="vggface2-224",
        output="fc7",
        dimension=4096,
        tradition=_TRADITION,
        variants=(
            _TUTORIAL,
            Variant("average", "mean of the last feature map", output="average", dimension=512),
            Variant("max", "greatest of the last feature map", output="max", dimension=512),
            Variant("fc6", "the first fully connected layer", output="fc6"),
            Variant("v2", "VGGFace2's mean colour instead of VGGFace's", input=_VGGFACE2),
        ),
        notes="The descriptor is the second fully connected layer (fc7), as in the paper. A file "
        "without the classifier has only the feature map: use +average or +max with it.",
        measured=figures.speed(151.0),
    ),
    _vggface2(
        "vggface2-resnet50", "VGGFace2 ResNet-50: 8,631 celebrities", "resnet50", 200_000_000, 37.5
    ),
    _vggface2(
        "vggface2-senet50", "VGGFace2 SE-ResNet-50: 8,631 celebrities", "senet50", 200_000_000, 41.4
    ),
)
