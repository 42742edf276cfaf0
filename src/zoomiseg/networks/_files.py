"""The files of a network: their names, the card, the quantised model, checksums. Without torch."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError, WeightsError
from zoomiseg.geometry import ScaleName

from ._card import Card, parse_card


def card_path(folder: Path, scale: ScaleName) -> Path:
    """Return where the card of one scale lies."""
    return folder / f"{scale}.json"


def tensors_path(folder: Path, scale: ScaleName) -> Path:
    """Return where the tensors of one scale lie."""
    return folder / f"{scale}.safetensors"


def int8_path(folder: Path, scale: ScaleName) -> Path:
    """Return where the quantised model of one scale lies, if there is one."""
    return folder / f"{scale}.int8"


def save_int8(folder: Path, scale: ScaleName, content: bytes) -> Card:
    """Put a quantised model beside the tensors that it was made of, and its checksum into their card.

    Args:
        folder: Of the weights.
        scale: Of which network.
        content: As the engine reads it.
    Returns:
        The card as written.
    Raises:
        WeightsError: There is no such card.
        OutputError: The folder cannot be written.
    """
    written = replace(read_card(folder, scale), int8_sha256=hashlib.sha256(content).hexdigest())
    try:
        replace_file(int8_path(folder, scale), [content])
        replace_file(card_path(folder, scale), [written.to_json().encode()])
    except OSError as error:
        raise OutputError(f"The quantised model cannot be written to {folder}: {error.strerror}.") from error
    return written


def read_int8(folder: Path, scale: ScaleName) -> bytes | None:
    """Return the quantised model of one scale, or None where its card names none.

    Raises:
        WeightsError: It, or the card, is missing or damaged.
    """
    card = read_card(folder, scale)
    return checked(int8_path(folder, scale), card.int8_sha256) if card.int8_sha256 else None


def read_card(folder: Path, scale: ScaleName) -> Card:
    """Return the card of one scale, without reading the tensors.

    Raises:
        WeightsError: It is not there, not a card, or of the other scale.
    """
    path = card_path(folder, scale)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The card {path} cannot be read: {_reason(error)}.") from error
    card = parse_card(text, source=str(path))
    if card.scale != scale:
        raise WeightsError(f"{path} is a card for the {card.scale} scale, not for {scale}.")
    return card


def verified_card(folder: Path, scale: ScaleName) -> Card:
    """Return the card of one scale whose tensors are those that it names.

    Raises:
        WeightsError: A file is missing or damaged.
    """
    card = read_card(folder, scale)
    checked(tensors_path(folder, scale), card.sha256)
    return card


def checked(path: Path, sha256: str) -> bytes:
    """Return the content of a file.

    Raises:
        WeightsError: It cannot be read, or its checksum is another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"The weights {path} cannot be read: {_reason(error)}.") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsError(
            f"The weights {path} are damaged or not those of their card: SHA-256 is {found[:12]}..., "
            f"the card says {sha256[:12]}....",
            hint="Install them again.",
        )
    return content


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is not UTF-8"
