"""The triplet loss against its formula, written out, and against pytorch-metric-learning."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs kith[train]")

from pytorch_metric_learning.distances import LpDistance  # noqa: E402
from pytorch_metric_learning.losses import TripletMarginLoss  # noqa: E402
from pytorch_metric_learning.miners import BatchHardMiner, TripletMarginMiner  # noqa: E402
from torch.nn.functional import normalize  # noqa: E402

from kith.training.loss import TripletLoss  # noqa: E402

MININGS = ("semihard", "batch-hard", "all")


def drawn(seed: int, people: int = 5, photos: int = 4, size: int = 6) -> tuple:
    """Return unit vectors, in double precision, and whose they are."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(people, 1, size, generator=generator, dtype=torch.float64)
    noise = torch.randn(people, photos, size, generator=generator, dtype=torch.float64)
    vectors = normalize((centres + 0.9 * noise).reshape(-1, size), dim=1)
    return vectors, torch.arange(people).repeat_interleave(photos)


def formula(vectors: np.ndarray, labels: np.ndarray, a: int, p: int, n: int, margin: float):
    """FaceNet's equation 3 of one triplet, before the hinge."""
    near = np.sum((vectors[a] - vectors[p]) ** 2)
    far = np.sum((vectors[a] - vectors[n]) ** 2)
    return near - far + margin


def by_hand(vectors: np.ndarray, labels: np.ndarray, margin: float, mining: str) -> list[float]:
    """Every loss that is looked at, one triplet at a time."""
    rows = range(len(labels))
    losses = []
    for a in rows:
        positives = [p for p in rows if labels[p] == labels[a] and p != a]
        negatives = [n for n in rows if labels[n] != labels[a]]
        distance = {r: np.sum((vectors[a] - vectors[r]) ** 2) for r in rows}
        if mining == "all":
            chosen = list(itertools.product(positives, negatives))
        elif mining == "batch-hard":
            chosen = [(max(positives, key=distance.get), min(negatives, key=distance.get))]
        else:
            chosen = []
            for p in positives:
                farther = [n for n in negatives if distance[n] > distance[p]]
                n = min(farther, key=distance.get) if farther else max(negatives, key=distance.get)
                chosen.append((p, n))
        losses += [max(formula(vectors, labels, a, p, n, margin), 0.0) for p, n in chosen]
    return losses


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("margin", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_is_the_formula(mining: str, margin: float, seed: int) -> None:
    vectors, labels = drawn(seed)
    found = TripletLoss(margin, mining)(vectors, labels)
    losses = np.array(by_hand(vectors.numpy(), labels.numpy(), margin, mining))
    seen = (losses > 0).sum() if mining == "all" else len(losses)
    assert float(found.value) == pytest.approx(losses.sum() / max(seen, 1), abs=1e-9)
    assert found.active == pytest.approx((losses > 0).mean())


@pytest.mark.parametrize("margin", [0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_is_the_librarys(margin: float, seed: int) -> None:
    vectors, labels = drawn(seed)
    theirs = TripletMarginLoss(
        margin=margin, distance=LpDistance(power=2, normalize_embeddings=True)
    )
    mine = TripletLoss(margin, "all")(vectors, labels).value
    assert float(mine) == pytest.approx(float(theirs(vectors, labels)), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_hardest_of_a_batch_are_the_librarys(seed: int) -> None:
    vectors, labels = drawn(seed)
    distance = LpDistance(power=2, normalize_embeddings=True)
    # A margin that no triplet reaches, so that the library's mean is over all anchors too.
    theirs = TripletMarginLoss(margin=10.0, distance=distance)
    hardest = BatchHardMiner(distance=distance)(vectors, labels)
    mine = TripletLoss(10.0, "batch-hard")(vectors, labels).value
    assert float(mine) == pytest.approx(float(theirs(vectors, labels, hardest)), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_semihard_are_the_nearest_of_the_librarys(seed: int) -> None:
    vectors, labels = drawn(seed)
    margin = 0.4
    # Its distances must not be squared here: the miner compares them as they are.
    miner = TripletMarginMiner(
        margin=margin,
        type_of_triplets="semihard",
        distance=LpDistance(power=2, normalize_embeddings=True),
    )
    nearest: dict[tuple[int, int], float] = {}
    for a, p, n in zip(*(rows.tolist() for rows in miner(vectors, labels)), strict=True):
        loss = formula(vectors.numpy(), labels.numpy(), a, p, n, margin)
        nearest[a, p] = max(nearest.get((a, p), 0.0), loss)
    assert nearest
    losses = TripletLoss(margin, "semihard")
    own = labels[:, None] == labels[None, :]
    anchor, positive = torch.nonzero(own & ~torch.eye(len(own), dtype=torch.bool), as_tuple=True)
    distances = 2 - 2 * vectors @ vectors.T
    mine = losses._losses(distances, own, margin)
    for a, p, loss in zip(anchor.tolist(), positive.tolist(), mine.tolist(), strict=True):
        if (a, p) in nearest:
            assert loss == pytest.approx(nearest[a, p], abs=1e-9)


@pytest.mark.parametrize("mining", MININGS)
def test_gradient_is_right(mining: str) -> None:
    vectors, labels = drawn(3, people=4, photos=3)
    vectors.requires_grad_()
    loss = TripletLoss(0.5, mining)

    def of_raw(raw):
        return loss(normalize(raw, dim=1), labels).value

    assert torch.autograd.gradcheck(of_raw, vectors)


@pytest.mark.parametrize("mining", MININGS)
def test_one_point_for_everybody_is_no_solution(mining: str) -> None:
    """With α above 0, f(x) = constant costs α, and every triplet stays active."""
    vectors = normalize(torch.ones(12, 8, dtype=torch.float64), dim=1)
    labels = torch.arange(4).repeat_interleave(3)
    found = TripletLoss(0.2, mining)(vectors, labels)
    assert float(found.value) == pytest.approx(0.2)
    assert found.active == 1.0


@pytest.mark.parametrize("mining", MININGS)
def test_solved_batch_costs_nothing_and_gives_no_gradient(mining: str) -> None:
    vectors = torch.eye(4, dtype=torch.float64).repeat_interleave(3, dim=0).requires_grad_()
    labels = torch.arange(4).repeat_interleave(3)
    found = TripletLoss(0.2, mining)(vectors, labels)
    assert float(found.value.detach()) == 0
    assert found.active == 0
    (gradient,) = torch.autograd.grad(found.value, vectors)
    assert not gradient.any()


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_batch_without_triplets_costs_nothing(mining: str, labels: list[int]) -> None:
    vectors = normalize(torch.randn(3, 4), dim=1).requires_grad_()
    found = TripletLoss(0.2, mining)(vectors, torch.tensor(labels))
    assert float(found.value.detach()) == 0
    (gradient,) = torch.autograd.grad(found.value, vectors)
    assert torch.isfinite(gradient).all()


def test_two_photos_alike_give_finite_gradients() -> None:
    """No root is drawn of a distance of 0."""
    vectors = normalize(torch.randn(2, 8), dim=1).repeat_interleave(2, dim=0).requires_grad_()
    found = TripletLoss(3.0, "all")(vectors, torch.tensor([0, 0, 1, 1]))
    (gradient,) = torch.autograd.grad(found.value, vectors)
    assert torch.isfinite(gradient).all()
