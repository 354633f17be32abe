from __future__ import annotations

import pytest

from kith.embedding import parse
from kith.errors import UnknownModel
from kith.gallery.contract import contract_embedder
from kith.models import CARDS
from kith.types import EmbeddingContract


def test_a_plain_name_is_the_card_as_it_is() -> None:
    spec = parse("vggface2-resnet50")
    assert (spec.id, spec.model) == ("vggface2-resnet50", "vggface2-resnet50")
    assert (spec.crop, spec.output, spec.dimension) == ("vggface2-224", "average", 2048)
    assert spec.input == CARDS["vggface2-resnet50"].input


def test_variants_change_what_they_say() -> None:
    assert parse("vggface2-resnet50+tutorial").crop == "tutorial-224"
    assert parse("vggface-vgg16+average").dimension == 512
    assert parse("vggface-vgg16+fc6").dimension == 4096
    means = parse("vggface2-senet50+v1").input.mean
    assert means == CARDS["vggface-vgg16"].input.mean != CARDS["vggface2-senet50"].input.mean


def test_the_order_of_variants_does_not_matter() -> None:
    one, other = (
        parse("vggface-vgg16+mirror+average+tutorial"),
        parse("vggface-vgg16+tutorial+average+mirror"),
    )
    assert one == other
    assert one.id == "vggface-vgg16+tutorial+average+mirror"


def test_only_what_changes_numbers_is_part_of_the_model() -> None:
    assert parse("vggface-vgg16+tutorial+mirror").model == "vggface-vgg16"
    assert parse("vggface-vgg16+tutorial+average").model == "vggface-vgg16+average"


@pytest.mark.parametrize(
    "name",
    ["sface", "sface+mirror", "vggface-vgg16+average", "vggface2-resnet50+tutorial+max+mirror"],
)
def test_a_gallery_finds_the_embedder_that_made_it(name: str) -> None:
    spec = parse(name)
    crop = spec.crop + "+mirror" * spec.mirror
    contract = EmbeddingContract(spec.model, "0" * 64, crop, 1, spec.dimension)
    assert parse(contract_embedder(contract)) == spec


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vggface-vgg16+average+max", "same thing twice"),
        ("vggface-vgg16+average+average", "same thing twice"),
        ("vggface2-resnet50+fc7", r"it has: \+tutorial, \+max, \+v1, \+mirror"),
        ("sface+tutorial", r"sface has no variant 'tutorial'; it has: \+mirror"),
        ("yunet", "'yunet' is not an embedder"),
    ],
)
def test_what_a_name_cannot_ask(name: str, said: str) -> None:
    with pytest.raises(UnknownModel, match=said):
        parse(name)
