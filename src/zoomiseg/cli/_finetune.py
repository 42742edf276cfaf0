"""`zoomiseg train finetune`: trained weights are taught a few slides more, and kept if they became better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoomiseg.errors import OutputError

from ._output import counted, print_result, progress, say, warn
from ._training import begun_with, keep_what_is_there, reports_of, telling_how_to_resume, wants_weights

if TYPE_CHECKING:
    from zoomiseg.networks import Card
    from zoomiseg.training import Checked, Finetuned, Recipe, RunOptions

_FEW_SLIDES = 3


@dataclass(frozen=True, slots=True)
class _Scale:
    """What came of one scale: the recipe that was run, the result, and the card of what is in the folder."""

    recipe: Recipe
    done: Finetuned
    card: Card

    @property
    def values(self) -> dict[str, Any]:
        checked = self.done.checked
        found: dict[str, Any] = {"checked": None}
        if checked:
            found = {
                "checked": {"by": checked.by, "slides": checked.slides, "helped": checked.helped},
                "before": checked.before.named(),
                "after": checked.after.named(),
            }
        kept = "new" if self.done.network else "old"
        step = self.recipe.steps if self.done.network else 0
        return {"step": step, "sha256": self.card.sha256, "kept": kept, "reason": self.done.reason, **found}


def finetune(
    recipes: Sequence[Recipe],
    start: str | None,
    data: Sequence[Path],
    folder: Path,
    *,
    low_weights: str | None,
    options: RunOptions,
    as_json: bool,
) -> None:
    """Run each recipe in turn and print one answer; the folder has the better weights of each scale.

    Raises:
        RecipeError: No weights to begin with are named.
        OutputError: The folder is that of the weights to begin with, or has what was trained before.
        WeightsError: They are missing, damaged, or of another network than a recipe trains.
        ManifestError, SlideError, AnnotationError: The data cannot be used.
    """
    from zoomiseg.networks import find_weights

    if start is None:
        raise wants_weights(recipes[0])
    source = find_weights(start, allow_path=True)
    if source.resolve() == folder.resolve():
        raise OutputError(f"{folder} holds the weights to begin with.", hint="Choose another folder with -o.")
    if not options.resume:
        for recipe in recipes:
            keep_what_is_there(folder, recipe)
    done = []
    for recipe in recipes:
        scale = _finetuned(recipe, start, data, folder, low_weights=low_weights, options=options)
        done.append(scale)
        say(f"{recipe.scale}: {_sentence(scale.done)}")
        _warn_of_little(scale.done.checked, recipe)
    scales = {each.recipe.scale: each for each in done}
    values = {
        "weights": str(folder),
        "card": {name: str(folder / f"{name}.json") for name in scales},
        "best": {name: each.values for name, each in scales.items()},
    }
    lines = [f"{folder}: {name}, the {each.values['kept']} weights" for name, each in scales.items()]
    print_result(values, lines, as_json=as_json)


def _finetuned(
    recipe: Recipe,
    start: str,
    data: Sequence[Path],
    folder: Path,
    *,
    low_weights: str | None,
    options: RunOptions,
) -> _Scale:
    from zoomiseg.networks import find_weights, read_card
    from zoomiseg.training import finetune as run
    from zoomiseg.training import keep_weights, load_low_network, save_weights

    chosen, network = begun_with(recipe, start)
    source = find_weights(start, allow_path=True)
    if chosen.scale == "high":
        # The low network that was just taught, where there is one, makes the first masks.
        taught = folder if (folder / "low.json").is_file() else source.resolve()
        chosen = replace(chosen, low_weights=low_weights or chosen.low_weights or str(taught))
    work = folder / "training" / chosen.scale
    with telling_how_to_resume(work), progress(f"Fine-tuning {chosen.scale}") as advance:
        done = run(
            chosen,
            network,
            data,
            work,
            low=load_low_network(chosen),
            options=options,
            reports=reports_of(chosen, advance),
            tell=lambda sentence: say(f"{chosen.scale}: {sentence}"),
        )
    if done.network is None:
        return _Scale(chosen, done, keep_weights(source, folder, chosen.scale))
    before = read_card(source, chosen.scale)
    assert done.checked is not None, "new weights are kept only once they were checked"
    card = save_weights(
        done.network,
        chosen,
        folder,
        data=f"Fine-tuned on data of its user; before, as {before.name}: {before.data}",
        figures={"held out": done.checked.after.named(), "held out before": done.checked.before.named()},
    )
    return _Scale(chosen, done, card)


def _sentence(done: Finetuned) -> str:
    if done.checked is None:
        return f"The old weights stay. {done.reason}"
    before, after = done.checked.before, done.checked.after
    verdict = "The new weights are kept" if done.network else "The old weights stay"
    return (
        f"{verdict}: {before.noc[1]:.2f} clicks to 0.85 before, {after.noc[1]:.2f} after (never reached on "
        f"{before.failures} and {after.failures} of {after.images}), IoU {before.iou[2]:.3f} and "
        f"{after.iou[2]:.3f} after 5 clicks, by {done.checked.by}."
    )


def _warn_of_little(checked: Checked | None, recipe: Recipe) -> None:
    if checked and checked.by == "patches of one slide":
        warn([f"{recipe.scale}: All is of one slide: its patches are alike, which flatters the new weights."])
    elif checked and checked.slides < _FEW_SLIDES:
        warn([f"{recipe.scale}: This rests on {counted(checked.slides, 'slide')} only."])
