"""A receiver that takes events, fails, hangs, drips, redirects, and comes back."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kith.errors import OptionError
from kith.live.webhook import Patience, Webhook, sign
from kith.live.webhook_post import Target, post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HASTE = Patience(timeout=0.4, attempts=4, first=0.02, longest=0.1, waiting=5)


class Handler(BaseHTTPRequestHandler):
    """Answers as its receiver wants it."""

    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.requests.append((self.path, dict(self.headers), body))
        answer = self.receiver.answers.pop(0) if self.receiver.answers else 204
        if isinstance(answer, str):
            getattr(self, answer)()
            return
        self.send_response(answer)
        if answer in (301, 307):
            self.send_header("Location", f"{self.receiver.address}/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.receiver.requests.append((self.path, {}, b""))

    def hang(self) -> None:
        self.receiver.free.wait(5)

    def drip(self) -> None:
        while not self.receiver.free.wait(0.05):
            self.wfile.write(b"H")

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.receiver.free.is_set():
            self.wfile.write(b"x" * 65_536)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        pass  # whoever asked has gone


class Receiver:
    """Answers as it is told to, and keeps what it got."""

    def __init__(self) -> None:
        self.answers: list[int | str] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.free = threading.Event()
        self._server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"receiver": self}))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self.free.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def events(self) -> list[int]:
        return [json.loads(body)["number"] for _, _, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def problems() -> list[str]:
    return []


def until(true: Callable[[], object], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


def test_events_arrive_in_order_and_signed(receiver: Receiver, problems: list[str]) -> None:
    with Webhook(f"{receiver.address}/door?key=1", "hush", on_problem=problems.append) as webhook:
        assert webhook.signed
        for number in range(3):
            webhook.send({"number": number, "name": "Zoë"})
        webhook.close(wait=5)
    assert receiver.events == [0, 1, 2]
    assert (webhook.sent, webhook.lost, problems) == (3, 0, [])
    path, headers, body = receiver.requests[0]
    assert path == "/door?key=1"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["name"] == "Zoë"
    # As a receiver would check it, from the words of the documentation.
    at, v1 = (part.partition("=")[2] for part in headers["X-Kith-Signature"].split(","))
    assert abs(time.time() - int(at)) < 5
    assert v1 == hmac.new(b"hush", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert len({headers["X-Kith-Delivery"] for _, headers, _ in receiver.requests}) == 3


def test_a_signature_that_anybody_can_compute_again() -> None:
    # openssl: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
    expected = "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
    assert sign(b"{}", "secret", 1_700_000_000) == f"t=1700000000,v1={expected}"


def test_the_receiver_of_the_documentation(receiver: Receiver) -> None:
    page = Path(__file__).parents[2] / "docs" / "watch.md"
    [code] = re.findall(
        r"^```python\n(import hashlib.*?)^```", page.read_text("utf-8"), re.M | re.S
    )
    names: dict[str, Callable[[str, bytes, bytes], bool]] = {}
    exec(code, names)
    genuine = names["genuine"]
    with Webhook(receiver.address, "hush") as webhook:
        webhook.send({"number": 0})
        webhook.close(wait=5)
    _, headers, body = receiver.requests[0]
    assert genuine(headers["X-Kith-Signature"], body, b"hush")
    assert not genuine(headers["X-Kith-Signature"], body, b"other")
    assert not genuine(headers["X-Kith-Signature"], body + b" ", b"hush")
    assert not genuine(sign(body, "hush", int(time.time()) - 3600), body, b"hush")


def test_the_secret_of_the_environment(receiver: Receiver, monkeypatch) -> None:
    monkeypatch.setenv("KITH_WEBHOOK_SECRET", "")
    with Webhook(receiver.address) as webhook:
        assert not webhook.signed
        webhook.send({"number": 0})
        webhook.close(wait=5)
    assert "X-Kith-Signature" not in receiver.requests[0][1]
    monkeypatch.setenv("KITH_WEBHOOK_SECRET", "hush")
    with Webhook(receiver.address) as webhook:
        assert webhook.signed


def test_a_receiver_that_fails_and_comes_back(receiver: Receiver, problems: list[str]) -> None:
    receiver.answers = [500, 503, 429, 200]
    with Webhook(receiver.address, patience=HASTE, on_problem=problems.append) as webhook:
        webhook.send({"number": 0})
        webhook.send({"number": 1})
        webhook.close(wait=5)
    assert receiver.events == [0, 0, 0, 0, 1]
    assert len({headers["X-Kith-Delivery"] for _, headers, _ in receiver.requests[:4]}) == 1
    assert (webhook.sent, webhook.lost) == (2, 0)
    first, last = problems  # not a line for each attempt
    assert first.endswith("does not take events: it answers 500; they are sent again")
    assert last.endswith("takes events again")


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_a_receiver_that_hangs(receiver: Receiver, problems: list[str], mood: str) -> None:
    receiver.answers = [mood, mood]
    began = time.monotonic()
    with Webhook(receiver.address, patience=HASTE, on_problem=problems.append) as webhook:
        webhook.send({"number": 0})
        assert time.monotonic() - began < 0.1
        webhook.close(wait=8)
    assert webhook.sent == 1
    assert 0.8 < time.monotonic() - began < 4
    assert problems[0].endswith("does not take events: no answer in time; they are sent again")


def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    receiver.answers = ["endless"]
    began = time.monotonic()
    with Webhook(receiver.address, patience=HASTE) as webhook:
        webhook.send({"number": 0})
        webhook.close(wait=5)
    assert webhook.sent == 1
    assert time.monotonic() - began < 2


def test_nobody_there_and_then_somebody(problems: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    patience = Patience(timeout=0.4, attempts=50, first=0.05, longest=0.1)
    with Webhook(
        f"http://127.0.0.1:{port}/", patience=patience, on_problem=problems.append
    ) as hook:
        hook.send({"number": 0})
        assert until(lambda: problems)
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(5)
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                assert connection.recv(4096).startswith(b"POST / HTTP/1.1\r\n")
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                assert until(lambda: hook.sent)
    assert "Connection refused; they are sent again" in problems[0]


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_is_not_followed(receiver: Receiver, problems: list[str], status: int) -> None:
    receiver.answers = [status]
    with Webhook(receiver.address, patience=HASTE, on_problem=problems.append) as webhook:
        webhook.send({"number": 0})
        webhook.close(wait=5)
    assert [path for path, _, _ in receiver.requests] == ["/"]
    assert (webhook.sent, webhook.lost) == (0, 1)
    assert f"it redirects ({status}), which is not followed" in problems[0]


def test_what_is_refused_is_not_sent_again(receiver: Receiver, problems: list[str]) -> None:
    receiver.answers = [400]
    with Webhook(receiver.address, patience=HASTE, on_problem=problems.append) as webhook:
        webhook.send({"number": 0})
        webhook.send({"number": 1})
        webhook.close(wait=5)
    assert receiver.events == [0, 1]
    assert (webhook.sent, webhook.lost) == (1, 1)
    assert "refuses an event: it answers 400" in problems[0]


def test_given_up_after_so_many_attempts(receiver: Receiver) -> None:
    receiver.answers = [500] * 4
    with Webhook(receiver.address, patience=HASTE) as webhook:
        webhook.send({"number": 0})
        webhook.send({"number": 1})
        webhook.close(wait=5)
    assert receiver.events == [0, 0, 0, 0, 1]
    assert (webhook.sent, webhook.lost) == (1, 1)


def test_a_bounded_number_waits_and_the_oldest_go(receiver: Receiver) -> None:
    receiver.answers = ["hang"]
    patience = Patience(timeout=1.0, first=0.02, waiting=5)
    with Webhook(receiver.address, patience=patience) as webhook:
        webhook.send({"number": 0})
        assert until(lambda: receiver.requests)
        began = time.monotonic()
        for number in range(1, 1001):
            webhook.send({"number": number})
        assert time.monotonic() - began < 1
        webhook.close(wait=5)
    assert receiver.events == [0, 0, 996, 997, 998, 999, 1000]
    assert (webhook.sent, webhook.lost) == (6, 995)


def test_closing_waits_for_nobody(receiver: Receiver) -> None:
    receiver.answers = ["hang"]
    webhook = Webhook(receiver.address, patience=Patience(waiting=3))
    for number in range(3):
        webhook.send({"number": number})
    assert until(lambda: receiver.requests)
    began = time.monotonic()
    webhook.close()
    webhook.close()
    assert time.monotonic() - began < 1
    assert webhook.lost == 3
    again = time.monotonic()
    webhook.close(5.0)
    assert time.monotonic() - again < 0.1


def test_how_long_a_receiver_wants_to_be_left_alone(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        target = Target.parse(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answers = []
        asking = threading.Thread(target=lambda: answers.append(post(target, b"{}", {}, 3)))
        asking.start()
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
            asking.join()
    assert (answers[0].after, answers[0].worth_trying) == (7.0, True)


@pytest.mark.parametrize(
    "reply", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 70_000 + b"\r\n\r\n"]
)
def test_an_answer_that_is_none(reply: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        target = Target.parse(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answers = []
        asking = threading.Thread(target=lambda: answers.append(post(target, b"{}", {}, 1)))
        asking.start()
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(reply)
        asking.join()
    assert (answers[0].taken, answers[0].worth_trying) == (False, True)
    assert len(answers[0].reason.splitlines()) == 1


def test_https_wants_a_certificate_that_is_trusted(receiver: Receiver) -> None:
    target = Target.parse(receiver.address.replace("http", "https"))
    answer = post(target, b"{}", {}, 2)
    assert (answer.taken, receiver.requests) == (False, [])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://door", (False, "door", 80, "/")),
        ("HTTPS://Door.example:8443/a/b?c=d#e", (True, "door.example", 8443, "/a/b?c=d")),
        ("http://[::1]:9/x", (False, "::1", 9, "/x")),
        ("https://tür.example/öl?ü", (True, "xn--tr-xka.example", 443, "/%C3%B6l?%C3%BC")),
    ],
)
def test_addresses(url: str, expected: tuple[bool, str, int, str]) -> None:
    target = Target.parse(url)
    assert (target.secure, target.host, target.port, target.path) == expected
    assert target.authorization is None


def test_user_and_password_are_sent_and_not_shown(receiver: Receiver, problems: list[str]) -> None:
    receiver.answers = [401]
    url = receiver.address.replace("//", "//ada:s%40fe@") + "/token/abc"
    with Webhook(url, on_problem=problems.append) as webhook:
        webhook.send({"number": 0})
        webhook.close(wait=5)
    path, headers, _ = receiver.requests[0]
    assert (path, headers["Authorization"]) == ("/token/abc", "Basic YWRhOnNAZmU=")
    assert "@" not in headers["Host"]
    assert "401" in problems[0]
    assert not any(secret in problems[0] for secret in ("s@fe", "s%40fe", "ada", "token"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "door",
        "file:///etc/passwd",
        "ftp://door/x",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://door:99999/",
        "http://door:x/",
        "http://do or/",
        "http://door/\r\nX-Evil: 1",
        "http://[::1/",
        "http://" + "a" * 300 + "/secret",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(OptionError, match="--on-event wants an address") as refused:
        Webhook(url)
    assert "secret" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
