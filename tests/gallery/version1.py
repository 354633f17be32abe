"""A gallery as the first version of the file had it, made without the code of today."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from .people import CONTRACT, digest, lookalikes, unit

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """
CREATE TABLE meta (
    id INTEGER NOT NULL CHECK (id = 1), schema_version INTEGER NOT NULL, created TEXT NOT NULL,
    kith_version TEXT NOT NULL, changes INTEGER NOT NULL, unscrubbed BOOLEAN NOT NULL,
    PRIMARY KEY (id), CHECK (unscrubbed IN (0, 1)));
CREATE TABLE contract (
    id INTEGER NOT NULL CHECK (id = 1), model TEXT NOT NULL, weights_sha256 TEXT NOT NULL,
    crop TEXT NOT NULL, crop_version INTEGER NOT NULL, dimension INTEGER NOT NULL,
    metric TEXT NOT NULL, precision TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE people (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, name_key TEXT NOT NULL,
    created TEXT NOT NULL, UNIQUE (name));
CREATE INDEX people_by_key ON people (name_key, name);
CREATE TABLE calibrations (
    id INTEGER NOT NULL, contract TEXT NOT NULL, threshold FLOAT NOT NULL, fmr FLOAT NOT NULL,
    fingerprint TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, action TEXT NOT NULL,
    person_id INTEGER, detail TEXT NOT NULL);
CREATE TABLE photos (
    id INTEGER NOT NULL, person_id INTEGER NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL,
    added TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (person_id, digest),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE);
CREATE INDEX photos_by_digest ON photos (digest);
CREATE TABLE templates (
    person_id INTEGER NOT NULL, members INTEGER NOT NULL, outliers INTEGER NOT NULL,
    revision INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE);
CREATE INDEX ix_templates_revision ON templates (revision);
CREATE TABLE faces (
    id INTEGER NOT NULL, photo_id INTEGER NOT NULL, x FLOAT NOT NULL, y FLOAT NOT NULL,
    width FLOAT NOT NULL, height FLOAT NOT NULL, landmarks BLOB NOT NULL, score FLOAT NOT NULL,
    size FLOAT, sharpness FLOAT, yaw FLOAT, quality FLOAT, member BOOLEAN NOT NULL,
    embedding BLOB NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(photo_id) REFERENCES photos (id) ON DELETE CASCADE, CHECK (member IN (0, 1)));
CREATE INDEX ix_faces_photo_id ON faces (photo_id);
PRAGMA application_id = 1802073192;
PRAGMA user_version = 1;
"""
THEN = "2026-11-20T10:00:00Z"
KITH = "0.1.0"


def version_1(path: Path) -> None:
    """Write a gallery with Ada, of whom there are three photos."""
    vectors = lookalikes(1, 3, 0.6)
    file = sqlite3.connect(path)
    file.execute("PRAGMA journal_mode = WAL")
    file.executescript(TABLES)
    file.execute("INSERT INTO meta VALUES (1, 1, ?, ?, 1, 0)", (THEN, KITH))
    kept = (CONTRACT.model, CONTRACT.weights_sha256, CONTRACT.crop, CONTRACT.crop_version)
    file.execute(
        "INSERT INTO contract VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (*kept, CONTRACT.dimension, CONTRACT.metric, CONTRACT.precision),
    )
    file.execute("INSERT INTO people VALUES (1, 'Ada', 'ada', ?)", (THEN,))
    points = np.arange(10, dtype="<f4").tobytes()
    for number, vector in enumerate(vectors, start=1):
        shown = f"ada{number}.jpg"
        file.execute(
            "INSERT INTO photos VALUES (?, 1, ?, ?, ?)", (number, digest(number), shown, THEN)
        )
        file.execute(
            "INSERT INTO faces VALUES (?, ?, 1, 2, 80, 96, ?, 0.9, 60, 0.4, 0, 0.8, 1, ?)",
            (number, number, points, vector.astype("<f4").tobytes()),
        )
    mean = unit(vectors.astype(np.float64).mean(axis=0)).astype("<f4").tobytes()
    file.execute("INSERT INTO templates VALUES (1, 3, 0, 1, ?)", (mean,))
    file.execute("INSERT INTO audit VALUES (1, ?, 'add', 1, '{\"photos\": 3}')", (THEN,))
    file.commit()
    file.close()
