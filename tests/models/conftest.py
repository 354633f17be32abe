"""A small world for the store: a web server, a package index, a kith folder, all local."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import random
import shutil
import tarfile
import threading
import zipfile
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from kith.models import ModelStore
from kith.models.card import Input, Licence, ModelCard, Source, Weights
from kith.models.catalogue import card
from kith.models.own import keep_own

from .own_graphs import NAMES, embedder_card, embedder_graph, head_card, head_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONTENT = random.Random(1).randbytes(1_024_000)  # noise: archives of it are no smaller

FREE = Licence("MIT", True, "https://example.org/free", "any use")
BOUND = Licence("NC-1", False, "https://example.org/bound", "non-commercial only")


class Server(http.server.ThreadingHTTPServer):
    """Serves what a test puts into `routes`, and remembers what it was asked.

    A GET without a Range counts in `whole`, one with a Range in `ranges`.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = {}
        self.whole: Counter[str] = Counter()
        self.ranges: Counter[str] = Counter()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def file(
        self,
        path: str,
        data: bytes,
        kind: str = "application/octet-stream",
        *,
        cut: int | None = None,
        resumable: bool = True,
        delay: float = 0.0,
        length: bool = True,
    ) -> str:
        """Serve data; `cut`: the first answer breaks off there. Return the address."""
        cuts = [cut] if cut is not None else []

        def answer(request: http.server.BaseHTTPRequestHandler) -> None:
            self.closing.wait(delay)
            start = 0
            asked = request.headers.get("Range")
            if asked and resumable:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(data):
                    request.send_error(416)
                    return
                request.send_response(206)
            else:
                request.send_response(200)
            request.send_header("Content-Type", kind)
            if length:
                request.send_header("Content-Length", str(len(data) - start))
            request.end_headers()
            stop = cuts.pop() if cuts else len(data)
            request.wfile.write(data[start:stop])

        self.routes[path] = answer
        return f"{self.url}{path}"

    def redirect(self, path: str, to: str) -> str:
        """Redirect path to an address. Return the address of path."""

        def answer(request: http.server.BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", to)
            request.send_header("Content-Length", "0")
            request.end_headers()

        self.routes[path] = answer
        return f"{self.url}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        counter = self.server.ranges if self.headers.get("Range") else self.server.whole
        counter[self.path] += 1
        route = self.server.routes.get(self.path)
        if route is None:
            self.send_error(404)
        else:
            route(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.closing.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty kith folder; nothing of the user's own settings counts."""
    folder = tmp_path / "home"
    if request.node.get_closest_marker("models"):
        return folder  # these go to the real registries, with the user's settings
    for name in list(os.environ):
        if name.upper().startswith(("PIP_", "KITH_", "NPM_CONFIG_")) or name.lower().endswith(
            "_proxy"
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KITH_HOME", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return folder


@pytest.fixture(scope="session")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kith folder with two models of one's own, made once: an embedder and a head."""
    store = ModelStore(tmp_path_factory.mktemp("owned"))
    keep_own(store, embedder_card(), embedder_graph())
    keep_own(store, head_card(), head_graph(), NAMES)
    return store.home


def _owned(model_id: str, owned: Path, home: Path) -> ModelCard:
    shutil.copytree(owned / "own" / model_id, home / "own" / model_id)
    return card(model_id, home)


@pytest.fixture
def mine(owned: Path, home: Path) -> ModelCard:
    """An embedder of one's own in the home."""
    return _owned("mine", owned, home)


@pytest.fixture
def family(owned: Path, home: Path) -> ModelCard:
    """A head of one's own in the home."""
    return _owned("family", owned, home)


def make_card(
    *sources: Source,
    model_id: str = "tiny",
    content: bytes = CONTENT,
    licence: Licence = FREE,
) -> ModelCard:
    weights = Weights(
        f"{model_id}.onnx", hashlib.sha256(content).hexdigest(), len(content), sources
    )
    return ModelCard(
        id=model_id,
        task="embedding",
        title="a file of a test",
        weights=weights,
        licence=licence,
        input=Input(112, 112, "RGB", 0.0, 1.0),
        paper="",
        training_data="",
    )


def make_wheel(folder: Path, name: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """Write a wheel; `name` is the name on the index."""
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        info = f"{stem}.dist-info"
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def make_tar(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, data in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def make_sdist(
    folder: Path,
    name: str,
    members: dict[str, bytes],
    version: str = "1.0",
    marker: Path | None = None,
) -> Path:
    """Write an sdist whose build code would leave a marker if anybody ran it."""
    root = f"{name}-{version}"
    code = f"open({str(marker)!r}, 'w').close()\nraise SystemExit(1)\n".encode()
    project = b"[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    build = {"setup.py": code, "backend.py": code, "pyproject.toml": project, "PKG-INFO": b""}
    everything = {f"{root}/{member}": data for member, data in (build | members).items()}
    return make_tar(folder / f"{root}.tar.gz", everything)


@pytest.fixture
def index(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A package index; call it with archives to serve, get the path that each is counted under."""
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")

    def publish(name: str, archive: Path, *, sha256: str | None = None, **how: object) -> str:
        data = archive.read_bytes()
        path = f"/files/{archive.name}"
        server.file(path, data, **how)  # type: ignore[arg-type]
        digest = sha256 or hashlib.sha256(data).hexdigest()
        page = f'<!DOCTYPE html><html><body><a href="{path}#sha256={digest}">{archive.name}</a>'
        server.file(f"/simple/{name}/", page.encode(), "text/html")
        return path

    return publish


@pytest.fixture
def npm_registry(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """An npm registry with one package per call."""
    monkeypatch.setenv("npm_config_registry", f"{server.url}/npm/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    monkeypatch.setenv("npm_config_userconfig", os.devnull)

    def publish(name: str, version: str, members: dict[str, bytes]) -> str:
        manifest = {
            "name": name,
            "version": version,
            "scripts": {"prepack": "exit 1", "prepare": "exit 1", "install": "exit 1"},
        }
        files = {"package.json": json.dumps(manifest).encode()} | members
        packed = make_tar(
            tmp_path / "packed.tgz", {f"package/{path}": data for path, data in files.items()}
        )
        path = f"/npm/{name}/-/{name}-{version}.tgz"
        server.file(path, packed.read_bytes())
        digest = hashlib.sha1(packed.read_bytes()).hexdigest()
        entry = manifest | {"dist": {"tarball": f"{server.url}{path}", "shasum": digest}}
        document = {"name": name, "dist-tags": {"latest": version}, "versions": {version: entry}}
        server.file(f"/npm/{name}", json.dumps(document).encode(), "application/json")
        return path

    return publish
