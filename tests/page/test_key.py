"""A server that wants a key."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from kith.server.keys import Keys
from page.doing import dialog, enrol, start, wait_for_person
from server.running import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import kith
    from kith.server.settings import Settings
    from page.conftest import Browsers


@pytest.fixture
def key(settings: Settings) -> str:
    assert settings.keys is not None
    return Keys(settings.keys).add("test")


@pytest.fixture
def served(settings: Settings, recognizer: kith.Recognizer, key: str) -> Iterator[Served]:
    wanted = dataclasses.replace(settings, need_key=True)
    with serving(wanted, recognizer, headers={"Authorization": f"Bearer {key}"}) as server:
        yield server


def test_the_key_is_asked_for_once(
    served: Served,
    address: str,
    key: str,
    browsers: Browsers,
    camera_of_one: Path,
    known_photos: list[Path],
) -> None:
    enrol(served.client, "Jerry", known_photos)
    page = browsers.open(address, camera_of_one)
    field = dialog(page).get_by_label("Key")
    field.fill("not the key")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("alert")).to_contain_text("does not know this key")
    dialog(page).get_by_label("Key").fill(key)
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    start(page)
    wait_for_person(page, "Jerry")  # the live connection has it too
    page.get_by_role("link", name="People").click()
    expect(page.locator("[data-name=Jerry] canvas")).to_be_visible()  # and the pictures
    page.reload()
    expect(page.locator("[data-name=Jerry] canvas")).to_be_visible()
    assert page.evaluate("localStorage.getItem('kith-key')") is None  # not longer than the tab


def test_the_key_is_remembered_where_wanted(
    served: Served, address: str, key: str, browsers: Browsers
) -> None:
    page = browsers.open(address + "#people")
    dialog(page).get_by_label("Key").fill(key)
    dialog(page).get_by_label("Remember it on this device").check()
    dialog(page).get_by_role("button", name="Continue").click()
    expect(page.locator("#view-people")).to_contain_text("Nobody is known yet")
    other = page.context.new_page()
    other.goto(address + "#people")
    expect(other.locator("#view-people")).to_contain_text("Nobody is known yet")


def test_a_key_that_is_taken_back_is_asked_for_again(
    served: Served,
    settings: Settings,
    address: str,
    key: str,
    browsers: Browsers,
    camera_of_one: Path,
) -> None:
    assert settings.keys is not None
    page = browsers.open(address, camera_of_one)
    dialog(page).get_by_label("Key").fill(key)
    page.keyboard.press("Enter")
    start(page)
    expect(page.locator("#faces .face").first).to_be_visible()
    keys = Keys(settings.keys)
    keys.remove("test")
    expect(page.locator("#faces .face")).to_have_count(0)
    expect(page.locator("#banner")).to_contain_text("The key was taken back.")
    dialog(page).get_by_label("Key").fill(keys.add("another"))
    page.keyboard.press("Enter")
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#faces .face").first).to_be_visible()


def test_without_a_key_nothing_is_shown(
    served: Served, address: str, browsers: Browsers, camera_of_one: Path
) -> None:
    page = browsers.open(address, camera_of_one)
    dialog(page).get_by_role("button", name="Not now").click()
    start(page)
    dialog(page).get_by_role("button", name="Not now").click()
    expect(page.locator("#banner")).to_contain_text("key is needed")
    expect(page.locator("#faces .face")).to_have_count(0)
