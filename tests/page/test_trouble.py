"""No camera, no server, no key: clear words, and the way on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from playwright.sync_api import expect

import server.running
from kith.server.running import listen
from page.doing import enrol, start, wait_for_person
from server.running import serving

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    import kith
    from kith.server.settings import Settings
    from page.conftest import Browsers


def test_no_camera(address: str, browsers: Browsers) -> None:
    page = browsers.open(address, permissions=["camera"])
    start(page)
    expect(page.locator("#curtain")).to_contain_text("No camera was found")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_camera_that_is_not_allowed(
    address: str, browsers: Browsers, camera_of_one: Path
) -> None:
    page = browsers.open(address, camera_of_one, allowed=False)
    start(page)
    expect(page.locator("#curtain")).to_contain_text("The camera is not allowed")
    expect(page.locator("#curtain")).to_contain_text("beside the browser’s address bar")


def test_a_camera_that_is_taken(address: str, browsers: Browsers, camera_of_one: Path) -> None:
    page = browsers.open(address, camera_of_one)
    page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException("Could not start video source", "NotReadableError");
          };
        }"""
    )
    start(page)
    expect(page.locator("#curtain")).to_contain_text("Another program may be using it")


def test_a_camera_that_is_unplugged(address: str, browsers: Browsers, camera_of_one: Path) -> None:
    page = browsers.open(address, camera_of_one)
    start(page)
    expect(page.locator("#faces .face").first).to_be_visible()
    page.evaluate("video.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.locator("#curtain")).to_contain_text("The camera is gone")
    expect(page.locator("#faces .face")).to_have_count(0)
    expect(page.locator("#present li")).to_have_count(0)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#faces .face").first).to_be_visible()


def test_the_camera_is_let_go(address: str, browsers: Browsers, camera_of_one: Path) -> None:
    page = browsers.open(address, camera_of_one)
    start(page)
    expect(page.locator("#faces .face").first).to_be_visible()
    page.evaluate("window.track = video.srcObject.getVideoTracks()[0]")
    page.get_by_role("button", name="Stop the camera").click()
    assert page.evaluate("track.readyState") == "ended"
    expect(page.locator("#curtain")).to_contain_text("The camera is off")


def test_an_address_at_which_browsers_give_no_camera(
    settings: Settings, recognizer: kith.Recognizer, browsers: Browsers, camera_of_one: Path
) -> None:
    with serving(dataclasses.replace(settings, hosts=("kith.test",)), recognizer) as served:
        page = browsers.open(f"http://kith.test:{served.port}/", camera_of_one)
        start(page)
        expect(page.locator("#curtain")).to_contain_text("needs a safe connection")
        page.context.close()
        browsers.contexts.clear()


def test_a_server_that_goes_and_comes_back(
    settings: Settings,
    recognizer: kith.Recognizer,
    browsers: Browsers,
    camera_of_one: Path,
    known_photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(settings, recognizer) as served:
        enrol(served.client, "Jerry", known_photos)
        page = browsers.open(f"http://127.0.0.1:{served.port}/", camera_of_one)
        start(page)
        wait_for_person(page, "Jerry")
    expect(page.locator("#banner")).to_contain_text("Trying again")
    expect(page.locator("#faces .face")).to_have_count(0)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Compare").click()
    monkeypatch.setattr(server.running, "listen", lambda host, _: listen(host, served.port))
    with serving(settings, recognizer):
        page.get_by_role("link", name="Live").first.click()
        wait_for_person(page, "Jerry")
        expect(page.locator("#banner")).to_be_hidden()
        page.context.close()
        browsers.contexts.clear()


def test_people_without_a_server(
    settings: Settings, recognizer: kith.Recognizer, browsers: Browsers
) -> None:
    with serving(settings, recognizer) as served:
        page = browsers.open(f"http://127.0.0.1:{served.port}/")
    page.get_by_role("link", name="People").click()
    expect(page.locator("#view-people")).to_contain_text("The server does not answer.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
