"""Sessions that are clicked before a server starts, and lie in its list when it has."""

from __future__ import annotations

from pathlib import Path

from ._record import Record, new_record, write_record
from ._settings import ServerSettings
from ._slides import SlideFolder
from ._users import LOCAL_USER


def prepare_session(settings: ServerSettings, slide: Path) -> Record:
    """Make room for a session of the local user; a `Session` in the record's folder fills it.

    Args:
        settings: Of the server that will show it; it must not run yet, or does not see the session.
        slide: One in its folder of slides.
    Raises:
        OutputError: The folder of slides is none, or nothing can be written there.
        ValueError: The slide lies elsewhere, or is no file that the server takes for a slide.
    """
    path = slide.resolve()
    file = next((each for each in SlideFolder(settings.slides).files() if each.path == path), None)
    if file is None:
        raise ValueError(f"The server would not show {slide}.")
    record = new_record(settings.sessions_folder, file, owner=LOCAL_USER, weights=settings.weights)
    write_record(record)
    return record
