from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kith.errors import ModelCorrupt, ModelUnavailable
from kith.models.card import PackageMember, Url
from kith.models.store import ModelStore

from .conftest import BOUND, CONTENT, Server, make_card, make_sdist, make_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OTHER = CONTENT[::-1]


def files_of(home: Path) -> set[str]:
    """Everything that a pull leaves behind, except lock files."""
    found = (path.relative_to(home) for path in home.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if path.parts[0] != "locks"}


def test_a_file_comes_once_and_then_no_network_is_needed(home: Path, server: Server) -> None:
    card = make_card(Url(server.file("/a", CONTENT)))
    told: list[tuple[str, int, int | None]] = []
    path = ModelStore().path(card, lambda *step: told.append(step))
    assert path == home / "models/tiny/tiny.onnx"
    assert path.read_bytes() == CONTENT
    assert told[-1] == ("tiny", len(CONTENT), len(CONTENT))
    server.shutdown()
    assert ModelStore().path(card) == path
    assert server.whole["/a"] == 1
    assert files_of(home) == {"models/tiny/tiny.onnx"}


def test_a_home_can_be_handed_in(tmp_path: Path, server: Server) -> None:
    card = make_card(Url(server.file("/a", CONTENT)))
    assert ModelStore(tmp_path / "own").path(card) == tmp_path / "own/models/tiny/tiny.onnx"


def test_check_tells_the_three_states_and_changes_nothing(server: Server) -> None:
    card, store = make_card(Url(server.file("/a", CONTENT))), ModelStore()
    assert (store.check(card), store.has(card)) == ("missing", False)
    path = store.path(card)
    assert (store.check(card), store.has(card)) == ("ok", True)
    for wrong in (OTHER, CONTENT[:-1], b""):
        path.write_bytes(wrong)
        assert (store.check(card), store.has(card)) == ("corrupt", False)
        assert path.read_bytes() == wrong


def test_a_corrupt_file_is_fetched_anew(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    card = make_card(Url(server.file("/a", CONTENT)))
    path = ModelStore().path(card)
    path.write_bytes(OTHER)
    with caplog.at_level(logging.WARNING):
        assert ModelStore().path(card).read_bytes() == CONTENT
    assert "is not the file that its card names" in caplog.text
    assert server.whole["/a"] == 2


def test_a_corrupt_file_that_cannot_be_replaced(server: Server) -> None:
    card = make_card(Url(server.file("/a", CONTENT)))
    path = ModelStore().path(card)
    path.write_bytes(OTHER)
    server.file("/a", OTHER)
    with pytest.raises(ModelCorrupt, match=r"could not be replaced: .*sha256 is not the card's"):
        ModelStore().path(card)
    assert ModelStore().check(card) == "corrupt"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (OTHER, "its sha256 is not the card's"),
        (b"<!DOCTYPE html>".ljust(len(CONTENT)), "a web page came instead of the file"),
    ],
)
def test_wrong_bytes_are_never_kept(
    home: Path, server: Server, content: bytes, reason: str
) -> None:
    with pytest.raises(ModelUnavailable, match=reason):
        ModelStore().path(make_card(Url(server.file("/a", content))))
    assert files_of(home) == set()


def test_a_part_of_another_file_does_not_spoil_the_download(home: Path, server: Server) -> None:
    folder = home / "models/tiny"
    folder.mkdir(parents=True)
    (folder / ".tiny.onnx.part").write_bytes(OTHER[:1000])
    card = make_card(Url(server.file("/a", CONTENT)))
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert (server.ranges["/a"], server.whole["/a"]) == (1, 1)


def test_an_interrupted_pull_is_taken_up_later(home: Path, server: Server) -> None:
    card = make_card(Url(server.file("/a", CONTENT, cut=400_000)))
    with pytest.raises(ModelUnavailable, match="broke off after 400,000"):
        ModelStore().path(card)
    assert files_of(home) == {"models/tiny/.tiny.onnx.part"}
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert (server.whole["/a"], server.ranges["/a"]) == (1, 1)
    assert files_of(home) == {"models/tiny/tiny.onnx"}


@pytest.mark.parametrize("name", ["tiny.onnx", "tiny/tiny.onnx"])
def test_the_users_mirror_comes_first(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "mirror" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(tmp_path / "mirror"))
    card = make_card(Url(server.file("/a", CONTENT)))
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert not server.whole


def test_a_wrong_mirror_is_not_believed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny.onnx").write_bytes(OTHER)
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(tmp_path))
    card = make_card(Url(server.file("/a", CONTENT)))
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert server.whole["/a"] == 1


def test_a_package_steps_in_for_an_address(
    home: Path, server: Server, index: Callable[..., str], tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "kith-sample", {"pkg/a.onnx": CONTENT})
    index("kith-sample", wheel)
    card = make_card(
        Url(f"{server.url}/nothing"), PackageMember("pypi", "kith-sample", "1.0", "pkg/a.onnx")
    )
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert files_of(home) == {"models/tiny/tiny.onnx"}


def test_an_sdist_gives_its_file_unbuilt(index: Callable[..., str], tmp_path: Path) -> None:
    marker = tmp_path / "built"
    index("kith-sample", make_sdist(tmp_path, "kith-sample", {"a.onnx": CONTENT}, marker=marker))
    card = make_card(PackageMember("pypi", "kith-sample", "1.0", "a.onnx", "sdist"))
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert not marker.exists()


