"""Live frames: who is there, as it happens."""

from __future__ import annotations

import io
import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from kith.server.live import guide
from server.conftest import as_frame
from server.running import Live, Served, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import kith
    from kith.server.settings import Settings

SOON = 300
"""Frames within which everything has to happen."""

KEYS = {
    "track",
    "person",
    "box",
    "verdict",
    "name",
    "similarity",
    "threshold",
    "quality",
    "hint",
    "predicted",
    "since",
}


def until_told(live: Live, jpeg: bytes) -> dict[str, object]:
    """Send a still frame until the one face on it has a verdict; return the face."""
    for _ in range(SOON):
        faces = live.frame(jpeg)["faces"]
        time.sleep(0.03)
        if faces and faces[0]["verdict"] is not None:
            return dict(faces[0])
    raise AssertionError("no verdict")


def until(
    live: Live, jpeg: bytes, kind: str, enough: Callable[[dict[str, Any]], bool] = bool
) -> dict[str, Any]:
    """Send a still frame until a message comes; what came before is in `live.passed`."""
    live.passed.clear()
    for _ in range(SOON):
        live.frame(jpeg)
        time.sleep(0.03)
        while live.others:
            told = live.others.pop(0)
            if told["type"] == kind and enough(told):
                return told
            live.passed.append(told)
    raise AssertionError(f"no {kind}")


def samples_green() -> bytes:
    """A picture of nobody."""
    file = io.BytesIO()
    Image.new("RGB", (200, 150), (20, 90, 30)).save(file, "PNG")
    return file.getvalue()


def test_somebody_known_is_named(served: Served, photo: bytes, second_photo: bytes) -> None:
    served.engine.people.enroll("Ada", [photo])
    with served.live() as live:
        assert live.hello["people"] == 1
        assert live.hello["threshold"] == served.engine.recognizer.threshold
        face = until_told(live, as_frame(second_photo))
        assert face.keys() == KEYS
        assert (face["verdict"], face["name"]) == ("match", "Ada")
        assert live.wait("event")["event"] == "entered"
        recognised = live.wait("event")
        assert (recognised["event"], recognised["name"]) == ("recognised", "Ada")
        assert recognised["track"] == face["track"]


def test_a_stranger_is_not(served: Served, photo: bytes, stranger: bytes) -> None:
    served.engine.people.enroll("Ada", [photo])
    with served.live() as live:
        face = until_told(live, as_frame(stranger))
        assert (face["verdict"], face["name"]) == ("unknown", None)


def test_frames_that_newer_ones_overtake_are_dropped(served: Served, photo: bytes) -> None:
    frame = as_frame(photo)
    with served.live() as live:
        live.frame(frame)
        for _ in range(40):
            live.send(frame)
        last = live.number
        answers = [live.wait("frame")]
        while answers[-1]["seq"] != last:
            answers.append(live.wait("frame"))
        numbers = [answer["seq"] for answer in answers]
        assert numbers == sorted(set(numbers))
        assert len(numbers) + answers[-1]["dropped"] == 40
        assert answers[-1]["dropped"] > 0
    assert f"kith_live_dropped_frames_total {answers[-1]['dropped']:.1f}" in (
        served.client.get("/metrics").text
    )


def test_who_is_forgotten_is_not_named_once_more(
    served: Served, photo: bytes, second_photo: bytes
) -> None:
    served.engine.people.enroll("Ada", [photo])
    frame = as_frame(second_photo)
    with served.live() as live, served.live() as corrected:
        assert until_told(live, frame)["name"] == "Ada"
        track = until_told(corrected, frame)["track"]
        corrected.tell(type="correct", track=track, name="Ada")
        assert corrected.wait("corrected")["name"] == "Ada"
        assert served.client.delete("/v1/people/Ada").is_success
        for one in (live, corrected):
            for _ in range(5):
                assert "Ada" not in json.dumps(one.frame(frame))


def test_who_is_forgotten_while_away_is_not_named_on_return(served: Served, photo: bytes) -> None:
    frame, empty = as_frame(photo), as_frame(samples_green())
    with served.live() as live:
        track = until_told(live, frame)["track"]
        live.tell(type="correct", track=track, name="Ada")
        assert live.wait("corrected")["learned"]
        until(live, empty, "event", lambda told: told["event"] == "left")
        assert until_told(live, frame)["name"] == "Ada"  # what was said holds on return
        until(live, empty, "event", lambda told: told["event"] == "left")
        assert served.client.delete("/v1/people/Ada").is_success
        live.others.clear()
        assert until_told(live, frame)["verdict"] == "unknown"
        for _ in range(10):
            assert "Ada" not in json.dumps(live.frame(frame))
        assert "Ada" not in json.dumps(live.others)


def test_who_is_enrolled_meanwhile_is_named(
    served: Served, photo: bytes, second_photo: bytes
) -> None:
    frame = as_frame(second_photo)
    with served.live() as live:
        assert until_told(live, frame)["verdict"] == "unknown"
        served.engine.people.enroll("Ada", [photo])
        names = {until_told(live, frame)["name"] for _ in range(20)}
        assert "Ada" in names
        served.client.patch("/v1/people/Ada", json={"name": "Bo"})
        assert until_told(live, frame)["name"] == "Bo"


