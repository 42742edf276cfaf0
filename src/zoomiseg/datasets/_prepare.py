"""From a manifest to a folder of patches: plan, run, index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from zoomiseg.errors import ManifestError, OutputError, ZoomisegError

from ._index import StoredPair, write_index
from ._ledger import FinishedSlide, Ledger
from ._manifest import read_manifest
from ._plan import Plan, PlannedSlide, plan_slides
from ._prepare_options import PrepareOptions
from ._run import SKIP_HINT, Report, Run
from ._shards import ShardWriter

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a folder holds when it is done.

    Args:
        pairs: The rows of the index.
        slides: Slides that were prepared.
        skipped: (slide, reason) of those that could not be.
        notices: Sentences that a user should read.
    """

    pairs: tuple[StoredPair, ...]
    slides: int
    skipped: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


def prepare(
    manifest: Path,
    folder: Path,
    *,
    options: PrepareOptions | None = None,
    workers: int = 2,
    skip_bad: bool = False,
    restart: bool = False,
    report: Report | None = None,
) -> Prepared:
    """Cut a manifest's slides into patches and write shards and index; an interrupted run goes on.

    The result is the same whatever the number of workers, and however often the run was interrupted.

    Args:
        manifest: A CSV as `read_manifest` takes it.
        folder: Gets the shards; made if it is not there.
        options: Which patches; None: the paper's, but split by patient.
        workers: Patches of a slide that are made at a time.
        skip_bad: Leave out slides that cannot be used, and name them; otherwise the first ends the run.
        restart: Remove what the folder holds from an earlier run, instead of going on.
        report: Told how far it is, after each region looked at.
    Raises:
        ManifestError: The manifest or a pair cannot be used, or no patch is left.
        SlideError, AnnotationError: A slide or a mask cannot be read.
        OutputError: The folder belongs to another run, or cannot be written.
    """
    options = options or PrepareOptions()
    plan = plan_slides(read_manifest(manifest), options, folder=manifest.parent)
    skipped = _lacking_files(plan, skip_bad=skip_bad)
    try:
        with (
            Ledger(folder, _settings(plan, options), restart=restart) as ledger,
            ShardWriter(folder, ledger.ends) as writer,
            ThreadPoolExecutor(workers) as pool,
        ):
            slides = len(plan.slides)
            run = Run(ledger, writer, pool, ahead=workers + 1, options=options, slides=slides, report=report)
            try:
                for slide in plan.slides:
                    if slide.key not in skipped and (reason := run.do(slide, skip_bad=skip_bad)):
                        skipped[slide.key] = reason
            finally:
                run.save()
            writer.finish()
            done = _done(plan, ledger.finished, skipped)
            write_index(folder, done.pairs)
    except OSError as error:
        if isinstance(error, ZoomisegError):
            raise
        raise OutputError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
    return done


def _done(plan: Plan, finished: Mapping[str, FinishedSlide], skipped: Mapping[str, str]) -> Prepared:
    slides = [finished[slide.key] for slide in plan.slides if slide.key in finished]
    pairs = tuple(pair for slide in slides for pair in slide.pairs)
    if not slides:
        first = next(iter(skipped.values()))
        raise ManifestError(f"None of {len(plan.slides)} slides can be used; the first: {first}")
    if not pairs:
        raise ManifestError("No patch of any slide has the asked share of tumour.")
    warnings = dict.fromkeys(warning for slide in slides for warning in slide.warnings)
    named = tuple((slide.name, skipped[slide.key]) for slide in plan.slides if slide.key in skipped)
    return Prepared(pairs, len(slides), named, (*plan.notices, *warnings))


def _lacking_files(plan: Plan, *, skip_bad: bool) -> dict[str, str]:
    """Return the slides that lack a file, by key; without `skip_bad` they end the run before it begins."""
    lacking = {slide.key: reason for slide in plan.slides if (reason := _lacking(slide))}
    if lacking and not skip_bad:
        others = f" (the first of {len(lacking)} such rows)" if len(lacking) > 1 else ""
        raise ManifestError(f"{next(iter(lacking.values()))[:-1]}{others}.", hint=SKIP_HINT)
    return lacking


def _lacking(slide: PlannedSlide) -> str | None:
    if slide.pair.mask is None:
        return f"{slide.name} has no mask in its manifest."
    missing = next((path for path in (slide.pair.slide, slide.pair.mask) if not path.exists()), None)
    return f"There is no file {missing}." if missing else None


def _settings(plan: Plan, options: PrepareOptions) -> dict[str, object]:
    """Return all that decides the content of the folder; paths count as the manifest has them."""
    rows = [
        (
            *(slide.key, slide.name, str(slide.pair.mask), slide.split, slide.pair.group),
            *(slide.pair.mpp, slide.pair.mask_value, slide.pair.extra.get("kind", "")),
        )
        for slide in plan.slides
    ]
    digest = hashlib.sha256(json.dumps(rows).encode("ascii")).hexdigest()
    return {"format": _FORMAT, **asdict(options), "rows": digest}
