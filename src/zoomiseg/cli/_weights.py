"""`zoomiseg weights`: which networks are installed, what they are, and whether they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._output import JsonFlag, print_result

if TYPE_CHECKING:
    from zoomiseg.networks import Card

NameArgument = Annotated[str, typer.Argument(help="A name from `zoomiseg weights list`, or a folder's path.")]


def register(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    verbs = typer.Typer(help="List, show or verify network weights.", no_args_is_help=True)
    verbs.command("list")(list_)
    verbs.command("show")(show)
    verbs.command("verify")(verify)
    app.add_typer(verbs, name="weights")


def list_(json: JsonFlag = False) -> None:
    """List the weights that are installed."""
    from zoomiseg.networks import list_weights

    found = {name: _cards(folder) for name, folder in list_weights().items()}
    lines = [
        f"{name}: {', '.join(f'{scale} at {card.mpp:g} µm' for scale, card in cards.items())}"
        for name, cards in found.items()
    ]
    print_result({"weights": [_entry(name, cards) for name, cards in found.items()]}, lines, as_json=json)


def show(name: NameArgument, json: JsonFlag = False) -> None:
    """Show what weights are: network, data, licence and figures."""
    from zoomiseg.networks import find_weights

    cards = _cards(find_weights(name, allow_path=True))
    lines = [line for scale, card in cards.items() for line in _described(scale, card)]
    print_result({"weights": [_entry(name, cards)]}, lines, as_json=json)


def verify(
    name: Annotated[
        str | None, typer.Argument(help="One name or folder; without it, all that are installed.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Check files, checksums and tensors; the first fault found ends it with exit code 1."""
    from zoomiseg.networks import list_weights, verify_weights

    names = [name] if name else list(list_weights())
    found = {each: verify_weights(each, allow_path=True) for each in names}
    lines = [f"{each}: whole ({', '.join(cards)})" for each, cards in found.items()]
    print_result({"weights": [_entry(each, cards) for each, cards in found.items()]}, lines, as_json=json)


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
        f"  data     {card.data}",
        f"  licence  {card.licence}",
        f"  sha256   {card.sha256}",
        *(f"  {name}: {value}" for name, value in card.figures.items()),
    ]
