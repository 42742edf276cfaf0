"""Images and masks of the same name: in folders beside each other, or with an ending such as _mask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ._case import Case, Found
from ._folder import Folder, stem_of
from ._masked import masked

_IMAGES = ("images", "image", "imgs", "img", "slides", "tissue images")
_MASKS = ("masks", "mask", "labels", "label", "annotations", "annotation", "gt", "groundtruth", "truth")
_ENDINGS = tuple(
    f"{join}{word}"
    for word in ("mask", "masks", "label", "labels", "anno", "gt", "seg", "segmentation", "groundtruth")
    for join in "_-"
)
_MASK_FILES = (".png", ".tif", ".tiff")
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


class Pairs:
    """A folder called train, val or test gives the split."""

    name = "pairs"
    title = "image and mask pairs"

    def find(self, folder: Folder) -> Found:
        masks = {
            (path.parent, stem_of(path)): path for path in folder.slides if path.suffix.lower() in _MASK_FILES
        }
        found = ((slide, _mask_of(slide, folder.root, masks)) for slide in folder.slides)
        return Found(tuple(_case(slide, mask, folder.root) for slide, mask in found if mask))


def _case(slide: Path, mask: Path, root: Path) -> Case:
    parts = (part.casefold() for part in slide.relative_to(root).parts[:-1])
    split = next((_SPLITS[part] for part in parts if part in _SPLITS), "")
    return Case(slide, (mask,), masked(mask), split=split)


def _mask_of(slide: Path, root: Path, masks: Mapping[tuple[Path, str], Path]) -> Path | None:
    stem = stem_of(slide)
    if stem.endswith(_ENDINGS):
        return None
    names = (stem, *(f"{stem}{ending}" for ending in _ENDINGS))
    places = [(place, name) for place in _mask_folders(slide, root) for name in names]
    places += [(slide.parent, name) for name in names[1:]]
    return next((masks[place] for place in places if place in masks), None)


def _mask_folders(slide: Path, root: Path) -> Iterator[Path]:
    """Yield where masks may lie: the slide's folder, with a folder of images in its way one of masks."""
    parts = slide.parent.relative_to(root).parts
    for index, part in enumerate(parts):
        if part.casefold() in _IMAGES:
            above = root.joinpath(*parts[:index])
            for sibling in sorted(above.iterdir()):
                if sibling.is_dir() and sibling.name.casefold() in _MASKS:
                    yield sibling.joinpath(*parts[index + 1 :])
