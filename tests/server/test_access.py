"""Who may ask: from where, under which name, with which key, and how often."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kith.errors import OptionError
from kith.server.keys import Keys
from kith.server.rates import CLIENTS, Rate
from server.conftest import as_frame
from server.running import Served, serving
from server.test_photos import reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    import kith
    from kith.server.settings import Settings


@pytest.fixture
def locked(settings: Settings, recognizer: kith.Recognizer) -> Iterator[Served]:
    with serving(replace(settings, need_key=True), recognizer) as server:
        yield server


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8420", 200),
        ("localhost.", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8420", 200),
        ("192.168.1.7:8420", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost:80@evil.example", 400),
        ("localhost/evil", 400),
        ("localhost:x", 400),
        ("", 400),
        ("x" * 2000, 400),
    ],
)
def test_only_a_known_host_is_served(bystander: Served, host: str, status: int) -> None:
    served = bystander
    for path in ("/v1/people", "/health"):
        found = served.client.get(path, headers={"host": host})
        assert found.status_code == status
        if status != 200:
            assert reason(found)[0] == status


def test_hosts_can_be_allowed(settings: Settings, recognizer: kith.Recognizer) -> None:
    with serving(replace(settings, hosts=("Door.example", "b.test.")), recognizer) as served:
        for host in ("door.example:8420", "b.test", "B.test.:80"):
            assert served.client.get("/health", headers={"host": host}).is_success


@pytest.mark.parametrize(
    "host", ["*", "*.example", "a.example:80", "http://a", "", "a b", "bücher"]
)
def test_hosts_that_would_never_be_met(settings: Settings, host: str) -> None:
    with pytest.raises(OptionError, match="is not the name of a host"):
        replace(settings, hosts=(host,))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"origin": "http://localhost:8420"}, 422),
        ({"origin": "http://localhost:8421"}, 403),
        ({"origin": "https://localhost:8420"}, 422),  # a proxy in front may speak HTTPS
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "file://"}, 403),
        ({"origin": "http://[::1"}, 403),
        ({"origin": "http://localhost:8420.evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://localhost:8420"}, 422),
    ],
)
def test_other_sites_pages_change_nothing(
    bystander: Served, headers: dict[str, str], status: int
) -> None:
    served = bystander
    sent = {"host": "localhost:8420", "content-type": "image/jpeg", **headers}
    found = served.client.post("/v1/detect", headers=sent, content=b"x")
    assert reason(found)[0] == status
    if status == 403:
        assert served.client.delete("/v1/people/x", headers=sent).status_code == 403
        with pytest.raises(InvalidStatus) as refused, served.live(additional_headers=headers):
            pass
        assert refused.value.response.status_code == 403


def test_other_sites_cannot_show_faces(served: Served) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    assert served.client.get("/v1/people/x/thumbnail", headers=headers).status_code == 403
    page = served.client.get("/", headers=headers)  # a link from elsewhere leads to the page
    assert page.status_code == 200
    assert "access-control-allow-origin" not in page.headers
    preflight = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    assert not served.client.options("/v1/detect", headers=preflight).is_success


def test_a_key_opens_and_is_taken_back(locked: Served, settings: Settings) -> None:
    assert settings.keys is not None
    keys = Keys(settings.keys)
    client = locked.client
    assert reason(client.get("/v1/people")) == (401, "key_needed")
    assert "www-authenticate" in client.get("/v1/people").headers
    key = keys.add("phone")
    assert client.get("/v1/people", headers=bearer(key)).is_success
    assert client.get("/metrics", headers=bearer(key)).is_success
    assert reason(client.get("/metrics")) == (401, "key_needed")
    for wrong in (key + "x", key[:-1], "x", "Bearer", key.swapcase(), "é" * 10):
        headers = [(b"authorization", f"Bearer {wrong}".encode())]
        assert reason(client.get("/v1/people", headers=headers)) == (401, "wrong_key")
    for free in ("/health", "/", "/openapi.json"):
        assert client.get(free).is_success
    keys.remove("phone")
    assert reason(client.get("/v1/people", headers=bearer(key))) == (401, "wrong_key")


def test_a_key_opens_the_live_connection(locked: Served, settings: Settings) -> None:
    assert settings.keys is not None
    key = Keys(settings.keys).add("phone")
    with locked.live(subprotocols=["kith", f"key.{key}"]) as live:
        assert live.socket.subprotocol == "kith"
        assert live.hello["type"] == "hello"
    with locked.live(additional_headers=bearer(key)) as live:
        assert live.hello["type"] == "hello"
    for protocols in (["kith"], ["kith", "key.wrong"], [f"key.{key}x"]):
        with pytest.raises(InvalidStatus) as refused, locked.live(subprotocols=protocols):
            pass
        assert refused.value.response.status_code == 401


def test_a_key_that_is_taken_back_ends_what_it_opened(
    locked: Served, settings: Settings, photo: bytes
) -> None:
    assert settings.keys is not None
    keys = Keys(settings.keys)
    phone, door = (f"key.{keys.add(name)}" for name in ("phone", "door"))
    frame = as_frame(photo)
    with (
        locked.live(subprotocols=["kith", phone]) as live,
        locked.live(subprotocols=["kith", phone]) as silent,
        locked.live(subprotocols=["kith", door]) as other,
    ):
        live.frame(frame)
        keys.remove("phone")
        removed = time.monotonic()
        live.tell(type="enrol", name="Ada")
        for one in (live, silent):
            with pytest.raises(ConnectionClosed) as closed:
                one.wait("enrol")
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
                4401,
                "the key was taken back",
            )
        assert time.monotonic() - removed < 5
        other.frame(frame)  # another key's goes on


def test_keys_that_cannot_be_read_end_what_they_opened(locked: Served, settings: Settings) -> None:
    assert settings.keys is not None
    key = Keys(settings.keys).add("phone")
    with locked.live(subprotocols=["kith", f"key.{key}"]) as live:
        settings.keys.write_text("{")
        with pytest.raises(ConnectionClosed) as closed:
            live.next()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
        1011,
        "the server cannot read its keys",
    )


def test_keys_that_cannot_be_read_open_nothing(locked: Served, settings: Settings) -> None:
    assert settings.keys is not None
    key = Keys(settings.keys).add("phone")
    assert locked.client.get("/v1/people", headers=bearer(key)).is_success
    settings.keys.write_text("{")
    refused = locked.client.get("/v1/people", headers=bearer(key))
    assert reason(refused) == (503, "keys_unreadable")
    assert str(settings.keys) not in refused.text


def test_a_gallery_that_is_taken_away(served: Served, settings: Settings, photo: bytes) -> None:
    assert settings.gallery is not None
    served.engine.people.enroll("Ada", [photo])
    with served.live() as live:
        live.frame(as_frame(photo))
        for file in settings.gallery.parent.glob(f"{settings.gallery.name}*"):
            file.unlink()
        settings.gallery.write_bytes(b"something else")
        assert reason(served.client.get("/v1/people")) == (503, "gallery_unusable")
        assert reason(served.client.post("/v1/identify", files={"photo": photo}))[0] == 503
        assert served.client.post("/v1/detect", files={"photo": photo}).is_success
        live.send(as_frame(photo))
        with pytest.raises(ConnectionClosed) as closed:
            live.wait("frame")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011
    assert closed.value.rcvd.reason


def test_guessing_keys_is_slowed_down_and_hurts_nobody_else(
    locked: Served, settings: Settings
) -> None:
    assert settings.keys is not None
    key = Keys(settings.keys).add("phone")
    found = [
        locked.client.get("/v1/people", headers=bearer(f"kith_{number}")) for number in range(20)
    ]
    assert [one.status_code for one in found].count(401) in (10, 11)
    assert reason(found[-1]) == (429, "too_often")
    assert int(found[-1].headers["retry-after"]) >= 1
    assert locked.client.get("/v1/people", headers=bearer(key)).is_success


def test_who_asks_too_often_has_to_wait(settings: Settings, recognizer: kith.Recognizer) -> None:
    limits = replace(settings.limits, rate=0.5, burst=5, work_rate=0.2, work_burst=2)
    with serving(replace(settings, limits=limits), recognizer) as served:
        photos = [served.client.post("/v1/detect", files={"photo": b"x"}) for _ in range(3)]
        assert [one.status_code for one in photos] == [422, 422, 429]
        found = [served.client.get("/v1/people") for _ in range(8)]
        assert found[0].is_success
        assert reason(found[-1]) == (429, "too_often")
        time.sleep(float(found[-1].headers["retry-after"]) + 0.1)
        assert served.client.get("/v1/people").is_success


def test_only_so_much_waits(settings: Settings, recognizer: kith.Recognizer, photo: bytes) -> None:
    limits = replace(settings.limits, waiting=0)
    with serving(replace(settings, limits=limits), recognizer) as served:
        codes: list[int] = []

        def ask() -> None:
            address = f"http://127.0.0.1:{served.port}/v1/identify"
            found = httpx.post(address, files={"photo": photo}, timeout=60, trust_env=False)
            codes.append(found.status_code)
            if found.status_code == 503:
                assert reason(found) == (503, "busy")
                assert int(found.headers["retry-after"]) >= 1

        threads = [threading.Thread(target=ask) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(codes) == {200, 503}
        assert served.client.post("/v1/identify", files={"photo": photo}).is_success


def test_every_answer_has_the_headers(served: Served) -> None:
    for path, status in (("/", 200), ("/v1/people", 200), ("/x", 404), ("/v1/people/x", 404)):
        found = served.client.get(path)
        assert found.status_code == status
        assert "default-src 'self'" in found.headers["content-security-policy"]
        assert "unsafe" not in found.headers["content-security-policy"]
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["referrer-policy"] == "no-referrer"
        assert "server" not in found.headers
        kept = found.headers["cache-control"]
        assert kept == ("no-cache" if path == "/" else "no-store")


def test_the_page_has_no_way_out_of_its_folder(served: Served) -> None:
    for path in (
        "/../app.py",
        "/%2e%2e/app.py",
        "/..%2fapp.py",
        "/%2e%2e%2f%2e%2e%2f__init__.py",
        "/..\\app.py",
        "//etc/passwd",
        "/index.html/../../app.py",
        "/%00",
        "/x" * 5000,
    ):
        url = httpx.URL(f"http://127.0.0.1:{served.port}").copy_with(raw_path=path.encode())
        found = served.client.get(url)
        assert found.status_code in (400, 404), path
        assert "import" not in found.text


def test_the_page_is_not_sent_twice(served: Served) -> None:
    first = served.client.get("/")
    assert "<html" in first.text
    again = served.client.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_metrics_count_and_name_nobody(served: Served, photo: bytes) -> None:
    served.client.post("/v1/people/Adalgisa/photos", files={"photos": photo})
    served.client.get("/v1/people/Adalgisa")
    text = served.client.get("/metrics").text
    route = 'method="GET",route="/v1/people/{name}",status="200"'
    assert f"kith_requests_total{{{route}}} 1.0" in text
    assert "kith_people 1.0" in text
    assert "Adalgisa" not in text


def test_the_log_names_nobody(served: Served, photo: bytes, caplog: Any) -> None:
    with caplog.at_level("DEBUG", logger="kith"):
        served.client.post("/v1/people/Adalgisa/photos", files={"photos": ("Gisa.jpg", photo)})
        served.client.get("/v1/people?after=Adalgisa")
        served.client.get("/v1/people/Adalgis")
        with served.live() as live:
            live.tell(type="enrol", name="Adalgisa")
            live.wait("enrol")
    served.client.get("/health")
    assert "POST /v1/people/{name}/photos 200" in caplog.text
    assert "dalgis" not in caplog.text
    assert "Gisa" not in caplog.text


def test_rates() -> None:
    rate = Rate(rate=1000.0, burst=2)
    assert [rate.take("a") for _ in range(3)].count(0) >= 2
    time.sleep(0.01)
    assert rate.take("a") == 0
    assert rate.take("a", 5) in (0, 1)  # more than can be saved up, when all is saved up
    slow = Rate(rate=0.1, burst=1)
    assert (slow.take("a"), slow.take("a"), slow.take("b")) == (0, 10, 0)
    for number in range(2 * CLIENTS):
        slow.take(str(number))
    assert len(slow._left) == CLIENTS
