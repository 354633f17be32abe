"""The people: added from files, shown with faces, renamed, merged, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from page.doing import dialog, drop, enrol, toast

if TYPE_CHECKING:
    from pathlib import Path

    from page.conftest import Browsers
    from server.running import Served

HOSTILE = '<img src=x onerror="document.title=1">'


def names(served: Served) -> list[str]:
    return [one["name"] for one in served.client.get("/v1/people").json()["people"]]


@pytest.fixture
def faceless(tmp_path: Path) -> Path:
    file = tmp_path / "wall.png"
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(file)
    return file


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.jpg"
    file.write_bytes(b"\xff\xd8\xff" + bytes(500))
    return file


def test_somebody_is_added_from_photos(
    served: Served,
    address: str,
    browsers: Browsers,
    known_photos: list[Path],
    faceless: Path,
    broken: Path,
) -> None:
    page = browsers.open(address + "#people")
    expect(page.locator("#view-people")).to_contain_text("Nobody is known yet")
    page.locator("#add-person").click()
    asked = dialog(page)
    asked.get_by_label("Name").fill("Jerry")
    asked.locator("input[type=file]").set_input_files([*known_photos, faceless, broken])
    expect(asked.locator(".report")).to_contain_text("4 photos added.")
    expect(asked.locator(".report")).to_contain_text("wall.png: no face found.")
    expect(asked.locator(".report")).to_contain_text("broken.jpg: ")
    asked.get_by_role("button", name="Done").click()
    card = page.locator("[data-name=Jerry]")
    expect(card).to_contain_text("4 photos")
    expect(card.locator("canvas")).to_be_visible()
    # The same photos once more are nothing new.
    card.click()
    dialog(page).locator("input[type=file]").set_input_files(known_photos)
    expect(dialog(page).locator(".report")).to_contain_text("Nothing new")
    page.keyboard.press("Escape")
    expect(card).to_be_focused()  # the list was drawn anew behind the dialog
    assert served.client.get("/v1/people").json()["people"][0]["photos"] == 4


def test_photos_are_dropped_on_the_view(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    page = browsers.open(address + "#people")
    drop(page, "#view-people", known_photos[:2])
    dialog(page).get_by_role("button", name="Add these 2 photos").click()
    dialog(page).get_by_label("Name").fill("Jerry")  # the browser asks for it first
    dialog(page).get_by_role("button", name="Add these 2 photos").click()
    expect(dialog(page).locator(".report")).to_contain_text("2 photos added.")
    assert names(served) == ["Jerry"]


def test_photos_without_a_face_make_nobody(
    served: Served, address: str, browsers: Browsers, faceless: Path
) -> None:
    page = browsers.open(address + "#people")
    page.locator("#add-person").click()
    dialog(page).get_by_label("Name").fill("Wall")
    dialog(page).locator("input[type=file]").set_input_files(faceless)
    expect(dialog(page).locator(".report .trouble")).to_contain_text("wall.png: no face found.")
    assert names(served) == []


def test_rename(
    served: Served,
    address: str,
    browsers: Browsers,
    known_photos: list[Path],
    other_photos: list[Path],
) -> None:
    enrol(served.client, "Jerry", known_photos[:1])
    enrol(served.client, "Mindy", other_photos[:1])
    page = browsers.open(address + "#people")
    page.locator("[data-name=Jerry]").click()
    dialog(page).get_by_role("button", name="Rename").click()
    dialog(page).get_by_label("Name").fill("Jérôme / 李 ?&#")
    page.keyboard.press("Enter")
    expect(page.locator(".card").filter(has_text="Jérôme")).to_be_focused()
    toast(page, "Jerry is called Jérôme / 李 ?&# now.")
    card = page.locator(".card").filter(has_text="Jérôme / 李 ?&#")
    expect(card.locator("canvas")).to_be_visible()  # its picture is found under such a name
    card.click()
    dialog(page).get_by_role("button", name="Rename").click()
    dialog(page).get_by_label("Name").fill("a\u0000b")
    page.keyboard.press("Enter")
    expect(dialog(page).locator(".trouble")).to_contain_text("control character")
    assert names(served) == ["Jérôme / 李 ?&#", "Mindy"]


def test_renaming_to_a_name_that_is_taken_offers_to_merge(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    enrol(served.client, "Jerry", known_photos[:2])
    enrol(served.client, "Mr Seinfeld", known_photos[2:])
    page = browsers.open(address + "#people")
    page.locator("[data-name='Mr Seinfeld']").click()
    dialog(page).get_by_role("button", name="Rename").click()
    dialog(page).get_by_label("Name").fill("Jerry")
    page.keyboard.press("Enter")
    dialog(page).get_by_role("button", name="Are they one person?").click()
    dialog(page).get_by_role("button", name="Make them one").click()
    toast(page, "Mr Seinfeld and Jerry are one person now: Jerry.")
    expect(page.locator("[data-name=Jerry]")).to_contain_text("4 photos")
    assert names(served) == ["Jerry"]


def test_merge(served: Served, address: str, browsers: Browsers, known_photos: list[Path]) -> None:
    enrol(served.client, "Jerry", known_photos[:2])
    enrol(served.client, "Seinfeld", known_photos[2:])
    page = browsers.open(address + "#people")
    page.locator("[data-name=Jerry]").click()
    dialog(page).get_by_role("button", name="Merge with…").click()
    assert dialog(page).get_by_role("button", name="Jerry").count() == 0
    dialog(page).get_by_role("button", name="Seinfeld").click()
    dialog(page).get_by_role("button", name="Cancel").click()
    assert names(served) == ["Jerry", "Seinfeld"]
    dialog(page).get_by_role("button", name="Merge with…").click()
    dialog(page).get_by_role("button", name="Seinfeld").click()
    dialog(page).get_by_role("button", name="Make them one").click()
    expect(page.locator("[data-name=Jerry]")).to_be_focused()
    toast(page, "Seinfeld and Jerry are one person now: Jerry.")
    assert names(served) == ["Jerry"]


def test_forgetting_asks_first(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    enrol(served.client, "Jerry", known_photos[:1])
    page = browsers.open(address + "#people")
    page.locator("[data-name=Jerry]").click()
    dialog(page).get_by_role("button", name="Forget").click()
    expect(dialog(page)).to_contain_text("Forget Jerry?")
    expect(dialog(page).get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    assert names(served) == ["Jerry"]
    dialog(page).get_by_role("button", name="Forget").click()
    dialog(page).get_by_role("button", name="Forget").click()
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_focused()
    toast(page, "Jerry is forgotten.")
    expect(page.locator("#view-people")).to_contain_text("Nobody is known yet")
    assert names(served) == []


def test_names_are_text_and_nothing_else(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    page = browsers.open(address + "#people")
    page.locator("#add-person").click()
    dialog(page).get_by_label("Name").fill(HOSTILE)
    dialog(page).locator("input[type=file]").set_input_files(known_photos[0])
    expect(dialog(page).locator(".report")).to_contain_text("1 photo added.")
    page.keyboard.press("Escape")
    expect(page.locator(".card .name")).to_have_text(HOSTILE)
    page.locator(".card").click()
    expect(dialog(page).get_by_role("heading")).to_have_text(HOSTILE)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Photo").click()
    page.locator("#photo-body input[type=file]").set_input_files(known_photos[0])
    expect(page.locator("#photo-body h2")).to_have_text(HOSTILE)
    assert page.locator("main img").count() == 0
    assert page.title() == "Photo · kith"


def test_somebody_is_found_by_a_few_letters(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    for name, photo in zip(("Zoë", "Zacharias", "Bo"), known_photos, strict=False):
        enrol(served.client, name, [photo])
    page = browsers.open(address + "#people")
    expect(page.locator("#people-count")).to_have_text("3")
    page.get_by_label("Find a name").fill("zoe")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).to_contain_text("Zoë")
    page.get_by_label("Find a name").fill("nobody")
    expect(page.locator("#view-people")).to_contain_text("Nobody is called so.")
