"""Films, cameras and streams on their way in: frames with the second each was taken at."""

from kith.media.films.film import Film, FilmInfo, open_film
from kith.media.films.frame import Frame

__all__ = ["Film", "FilmInfo", "Frame", "open_film"]
