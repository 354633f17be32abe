"""What people do on the page, and what they see there."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import httpx
    from playwright.sync_api import Locator, Page


def enrol(client: httpx.Client, name: str, photos: Sequence[Path]) -> None:
    """Make somebody known behind the page's back."""
    files = [("photos", (photo.name, photo.read_bytes(), "image/jpeg")) for photo in photos]
    client.post(f"/v1/people/{name}/photos", files=files).raise_for_status()


def start(page: Page) -> None:
    """Start the camera."""
    page.get_by_role("button", name="Start the camera").click()


def row(page: Page, words: str) -> Locator:
    """Return the row of somebody who is in the picture.

    The first one: where the film begins anew, a face may be followed twice for a moment.
    """
    return page.locator("#present > li").filter(has_text=words).first


def frame(page: Page, words: str) -> Locator:
    """Return the frame around a face in the picture; the first one as well."""
    return page.locator("#faces .face").filter(has_text=words).first


def places(page: Page) -> dict[str, float]:
    """Return what stands at the faces at one moment, and how far from the left."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("#faces .face")].map((node) =>
          [node.querySelector("bdi").textContent, node.getBoundingClientRect().x])"""
    )
    return {words: float(x) for words, x in found}


def wait_for_places(page: Page, *names: str) -> dict[str, float]:
    """Return where these are, as soon as all of them are in the picture at once."""
    for _ in range(300):
        found = places(page)
        if set(names) <= found.keys():
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"{names} were not seen together, at last {found}")


def wait_for_person(page: Page, name: str) -> None:
    expect(frame(page, name)).to_be_visible()
    expect(row(page, name)).to_be_visible()


def dialog(page: Page) -> Locator:
    """Return the dialog in front."""
    return page.locator("dialog[open]").last


def toast(page: Page, words: str) -> None:
    """See a message, and close it."""
    note = page.locator(".toast").filter(has_text=words)
    expect(note).to_be_visible()
    note.get_by_role("button", name="Close the message").click()


def drop(page: Page, place: str, files: Sequence[Path]) -> None:
    """Drop files on a place of the page."""
    contents = [
        {"name": file.name, "data": base64.b64encode(file.read_bytes()).decode()} for file in files
    ]
    transfer = page.evaluate_handle(
        """(files) => {
          const transfer = new DataTransfer();
          for (const { name, data } of files) {
            const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
          }
          return transfer;
        }""",
        contents,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(place, event, {"dataTransfer": transfer})


def said(page: Page) -> list[str]:
    """Return what the page spoke."""
    return list(page.evaluate("said.map((one) => one.text)"))
