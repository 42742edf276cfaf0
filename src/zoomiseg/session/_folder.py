"""A session's folder: `session.json` for readers, the event log for the truth, `cache/` for speed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError, SessionError, SessionMismatch

from ._log import EventLog, create_log, log_exists, open_log
from ._options import SessionOptions
from ._sources import PredictorPair, SlideSource

FORMAT = 1
CACHE_NAME = "cache"
_CARD_NAME = "session.json"

JsonObject = dict[str, object]


@dataclass(frozen=True)
class Opened:
    """What a folder, or memory, gives a session to start with."""

    log: EventLog
    options: SessionOptions
    notices: tuple[str, ...]


def facts_for(slide: SlideSource, options: SessionOptions) -> JsonObject:
    """Return what never changes in a session, as JSON values."""
    facts = {
        "format": FORMAT,
        "slide": {
            "name": slide.name,
            "width": slide.width,
            "height": slide.height,
            "mpp": list(slide.mpp),
            "fingerprint": dict(slide.fingerprint()),
        },
        "options": options.to_json(),
    }
    # As JSON gives them back, so that facts in memory compare equal to facts from disk.
    return cast(JsonObject, json.loads(json.dumps(facts)))


def open_folder(
    folder: Path,
    slide: SlideSource,
    predictors: PredictorPair,
    options: SessionOptions | None,
    *,
    database: str | None = None,
) -> Opened:
    """Return the session in a folder, or a new one where there is none.

    Args:
        folder: `NAME.zoomiseg`; its parent exists or can be made.
        slide: The slide that the session is for.
        predictors: What will predict; another pair than the last is told in a notice.
        options: What a new session shall be; an old one keeps its own, and None asks for no special ones.
        database: The URL of the PostgreSQL database that keeps the event log of a new session, and of an old
            one that was made in it; None keeps it in the folder.

    Raises:
        SessionMismatch: The session there belongs to another slide.
        SessionDamaged: Nothing of its event log can be read.
        SessionError: It was made by a newer version, with other options, or is locked.
        OutputError: A new one cannot be written.
        MissingExtra: What speaks to the database is not installed.
    """
    used: JsonObject = {
        "weights": {"name": predictors.name, "sha256": predictors.weights_sha256},
        "engine": predictors.engine,
    }
    if (folder / _CARD_NAME).exists() or log_exists(folder):
        return _open_old(folder, slide, used, options, database)
    return _make_new(folder, facts_for(slide, options or SessionOptions()), used, database)


def _make_new(folder: Path, facts: JsonObject, used: JsonObject, database: str | None) -> Opened:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The session folder {folder} cannot be made ({error}).") from error
    log = create_log(folder, facts, database=database)
    try:
        _write_card(folder, {**facts, **used})
    except OSError as error:
        log.close()
        raise OutputError(f"No session can be made in {folder} ({error}).") from error
    return Opened(log, _options_in(facts), ())


def _open_old(
    folder: Path,
    slide: SlideSource,
    used: JsonObject,
    options: SessionOptions | None,
    database: str | None,
) -> Opened:
    card = _read_card(folder)
    _refuse_newer(folder, card or {})
    log = open_log(folder, database=database)
    try:
        facts = log.facts
        _refuse_newer(folder, facts)
        _refuse_other_slide(folder, cast(JsonObject, facts["slide"]), slide)
        opened = Opened(log, _options_in(facts), ())
        if options is not None and options != opened.options:
            raise SessionError(
                f"The session {folder.name} was made with {opened.options}, not with {options}.",
                hint="Open it without options, or make another session.",
            )
    except BaseException:
        log.close()
        raise
    if card is None and not log.rows:
        # A kill while the session was being made: there was nothing yet that could be lost.
        log.notices.clear()
        notices = []
    else:
        notices = _card_notices(card, facts, used)
    if card != {**facts, **used}:
        try:
            _write_card(folder, {**facts, **used})
        except OSError as error:
            notices.append(f"{_CARD_NAME} of {folder.name} cannot be written ({error}).")
    return replace(opened, notices=tuple(notices))


def _card_notices(card: JsonObject | None, facts: JsonObject, used: JsonObject) -> list[str]:
    if card is None or any(card.get(name) != value for name, value in facts.items()):
        return [f"{_CARD_NAME} was missing or damaged and was written anew from the event log."]
    changed = [name for name in used if card.get(name) != used[name]]
    if not changed:
        return []
    before, now = (_described(values) for values in (card, used))
    return [f"This session was last predicted by {before}; now {now} predicts it again from its clicks."]


def _described(values: JsonObject) -> str:
    weights = values.get("weights")
    name = weights.get("name") if isinstance(weights, dict) else None
    checksum = str(weights.get("sha256"))[:8] if isinstance(weights, dict) else None
    return f"weights {name!r} ({checksum}) on {values.get('engine')}"


def _read_card(folder: Path) -> JsonObject | None:
    try:
        card = json.loads((folder / _CARD_NAME).read_bytes())
    except (OSError, ValueError):
        return None
    return card if isinstance(card, dict) else None


def _write_card(folder: Path, card: JsonObject) -> None:
    replace_file(folder / _CARD_NAME, [(json.dumps(card, indent=2, sort_keys=True) + "\n").encode("utf-8")])


def _options_in(facts: JsonObject) -> SessionOptions:
    return SessionOptions.from_json(cast(JsonObject, facts["options"]))


def _refuse_newer(folder: Path, facts: JsonObject) -> None:
    version = facts.get("format", FORMAT)
    if isinstance(version, int) and version > FORMAT:
        raise SessionError(
            f"The session {folder.name} has format {version}; this version reads up to {FORMAT}.",
            hint="Open it with a newer ZoomISEG.",
        )


def _refuse_other_slide(folder: Path, known: JsonObject, slide: SlideSource) -> None:
    found = cast(JsonObject, facts_for(slide, SessionOptions())["slide"])
    for name, what in (("width", "width"), ("height", "height"), ("fingerprint", "content")):
        if known[name] != found[name]:
            detail = "" if name == "fingerprint" else f" ({known[name]}, not {found[name]} pixels)"
            raise SessionMismatch(
                f"The session {folder.name} belongs to another slide than {slide.name}: "
                f"the {what} differs{detail}.",
                hint="Open the slide that it was made on, or start another session.",
            )
    if known["mpp"] != found["mpp"]:
        raise SessionMismatch(
            f"The session {folder.name} was made at {known['mpp']} µm per pixel, not at {found['mpp']}.",
            hint="Give the µm per pixel that it was made with.",
        )
