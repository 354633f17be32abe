from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import PhotoError, ProtocolError
from kith.evaluation.protocols import read_pairs
from kith.evaluation.protocols.people import groups

if TYPE_CHECKING:
    from pathlib import Path

    from kith.evaluation.records import PairProtocol

PEOPLE = {"Ada Lovelace": 3, "Bo": 2, "Cy": 2, "Di": 1}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Files that are called like photos; nothing opens them here."""
    folder = tmp_path / "photos"
    for name, count in PEOPLE.items():
        for number in range(1, count + 1):
            path = folder / name / f"{name}_{number:04d}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return folder


def written(root: Path, text: str | bytes) -> Path:
    path = root.parent / "pairs.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(root: Path, text: str | bytes, **options: object) -> PairProtocol:
    return read_pairs(written(root, text), root, **options)  # type: ignore[arg-type]


def told(protocol: PairProtocol, root: Path) -> list[tuple[str, str, bool, int]]:
    """Return the pairs in words."""
    names = [path.removeprefix(f"{root}/") for path in protocol.photos]
    return [
        (names[a], names[b], bool(same), int(fold))
        for a, b, same, fold in zip(
            protocol.first, protocol.second, protocol.same, protocol.fold, strict=True
        )
    ]


LFW = "2\t1\nAda Lovelace\t1\t3\nBo\t1\tDi\t1\nCy\t2\t1\nAda Lovelace\t2\tCy\t1\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lfw(root: Path, end: str, mark: bytes) -> None:
    found = read(root, mark + LFW.replace("\n", end).encode())
    assert told(found, root) == [
        ("Ada Lovelace/Ada Lovelace_0001.jpg", "Ada Lovelace/Ada Lovelace_0003.jpg", True, 0),
        ("Bo/Bo_0001.jpg", "Di/Di_0001.jpg", False, 0),
        ("Cy/Cy_0002.jpg", "Cy/Cy_0001.jpg", True, 1),
        ("Ada Lovelace/Ada Lovelace_0002.jpg", "Cy/Cy_0001.jpg", False, 1),
    ]
    assert (found.folds, found.notes, found.exhaustive) == (2, (), False)
    shown = [found.people[person] for person in found.person]
    assert shown == [path.split("/")[-2] for path in found.photos]


def test_names_without_spaces_need_no_tabs(root: Path) -> None:
    found = read(root, "1\nBo 1 2\nBo  1 Cy 2\n")
    assert [pair[:3] for pair in told(found, root)] == [
        ("Bo/Bo_0001.jpg", "Bo/Bo_0002.jpg", True),
        ("Bo/Bo_0001.jpg", "Cy/Cy_0002.jpg", False),
    ]


def test_photos_of_other_formats_are_found(root: Path) -> None:
    (root / "Bo" / "Bo_0001.jpg").rename(root / "Bo" / "Bo_0001.PNG")
    (root / "Bo" / "Bo_0002.jpg").rename(root / "Bo" / "Bo_0002.jpeg")
    (root / "Bo" / "Bo_0002.png").touch()
    (root / "Bo" / "Bo_0002.txt").touch()
    found = read(root, "1\nBo 1 2\nBo 1 Cy 2\n")
    assert [path.rpartition("/")[2] for path in found.photos][:2] == ["Bo_0001.PNG", "Bo_0002.jpeg"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        (
            "2\t1\nBo\t1\t2\nBo\t1\tCy\t1\n",
            "line 1: it promises 4 pairs (2 × 2 × 1), the file has 2",
        ),
        (
            "1\t1\nBo\t1\t2\nBo\t1\t2\n",
            "line 1: it promises 1 pairs of each kind in a fold, fold 1 has 2",
        ),
        (
            "1\nBo 1 2\nAda Lovelace 1 Bo 1\n",
            "line 3: a pair has 3 fields (name, number, number) or 4",
        ),
        ("1\nBo 1 2\nAda Lovelace 1 Bo 1\n", "where names have spaces, separate by tabs"),
        ("1\nBo 1 2\nBo 1 Bo 2\n", "line 3: a pair of two people has the same name twice"),
        ("1\nBo 1 two\nBo 1 Cy 1\n", "line 2: the number of a photo is missing"),
        ("1\nBo 1 ²\nBo 1 Cy 1\n", "line 2: the number of a photo is missing"),
        ("1\nBo 1 2\n.. 1 Cy 1\n", "line 3: a name that leads to another folder is not followed"),
        ("1\nBo 1 2\n/etc 1 Cy 1\n", "line 3: a name that leads to another folder is not followed"),
        (
            "1\nBo 1 2\n..\\x 1 Cy 1\n",
            "line 3: a name that leads to another folder is not followed",
        ),
        ("0\t5\nBo\t1\t2\n", "line 1: 0 folds of 5 pairs make no sense"),
        ("1\nBo 1 2\nBo 1 Cy 7\n", "1 of 3 photos are not below"),
        ("Bo\t1\t2\nBo\t1\tCy\t1\n", "line 1: this is a pair in LFW's form already"),
        ("a,b\n", "line 1: a table of pairs begins with a header of three columns"),
        ("a,b,same\n", "holds no pair"),
        ("Bo/Bo_0001.jpg,Cy/Cy_0001.jpg,no\n", "line 1: this is a pair already"),
        ("Bo/Bo_0001.jpg,Cy/Cy_0001.JPG,different\n", "line 1: this is a pair already"),
        pytest.param(
            "a,b,same\nBo\\Bo_0001.jpg,Bo/Bo_0002.jpg,yes\nBo/Bo_0001.jpg,Cy/Cy_0001.jpg,no\n",
            "the first Bo\\Bo_0001.jpg: write / for \\ between folders",
            marks=pytest.mark.skipif(os.sep != "/", reason="that is how folders are parted here"),
        ),
        ("a,b,same\nx.jpg,y.jpg,maybe\n", "line 2: 'maybe' is neither yes nor no"),
        (
            "a,b,same\nx.jpg;y.jpg;no\n",
            "line 2: 1 columns with a comma between, where the header has 3",
        ),
        ("a,b,same\nx.jpg,,no\n", "line 2: a photo is missing"),
        ('a,b,same\n"x.jpg,y.jpg,no\n', "line 2: this is no line of a table"),
        ("a,b,same\n../x.jpg,y.jpg,no\n", "line 2: ../x.jpg leads out of"),
        ("a,b,same\nx.jpg,/etc/passwd,no\n", "line 2: /etc/passwd leads out of"),
        ("a,b,same\nx.jpg,.,no\n", "line 2: . leads out of"),
        (b"a,b,same\nJos\xe9.jpg,y.jpg,no\n", "line 2: it is not in UTF-8"),
        ("a,b,same\n".encode("utf-16"), "line 1: it is in UTF-16"),
        (b"\x89PNG\0\0", "line 1: this is no text"),
        (b"x" * 100_000, "line 1: this is no text"),
        ("a,b,same\nBo/Bo_0001.jpg,Bo/Bo_0002.jpg,yes\n", "all of its 1 pairs are of one person"),
        ("a,b,same\nBo/Bo_0001.jpg,Cy/Cy_0001.jpg,no\n", "all of its 1 pairs are of two people"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(root: Path, text: str | bytes, what: str) -> None:
    with pytest.raises(ProtocolError) as told_why:
        read(root, text)
    message = str(told_why.value)
    assert what in message
    assert "\n" not in message
    assert len(message) < 500


def test_a_list_that_is_not_there(root: Path) -> None:
    with pytest.raises(PhotoError, match="there is no such file"):
        read_pairs(root / "nothing.txt")
    with pytest.raises(ProtocolError, match="is no file"):
        read_pairs(root)


TABLE = [
    ("Bo/Bo_0001.jpg", "Bo/Bo_0002.jpg", True),
    ("Cy/Cy_0001.jpg", "Cy/Cy_0002.jpg", True),
    ("Bo/Bo_0001.jpg", "Cy/Cy_0002.jpg", False),
    ("Di/Di_0001.jpg", "Ada Lovelace/Ada Lovelace_0002.jpg", False),
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "words", [("Yes", "No"), ("TRUE", "false"), ("1", "0"), ("same", "Different"), ("y", "n")]
)
def test_a_table(root: Path, separator: str, words: tuple[str, str]) -> None:
    rows = [separator.join(("file_x", "file_y", "Decision"))]
    rows += [
        separator.join((a, f'"./{b}"', words[0] if same else words[1])) for a, b, same in TABLE
    ]
    found = read(root, b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    assert [pair[:3] for pair in told(found, root)] == TABLE


def test_a_name_in_quotes_may_have_commas_and_ends_of_lines(root: Path) -> None:
    name = 'Bo/a, "b"\nc.jpg'
    try:
        (root / name).write_bytes(b"")
    except OSError:
        pytest.skip("no such names on this file system")
    quoted = '"' + name.replace('"', '""') + '"'
    found = read(root, f"a,b,same\n{quoted},Bo/Bo_0001.jpg,yes\nBo/Bo_0001.jpg,Cy/Cy_0001.jpg,no\n")
    assert told(found, root)[0][:3] == (name, "Bo/Bo_0001.jpg", True)


def test_the_root_is_where_the_list_lies(root: Path) -> None:
    path = root / "list.csv"
    path.write_text("a,b,same\n" + "".join(f"{a},{b},{same}\n" for a, b, same in TABLE))
    assert told(read_pairs(path), root) == told(read_pairs(path, root), root)


def test_a_path_may_be_absolute_inside_the_root(root: Path) -> None:
    found = read(
        root,
        f"a,b,same\n{root}/Bo/Bo_0001.jpg,Bo/../Bo/Bo_0002.jpg,1\n"
        "Bo/Bo_0001.jpg,Cy/Cy_0001.jpg,0\n",
    )
    assert len(found.photos) == 3


def test_missing_photos_are_left_out_only_where_that_is_asked(root: Path) -> None:
    text = "a,b,same\n" + "".join(f"{a},{b},{same}\n" for a, b, same in TABLE)
    text += "Bo/Bo_0001.jpg,Bo/gone.jpg,yes\nfar.jpg,Bo/gone.jpg,no\n"
    with pytest.raises(ProtocolError, match=r"2 of 8 photos .* the first Bo/gone.jpg: is --root"):
        read(root, text)
    found = read(root, text, skip_missing=True)
    assert [pair[:3] for pair in told(found, root)] == TABLE
    assert "2 photos are not there: 2 of 6 pairs are left out" in found.notes
    with pytest.raises(ProtocolError, match="not one pair has both photos"):
        read_pairs(written(root, text), root / "Bo" / "deeper", skip_missing=True)


def test_folders_are_people_where_the_pairs_agree(root: Path) -> None:
    text = "a,b,same\n" + "".join(f"{a},{b},{same}\n" for a, b, same in TABLE)
    found = read(root, text)
    assert set(found.people) == set(PEOPLE)
    assert "the list names nobody: the 4 folders its photos lie in are the people" in found.notes
    odd = read(root, text + "Bo/Bo_0002.jpg,Cy/Cy_0001.jpg,yes\n")
    # Bo 1, Bo 2, Cy 1 and Cy 2 are one now, although Bo 1 and Cy 2 are said to differ.
    assert len(odd.people) == 3
    assert any("make 3 people" in note for note in odd.notes)
    assert any(note.startswith("1 pairs are said to be different people") for note in odd.notes)


def test_pairs_that_come_twice_are_told(root: Path) -> None:
    rows = [*TABLE, TABLE[0], (TABLE[2][1], TABLE[2][0], False)]
    found = read(root, "a,b,same\n" + "".join(f"{a},{b},{same}\n" for a, b, same in rows))
    assert "2 pairs are listed more than once and count as often" in found.notes
    assert len(found.first) == 6


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_groups_are_what_walking_the_links_reaches(links: list[tuple[int, int]]) -> None:
    found = groups(30, *np.array(links, dtype=np.int32).reshape(-1, 2).T)
    for start in range(30):
        reached, before = {start}, set()
        while reached != before:
            before = set(reached)
            reached |= {b for a, b in links if a in before} | {a for a, b in links if b in before}
        assert {thing for thing in range(30) if found[thing] == found[start]} == reached
    heads = [int(np.flatnonzero(found == group)[0]) for group in range(int(found.max()) + 1)]
    assert all(a < b for a, b in pairwise(heads))


def test_a_long_list(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(1000):
        (folder / f"{number}.jpg").touch()
    path = tmp_path / "pairs.csv"
    with path.open("w") as file:
        file.write("a,b,same\n")
        file.writelines(
            f"{n % 1000}.jpg,{n // 1000}.jpg,{'no' if n % 2 else 'yes'}\n" for n in range(300_000)
        )
    found = read_pairs(path, folder)
    assert len(found.first) == 300_000
    assert len(found.photos) == 1000
