"""Every snippet of the README and of docs/ runs as it stands, in a folder with photos."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kith
from gallery.people import fill
from kith import samples
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.home import home
from kith.models.imports import import_file
from kith.models.own import keep_own
from kith.samples.clip import Actor, heads, make_clip, walk
from models.own_graphs import embedder_card, embedder_graph
from reference import random_weights

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(python|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENOUGH = 160
"""People to calibrate on."""
PAIRS = """photo,other,same
known/madonna/1.jpg,known/madonna/2.jpg,yes
known/ben_afflek/1.jpg,known/ben_afflek/2.jpg,yes
known/madonna/1.jpg,known/ben_afflek/1.jpg,no
strangers/elton_john/1.jpg,strangers/mindy_kaling/1.jpg,no
"""
EXIT = re.compile(r"#.*\bexit (\d)$")

pytestmark = [pytest.mark.models, pytest.mark.samples]


def snippets(page: Path, language: str) -> list[str]:
    return [code for kind, code in FENCE.findall(page.read_text("utf-8")) if kind == language]


@pytest.fixture(scope="module")
def kith_home(recognizer: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the default models and one of one's own, where a snippet may accept a licence."""
    place = tmp_path_factory.mktemp("home")
    store = ModelStore()
    store.pull([card("mtcnn"), card("face-landmarker")])
    for model in ("yunet", "sface", "mtcnn", "face-landmarker"):
        shutil.copytree(home() / "models" / model, place / "models" / model)
    keep_own(ModelStore(place), embedder_card("mine"), embedder_graph())
    for photos in ("celebrities", "orl"):
        shutil.copytree(samples.folder(photos), place / "samples" / photos)
    return place


@pytest.fixture(scope="module")
def classic_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random VGGFace2 and names, called like the official files."""
    place = tmp_path_factory.mktemp("classic")
    random_weights.write_h5(place, random_weights.layout("resnet50", classifier=True), 0)
    names = [f" Person_{number}" for number in range(8631)]
    np.save(place / "rcmalli_vggface_labels_v2.npy", np.array(names))
    return place


@pytest.fixture(scope="module")
def classic_home(
    kith_home: Path, classic_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home in which the page's first commands were run."""
    place = tmp_path_factory.mktemp("classic-home")
    shutil.copytree(kith_home, place, dirs_exist_ok=True)
    store, network = ModelStore(place), card("vggface2-resnet50")
    for path in classic_files.iterdir():
        import_file(path, network, store)
    return place


@pytest.fixture(scope="module")
def films(recognizer: kith.Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``clip.mp4`` shows Ada alone, ``film.mp4`` Ada and a stranger, with sound."""
    place, photos = tmp_path_factory.mktemp("films"), samples.folder("presidents")
    ada = heads([photos / f"{name}.jpg" for name in ("obama", "obama3")], recognizer)
    stranger = heads([photos / "biden.jpg"], recognizer)
    alone = Actor(ada, walk((250, 180), (390, 180), 240))
    make_clip(place / "clip.mp4", [alone], seconds=4)
    both = [
        Actor(ada, walk((150, 180), (220, 180), 220)),
        Actor(stranger, walk((480, 180), (420, 180), 220, since=1.0)),
    ]
    make_clip(place / "film.mp4", both, seconds=5, tone=True)
    return place


@pytest.fixture
def folder(tmp_path: Path, classic_files: Path, films: Path) -> Path:
    """A folder with the photos and films that the pages speak of."""
    for path in (*classic_files.iterdir(), *films.iterdir()):
        (tmp_path / path.name).symlink_to(path)
    politicians, actors = samples.folder("presidents"), samples.folder("celebrities")
    for name, source in {
        "ada1.jpg": politicians / "obama.jpg",
        "ada2.jpg": politicians / "obama2.jpg",
        "party.jpg": politicians / "obama3.jpg",
        "stranger.jpg": politicians / "biden.jpg",
        "people/Mindy/1.jpg": actors / "train" / "mindy_kaling" / "01.jpg",
        "people/Ben.jpg": actors / "train" / "ben_afflek" / "01.jpg",
        **{
            f"{part}/{name}/{number}.jpg": actors / "val" / name / f"{number:02}.jpg"
            for part, names, numbers in (
                ("known", ("ben_afflek", "madonna"), (1, 2)),
                ("probes", ("ben_afflek", "madonna"), (3, 4)),
                ("strangers", ("elton_john", "mindy_kaling"), (1, 2)),
            )
            for name in names
            for number in numbers
        },
    }.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    (tmp_path / "pairs.csv").write_text(PAIRS, "utf-8")
    return tmp_path


def environment(folder: Path, kith_home: Path) -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "KITH_HOME": str(kith_home),
        "KITH_GALLERY": str(folder / "default.kith"),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.mark.parametrize("page", [p for p in PAGES if snippets(p, "python")], ids=lambda p: p.name)
def test_python_snippets_run(
    page: Path, folder: Path, kith_home: Path, classic_home: Path, recognizer: kith.Recognizer
) -> None:
    if page.name == "calibration.md":
        fill(folder / "people.kith", recognizer.contract, ENOUGH)
    program = "\n".join(snippets(page, "python"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env=environment(folder, classic_home if page.name == "classic.md" else kith_home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def commands(page: Path) -> list[str]:
    lines = [line for code in snippets(page, "sh") for line in code.splitlines()]
    return [line for line in lines if line.startswith("kith ")]


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_commands_run(
    page: Path, folder: Path, kith_home: Path, recognizer: kith.Recognizer
) -> None:
    where = environment(folder, kith_home)
    if page.name == "teach.md":
        pytest.importorskip("torch", reason="learning needs the extra train")
        pytest.importorskip("sklearn", reason="learning needs the extra train")
    if page.name in ("README.md", "calibration.md"):
        fill(folder / "default.kith", recognizer.contract, ENOUGH)
    if page.name in ("gallery.md", "verify.md"):
        enrol = ["kith", "enroll", "Ada", "ada1.jpg", "ada2.jpg"]
        subprocess.run(enrol, cwd=folder, env=where, check=True, capture_output=True, timeout=60)
    for line in commands(page):
        expected = EXIT.search(line)
        done = subprocess.run(
            shlex.split(line, comments=True),
            cwd=folder,
            env=where,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == int(expected[1] if expected else 0), (line, done.stderr)
        assert done.stdout.strip(), line


def test_the_table_of_models_is_what_the_command_prints() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("kith")), "models", "list", "--markdown"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.count("\n| `") > 10
    assert done.stdout in (ROOT / "docs" / "models.md").read_text("utf-8")


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
