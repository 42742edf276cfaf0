"""Options about the methods that networks are held against, the same in both verbs that evaluate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from zoomiseg.experiment import Baseline

SamOption = Annotated[
    Path | None,
    typer.Option(
        "--sam-checkpoint",
        help="Weights of Segment Anything for sam, as its authors publish them: ViT-B, -L or -H "
        "(needs zoomiseg[sam]).",
    ),
]
RitmOption = Annotated[
    str | None,
    typer.Option(
        "--ritm-weights",
        help="Weights for the row ritm-style: a folder from `zoomiseg train`, such as ./ritm.",
    ),
]
MethodOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--method",
        help="Python file with a method of your own (docs/add-a-method.md), which is run; several times.",
    ),
]


def baselines_from(sam_checkpoint: Path | None, methods: Sequence[Path] | None) -> Mapping[str, Baseline]:
    """Return all methods by name, those of the files last."""
    from zoomiseg.experiment import known_baselines

    return known_baselines(sam_checkpoint=sam_checkpoint, files=methods or ())
