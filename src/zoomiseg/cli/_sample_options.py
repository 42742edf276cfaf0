"""The options of `zoomiseg sample`, and which of them go together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

LEAST_SIDE_PX, MOST_SIDE_PX = 64, 2_000_000


def possible_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return a value of --size, or refuse what is no size of a slide."""
    if not all(LEAST_SIDE_PX <= side <= MOST_SIDE_PX for side in size):
        raise typer.BadParameter(
            f"{size[0]} x {size[1]} pixels is no size of a slide; "
            f"a side is from {LEAST_SIDE_PX} to {MOST_SIDE_PX}."
        )
    return size


def known_style(style: str | None) -> str | None:
    """Return a value of --style, or refuse one that there is not."""
    if style is None:
        return None
    from zoomiseg.samples import style_names

    if style not in style_names():
        raise typer.BadParameter(f"there is no style {style!r}; there are {', '.join(style_names())}.")
    return style


def one_meaning(target: list[str] | None) -> list[str] | None:
    """Return the values of --target, or refuse `all` and `one` beside anything else."""
    if target and len(target) > 1 and {"all", "one"} & set(target):
        raise typer.BadParameter("give all, or one, or kinds, not several of these.")
    return target


def refuse_apart(
    montage: Mapping[str, object],
    *,
    benchmark: str | None,
    from_: Path | None,
    style: str | None,
    kinds: bool,
) -> None:
    """Refuse options that mean nothing together.

    Raises:
        BadParameter: Names them.
    """
    given = [name for name, value in montage.items() if value]
    given += ["--style"] if style else []
    given += ["--kinds"] if kinds else []
    if benchmark is not None and given:
        raise typer.BadParameter(f"{given[0]} is decided by the benchmark.", param_hint=given[0])
    if benchmark is None and from_ is None and (apart := [name for name in given if name in montage]):
        raise typer.BadParameter(
            f"{apart[0]} chooses among real images, which --from names.", param_hint=apart[0]
        )
    if benchmark is None and from_ is not None and style:
        raise typer.BadParameter(
            "real images have no style; it is for generated tissue.", param_hint="--style"
        )
    if benchmark is None and from_ is not None and kinds:
        raise typer.BadParameter(
            "nothing is known of real images but what is marked; it is for generated tissue.",
            param_hint="--kinds",
        )


SizeOption = Annotated[
    tuple[int, int],
    typer.Option(
        "--size",
        metavar="W H",
        callback=possible_size,
        help="Pixels of 0.5 µm; generated tissue repeats every 16,384.",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, help="Another number, another slide; the same, the same pixels.")
]
StyleOption = Annotated[
    str | None,
    typer.Option(
        "--style",
        callback=known_style,
        help="How the tumour grows: nests (if not given), glands, strands, single-file or sheets.",
    ),
]
KindsFlag = Annotated[
    bool,
    typer.Option(
        "--kinds",
        help="Also write NAME-kinds.ome.tif, the class of tissue of each pixel (0 glass, 1 stroma, 2 tumour, "
        "3 gland, 4 lymphoid, 5 necrosis, 6 fat, 7 vessel, 8 muscle).",
    ),
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="PAIRS.csv",
        help="Lay out real images instead, at most 12 for each 4096 x 4096 pixels and none twice: a CSV with "
        "the columns slide,mask,mpp and, if there are, split,kind.",
    ),
]
SplitOption = Annotated[
    str | None, typer.Option("--split", help="With --from: only images of this split, such as test.")
]
KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help="With --from: only images of this kind; several times, or with commas."),
]
TargetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        callback=one_meaning,
        help="With --from, what the truth is: all (if not given), whatever is marked; a kind, also several "
        "times, what is marked in its images, about half of all; one, of a kind that the seed draws, or of "
        "half of the images where all are of one kind. The others are there to be left out.",
    ),
]
ImagesOption = Annotated[
    int | None,
    typer.Option("--images", min=1, help="With --from: how many, instead of as many as have room."),
]
BenchmarkOption = Annotated[
    str | None,
    typer.Option(
        "--benchmark",
        metavar="NAME",
        help="Build a whole set of test slides, such as v2, into the folder OUT and verify its checksums. "
        "Its real images come from --from; without it they are left out.",
    ),
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, max=64, help="How many draw at once.")]
