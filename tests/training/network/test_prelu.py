"""The quick PRelu is torch's own: forwards, and in both gradients."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="learning needs kith[train]")

from kith.training.network import prelu as quick  # noqa: E402

SHAPES = [(5, 7, 6, 4), (1, 3, 1, 1), (6, 10)]


def both(shape, seed, dtype=torch.float32, layout=None):
    """Return values and gradients: of the quick one, then of torch's."""
    random = torch.Generator().manual_seed(seed)
    found = []
    for one in (quick.prelu, lambda x, a: torch.prelu(x, a.reshape(-1))):
        random.manual_seed(seed)
        x = torch.randn(shape, generator=random).to(dtype)
        x.view(-1)[::5] = 0  # where the slopes meet
        slope = torch.randn((shape[1], *[1] * (len(shape) - 2)), generator=random).to(dtype)
        given = torch.randn(shape, generator=random).to(dtype)
        if layout is not None:
            x, given = (t.contiguous(memory_format=layout) for t in (x, given))
        x.requires_grad_()
        slope.requires_grad_()
        y = one(x, slope)
        y.backward(given)
        found.append((y.detach(), x.grad, slope.grad))
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("a_time", [1, 1000, 1 << 30])
def test_values_and_gradients_are_torchs(shape, a_time, monkeypatch) -> None:
    monkeypatch.setattr(quick, "IN_CACHE", a_time)  # a picture at a time, some, all
    for found, expected in zip(*both(shape, seed=1), strict=True):
        assert found.shape == expected.shape
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_channels_side_by_side_stay_so(dtype) -> None:
    layout = torch.channels_last
    mine, torchs = both((4, 16, 9, 8), 2, dtype, layout)
    assert all(one.is_contiguous(memory_format=layout) for one in mine[:2])
    close = {"rtol": 1e-5, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 0.02, "atol": 0.05}
    for found, expected in zip(mine, torchs, strict=True):
        torch.testing.assert_close(found, expected, **close)


def test_a_slope_of_another_shape_goes_the_plain_way() -> None:
    x = torch.randn(3, 4, 5, 5, requires_grad=True)
    slope = torch.tensor([[[0.3]]], requires_grad=True)
    y = quick.prelu(x, slope)
    y.sum().backward()
    torch.testing.assert_close(y, torch.nn.functional.leaky_relu(x, 0.3))
    torch.testing.assert_close(slope.grad.reshape(()), x.detach().clamp_max(0).sum())


@pytest.mark.parametrize("place", [0, 1])
def test_what_is_frozen_gets_no_gradient(place) -> None:
    given = [torch.randn(2, 3, 4, 4), torch.randn(3, 1, 1)]
    given[1 - place].requires_grad_()
    quick.prelu(*given).sum().backward()
    assert given[place].grad is None
    assert given[1 - place].grad is not None
