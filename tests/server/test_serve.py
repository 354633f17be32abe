"""``kith serve``: a process that starts, says where it is, and ends when it is told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from kith.cli import main
from kith.models.home import home

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDINARY = 60
SELF_SIGNED = [
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "1",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
]


@pytest.fixture
def environment(recognizer: object, tmp_path: Path) -> dict[str, str]:
    """A home of its own, for its keys, with the models of the usual one."""
    own = tmp_path / "home"
    own.mkdir()
    (own / "models").symlink_to(home() / "models")
    return {**os.environ, "KITH_HOME": str(own), "KITH_GALLERY": str(tmp_path / "people.kith")}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kith", "serve", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=ORDINARY,
        check=False,
    )


@contextmanager
def served(
    environment: dict[str, str], *arguments: str
) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """Start a server on a free port; yield what it says, and the process."""
    command = [sys.executable, "-m", "kith", "serve", "--port", "0", "--json", *arguments]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            yield json.loads(line), process
        finally:
            process.kill()


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(
    environment: dict[str, str], kind: signal.Signals
) -> None:
    with served(environment) as (said, process):
        assert said["event"] == "serving"
        assert said["people"] == 0
        assert said["key"] is False
        assert said["url"].startswith("http://127.0.0.1:")
        assert httpx.get(f"{said['url']}health", trust_env=False).json() == {"status": "ok"}
        process.send_signal(kind)
        out, err = process.communicate(timeout=ORDINARY)
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in err
        assert "GET /health 200" in err


def test_the_limit_that_is_told_holds(environment: dict[str, str], tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    Image.new("1", (9000, 6000)).save(large)
    with served(environment) as (said, _):
        limits = httpx.get(f"{said['url']}v1/status", trust_env=False).json()["limits"]
        assert limits["photo_pixels"] == 50_000_000
        for path in ("detect", "identify"):
            found = httpx.post(
                f"{said['url']}v1/{path}", files={"photo": large.read_bytes()}, trust_env=False
            )
            assert found.status_code == 413
            assert "over this server's limit of 50.0" in found.json()["error"]["reason"]


def test_others_need_a_key(environment: dict[str, str]) -> None:
    refused = run(environment, "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "needs a key" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    made = run(environment, "--new-key", "phone")
    key = made.stdout.strip()
    file = Path(environment["KITH_HOME"]) / "server-keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key not in file.read_text()
    with served(environment, "--host", "0.0.0.0") as (said, _):
        assert said["key"] is True
        people = f"{said['url']}v1/people"
        assert httpx.get(people, trust_env=False).status_code == 401
        bearer = {"authorization": f"Bearer {key}"}
        assert httpx.get(people, headers=bearer, trust_env=False).is_success
        assert run(environment, "--remove-key", "phone").returncode == 0
        assert httpx.get(people, headers=bearer, trust_env=False).status_code == 401


def test_keys_by_name(environment: dict[str, str]) -> None:
    unnamed = run(environment, "--new-key")
    assert unnamed.stdout.startswith("kith_")
    named = json.loads(run(environment, "--new-key", "door", "--json").stdout)
    assert named["name"] == "door"
    listed = run(environment, "--keys")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["key", "door"]
    assert unnamed.stdout.strip() not in listed.stdout
    again = run(environment, "--new-key", "door")
    assert (again.returncode, again.stdout) == (2, "")
    gone = run(environment, "--remove-key", "window")
    assert gone.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "203.0.113.9", "--need-key"], "needs a key"),
        (["--need-key"], "needs a key"),
        (["--port", "65536"], "65535"),
        (["--host", ""], "empty"),
        (["--allow-host", "*"], "* is not the name of a host"),
        (["--allow-host", "https://door.example"], "without http://"),
        (["--certificate", "x"], "--certificate-key"),
        (["--certificate", "x", "--certificate-key", "y"], "x is not there"),
        (["--threshold", "3"], "between -1 and 1"),
        (["--detector", "nonsense"], "nonsense"),
        (["--gallery", __file__], "is not a kith gallery"),
    ],
)
def test_wrong_use_is_one_line(
    environment: dict[str, str],
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("KITH_HOME", "KITH_GALLERY"):
        monkeypatch.setenv(name, environment[name])
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with pytest.raises(SystemExit) as stopped:
        main.run(["serve", *arguments])
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert stopped.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_port_that_is_taken(environment: dict[str, str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        refused = run(environment, "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2
    [line] = refused.stderr.splitlines()
    assert "Address already in use" in line
    assert "--port" in line


def test_https(environment: dict[str, str], tmp_path: Path) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    try:
        subprocess.run(
            [*SELF_SIGNED, "-out", str(chain), "-keyout", str(key)],
            check=True,
            capture_output=True,
            timeout=ORDINARY,
        )
    except FileNotFoundError:
        pytest.skip("needs openssl to make a certificate")
    swapped = run(environment, "--certificate", str(key), "--certificate-key", str(chain))
    assert swapped.returncode == 2
    assert "are not PEM, or do not fit" in swapped.stderr
    files = ("--certificate", str(chain), "--certificate-key", str(key))
    with served(environment, *files) as (said, _):
        assert said["url"].startswith("https://")
        trusted = ssl.create_default_context(cafile=str(chain))
        found = httpx.get(f"{said['url']}health", verify=trusted, trust_env=False)
        assert found.is_success


def test_help_needs_no_server(environment: dict[str, str]) -> None:
    code = "import sys; from kith.cli import app; print('fastapi' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
