"""How many faces a second a network learns from: forward, backward and the optimiser's step.

    python benchmarks/training_speed.py
    python benchmarks/training_speed.py --networks mobilefacenet sface resnet18 --threads 2

Beside each other, in one run and in turns: a MobileFaceNet written by hand with torch.nn, as
tutorials do, in torch's usual layout and with channels side by side, and kith's networks, each in
float32 and with bfloat16 where its layers allow it. The best of the rounds counts: other programs
on the machine only ever make one slower. The loss is the triplets' of the batch, all of them.
"""

from __future__ import annotations

import argparse
import platform
import time
from typing import TYPE_CHECKING

import torch
from torch import nn

from kith.models import ModelStore
from kith.training.memory import keep_freed_memory
from kith.training.network import GraphNetwork, open_start

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = 16


class Block(nn.Sequential):
    """A convolution, its normalisation and a rectifier."""

    def __init__(
        self,
        inner: int,
        out: int,
        side: int,
        stride: int = 1,
        groups: int = 1,
        *,
        last: bool = False,
    ) -> None:
        pads = 0 if side == 7 else side // 2
        layers = [
            nn.Conv2d(inner, out, side, stride, pads, groups=groups, bias=False),
            nn.BatchNorm2d(out),
        ]
        super().__init__(*layers, *([] if last else [nn.PReLU(out)]))


class Bottleneck(nn.Module):
    def __init__(self, inner: int, out: int, factor: int, stride: int) -> None:
        super().__init__()
        wide = inner * factor
        self.layers = nn.Sequential(
            Block(inner, wide, 1),
            Block(wide, wide, 3, stride, wide),
            Block(wide, out, 1, last=True),
        )
        self.same = stride == 1 and inner == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.same else self.layers(x)


def by_hand() -> nn.Module:
    """Return a MobileFaceNet (Chen and others, 2018, table 1)."""
    layers: list[nn.Module] = [Block(3, 64, 3, 2), Block(64, 64, 3, 1, 64)]
    inner = 64
    plan = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
    for factor, out, count, stride in plan:
        for place in range(count):
            layers.append(Bottleneck(inner, out, factor, 1 if place else stride))
            inner = out
    layers += [
        Block(128, 512, 1),
        Block(512, 512, 7, groups=512, last=True),
        Block(512, 128, 1, last=True),
        nn.Flatten(),
    ]
    return nn.Sequential(*layers)


def triplets(raw: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of all triplets that violate the margin."""
    vectors = nn.functional.normalize(raw.float(), dim=1)
    apart = 2.0 - 2.0 * vectors @ vectors.T
    person = torch.arange(len(raw), device=raw.device) % PEOPLE
    same = person[:, None] == person[None]
    loss = (apart[:, :, None] - apart[:, None, :] + 0.2).clamp_min(0.0)
    return (loss * (same[:, :, None] & ~same[:, None, :])).sum() / len(raw) ** 2


def learner(network: nn.Module, x: torch.Tensor, half: bool) -> Callable[[], float]:
    """Return what learns from a batch once, and how long that takes in seconds."""
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4)
    network.train()
    device = x.device.type

    def learn() -> float:
        begun = time.perf_counter()
        with torch.autocast(device, torch.bfloat16, enabled=half):
            raw = network(x)
        optimizer.zero_grad(set_to_none=True)
        triplets(raw).backward()
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begun

    return learn


def contenders(
    names: list[str], batch: int, device: torch.device
) -> dict[str, Callable[[], float]]:
    random = torch.Generator().manual_seed(0)
    x = torch.randn((batch, 3, 112, 112), generator=random).to(device)
    packed = x.contiguous(memory_format=torch.channels_last)
    aside = by_hand().to(device, memory_format=torch.channels_last)
    found = {
        "by hand": learner(by_hand().to(device), x, half=False),
        "by hand, channels last": learner(aside, packed, half=False),
        "by hand, channels last, bfloat16": learner(aside, packed, half=True),
    }
    for name in names:
        start = open_start(name, ModelStore(), seed=0)
        size = (batch, 3, start.input.height, start.input.width)
        faces = torch.randn(size, generator=random).to(device) / start.input.scale / 2
        network = GraphNetwork(start.model).to(device)
        for half in (False, True):
            found[name + ", bfloat16" * half] = learner(network, faces, half)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=["mobilefacenet", "sface"])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    keep_freed_memory()  # as `kith train` does; it helps all of them
    found = contenders(asked.networks, asked.batch, torch.device(asked.device))
    best = dict.fromkeys(found, float("inf"))
    for turn in range(asked.rounds + 1):
        for name, learn in found.items():
            took = learn()
            best[name] = min(best[name], took) if turn else best[name]  # the first one warms up
    where = torch.cuda.get_device_name() if asked.device == "cuda" else platform.processor()
    print(
        f"images/s, forward, backward and AdamW; batches of {asked.batch}, {asked.threads} "
        f"threads, torch {torch.__version__}, {where}"
    )
    plain = best["by hand"]
    for name, took in best.items():
        print(f"{name:34} {asked.batch / took:8.1f}   {plain / took:5.2f} × by hand")


if __name__ == "__main__":
    main()
