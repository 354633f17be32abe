"""What is asked of photos over HTTP is what the command says of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import kith
from kith.cli import main
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.home import home
from kith.server import schemas
from server.running import Served, serving

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from kith.server.settings import Settings


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Return what the command says as JSON."""
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main.run([str(argument) for argument in arguments])
    return dict(json.loads(capsys.readouterr().out))


def reason(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error, which has a reason of one line."""
    error = response.json()["error"]
    assert error["reason"]
    assert "\n" not in error["reason"]
    assert "Traceback" not in response.text
    return response.status_code, error["code"]


@pytest.fixture
def files(presidents: Path) -> tuple[Path, Path]:
    return presidents / "obama.jpg", presidents / "biden.jpg"


def test_detect(served: Served, files: tuple[Path, Path], capsys: Any) -> None:
    path = files[0]
    form = served.client.post("/v1/detect", files={"photo": (str(path), path.read_bytes())})
    assert form.json() == said(capsys, "detect", path, "--json")
    raw = served.client.post(
        "/v1/detect", content=path.read_bytes(), headers={"content-type": "image/jpeg"}
    )
    assert raw.json() == form.json() | {"source": "photo"}


def test_identify(
    served: Served, files: tuple[Path, Path], settings: Settings, capsys: Any, second_photo: bytes
) -> None:
    served.engine.people.enroll("Ada", [second_photo])
    for path in files:
        found = served.client.post("/v1/identify", files={"photo": (str(path), path.read_bytes())})
        assert found.json() == said(
            capsys, "identify", path, "--json", "--gallery", settings.gallery
        )
    assert found.json()["faces"][0]["verdict"] == "unknown"
    photo = {"photo": files[0].read_bytes()}
    sure = served.client.post("/v1/identify?threshold=0.99", files=photo).json()
    assert (sure["faces"][0]["verdict"], sure["faces"][0]["threshold"]) == ("unknown", 0.99)


def test_verify(served: Served, files: tuple[Path, Path], capsys: Any) -> None:
    a, b = (path.read_bytes() for path in files)
    found = served.client.post("/v1/verify", files={"a": a, "b": b}).json()
    expected = said(capsys, "verify", *files, "--json")
    del expected["traditional"]
    assert found == expected
    assert found["same"] is False


def test_classify_says_that_a_network_is_missing(served: Served, photo: bytes) -> None:
    unknown = served.client.post("/v1/classify?model=nonsense", files={"photo": photo})
    assert reason(unknown) == (422, "unknown_model")
    no_classifier = served.client.post("/v1/classify?model=sface", files={"photo": photo})
    assert reason(no_classifier) == (422, "unknown_model")


def test_no_client_makes_the_server_fetch_networks(
    served: Served, photo: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_HOME", str(tmp_path))
    not_accepted = served.client.post("/v1/classify", files={"photo": photo})
    assert reason(not_accepted) == (403, "licence_not_accepted")
    ModelStore().accept(card("vggface2-resnet50"))
    absent = served.client.post("/v1/classify", files={"photo": photo})
    assert reason(absent) == (503, "model_unavailable")
    assert "not on the server" in absent.text
    assert not (tmp_path / "models" / "yunet").exists()


def test_classify(
    settings: Settings,
    vggface2_home: Path,
    recognizer: kith.Recognizer,
    photo: bytes,
    monkeypatch: Any,
) -> None:
    models = home() / "models"
    monkeypatch.setenv("KITH_HOME", str(vggface2_home))
    for model in ("yunet",):
        target = vggface2_home / "models" / model
        if not target.exists():
            target.symlink_to(models / model)
    with serving(settings, recognizer) as served:
        found = served.client.post("/v1/classify?top=2", files={"photo": ("a.jpg", photo)}).json()
    [face] = found["faces"]
    assert found["source"] == "a.jpg"
    assert len(face["top"]) == 2
    schemas.Classified.model_validate(found)


def test_classify_with_a_head(
    settings: Settings,
    recognizer: kith.Recognizer,
    photo: bytes,
    celebrities: Path,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    pytest.importorskip("sklearn", reason="needs the extra kith[train]")
    from kith.training.head import HeadSettings, learn

    models = home() / "models"
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(models)
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "home"))
    learn(celebrities / "val", HeadSettings("five"), recognizer)
    known = (celebrities / "train" / "madonna" / "01.jpg").read_bytes()
    with serving(settings, recognizer) as served:
        ask = "/v1/classify?model=five"
        seen = served.client.post(ask, files={"photo": known}).json()
        stranger = served.client.post(ask, files={"photo": photo}).json()
        learn(celebrities / "val", HeadSettings("five", reject=False), recognizer, replace=True)
        again = served.client.post(ask, files={"photo": photo}).json()
    assert (seen["faces"][0]["verdict"], seen["faces"][0]["name"]) == ("match", "madonna")
    assert (stranger["faces"][0]["verdict"], stranger["faces"][0]["name"]) == ("unknown", None)
    assert again["faces"][0]["verdict"] == "match"
    schemas.Classified.model_validate(stranger)


def test_no_face_is_an_answer(served: Served) -> None:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (200, 100), (20, 90, 30)).save(file, "PNG")
    found = served.client.post("/v1/identify", files={"photo": file.getvalue()}).json()
    assert (found["faces"], found["verdict"]) == ([], "no_face")
    pair = {"a": file.getvalue(), "b": file.getvalue()}
    assert served.client.post("/v1/verify", files=pair).json()["verdict"] == "no_face"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (415, "unsupported_type")),
        ({"content": b"", "headers": {"content-type": "image/jpeg"}}, (400, "photo_missing")),
        ({"content": b"no", "headers": {"content-type": "image/jpeg"}}, (422, "photo_unreadable")),
        ({"content": b"no", "headers": {"content-type": "text/html"}}, (415, "unsupported_type")),
        ({"json": {"photo": "x"}}, (415, "unsupported_type")),
        ({"files": {"foto": b"x"}}, (400, "photo_missing")),
        ({"files": {"photo": b""}}, (422, "photo_unreadable")),
        ({"files": [("photo", b"x"), ("photo", b"y")]}, (400, "invalid_form")),
        ({"files": {"photo": b"\xff\xd8\xff" + b"\0" * 999}}, (422, "photo_unreadable")),
        ({"files": {"photo": b"x"}, "params": {"top": 0}}, (422, "invalid_input")),
        ({"files": {"photo": b"x"}, "params": {"threshold": "nan"}}, (422, "invalid_input")),
        ({"files": {"photo": b"x"}, "params": {"threshold": 2}}, (422, "invalid_input")),
    ],
)
def test_bad_photos_are_refused_in_one_line(
    bystander: Served, options: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert reason(bystander.client.post("/v1/identify", **options)) == expected


def test_a_torn_form_is_refused(served: Served, photo: bytes) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body in (
        b"",
        b"--x\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        photo,
    ):
        found = served.client.post("/v1/detect", content=body, headers=kind)
        assert reason(found)[0] == 400, body
    without = served.client.post(
        "/v1/detect", content=b"x", headers={"content-type": "multipart/form-data"}
    )
    assert reason(without) == (400, "invalid_form")


def test_a_photo_has_limits(
    settings: Settings, recognizer: kith.Recognizer, photo: bytes, networks: Any
) -> None:
    small = replace(settings, limits=replace(settings.limits, body_bytes=1 << 20))
    with serving(small, recognizer) as served:
        large = served.client.post("/v1/detect", files={"photo": bytes(2 << 20)})
        assert reason(large) == (413, "too_large")

        def pieces() -> Any:
            for _ in range(64):
                yield bytes(1 << 16)

        endless = served.client.post(
            "/v1/detect", content=pieces(), headers={"content-type": "image/jpeg"}
        )
        assert reason(endless) == (413, "too_large")
        assert served.client.post("/v1/detect", files={"photo": photo}).is_success
    bomb = samples_bomb()
    limits = kith.Limits(max_pixels=1_000_000)
    with (
        kith.Recognizer(limits=limits, store=networks) as careful,
        serving(settings, careful) as served,
    ):
        assert served.client.get("/v1/status").json()["limits"]["photo_pixels"] == 1_000_000
        for path, photos in (("detect", 1), ("identify", 1), ("verify", 2)):
            fields = ("photo",) if photos == 1 else ("a", "b")
            found = served.client.post(f"/v1/{path}", files=dict.fromkeys(fields, bomb))
            assert reason(found) == (413, "photo_too_large")
            assert found.json()["error"]["reason"] == (
                "has 1,600.0 megapixels (40000 × 40000), over this server's limit of 1.0; "
                "make it smaller"
            )
        found = served.client.post("/v1/people/Ada/photos", files={"photos": bomb})
        [rejected] = found.json()["report"]["rejected"]
        assert rejected["reason"].endswith("over this server's limit of 1.0; make it smaller")


def samples_bomb() -> bytes:
    """A small file that claims a large picture."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 40000, 40000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_methods_that_there_are_not(bystander: Served) -> None:
    for method, path, allowed in (
        ("GET", "/v1/detect", "POST"),
        ("PUT", "/v1/people/a%2Fb", "DELETE, GET, PATCH"),
        ("POST", "/health", "GET"),
        ("TRACE", "/", "GET, HEAD"),
    ):
        found = bystander.client.request(method, path)
        assert reason(found) == (405, "wrong_method")
        assert found.headers["allow"] == allowed


def test_openapi_names_everything(bystander: Served) -> None:
    said = bystander.client.get("/openapi.json").json()
    assert {
        "/v1/detect",
        "/v1/identify",
        "/v1/verify",
        "/v1/classify",
        "/v1/people",
        "/v1/people/{name}",
        "/v1/people/{name}/merge",
        "/v1/people/{name}/photos",
        "/v1/people/{name}/thumbnail",
        "/v1/status",
        "/health",
        "/metrics",
    } == said["paths"].keys()
    for path, operations in said["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            if path.startswith("/v1"):
                assert {"401", "429", "503"} <= operation["responses"].keys()
                assert "schema" in next(iter(operation["responses"]["200"]["content"].values()))


def test_answers_are_as_openapi_says(served: Served, photo: bytes, stranger: bytes) -> None:
    client = served.client
    files = {"photo": photo}
    person = "/v1/people/Ada"
    kept = {"photos": ("ada.jpg", photo)}
    for model, answer in (
        (schemas.Enrolled, client.post(f"{person}/photos", files=kept)),
        (schemas.Detected, client.post("/v1/detect", files=files)),
        (schemas.Identified, client.post("/v1/identify", files=files)),
        (schemas.Verified, client.post("/v1/verify", files={"a": photo, "b": stranger})),
        (schemas.People, client.get("/v1/people")),
        (schemas.PersonDetail, client.get(person)),
        (schemas.Renamed, client.patch(person, json={"name": "Bo"})),
        (schemas.Enrolled, client.post("/v1/people/Cy/photos", files={"photos": stranger})),
        (schemas.Merged, client.post("/v1/people/Cy/merge", json={"other": "Bo"})),
        (schemas.Forgotten, client.delete("/v1/people/Cy")),
        (schemas.Status, client.get("/v1/status")),
        (schemas.Health, client.get("/health")),
    ):
        assert answer.is_success
        model.model_validate_json(answer.text, strict=True)


def test_json_is_small(bystander: Served) -> None:
    found = bystander.client.patch("/v1/people/x", json={"name": "x" * 70_000})
    assert reason(found) == (413, "too_large")
    deep = {"content": b"[" * 60_000, "headers": {"content-type": "application/json"}}
    assert reason(bystander.client.patch("/v1/people/x", **deep))[0] in (400, 422)
