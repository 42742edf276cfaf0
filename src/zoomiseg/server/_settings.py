"""What a server is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

SESSIONS_NAME = "zoomiseg-sessions"
STATIC_FOLDER = Path(__file__).parent / "static"

# Okabe and Ito's palette: told apart with any kind of colour vision, on pink tissue too.
CLASSES: Mapping[str, str] = MappingProxyType(
    {"tumour": "#0072b2", "stroma": "#009e73", "necrosis": "#e69f00", "lymphocytes": "#56b4e9"}
)


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Everything that the one who starts a server decides.

    Args:
        slides: The folder whose slides are served.
        sessions: The folder that keeps the sessions; None is `zoomiseg-sessions` beside the slides.
        database: `postgresql://...` of the database that keeps what is clicked in new sessions; None keeps it
            in their folders.
        weights: The name of the weights of new sessions.
        adapt: What new sessions learn from their slide, as `zoomiseg.adapt.adaptation` takes it.
        engine: What runs the networks.
        classes: Names of what can be outlined, each with its colour as #RRGGBB.
        users: A file with a user's name on each line; None lets one local user in.
        user_header: The header in which a reverse proxy names the user.
        needs_token: The one local user shows the server's secret: wherever others reach the address.
        hosts: Names under which the server may be addressed; empty for any.
        static: The viewer's files; where they are missing, only the API is served.
    """

    slides: Path
    sessions: Path | None = None
    database: str | None = None
    weights: str = "compact"
    adapt: str = "off"
    engine: Literal["openvino-int8", "openvino", "torch"] = "openvino"
    classes: Mapping[str, str] = field(default_factory=lambda: CLASSES)
    users: Path | None = None
    user_header: str | None = None
    needs_token: bool = False
    hosts: tuple[str, ...] = ()
    static: Path = STATIC_FOLDER

    @property
    def sessions_folder(self) -> Path:
        return self.sessions or self.slides / SESSIONS_NAME
