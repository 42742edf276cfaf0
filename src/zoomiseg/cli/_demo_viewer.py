"""The demo's slide and session, where the viewer finds them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

from ._browser import show_in_browser
from ._options import EngineName
from ._output import say

if TYPE_CHECKING:
    from zoomiseg.server import ServerSettings, Started


@dataclass(frozen=True)
class DemoViewer:
    """A folder with the demo's slide, and the session that the demo clicks in.

    Args:
        settings: Of the server that shows it.
        session: The session's folder.
        session_id: What the viewer calls it.
    """

    settings: ServerSettings
    session: Path
    session_id: str

    @classmethod
    def of(cls, slide: Path, output: Path, weights: str, engine: EngineName) -> DemoViewer | None:
        """Copy the slide into the folder `slides` of the output, and make room for a session on it.

        Sessions of earlier demos stay in the viewer's list: somebody may have gone on from them.

        Returns:
            None for weights that are no name, which the viewer does not take.
        Raises:
            OutputError: Nothing can be written there.
        """
        from zoomiseg.networks import list_weights
        from zoomiseg.server import ServerSettings, prepare_session

        if weights not in list_weights():
            return None
        folder = output.absolute() / "slides"
        copied = folder / slide.name
        try:
            folder.mkdir(exist_ok=True)
            if not copied.exists():
                replace_file(copied, [slide.read_bytes()])
        except OSError as error:
            raise OutputError(
                f"The slide cannot be copied to {folder}: {error.strerror or error}.",
                hint="Choose another folder with -o.",
            ) from error
        settings = ServerSettings(slides=folder, weights=weights, engine=engine)
        record = prepare_session(settings, copied)
        return cls(settings, record.folder, record.id)

    def tell(self, *, opens: bool) -> None:
        """Show the session in the browser until Ctrl-C; or only say how to see it.

        Raises:
            OutputError: No port can be had.
            SessionError: An earlier demo's viewer is still open.
        """
        if not opens:
            say(f"To see it in the viewer and go on from there: zoomiseg serve {self.settings.slides}")
            return
        from zoomiseg.server import serve

        serve(self.settings, host="127.0.0.1", port=0, on_ready=self._announce)

    def _announce(self, started: Started) -> None:
        url = f"{started.url}#/session/{self.session_id}"
        say(f"The viewer: {url} (Ctrl-C ends it; every click is saved)")
        show_in_browser(url)
