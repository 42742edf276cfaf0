"""The annotation server: slides, sessions and masks over HTTP, for the viewer and for scripts."""

from ._app import create_app
from ._pictures import mask_png
from ._prepared import prepare_session
from ._run import Started, serve
from ._settings import CLASSES, SESSIONS_NAME, ServerSettings
from ._users import Users, local_user, users_of_file

__all__ = [
    "CLASSES",
    "SESSIONS_NAME",
    "ServerSettings",
    "Started",
    "Users",
    "create_app",
    "local_user",
    "mask_png",
    "prepare_session",
    "serve",
    "users_of_file",
]
