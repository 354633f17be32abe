"""People over HTTP: enrolled, listed, shown, renamed, merged, forgotten."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from kith.masks import MaskLook, Painter
from server.test_photos import reason

if TYPE_CHECKING:
    import kith
    from kith.gallery.store import GalleryStore
    from server.running import Served

ODD = ["Zoë Šimić", "a/b", "?x=1&y", "100 %", "# + ;", "..a", "李明", "thumbnail", "x/thumbnail"]


def add(served: Served, name: str, *photos: bytes, **form: str) -> dict[str, object]:
    response = send(served, name, *photos, **form)
    assert response.is_success, response.text
    return dict(response.json())


def send(served: Served, name: str, *photos: bytes, **form: str):
    files = [("photos", (f"{number}.jpg", data)) for number, data in enumerate(photos)]
    return served.client.post(at(name, "/photos"), files=files, data=form)


def at(name: str, more: str = "") -> str:
    return f"/v1/people/{quote(name, safe='')}{more}"


def names(served: Served) -> list[str]:
    return [one["name"] for one in served.client.get("/v1/people").json()["people"]]


def test_a_person_comes_and_goes(
    served: Served, photo: bytes, second_photo: bytes, stranger: bytes
) -> None:
    client = served.client
    assert client.get("/v1/people").json() == {"people": [], "next": None}
    assert add(served, "Ada", photo, second_photo)["added"] == 2
    assert add(served, "Ada", photo)["already"] == 1
    [ada] = client.get("/v1/people").json()["people"]
    assert (ada["name"], ada["photos"], ada["faces"], ada["thumbnail"]) == ("Ada", 2, 2, True)
    detail = client.get(at("Ada")).json()
    assert [one["source"] for one in detail["photos"]] == ["0.jpg", "1.jpg"]
    picture = client.get(at("Ada", "/thumbnail"))
    assert picture.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == (112, 112)
    found = client.post("/v1/identify", files={"photo": photo}).json()
    assert found["faces"][0]["name"] == "Ada"
    assert client.patch(at("Ada"), json={"name": "Bo"}).json() == {"name": "Bo", "was": "Ada"}
    add(served, "Cy", stranger)
    assert reason(client.patch(at("Bo"), json={"name": "Cy"})) == (409, "person_exists")
    merged = client.post(at("Cy", "/merge"), json={"other": "Bo"}).json()
    assert merged == {"name": "Cy", "merged": "Bo", "photos": 2, "duplicates": 0}
    gone = client.delete(at("Cy")).json()
    assert (gone["name"], gone["photos"], gone["scrubbed"]) == ("Cy", 3, True)
    assert names(served) == []
    assert reason(client.get(at("Cy"))) == (404, "unknown_person")
    assert reason(client.get(at("Cy", "/thumbnail"))) == (404, "unknown_person")
    assert reason(client.delete(at("Cy"))) == (404, "unknown_person")


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_names(served: Served, photo: bytes, name: str) -> None:
    assert add(served, name, photo)["name"] == name
    assert served.client.get(at(name)).json()["name"] == name
    assert served.client.get(at(name, "/thumbnail")).is_success
    assert served.client.patch(at(name), json={"name": "x"}).json()["was"] == name
    assert served.client.patch(at("x"), json={"name": name}).json()["name"] == name
    assert served.client.delete(at(name)).json()["name"] == name


def test_names_that_nobody_can_have(served: Served, photo: bytes) -> None:
    assert reason(send(served, "\u202eAda", photo)) == (422, "invalid_name")
    assert reason(send(served, "x" * 300, photo)) == (422, "invalid_name")
    assert reason(served.client.get("/v1/people/%ff%fe")) == (400, "invalid_name")
    add(served, "Ada", photo)
    for wrong in ({"name": ""}, {"name": "\n"}, {"name": 1}, {}, {"name": "x", "more": 1}, []):
        assert reason(served.client.patch(at("Ada"), json=wrong))[0] == 422
    nonsense = {"content": b"{", "headers": {"content-type": "application/json"}}
    assert reason(served.client.patch(at("Ada"), **nonsense))[0] == 422
    assert names(served) == ["Ada"]


def test_pages_of_people(served: Served, photo: bytes, recognizer: kith.Recognizer) -> None:
    face = recognizer.faces(photo)[0]
    store: GalleryStore = served.engine.people.store
    wanted = sorted(f"Person {number:03}" for number in range(25))
    for number, name in enumerate(wanted):
        from kith.gallery.records import NewPhoto

        store.add(name, [NewPhoto(f"{number:064x}", "x", (face,))], recognizer.contract)
    found: list[str] = []
    after = None
    while True:
        query = {"limit": "10"} | ({"after": after} if after else {})
        page = served.client.get("/v1/people", params=query).json()
        found += [one["name"] for one in page["people"]]
        after = page["next"]
        if after is None:
            break
        assert len(page["people"]) == 10
    assert found == wanted
    assert reason(served.client.get("/v1/people?limit=0")) == (422, "invalid_input")


def test_which_face_of_a_photo(served: Served, photo: bytes, stranger: bytes) -> None:
    left, right = (Image.open(io.BytesIO(one)).resize((600, 750)) for one in (photo, stranger))
    pair = Image.new("RGB", (1200, 750))
    pair.paste(left, (0, 0))
    pair.paste(right, (600, 0))
    file = io.BytesIO()
    pair.save(file, "JPEG", quality=95)
    data = file.getvalue()
    faces = served.client.post("/v1/detect", files={"photo": data}).json()["faces"]
    biden = max(faces, key=lambda face: face["box"][0])["box"]
    report = add(served, "Joe", data, box=",".join(map(str, biden)))
    assert (report["added"], report["several"]) == (1, [])
    found = served.client.post("/v1/identify", files={"photo": stranger}).json()
    assert found["faces"][0]["name"] == "Joe"
    assert reason(send(served, "X", data, box="1,2,3")) == (422, "invalid_box")
    assert reason(send(served, "X", data, box="1,2,3,nan")) == (422, "invalid_box")
    assert reason(send(served, "X", data, stranger, box="1,2,3,4")) == (422, "invalid_box")
    nowhere = send(served, "X", data, box="0,0,5,5")
    assert reason(nowhere) == (422, "not_enrolled")
    assert "no face where the box is" in nowhere.text
    obama = min(faces, key=lambda face: face["box"][0])["box"]
    assert add(served, "Barack", data, box=",".join(map(str, obama)))["added"] == 1
    assert add(served, "Several", data + b"again")["several"] == ["0.jpg"]


def test_what_cannot_be_enrolled(served: Served, photo: bytes, stranger: bytes) -> None:
    green = io.BytesIO()
    Image.new("RGB", (200, 200), (20, 90, 30)).save(green, "PNG")
    refused = send(served, "Ada", b"nonsense", green.getvalue())
    assert reason(refused) == (422, "not_enrolled")
    reasons = [one["reason"] for one in refused.json()["report"]["rejected"]]
    assert len(reasons) == 2
    assert reasons[1] == "no face found"
    assert names(served) == []
    assert add(served, "Ada", photo, b"nonsense")["added"] == 1
    assert reason(send(served, "Bo", photo)) == (409, "photo_of_another")
    assert reason(served.client.post(at("Bo", "/photos"), files={"other": photo}))[0] == 400
    many = [photo + bytes([number]) for number in range(21)]
    assert reason(send(served, "Bo", *many)) == (400, "invalid_form")
    assert names(served) == ["Ada"]


def test_strict_refuses_poor_faces(served: Served, photo: bytes) -> None:
    small = Image.open(io.BytesIO(photo)).resize((72, 90))
    file = io.BytesIO()
    small.save(file, "JPEG")
    refused = send(served, "Ada", file.getvalue(), strict="1")
    assert reason(refused) == (422, "not_enrolled")
    assert ": face " in refused.text
    report = add(served, "Ada", file.getvalue())
    assert len(np.atleast_1d(report["poor"])) == 1


@pytest.fixture(scope="module")
def behind_a_mask(recognizer: kith.Recognizer, photo: bytes) -> bytes:
    """The first photo, with a mask."""
    pixels = np.asarray(Image.open(io.BytesIO(photo)).convert("RGB"))
    painted = Painter().paint(pixels, recognizer.faces(pixels), MaskLook())
    assert painted.faces[0].reason is None
    written = io.BytesIO()
    Image.fromarray(painted.pixels).save(written, "PNG")
    return written.getvalue()


def test_masks(served: Served, second_photo: bytes, behind_a_mask: bytes) -> None:
    client = served.client
    assert client.get("/v1/status").json()["no_mask"] is False
    add(served, "Ada", second_photo)
    [face] = client.post("/v1/identify", files={"photo": behind_a_mask}).json()["faces"]
    assert (face["name"], face["masks"], face["mask"]["state"]) == ("Ada", "none/worn", "worn")
    assert add(served, "Bo", behind_a_mask)["masked"] == ["0.jpg"]
    [kept] = client.get(at("Bo")).json()["photos"]
    assert kept["faces"][0]["mask"] == "worn"
    client.delete(at("Bo"))
    served.engine.people.set_no_mask(True)
    assert client.get("/v1/status").json()["no_mask"] is True
    [face] = client.post("/v1/identify", files={"photo": behind_a_mask}).json()["faces"]
    assert (face["verdict"], face["name"], face["reason"]) == ("low_quality", None, "mask")
    assert face["candidates"] == []
    files = {"a": second_photo, "b": behind_a_mask}
    verified = client.post("/v1/verify", files=files).json()
    assert (verified["verdict"], verified["reason"]) == ("low_quality", "mask")
    assert verified["same"] is None
    refused = send(served, "Bo", behind_a_mask)
    assert refused.status_code == 422
    assert refused.json()["report"]["rejected"] == [{"source": "0.jpg", "reason": "mask"}]
    assert names(served) == ["Ada"]
