"""Whose certificates are trusted: the system's authorities, in a file as FFmpeg wants them."""

from __future__ import annotations

import atexit
import ssl
import tempfile
from functools import cache
from pathlib import Path


def authorities() -> str:
    """Return a file of certificates; that of the variable SSL_CERT_FILE where it is set."""
    return ssl.get_default_verify_paths().cafile or _written()


@cache
def _written() -> str:
    """Write what the system keeps elsewhere (Windows) into a file, once per process."""
    known = ssl.create_default_context().get_ca_certs(binary_form=True)
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False, encoding="ascii") as file:
        file.writelines(map(ssl.DER_cert_to_PEM_cert, known))
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name
