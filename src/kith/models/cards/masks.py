"""Networks that tell who wears a mask."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, Url, Weights
from kith.models.cards import figures

_HOME = "https://github.com/AIZOOTech/FaceMaskDetection"

CARDS = (
    ModelCard(
        id="mask-aizoo",
        task="masks",
        title="AIZOO's detector of faces with and without masks, SSD of 28 layers",
        weights=Weights(
            file="face_mask_detection.tflite",
            sha256="d2347acf155858681619bc009368f730288aa0447d2c97209be4a26d9be4e928",
            size=4_060_180,
            sources=(Url(f"{_HOME}/raw/master/models/face_mask_detection.tflite"),),
        ),
        licence=Licence(
            name="MIT",
            commercial=True,
            url=f"{_HOME}/blob/master/LICENSE",
            note="any use, with the copyright notice kept",
        ),
        input=Input(260, 260, "RGB", mean=0.0, scale=1 / 255),
        paper=f"not published; {_HOME}. Network: Liu, Anguelov, Erhan, Szegedy, Reed, Fu, Berg: "
        "SSD: Single Shot MultiBox Detector. ECCV 2016, arXiv:1512.02325",
        training_data="7,959 photos of WIDER FACE and MAFA",
        importer="mask-aizoo",
        measured=figures.speed(8.0),
        notes="No package registry carries the file: it comes from its publisher's address, or "
        "from KITH_MODEL_MIRROR.",
    ),
)
