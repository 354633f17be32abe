from __future__ import annotations

import re
import subprocess
import sys
from hashlib import sha256
from importlib import resources

import pytest

from kith.alignment import RECIPES
from kith.errors import UnknownModel
from kith.models.card import Fusion, ModelCard, Shipped, Url
from kith.models.catalogue import (
    CARDS,
    DEFAULTS,
    FUSIONS,
    PRESETS,
    card,
    networks,
    presets_of,
)


@pytest.mark.parametrize("model_id", CARDS)
def test_every_card_is_found_by_its_id(model_id: str) -> None:
    assert card(model_id).id == model_id


@pytest.mark.parametrize(
    ("asked", "suggested"), [("sfase", "sface"), ("YuNet", "yunet"), ("arcface", "arcface-mbf")]
)
def test_a_slip_of_the_pen_gets_a_suggestion(asked: str, suggested: str) -> None:
    with pytest.raises(UnknownModel, match=f"did you mean {suggested}") as unknown:
        card(asked)
    known = (*CARDS, *FUSIONS, *PRESETS)
    assert all(model_id in str(unknown.value) for model_id in known)


@pytest.mark.parametrize("fusion", FUSIONS.values(), ids=lambda fusion: fusion.id)
def test_a_fusion_can_be_relied_on(fusion: Fusion) -> None:
    parts = [card(part.network) for part in fusion.parts]
    assert networks(fusion.id) == tuple(parts)
    assert {part.task for part in parts} == {"embedding"}
    assert sum(part.weight for part in fusion.parts) == pytest.approx(1, abs=1e-9)
    assert fusion.id not in CARDS
    assert "+" not in fusion.id
    with pytest.raises(UnknownModel, match=f"{fusion.id} stands for {parts[0].id} and"):
        card(fusion.id)


@pytest.mark.parametrize(("preset", "meant"), PRESETS.items())
def test_a_preset_names_what_is_there(preset: str, meant: str) -> None:
    assert preset not in CARDS
    assert preset not in FUSIONS
    assert networks(preset) == networks(meant)
    assert presets_of(meant).count(preset) == 1
    assert all(part.licence.commercial for part in networks(preset))
    known = FUSIONS.get(meant) or card(meant)
    assert known.threshold is not None


def test_nonsense_gets_none_and_stays_on_one_line() -> None:
    with pytest.raises(UnknownModel) as unknown:
        card("\x1b[2J\n" + "q" * 5000)
    assert "did you mean" not in str(unknown.value)
    assert str(unknown.value).isprintable()
    assert len(str(unknown.value)) < 400


@pytest.mark.parametrize("known", CARDS.values(), ids=lambda known: known.id)
def test_a_card_can_be_relied_on(known: ModelCard) -> None:
    for file in (*known.files, *filter(None, [known.labels])):
        # Only what no registry carries may come without a sha256: nobody has published it.
        only_official = all(isinstance(source, Url) for source in file.sources)
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256) or (only_official and not file.sha256)
        assert re.fullmatch(r"[\w.-]+\.\w+", file.file)
        assert file.file.endswith(".onnx") or known.importer
        assert file.size > 10_000
        assert len(set(file.sources)) == len(file.sources) > 0
        for source in file.sources:
            if isinstance(source, Url):
                assert source.url.startswith("https://")
            elif isinstance(source, Shipped):
                content = resources.files("kith").joinpath(source.path).read_bytes()
                assert (len(content), sha256(content).hexdigest()) == (file.size, file.sha256)
            else:
                assert source.member.endswith(file.file.rpartition(".")[2])
    assert known.licence.url.startswith("https://")
    assert known.licence.note
    assert known.paper
    if known.task == "embedding":
        assert known.crop in RECIPES
        assert known.dimension > 0
        assert all(not way.crop or way.crop in RECIPES for way in known.variants)
        assert (known.labels is None) or known.classes
    else:
        assert (known.crop, known.dimension, known.threshold) == ("", 0, None)


def test_the_defaults_are_free_for_every_use() -> None:
    assert all(card(model_id).licence.commercial for model_id in DEFAULTS)


def test_looking_at_cards_loads_no_runtime() -> None:
    heavy = "numpy onnx onnxruntime cv2 pip ssl urllib.request filelock rich"
    code = (
        "import sys, kith.models.catalogue, kith.models.store, kith.cli.models\n"
        f"print(*sorted(set(sys.modules) & set({heavy!r}.split())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_measured_threshold_says_how_sure_its_rate_is() -> None:
    limits = [
        limit
        for one in (*CARDS.values(), *FUSIONS.values())
        for limit in (one.threshold, one.mirror_threshold)
        if limit is not None and limit.fmr is not None
    ]
    assert len(limits) > 10
    for limit in limits:
        assert limit.interval is not None
        low, high = limit.interval
        assert 0 < low < limit.fmr < high < 2 * limit.fmr
