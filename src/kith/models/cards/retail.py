"""Open Model Zoo's small network for faces at the door."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, Url, Weights
from kith.models.cards import figures

_NAME = "face-reidentification-retail-0095"
_ZOO = "https://github.com/openvinotoolkit/open_model_zoo"
_STORE = (
    "https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/models_bin/1/"
    f"{_NAME}/FP16"
)


def _published(file: str, size: int, sha256: str) -> Weights:
    return Weights(file, sha256, size, sources=(Url(f"{_STORE}/{file}"),))


CARDS = (
    ModelCard(
        id="retail-0095",
        task="embedding",
        title=f"{_NAME}: MobileNetV2 with squeeze and excitation",
        weights=_published(
            f"{_NAME}.xml",
            350_427,
            "ce53d2c9c08c0bd1c1660fb8a5b6d0e3e4ec19eb92f1036d2d83a85e83082dce",
        ),
        more=(
            _published(
                f"{_NAME}.bin",
                2_213_628,
                "241229ca3d206321868d46ce74a3c0b06c49cea58db7dc70b2e842ff287545d1",
            ),
        ),
        licence=Licence(
            name="Apache-2.0",
            commercial=True,
            url=f"{_ZOO}/blob/master/LICENSE",
            note="any use, with the licence and its notices kept",
        ),
        input=Input(128, 128, "BGR", mean=0.0, scale=1.0),
        paper="not published; network: Sandler, Howard, Zhu, Zhmoginov, Chen: MobileNetV2. CVPR "
        "2018, arXiv:1801.04381; Hu, Shen, Sun: Squeeze-and-Excitation Networks. CVPR 2018, "
        "arXiv:1709.01507",
        training_data="not stated",
        importer="retail-0095",
        crop="retail-128",
        dimension=256,
        threshold=figures.threshold(0.349, 7.4e-4, 1.3e-3),
        mirror_threshold=figures.threshold(0.355, 7.5e-4, 1.3e-3),
        measured=figures.figures(4.5, accuracy=0.9958, tar=0.9905),
        notes="No package registry carries the two files: they come from their publisher's "
        "address, or from KITH_MODEL_MIRROR.",
    ),
)
