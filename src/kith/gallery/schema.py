"""The tables of a gallery.

Vectors are raw little-endian float32, as they came from the network: no format of any program's
own, nothing that could be executed when it is read. People's ids are never given twice
(AUTOINCREMENT), so that a row of the audit never comes to speak of somebody else.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("schema_version", Integer, nullable=False),
    Column("created", Text, nullable=False),
    Column("kith_version", Text, nullable=False),
    # Raised by every transaction that changed something: how others see cheaply that they must
    # look again.
    Column("changes", Integer, nullable=False),
    # Set in the transaction that forgets, cleared when the free pages are wiped: a process killed
    # between the two leaves a note.
    Column("unscrubbed", Boolean(create_constraint=True), nullable=False),
    # Whether pictures of faces may be kept in here; since version 3.
    Column("portraits", Boolean(create_constraint=True), nullable=False, server_default=text("1")),
    # Whether whoever wears a mask is refused; since version 4.
    Column("no_mask", Boolean(create_constraint=True), nullable=False, server_default=text("0")),
)

contract = Table(
    "contract",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("model", Text, nullable=False),
    Column("weights_sha256", Text, nullable=False),
    Column("crop", Text, nullable=False),
    Column("crop_version", Integer, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("metric", Text, nullable=False),
    Column("precision", Text, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("name_key", Text, nullable=False),
    Column("created", Text, nullable=False),
    Index("people_by_key", "name_key", "name"),
    sqlite_autoincrement=True,
)

photos = Table(
    "photos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("added", Text, nullable=False),
    # One photo may stand for two people (a couple), but only once for each.
    UniqueConstraint("person_id", "digest"),
    Index("photos_by_digest", "digest"),
)

faces = Table(
    "faces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),  # float32, 5 × 2
    Column("score", Float, nullable=False),
    Column("size", Float),  # the four numbers of Quality
    Column("sharpness", Float),
    Column("yaw", Float),
    Column("quality", Float),
    Column("member", Boolean(create_constraint=True), nullable=False),
    Column("embedding", LargeBinary, nullable=False),  # float32, the contract's dimension
    # How it wears a mask, NULL where nobody looked; since version 4.
    Column("mask", Text, CheckConstraint("mask IN ('none', 'worn', 'wrong')")),
)

templates = Table(
    "templates",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("members", Integer, nullable=False),
    Column("outliers", Integer, nullable=False),
    # The value of meta.changes that the writing transaction set.
    Column("revision", Integer, nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),  # float32, the contract's dimension
    # How many of the members wear a mask; since version 4.
    Column("masked", Integer, nullable=False, server_default=text("0")),
    # Who was never seen without a mask: few, and asked for at every search.
    Index("templates_all_masked", "person_id", sqlite_where=text("masked = members")),
)

# What a person looks like, for people who look at the gallery; since version 3. Recognising needs
# none of it.
thumbnails = Table(
    "thumbnails",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    # Which of their faces it shows: one that turns out to be an outlier is not shown any longer.
    Column("face_id", ForeignKey("faces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("jpeg", LargeBinary, nullable=False),
)

# The newest of the gallery's contract counts.
calibrations = Table(
    "calibrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contract", Text, nullable=False),  # JSON
    Column("threshold", Float, nullable=False),
    Column("fmr", Float, nullable=False),
    Column("fingerprint", Text, nullable=False),  # of the data it was measured on
    Column("created", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default="{}"),  # JSON: all else; since version 2
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    # No foreign key and no name: the row outlives the person and must not identify them.
    Column("person_id", Integer),
    Column("detail", Text, nullable=False),  # JSON: counts only
    sqlite_autoincrement=True,
)
