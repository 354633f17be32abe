from __future__ import annotations

import cv2
import numpy as np
import pytest

from kith.samples.clip import render
from kith.tracking.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def picture(number: int = 0) -> np.ndarray:
    return render([], 0.0, (640, 360), number)


def noisy(pixels: np.ndarray, seed: int, sigma: float = 6.0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def test_noise_is_still(scene: Scene) -> None:
    scene.see(noisy(picture(), 0))
    assert all(scene.see(noisy(picture(), seed)).still for seed in range(1, 20))


def test_a_small_thing_that_comes_in_is_not(scene: Scene) -> None:
    scene.see(picture())
    changed = picture().copy()
    changed[100:112, 0:12] = 255
    glimpse = scene.see(changed)
    assert (glimpse.still, glimpse.cut) == (False, False)


def test_what_comes_in_by_small_steps_is_noticed(scene: Scene) -> None:
    scene.see(picture())
    steps = [np.clip(picture().astype(int) + step, 0, 255).astype(np.uint8) for step in range(9)]
    assert not all(scene.see(step).still for step in steps)


@pytest.mark.parametrize("number", range(1, 8))
def test_another_scene_is_a_cut(scene: Scene, number: int) -> None:
    scene.see(picture())
    assert scene.see(picture(number)).cut


def test_a_flash_is_none(scene: Scene) -> None:
    scene.see(picture())
    bright = np.clip(picture().astype(float) * 1.6 + 30, 0, 255).astype(np.uint8)
    assert not scene.see(bright).cut
    assert not scene.see(picture()).cut


@pytest.mark.parametrize("pixels", [8, 40, 80])
def test_a_pan_is_none(scene: Scene, pixels: int) -> None:
    wide = render([], 0.0, (800, 360), 3)
    scene.see(wide[:, :640])
    assert not scene.see(wide[:, pixels : pixels + 640]).cut


def test_somebody_who_walks_close_by_is_none(scene: Scene) -> None:
    scene.see(picture())
    covered = picture().copy()
    cv2.circle(covered, (320, 200), 150, (180, 140, 120), -1)
    assert not scene.see(covered).cut


def test_dark_scenes_are_told_apart(scene: Scene) -> None:
    scene.see((picture(1) * 0.15).astype(np.uint8))
    assert scene.see((picture(2) * 0.15).astype(np.uint8)).cut


def test_another_size_is_a_cut(scene: Scene) -> None:
    scene.see(picture())
    assert scene.see(picture()[:, :480]).cut
