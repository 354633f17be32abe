"""What is true of every page."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parsed import Page


def alone(page: Page) -> None:
    """It loads nothing and runs nothing."""
    assert not page.all("script") + page.all("link") + page.all("iframe") + page.all("object")
    for value in (*page.values("src"), *page.values("href"), *page.values("xlink:href")):
        assert value.startswith(("#", "data:image/jpeg;base64,"))
    assert not re.search(r"url\((?!#)|@import", page.source)
    assert not [name for _, given in page.elements for name in given if name.startswith("on")]
    policy = next(one["content"] for one in page.all("meta") if "http-equiv" in one)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    outside = set(re.findall(r"https?://[^\"' <)]+", page.source))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def accessible(page: Page) -> None:
    """It can be used without seeing it."""
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for reference in [value[1:] for value in page.values("href") if value.startswith("#")]:
        assert reference in ids
    for value in page.values("aria-labelledby"):
        assert set(value.split()) <= set(ids)
    assert all(one.get("alt") for one in page.all("img"))
    assert all(one.get("role") == "img" for one in page.all("svg"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def coloured(page: Page) -> None:
    """Its figures take their colours from the page, light, dark or printed."""
    assert len(page.all("style")) == 1
    for svg in re.findall(r"<svg.*?</svg>", page.source, re.DOTALL):
        assert "#" not in re.sub(r'(url\(#|href="#)', "", svg)
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", svg))
        assert {"ink", "muted", "grid"} <= used
        for name in used:
            assert page.source.count(f"--{name}: #") == 3  # light, dark, print
