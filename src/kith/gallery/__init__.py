"""The people one knows: a database file, what is kept of each person, and exact search.

What people use:

    gallery         `Gallery`: recogniser, search and decision over a store
    enroll          photos and films become people
    store           `GalleryStore`: everything that is kept, behind one door
    search          `TemplateIndex`: the most similar people, kept in step with the store
    archive         a gallery as one file to hand over, and back
    records         the values that go in and out
    names           what a person may be called
    location        where the gallery lies when nobody says

`Gallery` is made of `opened` (file and networks), `enrolling` (taking people in) and `gallery`.

Below `enroll`:

    looking         which face of a photo is meant
    clips           whom a film is about, and which of the faces are kept
    reel            which frames of a film are looked at
    crowd           who of several people a film is about
    choosing        which of many faces are good and unlike each other
    described       the same for faces from a camera

Below `store`:

    reading         every look-up
    writing         every change, each inside one transaction
    checking        what may be wrong
    templates       many embeddings of a person to one vector, outliers left out
    thumbnails      what people look like
    vectors         templates for the search
    rows            values to columns and back
    schema          the tables
    migrations      from an older file to today's tables
    database        one file in use: transactions that are whole or not there
    turns           whose turn it is among threads, and what a fork does
    connections     how SQLite is asked to treat a file
    files           the file itself: is it one, is it the same still, making it
    sqlite_errors   what SQLite's errors mean

Below `search`: `layers`, scans with a bound on their rounding. Below `archive`: `archive_json`,
`archive_reader`, `archive_writer`.

Importing this package is cheap: SQLAlchemy and FAISS are loaded by the modules that use them.
"""
