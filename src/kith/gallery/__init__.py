"""The people one knows: a database file, what is kept of each person, and exact search.

    location     where the gallery lies when nobody says
    names        what a person may be called
    records      the values that go in and out
    schema       the tables
    migrations   from an older file to today's tables
    files        the file below: is it one, is it the same still, making it
    connections  how SQLite is asked to treat it
    sqlite_errors  what its errors mean
    database     the file in use, transactions
    turns        who may use the file when, among threads and over a fork
    templates    many embeddings of a person to one vector, outliers left out
    rows         values to columns and back
    writing      every change, each inside one transaction
    reading      every look-up
    checking     what may be wrong with a gallery
    store        `GalleryStore`: all of the above behind one door
    enroll       photos become people: which face is meant, what is refused
    gallery      `Gallery`: recogniser, search and decision over a store
    search       exact search in memory, kept in step with the store
    archive      a gallery as one file to hand over, and back

Importing this package is cheap: SQLAlchemy and FAISS are loaded by the modules that use them.
"""
