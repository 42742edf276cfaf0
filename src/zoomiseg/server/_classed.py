"""Which areas of an uploaded GeoJSON file belong to a class of a session."""

from __future__ import annotations

import glob
from collections.abc import Sequence

from zoomiseg.annotations import USUAL_TARGET, Annotation, is_called, listed
from zoomiseg.errors import AnnotationError
from zoomiseg.session import DEFAULT_CLASS

# What exports call the class, and then what others call it: a file that has the former means no other.
_NAMES_OF_DEFAULT = (("tumor", "tumour"), USUAL_TARGET)


def of_class(
    annotations: Sequence[Annotation], class_: str, *, name: str
) -> tuple[list[Annotation], list[str]]:
    """Return the annotations that are taken in for a class, and sentences about those that are not.

    What has no class belongs to whichever it is opened for. A file without areas comes back as it is.

    Args:
        annotations: All of the file.
        class_: The session's.
        name: The file's, for messages.
    Raises:
        AnnotationError: It has areas, all of them of other classes.
    """
    classes = {each.class_name for each in annotations if each.kind == "area" and each.class_name}
    if not classes:
        return list(annotations), []
    tiers = _NAMES_OF_DEFAULT if class_ == DEFAULT_CLASS else ((glob.escape(class_),),)
    found = ({each for each in classes if is_called(each, names)} for names in tiers)
    wanted: set[str] = next((each for each in found if each), set())
    taken = [each for each in annotations if not each.class_name or each.class_name in wanted]
    left_out = classes - wanted
    if not any(each.kind == "area" for each in taken):
        raise AnnotationError(
            f"{name} outlines no {class_}, only {listed(left_out)}.",
            hint="Choose the class that it outlines, or take the class off its areas in QuPath.",
        )
    notices = [f"Not of the class {class_}, so left out: {listed(left_out)}."] if left_out else []
    return taken, notices