def test_one_archive_is_fetched_once_for_all_that_it_holds(
    server: Server, index: Callable[..., str], tmp_path: Path
) -> None:
    members = {"pkg/a.onnx": CONTENT, "pkg/b.onnx": OTHER, "pkg/c.onnx": OTHER, "pkg/d.onnx": b"?"}
    path = index("kith-sample", make_wheel(tmp_path, "kith-sample", members))

    def inside(member: str) -> PackageMember:
        return PackageMember("pypi", "kith-sample", "1.0", member)

    first = make_card(inside("pkg/a.onnx"), model_id="first")
    second = make_card(inside("pkg/b.onnx"), model_id="second", content=OTHER)
    spoilt = make_card(inside("pkg/d.onnx"), model_id="spoilt")
    store = ModelStore()
    store.pull([first, second])
    assert store.path(second).read_bytes() == OTHER
    assert server.whole[path] == 1
    bound = make_card(inside("pkg/c.onnx"), model_id="bound", content=OTHER, licence=BOUND)
    store.location(first).unlink()
    with pytest.raises(
        ModelUnavailable, match=r"no source delivered spoilt: .*d\.onnx has 1 bytes"
    ):
        store.pull([first, spoilt])
    assert store.has(first)
    assert not store.location(bound).exists()


def test_when_nothing_works_every_source_is_named(
    home: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("PATH", str(tmp_path))
    card = make_card(
        Url("https://user:secret@kith.invalid/a?key=secret"),
        Url(f"{server.url}/nothing"),
        PackageMember("pypi", "kith-sample", "1.0", "pkg/a.onnx"),
        PackageMember("npm", "kith-sample", "1.0", "pkg/a.onnx"),
    )
    with pytest.raises(ModelUnavailable) as failed:
        ModelStore().path(card)
    message = str(failed.value)
    for part in (
        f"mirror {tmp_path / 'mirror'}: KITH_MODEL_MIRROR names no folder",
        "https://kith.invalid/a: the name kith.invalid cannot be resolved",
        f"{server.url}/nothing: the server answered 404",
        "Python package kith-sample==1.0: the package index does not have it",
        "npm package kith-sample@1.0: npm is not installed",
        f"Put the file at {home / 'models/tiny/tiny.onnx'} by hand",
        "KITH_MODEL_MIRROR to a folder that holds tiny.onnx",
    ):
        assert part in message
    assert "secret" not in message
    assert message.isprintable()


def test_a_file_put_in_place_by_hand_is_used(server: Server) -> None:
    card, store = make_card(Url(server.file("/a", CONTENT))), ModelStore()
    store.location(card).parent.mkdir(parents=True)
    store.location(card).write_bytes(CONTENT)
    assert store.path(card).read_bytes() == CONTENT
    assert not server.whole


def test_processes_that_want_the_same_fetch_it_once(
    home: Path, server: Server, tmp_path: Path
) -> None:
    url = server.file("/a", CONTENT, delay=0.4)
    script = tmp_path / "pull.py"
    script.write_text(
        textwrap.dedent(f"""
            from kith.models.card import Input, Licence, ModelCard, Url, Weights
            from kith.models.store import ModelStore
            import sys
            weights = Weights("tiny.onnx", sys.argv[1], {len(CONTENT)}, (Url({url!r}),))
            card = ModelCard("tiny", "embedding", "", weights, Licence("MIT", True, "", ""),
                             Input(1, 1, "RGB", 0, 1), "", "")
            print(ModelStore().path(card))
        """)
    )
    command = [sys.executable, str(script), make_card().weights.sha256]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in running:
        said, errors = process.communicate(timeout=30)
        assert (said.strip(), errors) == (str(home / "models/tiny/tiny.onnx"), "")
    assert server.whole["/a"] == 1
    assert files_of(home) == {"models/tiny/tiny.onnx"}


def test_a_killed_pull_leaves_no_lock_and_no_false_file(
    home: Path, server: Server, tmp_path: Path
) -> None:
    card = make_card(Url(server.file("/a", CONTENT, delay=30)))
    code = (
        "import sys, kith.models.files as files\n"
        "with files.locked(__import__('pathlib').Path(sys.argv[1]), 'tiny/tiny.onnx'):\n"
        "    print('held', flush=True)\n"
        "    __import__('time').sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.kill()
    server.file("/a", CONTENT)
    begun = time.monotonic()
    assert ModelStore().path(card).read_bytes() == CONTENT
    assert time.monotonic() - begun < 5


@pytest.fixture
def sealed() -> Iterator[Path]:
    """A folder that this process may read and not write."""
    if sys.platform == "win32":
        pytest.skip("folders are sealed otherwise there")
    folder = Path(tempfile.mkdtemp(prefix="kith-sealed-"))  # tmp_path lies where only root may go
    root = os.geteuid() == 0
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def seal(folder: Path) -> None:
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)  # root writes anywhere


def test_a_sealed_home_serves_what_it_has(sealed: Path, server: Server) -> None:
    card = make_card(Url(server.file("/a", CONTENT)))
    store = ModelStore(sealed)
    store.path(card)
    seal(sealed)
    assert ModelStore(sealed).path(card).read_bytes() == CONTENT
    assert server.whole["/a"] == 1


def test_a_sealed_home_that_lacks_something_says_so(sealed: Path, server: Server) -> None:
    card = make_card(Url(server.file("/a", CONTENT)), licence=BOUND)
    seal(sealed)
    with pytest.raises(ModelUnavailable, match=r"cannot write to .*Permission denied.*KITH_HOME"):
        ModelStore(sealed).accept(card)
    with pytest.raises(ModelUnavailable, match=r"cannot write to .*Permission denied.*KITH_HOME"):
        ModelStore(sealed).path(make_card(Url(server.file("/a", CONTENT))))


def test_a_home_that_is_a_file(home: Path, server: Server) -> None:
    home.touch()
    with pytest.raises(ModelUnavailable, match="is not a folder"):
        ModelStore().path(make_card(Url(server.file("/a", CONTENT))))