def test_a_correction_holds_and_is_learned(
    served: Served, photo: bytes, second_photo: bytes
) -> None:
    frame = as_frame(photo)
    with served.live() as live:
        track = until_told(live, frame)["track"]
        live.tell(type="correct", track=track, name="  Ada ")
        told = live.wait("corrected")
        assert told == {
            "type": "corrected",
            "track": track,
            "name": "Ada",
            "learned": True,
            "reason": None,
        }
        face = until_told(live, frame)
        assert (face["track"], face["verdict"], face["name"]) == (track, "match", "Ada")
        live.tell(type="correct", track=track, name=None)
        assert live.wait("corrected")["learned"] is False
        face = until_told(live, frame)
        assert (face["verdict"], face["name"]) == ("unknown", None)
    found = served.client.post("/v1/identify", files={"photo": second_photo}).json()
    assert found["faces"][0]["name"] == "Ada"
    assert served.client.get("/v1/people/Ada/thumbnail").is_success


def test_a_correction_that_would_harm_is_not_learned(
    served: Served, photo: bytes, second_photo: bytes, celebrities: Path
) -> None:
    people = served.engine.people
    people.enroll("Ada", [photo])
    people.enroll("Joe", [celebrities / "val" / "ben_afflek" / "01.jpg"])
    frame = as_frame(second_photo)
    with served.live() as live:
        track = until_told(live, frame)["track"]
        for name, why in (("Joe", "looks more like Ada"), ("New", "looks more like Ada")):
            live.tell(type="correct", track=track, name=name)
            told = live.wait("corrected")
            assert (told["learned"], told["name"]) == (False, name)
            assert why in told["reason"]
            assert until_told(live, frame)["name"] == name
    people.forget("Ada")
    with served.live() as live:
        track = until_told(live, frame)["track"]
        live.tell(type="correct", track=track, name="Joe")
        assert "too unlike" in live.wait("corrected")["reason"]
    assert [(one.name, one.photos) for one in people.people()] == [("Joe", 1)]


def test_a_poor_face_is_not_learned(served: Served, photo: bytes) -> None:
    tiny = as_frame(photo, 60, 75)
    frame = as_frame(tiny, 640, 480)
    with served.live() as live:
        track = until_told(live, frame)["track"]
        live.tell(type="correct", track=track, name="Ada")
        told = live.wait("corrected")
        assert told["learned"] is False
        assert told["reason"].startswith("the face is")
    assert served.engine.people.store.count() == 0


def test_guided_enrolment(
    served: Served, photo: bytes, second_photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guide, "PATIENCE", 0.5)
    frame = as_frame(photo)
    with served.live() as live:
        live.tell(type="enrol", name="Ada")
        seen = [live.wait("enrol")]
        assert seen[0]["done"] == {"front": False, "left": False, "right": False}
        live.frame(as_frame(samples_green()))
        assert live.wait("enrol")["hint"] == "come in front of the camera"
        enrolled = until(live, frame, "enrolled")
        hints = {one["hint"] for one in live.passed if one["type"] == "enrol"}
        assert {
            "turn your head a little to your left",
            "turn your head a little to your right",
        } <= (hints)
        assert live.passed[-1]["done"] == {"front": True, "left": False, "right": False}
        assert live.passed[-1]["progress"] == 1
        assert (enrolled["name"], enrolled["looks_like"]) == ("Ada", None)
        assert 1 <= enrolled["faces"] <= 3
        assert enrolled["report"]["added"] == 1
        face = until_told(live, frame)
        assert face["name"] == "Ada"
    found = served.client.post("/v1/identify", files={"photo": second_photo}).json()
    assert found["faces"][0]["name"] == "Ada"


def test_guided_enrolment_can_be_stopped(served: Served, photo: bytes) -> None:
    frame = as_frame(photo)
    with served.live() as live:
        live.tell(type="enrol", name="Ada")
        live.wait("enrol")
        live.tell(type="enrol_finish")
        failed = live.wait("enrol_failed")
        assert (failed["name"], failed["reason"]) == ("Ada", "no good face was seen yet")
        live.tell(type="enrol", name="Ada")
        until(live, frame, "enrol", lambda told: told["done"]["front"])
        live.tell(type="enrol_cancel")
        live.frame(frame)
        assert served.engine.people.store.count() == 0
        live.tell(type="enrol", name="Ada")
        until(live, frame, "enrol", lambda told: told["done"]["front"])
        live.tell(type="enrol_finish")
        assert live.wait("enrolled")["name"] == "Ada"


def test_two_people_of_one_name_are_not_mixed(
    served: Served, photo: bytes, stranger: bytes
) -> None:
    served.engine.people.enroll("Joe", [stranger])
    with served.live() as live:
        live.tell(type="enrol", name="Joe")
        failed = until(live, as_frame(photo), "enrol_failed")
        assert "somebody else is called Joe" in failed["reason"]
        live.tell(type="enrol", name="New")
        until(live, as_frame(stranger), "enrol", lambda told: told["done"]["front"])
        live.tell(type="enrol_finish")
        assert live.wait("enrolled")["looks_like"] == "Joe"


def test_the_server_ends_while_somebody_watches(
    settings: Settings, recognizer: kith.Recognizer, photo: bytes
) -> None:
    with serving(settings, recognizer) as served, served.live() as live:
        live.frame(as_frame(photo))
        served.stop()
        with pytest.raises(ConnectionClosed) as closed:
            live.wait("never")
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "the server ends")


def test_answers_do_not_wait_for_each_other(served: Served) -> None:
    """Nagle's algorithm would hold each answer back until the one before was acknowledged."""
    with served.live():
        [connection] = [
            one for one in served.server.server_state.connections if hasattr(one, "conn")
        ]
        raw = connection.transport.get_extra_info("socket")
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
