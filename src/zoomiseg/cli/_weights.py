"""`zoomiseg weights`: which networks are installed, what they are, and whether they are whole."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zoomiseg.errors import WeightsError

from ._options import JsonFlag
from ._output import print_result, warn

if TYPE_CHECKING:
    from zoomiseg.networks import Card

_NONE = "No weights are installed. The folders in $ZOOMISEG_WEIGHTS are searched too."


def register(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    verbs = typer.Typer(
        help="List, show or verify trained networks.", no_args_is_help=True, rich_markup_mode=None
    )
    verbs.command("list", short_help="List what is installed.")(list_)
    verbs.command("show", short_help="Show what weights are.")(show)
    verbs.command("verify", short_help="Check that they are whole.")(verify)
    app.add_typer(verbs, name="weights", short_help="List, show or verify trained networks.")


def list_(json: JsonFlag = False) -> None:
    """List the weights that are installed: in the package, $ZOOMISEG_WEIGHTS, the user's data folder."""
    from zoomiseg.networks import list_weights

    found: dict[str, dict[str, Card]] = {}
    for name, folder in list_weights().items():
        try:
            found[name] = _cards(folder)
        except WeightsError as error:
            # One damaged folder must not hide the others.
            warn([str(error)])
    lines = [
        f"{name}: {', '.join(f'{scale} at {card.mpp:g} µm' for scale, card in cards.items())}"
        for name, cards in found.items()
    ]
    values = {"weights": [_entry(name, cards) for name, cards in found.items()]}
    print_result(values, lines or [_NONE], as_json=json)


def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name from `zoomiseg weights list`, or a folder's path.")
    ],
    json: JsonFlag = False,
) -> None:
    """Show what weights are: network, what they learnt from, licence, and how good they are."""
    from zoomiseg.networks import find_weights

    cards = _cards(find_weights(name, allow_path=True))
    lines = [line for scale, card in cards.items() for line in _described(scale, card)]
    print_result({"weights": [_entry(name, cards)]}, lines, as_json=json)


def verify(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A name or a folder's path; without it, all that are installed."
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Check files, checksums and tensors; the first fault found ends it with exit code 1."""
    from zoomiseg.networks import list_weights, verify_weights

    names = [name] if name else list(list_weights())
    found = {each: verify_weights(each, allow_path=True) for each in names}
    lines = [f"{each}: whole ({', '.join(cards)})" for each, cards in found.items()]
    values = {"weights": [_entry(each, cards) for each, cards in found.items()]}
    print_result(values, lines or [_NONE], as_json=json)


def _cards(folder: Path) -> dict[str, Card]:
    from zoomiseg.networks import read_card, scales_of

    return {scale: read_card(folder, scale) for scale in scales_of(folder)}


def _entry(name: str, cards: dict[Any, Card]) -> dict[str, Any]:
    scales = {
        scale: {
            "mpp": card.mpp,
            "sha256": card.sha256,
            "licence": card.licence,
            "figures": dict(card.figures),
            "network": card.network,
            "data": card.data,
        }
        for scale, card in cards.items()
    }
    return {"name": name, "scales": scales}


def _described(scale: str, card: Card) -> list[str]:
    return [
        f"{card.name}, {scale} scale ({card.mpp:g} µm per pixel)",
        f"  network  {card.network}",
        f"  recipe   {card.recipe}",
        *textwrap.wrap(card.data, 100, initial_indent="  data     ", subsequent_indent=" " * 11),
        f"  licence  {card.licence}",
        f"  sha256   {card.sha256}",
        *(f"  {name}: {_figure(value)}" for name, value in card.figures.items()),
    ]


def _figure(value: Any) -> str:
    """Return a figure, or a mapping of figures, in words: "noc85 2.25, failures (80 1, 85 3)"."""
    if isinstance(value, Mapping):
        inner = ((name, _figure(each), isinstance(each, Mapping)) for name, each in value.items())
        return ", ".join(f"{name} ({text})" if nested else f"{name} {text}" for name, text, nested in inner)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
