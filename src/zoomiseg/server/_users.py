"""Who asks: one local user, users of a file with a secret each, or whom a reverse proxy names."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import HTTPConnection

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

from ._problems import Refusal

LOCAL_USER = "local"
COOKIE = "zoomiseg_token"
TOKEN_NAME = ".server.token"
_NAME = re.compile(r"[^\x00-\x1f\x7f:]{1,64}")
_LINE = re.compile(r"(?P<name>[^:]+)(?::(?P<digest>[0-9a-f]{64}))?")


@dataclass(frozen=True)
class Users:
    """Tells who a request comes from.

    Args:
        digests: The SHA-256 of each user's secret, with his name; empty where no secret is asked for. A
            secret has 256 random bits, so that a quick hash protects it as well as a slow one.
        header: The header in which a reverse proxy names the user.
        links: Name and secret of those whose secret was just made: nobody else ever learns them.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    header: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def are_told_apart(self) -> bool:
        """Whether a request has to show who sends it."""
        return bool(self.digests or self.header)

    def of(self, request: HTTPConnection) -> str:
        """Return the name of who sent a request.

        Raises:
            Refusal: He does not say, or not rightly.
        """
        if self.header:
            name = request.headers.get(self.header, "").strip()
            if not _NAME.fullmatch(name):
                raise _unknown("The proxy in front of this server did not say who you are.")
            return name
        if not self.digests:
            return LOCAL_USER
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE, "")
        name = self.owner_of(token) or ""
        if not name:
            raise _unknown("This server does not know you.")
        return name

    def owner_of(self, token: str) -> str | None:
        """Return whose secret this is."""
        return self.digests.get(_digest(token))


def local_user() -> Users:
    """Return the one user of a computer of his own."""
    return Users()


def local_user_with_token(sessions: Path) -> Users:
    """Return the one user, whose secret is made at the first start and kept beside the sessions.

    Raises:
        OutputError: It cannot be kept.
    """
    path = sessions / TOKEN_NAME
    try:
        token = path.read_text("ascii").strip() if path.exists() else ""
        if not token:
            token = secrets.token_urlsafe(32)
            _write_private(path, token)
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"The server's secret cannot be kept in {path} ({error}).") from error
    return Users({_digest(token): LOCAL_USER}, links={LOCAL_USER: token})


def users_of_file(path: Path) -> Users:
    """Return the users of a file: a name on each line; after a colon stands the SHA-256 of the secret.

    A name without one gets a secret, of which only the checksum is written back into the file. Empty lines
    and those that begin with # are left as they are.

    Raises:
        OutputError: The file cannot be read or written, or a line is no user.
    """
    links: dict[str, str] = {}
    digests: dict[str, str] = {}
    lines = []
    for line in _lines_of(path):
        if not line.strip() or line.startswith("#"):
            lines.append(f"{line}\n")
            continue
        name, digest = _user_in(line.strip(), path)
        if digest is None:
            links[name] = secrets.token_urlsafe(32)
            digest = _digest(links[name])
        if name in digests.values():
            raise OutputError(f"{path} names the user {name!r} twice.")
        digests[digest] = name
        lines.append(f"{name}:{digest}\n")
    if not digests:
        raise OutputError(f"{path} names no user.", hint="Write a name on each line.")
    if links:
        _rewrite(path, lines)
    return Users(digests, links=links)


def _lines_of(path: Path) -> Iterable[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"The users in {path} cannot be read ({error}).") from error


def _user_in(line: str, path: Path) -> tuple[str, str | None]:
    found = _LINE.fullmatch(line)
    if found is None or not _NAME.fullmatch(found["name"].strip()):
        raise OutputError(
            f"{path} has a line that is no user: {line[:40]!r}.",
            hint="Write only a name; the server adds the checksum of a secret.",
        )
    return found["name"].strip(), found["digest"]


def _rewrite(path: Path, lines: list[str]) -> None:
    try:
        replace_file(path, [line.encode() for line in lines])
    except OSError as error:
        raise OutputError(
            f"New users need a secret, and its checksum cannot be written into {path} ({error})."
        ) from error


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _unknown(detail: str) -> Refusal:
    return Refusal(
        401, "not-signed-in", detail, hint="Open the link that you were given when you were added."
    )
