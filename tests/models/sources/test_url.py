from __future__ import annotations

import socket
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

from kith.models.sources.base import SourceFailed
from kith.models.sources.connection import Timeouts, build_opener, check_name
from kith.models.sources.url import UrlFetcher

from ..conftest import CONTENT, Server

if TYPE_CHECKING:
    import http.server
    from pathlib import Path


def fetch(url: str, target: Path, size: int = len(CONTENT), **limits: float) -> bool:
    timeouts = Timeouts(**limits)  # type: ignore[arg-type]
    return UrlFetcher(url, size, timeouts).fetch(target, lambda done, total: None)


def test_brings_the_file_and_reports_every_byte(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    fetcher = UrlFetcher(server.file("/a", CONTENT), len(CONTENT))
    assert fetcher.fetch(tmp_path / "a", lambda *step: told.append(step)) is False
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize("resumable", [True, False])
def test_a_broken_download_goes_on_where_it_stopped(
    server: Server, tmp_path: Path, resumable: bool
) -> None:
    url = server.file("/a", CONTENT, cut=300_000, resumable=resumable)
    target = tmp_path / "a"
    with pytest.raises(SourceFailed, match="broke off after 300,000 of 1,024,000 bytes"):
        fetch(url, target)
    assert target.read_bytes() == CONTENT[:300_000]
    assert fetch(url, target) is resumable
    assert target.read_bytes() == CONTENT
    assert server.ranges["/a"] == 1


def test_a_finished_part_asks_for_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    assert fetch(server.file("/a", CONTENT), tmp_path / "a") is True
    assert not server.whole + server.ranges


def test_a_part_that_is_too_long_is_written_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT + b"more")
    assert fetch(server.file("/a", CONTENT), tmp_path / "a") is False
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_a_range_that_the_server_refuses_starts_over_next_time(
    server: Server, tmp_path: Path
) -> None:
    target = tmp_path / "a"
    target.write_bytes(CONTENT[:500])
    url = server.file("/a", CONTENT[:400])
    with pytest.raises(SourceFailed, match="answered 416"):
        fetch(url, target)
    assert not target.exists()


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"<html>log in</html>", "text/html; charset=utf-8", "a web page came instead"),
        (CONTENT[:-1], "application/octet-stream", "1,023,999 bytes instead of 1,024,000"),
        (CONTENT + b"!", "application/octet-stream", "1,024,001 bytes instead of 1,024,000"),
    ],
)
def test_a_wrong_answer_is_refused_before_it_is_read(
    server: Server, tmp_path: Path, data: bytes, kind: str, reason: str
) -> None:
    with pytest.raises(SourceFailed, match=reason):
        fetch(server.file("/a", data, kind), tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_an_endless_answer_is_cut_off(server: Server, tmp_path: Path) -> None:
    url = server.file("/a", CONTENT * 3, length=False)
    with pytest.raises(SourceFailed, match="more than 1,024,000 bytes"):
        fetch(url, tmp_path / "a")
    assert (tmp_path / "a").stat().st_size <= len(CONTENT)


def test_redirects_are_followed_and_loops_are_not(server: Server, tmp_path: Path) -> None:
    server.file("/real", CONTENT)
    assert fetch(server.redirect("/a", "/real"), tmp_path / "a") is False
    with pytest.raises(SourceFailed, match="302"):
        fetch(server.redirect("/loop", "/loop"), tmp_path / "b")
    assert server.whole["/loop"] <= 11


@pytest.mark.parametrize("to", ["http://127.0.0.1/x", "ftp://127.0.0.1/x", "file:///etc/hostname"])
def test_https_never_leads_elsewhere(to: str) -> None:
    handlers = build_opener(Timeouts()).handlers  # type: ignore[attr-defined]
    redirects = next(h for h in handlers if isinstance(h, urllib.request.HTTPRedirectHandler))
    request = urllib.request.Request("https://127.0.0.1/a")
    with pytest.raises(SourceFailed, match="not https"):
        redirects.redirect_request(request, None, 302, "Found", None, to)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/a", "data:,a"])
def test_only_web_addresses_are_opened(tmp_path: Path, url: str) -> None:
    with pytest.raises(SourceFailed, match="only https"):
        fetch(url, tmp_path / "a")


def test_the_server_says_no(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="answered 404"):
        fetch(f"{server.url}/nothing", tmp_path / "a")


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SourceFailed, match="refused"):
        fetch(f"http://127.0.0.1:{port}/a", tmp_path / "a")


@pytest.mark.parametrize("headers_first", [True, False])
def test_a_server_that_falls_silent_is_left(
    server: Server, tmp_path: Path, headers_first: bool
) -> None:
    def stall(request: http.server.BaseHTTPRequestHandler) -> None:
        if headers_first:
            request.send_response(200)
            request.send_header("Content-Length", str(len(CONTENT)))
            request.end_headers()
            request.wfile.write(CONTENT[:1000])
        server.closing.wait(5)

    server.routes["/a"] = stall
    begun = time.monotonic()
    with pytest.raises(SourceFailed, match="no answer in time"):
        fetch(f"{server.url}/a", tmp_path / "a", read=0.2)
    assert time.monotonic() - begun < 2


def test_a_trickle_is_left(server: Server, tmp_path: Path) -> None:
    def trickle(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not server.closing.wait(0.02):
            request.wfile.write(b"x")

    server.routes["/a"] = trickle
    with pytest.raises(SourceFailed, match="too slow"):
        fetch(f"{server.url}/a", tmp_path / "a", window=0.2)


def test_an_unknown_name_costs_little(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(SourceFailed, match=r"kith\.invalid cannot be resolved"):
        fetch("https://kith.invalid/a", tmp_path / "a")
    assert time.monotonic() - begun < 1.5


def test_a_resolver_that_does_not_answer_costs_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    begun = time.monotonic()
    with pytest.raises(SourceFailed, match="cannot be resolved"):
        fetch("https://example.invalid/a", tmp_path / "a")
    assert time.monotonic() - begun < 1.5


def test_behind_a_proxy_the_proxy_looks_names_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.file("http://kith.invalid/a", CONTENT)  # what a proxy is asked for
    fetch("http://kith.invalid/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT
    monkeypatch.setenv("no_proxy", "kith.invalid")
    with pytest.raises(SourceFailed, match="cannot be resolved"):
        check_name("http://kith.invalid/a", Timeouts())


def test_credentials_stay_out_of_messages(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.url.replace("//", "//user:secret@") + "/a?token=secret"
    fetcher = UrlFetcher(url, 10)
    assert "secret" not in fetcher.name
    with pytest.raises(SourceFailed) as failed:
        fetcher.fetch(tmp_path / "a", lambda done, total: None)
    assert "secret" not in str(failed.value)
