"""Photos: who is on one, and whether two show the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from page.doing import dialog, drop, enrol, toast

if TYPE_CHECKING:
    from pathlib import Path

    from page.conftest import Browsers
    from server.running import Served


def pair(folder: Path, left: Path, right: Path) -> Path:
    """Put two photos side by side."""
    pictures = [Image.open(path).convert("RGB").resize((300, 300)) for path in (left, right)]
    both = Image.new("RGB", (600, 300))
    for index, picture in enumerate(pictures):
        both.paste(picture, (300 * index, 0))
    both.save(folder / "both.jpg", quality=95)
    return folder / "both.jpg"


def test_who_is_on_a_photo(
    served: Served,
    address: str,
    browsers: Browsers,
    known_photos: list[Path],
    other_photos: list[Path],
    tmp_path: Path,
) -> None:
    enrol(served.client, "Jerry", known_photos[:2])
    page = browsers.open(address + "#photo")
    photo = pair(tmp_path, known_photos[2], other_photos[0])
    page.locator("#photo-body input[type=file]").set_input_files(photo)
    expect(page.locator("#photo-body h2")).to_have_text("Jerry and 1 other")
    rows = page.locator("#photo-body .present li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Jerry")  # from left to right, as people read
    expect(rows.nth(1)).to_contain_text("Not known")
    marks = page.locator("#photo-body .face")
    known, other = marks.filter(has_text="Jerry"), marks.filter(has_text="?")
    assert (known.bounding_box() or {})["x"] < (other.bounding_box() or {})["x"]
    # The stranger gets a name; of the two faces this one is learned.
    rows.nth(1).get_by_role("button", name="Who is it?").click()
    dialog(page).get_by_label("A name you know, or a new one").fill("Mindy")
    page.keyboard.press("Enter")
    toast(page, "Learned as a photo of Mindy.")
    expect(page.locator("#photo-body h2")).to_have_text("Jerry and Mindy")
    answer = served.client.post(
        "/v1/identify",
        content=other_photos[1].read_bytes(),
        headers={"content-type": "image/jpeg"},
    ).json()
    assert [face["name"] for face in answer["faces"]] == ["Mindy"]


def test_a_photo_is_dropped_anywhere(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    enrol(served.client, "Jerry", known_photos[:2])
    page = browsers.open(address)
    drop(page, "footer", known_photos[3:])
    expect(page.locator("#photo-body h2")).to_have_text("Jerry")
    drop(page, "footer", known_photos[:2])
    expect(page.locator(".verdict h2")).to_have_text("The same person")


def test_photos_that_tell_nothing(
    served: Served, address: str, browsers: Browsers, tmp_path: Path
) -> None:
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(tmp_path / "wall.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(500))
    page = browsers.open(address + "#photo")
    field = page.locator("#photo-body input[type=file]")
    field.set_input_files(tmp_path / "wall.png")
    expect(page.locator("#photo-body h2")).to_have_text("No face was found")
    field.set_input_files(tmp_path / "broken.jpg")
    expect(page.locator("#photo-body .trouble")).not_to_be_empty()
    expect(page.locator("#photo-body")).to_contain_text("cannot show this kind of picture")


def test_two_photos_are_compared(
    address: str,
    browsers: Browsers,
    known_photos: list[Path],
    other_photos: list[Path],
    tmp_path: Path,
) -> None:
    page = browsers.open(address + "#compare")
    page.locator("#compare-0").set_input_files(known_photos[0])
    page.locator("#compare-1").set_input_files(known_photos[1])
    verdict = page.locator(".verdict")
    expect(verdict.get_by_role("heading")).to_have_text("The same person")
    expect(verdict).to_contain_text("or more means the same person")
    page.locator("#compare-1").set_input_files(other_photos[0])
    expect(verdict.get_by_role("heading")).to_have_text("Different people")
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(tmp_path / "wall.png")
    page.locator("#compare-1").set_input_files(tmp_path / "wall.png")
    expect(verdict.get_by_role("heading")).to_have_text("Cannot tell")
    page.locator("#compare-0").set_input_files([known_photos[0], known_photos[2]])
    expect(verdict.get_by_role("heading")).to_have_text("The same person")
