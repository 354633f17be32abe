"""The network of our own that tells who wears a mask; `benchmarks/mask_state` trains it."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, Shipped, Weights

_HOME = "https://www.apache.org/licenses/LICENSE-2.0"

CARDS = (
    ModelCard(
        id="mask-state",
        task="masks",
        title="Mask worn, worn wrongly, or none: seven convolutions",
        weights=Weights(
            file="mask_state.onnx",
            sha256="d089136468103df2b30c9bb4bb70ca2fc4dcbae0d26dd6a48d6492c96976232e",
            size=157_123,
            sources=(Shipped("masks/mask_state.onnx"),),
        ),
        licence=Licence(
            name="Apache-2.0",
            commercial=True,
            url=_HOME,
            note="any use, with the licence kept; it is part of kith",
        ),
        input=Input(64, 64, "RGB", mean=127.5, scale=1 / 64),
        paper="none: docs/decisions/masks.md",
        training_data="photos of unmasked faces of which copies were painted with masks, and 200 "
        "street photos with masked faces",
        notes="The file lies in kith itself: nothing is fetched.",
    ),
)
