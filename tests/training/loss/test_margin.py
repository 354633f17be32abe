"""The margin losses against their formulas, written out."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="needs kith[train]")

from torch.nn.functional import cross_entropy, normalize  # noqa: E402

from kith.training.loss import MarginLoss  # noqa: E402


def by_hand(kind: str, vectors, directions, labels, margin: float, scale: float) -> float:
    rows = []
    for vector, label in zip(vectors, labels.tolist(), strict=True):
        cosines = [float(vector @ direction) for direction in directions]
        angle = math.acos(cosines[label])
        cosines[label] = math.cos(angle + margin) if kind == "arcface" else cosines[label] - margin
        rows.append([scale * cosine for cosine in cosines])
    return float(cross_entropy(torch.tensor(rows), labels))


@pytest.mark.parametrize(("kind", "margin"), [("arcface", 0.5), ("cosface", 0.35)])
@pytest.mark.parametrize("seed", range(3))
def test_is_the_formula(kind: str, margin: float, seed: int) -> None:
    torch.manual_seed(seed)
    loss = MarginLoss(kind, 6, 8, margin, 16.0)
    vectors = normalize(torch.randn(10, 8), dim=1)
    labels = torch.randint(0, 6, (10,))
    directions = normalize(loss._loss.W.detach(), dim=0).T
    found = loss(vectors, labels)
    expected = by_hand(kind, vectors, directions, labels, margin, 16.0)
    assert float(found.value.detach()) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("kind", ["arcface", "cosface"])
def test_who_lies_on_their_own_direction_is_solved(kind: str) -> None:
    loss = MarginLoss(kind, 4, 4, 0.3, 16.0)
    with torch.no_grad():
        loss._loss.W.copy_(torch.eye(4))
    assert loss(torch.eye(4), torch.arange(4)).active == 0
    assert loss(torch.eye(4), torch.arange(4).flip(0)).active == 1


@pytest.mark.parametrize("kind", ["arcface", "cosface"])
def test_learns_directions(kind: str) -> None:
    torch.manual_seed(0)
    loss = MarginLoss(kind, 3, 5, 0.3, 16.0)
    vectors = normalize(torch.randn(3, 5), dim=1).repeat_interleave(4, dim=0)
    labels = torch.arange(3).repeat_interleave(4)
    optimizer = torch.optim.Adam(loss.parameters(), 0.05)
    first = float(loss(vectors, labels).value.detach())
    for _ in range(100):
        optimizer.zero_grad()
        loss(vectors, labels).value.backward()
        optimizer.step()
    assert float(loss(vectors, labels).value.detach()) < first / 4
