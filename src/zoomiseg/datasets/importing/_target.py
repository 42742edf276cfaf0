"""What of an annotation is the target: chosen by the names of classes, the user's or the usual ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from zoomiseg.annotations import USUAL_TARGET, Area, Drawing, is_called, listed
from zoomiseg.errors import AnnotationError

from ._case import ImportOptions

USUAL_CUT = ("stroma", "other", "negative", "normal", "exclusion", "_2", "ignore*")


@dataclass(frozen=True)
class Target:
    """Which areas are the target: what lies in one of some layers.

    Args:
        layers: For each class of the target its areas, and what is outside even within those.
        notices: Sentences that a user should read.
    """

    layers: tuple[tuple[Sequence[Area], Sequence[Area]], ...]
    notices: tuple[str, ...]


def target_of(drawing: Drawing, options: ImportOptions, *, name: str) -> Target:
    """Choose the areas of the target, and those that are cut out of it.

    A derived class or a group in another, "Tumor: Viable", is called by its whole name or by any part.
    Where nobody names a class, areas without a class count if there are none of a usual name, and one that
    goes by usual names of both, "Stroma: Positive", is doubtful: it is left out, or cut out where the user
    names what is.

    Args:
        drawing: What the file outlines.
        options: The user's names of classes.
        name: Of the file, for messages.
    Raises:
        AnnotationError: No area is the target; says which classes there are.
    """
    wanted = [area for area in drawing.areas if is_called(area.class_name, options.target or USUAL_TARGET)]
    doubtful: set[str | None] = set()
    if not options.target:
        doubtful = {
            area.class_name for area in wanted if is_called(area.class_name, options.cut or USUAL_CUT)
        }
        plain = [area for area in drawing.areas if area.class_name is None]
        wanted = [area for area in wanted if area.class_name not in doubtful] if wanted else plain
    classes = {area.class_name for area in wanted}
    if all(area.cut for area in wanted):
        raise _refusal(drawing, options, name)
    unsaid: set[str | None] = set() if options.cut else doubtful
    others = [area for area in drawing.areas if area.class_name not in classes | unsaid]
    named = [area for area in others if not area.cut and is_called(area.class_name, options.cut or USUAL_CUT)]
    ignored = {area.class_name for area in others} - {area.class_name for area in named}
    notices = (*drawing.notices, *_of_doubtful(unsaid, name), *_of_ignored(ignored, name))
    # A hole is one of its own layer; what has a name of its own is cut out of all of them.
    layers = tuple(
        (
            [area for area in wanted if area.class_name == layer and not area.cut],
            [*(area for area in wanted if area.class_name == layer and area.cut), *named],
        )
        for layer in dict.fromkeys(area.class_name for area in wanted)
    )
    return Target(layers, notices)


def _refusal(drawing: Drawing, options: ImportOptions, name: str) -> AnnotationError:
    if not drawing.areas:
        return AnnotationError(f"{name} outlines no area.")
    wanted = f"of the class {' or '.join(options.target)}" if options.target else "of a class known as tumour"
    return AnnotationError(
        f"{name} has no area {wanted}; it has {listed({area.class_name for area in drawing.areas})}.",
        hint="Name the classes of the target with --class.",
    )


def _of_doubtful(classes: Collection[str | None], name: str) -> Sequence[str]:
    if not classes:
        return ()
    return (
        f"{name}: areas of {listed(classes)} go by a name of the target and by one of what is cut out of "
        "it: left out; name them with --class or --cut.",
    )


def _of_ignored(classes: Collection[str | None], name: str) -> Sequence[str]:
    if not classes:
        return ()
    return (f"{name}: areas of {listed(classes)} are neither target nor cut out of it: left out.",)
