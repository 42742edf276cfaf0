"""One run over the planned slides: each is read, stored, and entered in the ledger, or passed over."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from zoomiseg.errors import AnnotationError, ManifestError, OutputError, SlideError
from zoomiseg.slide import Slide, open_mask, open_slide

from ._cuts import Cut, cuts_of
from ._index import StoredPair
from ._ledger import FinishedSlide, Ledger
from ._plan import PlannedSlide, drawn_split
from ._prepare_options import PrepareOptions, Split
from ._samples import Sample, sample_of
from ._shards import ShardWriter
from ._truth import Truth

SKIP_HINT = "With --skip-bad such slides are left out and named."
_SAVE_EVERY_S = 2.0  # thousands of small images need not wait for the disk one by one
_FAMILIES = ("low", "high", "pieces")
_BAD_SLIDE = (ManifestError, SlideError, AnnotationError)

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PrepareState:
    """How far a run is.

    Args:
        done: Slides that are finished or passed over.
        slides: Slides in all.
        share: Of the present slide that is done, 0 to 1.
        samples: Patches at the `low` and `high` scale and `pieces` that are stored.
    """

    done: int
    slides: int
    share: float
    samples: Mapping[str, int]


Report = Callable[[PrepareState], None]


class Run:
    """Prepares slides one after the other.

    Args:
        ledger: What is finished.
        writer: Where samples go; stands where the ledger ends.
        pool: Makes the samples of one slide.
        ahead: Samples that may wait to be written; bounds the memory.
        options: Which patches.
        slides: How many slides there are, for the report.
        report: Told how far it is, after each region looked at; or None.
    """

    def __init__(
        self,
        ledger: Ledger,
        writer: ShardWriter,
        pool: ThreadPoolExecutor,
        *,
        ahead: int,
        options: PrepareOptions,
        slides: int,
        report: Report | None,
    ) -> None:
        self._ledger, self._writer, self._pool, self._ahead = ledger, writer, pool, ahead
        self._options, self._slides, self._report = options, slides, report
        self._done, self._saved = 0, monotonic()
        self._unsaved: list[FinishedSlide] = []
        self._samples = Counter(_families(pair for each in ledger.finished.values() for pair in each.pairs))

    def do(self, slide: PlannedSlide, *, skip_bad: bool) -> str | None:
        """Prepare a slide, unless it is finished; return why it cannot be, or None. At the end, `save`.

        Raises:
            ManifestError, SlideError, AnnotationError: It cannot be used, and `skip_bad` is off.
            OutputError: It was prepared before, from other files.
        """
        before = self._samples.copy()
        try:
            if (earlier := self._ledger.finished.get(slide.key)) is None:
                self._finish(slide)
            else:
                _require_unchanged(slide, earlier)
            reason = None
        except _BAD_SLIDE as error:
            self._writer.roll_back()
            self._samples = before
            if not skip_bad:
                hint = f"{error.hint} {SKIP_HINT}" if error.hint else SKIP_HINT
                raise type(error)(error.message, hint=hint) from error
            reason = str(error)
        self._done += 1
        self._tell(0.0)
        return reason

    def _finish(self, planned: PlannedSlide) -> None:
        pair = planned.pair
        assert pair.mask is not None
        with (
            open_slide(pair.slide, mpp=pair.mpp or self._options.mpp) as slide,
            open_mask(pair.mask, value=pair.mask_value) as mask,
        ):
            pairs = tuple(self._stored(planned, slide, Truth(mask, slide)))
            # A piece is stored as fine as it is: only a patch is enlarged.
            warnings = slide.warnings if any(each.form == "patch" for each in pairs) else ()
        ends = self._writer.keep()
        self._unsaved.append(FinishedSlide(planned.key, _sizes(planned), pairs, warnings, ends))
        if monotonic() - self._saved > _SAVE_EVERY_S:
            self.save()

    def save(self) -> None:
        """Make the slides that were finished since the last time durable: samples first, then the ledger."""
        self._writer.flush()
        self._ledger.add(self._unsaved)
        self._unsaved, self._saved = [], monotonic()

    def _stored(self, planned: PlannedSlide, slide: Slide, truth: Truth) -> Iterator[StoredPair]:
        cuts = cuts_of(slide.grids, stride=self._options.stride)
        make = partial(sample_of, slide, truth, self._options)
        marked = False
        with closing(in_order(self._pool, make, cuts, ahead=self._ahead)) as samples:
            for number, sample in enumerate(samples, start=1):
                marked |= sample.tumour > 0
                if sample.jpeg:
                    yield from self._keep(planned, slide, sample)
                self._tell(number / len(cuts))
        if not marked:
            value = planned.pair.mask_value
            what = "no tumour anywhere" if value is None else f"nothing by the value {value}"
            raise ManifestError(f"{planned.pair.mask} marks {what}.")

    def _keep(self, planned: PlannedSlide, slide: Slide, sample: Sample) -> Iterator[StoredPair]:
        family = _family(sample.cut)
        facts = _facts(planned, slide, sample, self._split_of(planned, family))
        self._samples[family] += 1
        files = [
            ("jpg", sample.jpeg),
            ("png", sample.png),
            ("json", json.dumps({**facts, "scales": sample.cut.scales}).encode("ascii")),
        ]
        name = f"{planned.key}-{family}-{facts['x']}-{facts['y']}"
        placed = self._writer.add(f"{facts['split']}-{family}", name, files)
        for scale in sample.cut.scales:
            yield StoredPair(
                **facts,
                scale=scale,
                shard=placed.shard,
                image_offset=placed.offsets[0],
                image_bytes=len(sample.jpeg),
                mask_offset=placed.offsets[1],
                mask_bytes=len(sample.png),
            )

    def _split_of(self, planned: PlannedSlide, family: str) -> Split:
        if planned.split:
            return planned.split
        number = self._samples[family]
        return drawn_split(number, family=_FAMILIES.index(family), options=self._options)

    def _tell(self, share: float) -> None:
        if self._report:
            self._report(PrepareState(self._done, self._slides, share, dict(self._samples)))


def in_order(
    pool: ThreadPoolExecutor, make: Callable[[Item], Result], items: Iterable[Item], *, ahead: int
) -> Generator[Result]:
    """Yield what `make` returns for each item, in order; at most `ahead` are begun and not yet taken."""
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(make, item))
            if len(waiting) >= ahead:
                yield _first_of(waiting)
        while waiting:
            yield _first_of(waiting)
    finally:
        for future in waiting:
            future.cancel()
        # The slide is closed next: nobody may still read it.
        wait(waiting)


def _first_of(waiting: deque[Future[Result]]) -> Result:
    # Taken off only when it is done: an interruption of the wait leaves it to be waited for.
    result = waiting[0].result()
    waiting.popleft()
    return result


def _facts(planned: PlannedSlide, slide: Slide, sample: Sample, split: Split) -> dict[str, Any]:
    """Return what the index and the sample's own JSON say of it."""
    cut = sample.cut
    box = cut.grid.slide_box(cut.box).intersection(slide.grids.slide.box)
    assert box is not None
    return {
        "slide": planned.name,
        "group": planned.pair.group,
        "kind": planned.pair.extra.get("kind", ""),
        "split": split,
        "form": cut.form,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "mpp": round(sum(cut.grid.mpp) / 2, 6),
        "tumour": round(sample.tumour, 6),
    }


def _family(cut: Cut) -> str:
    return "pieces" if cut.form == "piece" else cut.scales[0]


def _families(pairs: Iterable[StoredPair]) -> Iterator[str]:
    """Yield the family of each sample; a piece may stand in the index once for each scale."""
    seen = set()
    for pair in pairs:
        place = pair.shard, pair.image_offset
        if place not in seen:
            seen.add(place)
            yield "pieces" if pair.form == "piece" else pair.scale


def _sizes(slide: PlannedSlide) -> tuple[int | None, ...]:
    paths = (path for path in (slide.pair.slide, slide.pair.mask) if path)
    return tuple(path.stat().st_size if path.is_file() else None for path in paths)


def _require_unchanged(slide: PlannedSlide, earlier: FinishedSlide) -> None:
    if _sizes(slide) != earlier.sizes:
        raise OutputError(
            f"{slide.name} or its mask has changed since it was prepared.",
            hint="Add --restart to prepare everything anew.",
        )
