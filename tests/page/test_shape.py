"""What holds for every view: usable by keyboard and on a phone, and nothing from outside."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import kith.server
from page.doing import dialog, enrol

if TYPE_CHECKING:
    from page.conftest import Browsers
    from server.running import Served

PAGE = Path(kith.server.__file__).parent / "page"
VIEWS = ("live", "people", "photo", "compare")
NAMELESS = """() => [...document.querySelectorAll("button, a, input, select, [role=img]")]
  .filter((node) => node.checkVisibility() && !node.closest("[aria-hidden=true]"))
  .filter((node) => !(node.innerText.trim() || node.ariaLabel || node.labels?.length))
  .map((node) => node.outerHTML)"""
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (color) => [...paint(color)].slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.backgroundImage !== "none") return null;
      if (paint(style.backgroundColor)[3] > 250) return style.backgroundColor;
    }
    return "white";
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const words = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!words || !node.checkVisibility() || node.closest("svg, .unseen, :disabled")) continue;
    const below = ground(node);
    if (!below) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(below)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(node.innerText);
  }
  return poor;
}"""
"""Words that stand out too little from what is behind them (WCAG 2.2, 1.4.3)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_view_is_readable_named_and_no_wider_than_the_screen(
    served: Served,
    address: str,
    browsers: Browsers,
    known_photos: list[Path],
    scheme: str,
    *,
    phone: bool,
) -> None:
    enrol(served.client, "Jerry", known_photos[:1])
    enrol(served.client, "A" * 200, known_photos[1:2])
    page = browsers.open(address, phone=phone, color_scheme=scheme)
    for view in VIEWS:
        page.locator(f".tabs a[href='#{view}']").click()
        expect(page.locator(f"#view-{view}")).to_be_visible()
        if view == "people":
            expect(page.locator(".card")).to_have_count(2)
        assert page.locator(".view:visible").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(CONTRAST) == [], view
    page.locator("[data-name=Jerry]").evaluate("(node) => node.click()")
    for name in ("Rename", "Merge with…", "Forget"):
        dialog(page).get_by_role("button", name=name).click()
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(CONTRAST) == [], name
        assert dialog(page).evaluate("(node) => node.scrollWidth <= node.clientWidth"), name
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(CONTRAST) == []


def test_no_screen_is_too_narrow(address: str, browsers: Browsers) -> None:
    page = browsers.open(address)
    for width in (320, 600, 768, 1024, 2560):
        page.set_viewport_size({"width": width, "height": 700})
        for view in VIEWS:
            page.locator(f".tabs a[href='#{view}']").click()
            fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert fits, (view, width)


def test_everything_is_reached_by_keyboard(
    served: Served, address: str, browsers: Browsers, known_photos: list[Path]
) -> None:
    enrol(served.client, "Jerry", known_photos[:1])
    page = browsers.open(address + "#people")
    expect(page.locator(".card")).to_have_count(1)
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
        )
    assert seen[0] == "Skip to the content"
    for words in ("Live", "People", "Photo", "Compare", "Settings", "Add a person"):
        assert words in seen
    page.locator(".card").focus()
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("heading", name="Jerry")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".card")).to_be_focused()


def test_it_is_made_of_its_own_files_alone(address: str, browsers: Browsers) -> None:
    page = browsers.open(address)
    expect(page.locator("#curtain")).to_be_visible()
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    scripts = {Path(name).name for name in loaded if name.endswith(".js")}
    assert scripts == {file.name for file in PAGE.glob("*.js")}  # each is used
    html = (PAGE / "index.html").read_text("utf-8")
    ahead = set(re.findall(r'rel="modulepreload" href="([^"]+)"', html))
    assert ahead == scripts - {"app.js"}  # and asked for at once, not one after the other
    assert "style=" not in html
    assert not re.search(r"<script(?![^>]*src=)|\bon[a-z]+=", html)
    for file in PAGE.iterdir():
        text = (
            file.read_text("utf-8")
            .replace("http://www.w3.org/", "")
            .replace("http://localhost", "")
        )
        assert not re.search(r"https?://", text), file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b", text), file.name


def test_the_page_is_small_and_in_the_wheel(tmp_path: Path) -> None:
    files = {file.name: file.stat().st_size for file in PAGE.iterdir()}
    assert sum(files.values()) < 150_000
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=120)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {Path(name).name for name in archive.namelist() if "/server/page/" in name}
    assert inside == set(files)
