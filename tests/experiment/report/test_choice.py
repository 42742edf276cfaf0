from __future__ import annotations

from zoomiseg.experiment.evaluation import evaluation_figures
from zoomiseg.experiment.metrics import Overlap
from zoomiseg.experiment.report._choice import Chosen, chosen_patches, ordering_row

from ..evaluation.runs import facts, file_of, patch, run


def cells(*percent):
    """Low patches of these IoUs; None is one without tumour."""
    return tuple(Overlap() if each is None else Overlap(each, each, 100) for each in percent)


def chosen(tmp_path, *slides, rows=("zoomiseg",)):
    made = [(facts(name, kind=kind), dict.fromkeys(rows, run(patch("low", 0.9), cells=parts)))
            for name, kind, parts in slides]  # fmt: skip
    file = file_of(tmp_path / "e.json", *made)
    return chosen_patches(file, evaluation_figures(file))


def test_the_middle_and_the_worst_of_each_kind_are_chosen(tmp_path):
    found = chosen(
        tmp_path,
        ("a", "real", cells(90, None, 40)),
        ("b", "generated", cells(80, 81)),
        ("c", "real", cells(70)),
    )
    assert found == [
        Chosen("real", "median", "c", 0, 0.7),
        Chosen("real", "worst", "a", 2, 0.4),
        Chosen("generated", "median", "b", 1, 0.81),
        Chosen("generated", "worst", "b", 0, 0.8),
    ]


def test_equal_patches_keep_the_order_of_slides(tmp_path):
    found = chosen(tmp_path, ("b", "", cells(50)), ("a", "", cells(50, 50)))
    assert [(each.slide, each.cell) for each in found] == [("a", 0), ("b", 0)]


def test_a_single_patch_is_the_only_one_and_without_tumour_there_is_none(tmp_path):
    assert [each.role for each in chosen(tmp_path, ("a", "", cells(50, None)))] == ["only"]
    assert chosen(tmp_path, ("a", "", cells(None))) == []


def test_the_row_that_orders_is_zoomiseg_or_the_tables_first():
    assert ordering_row({"rows": [{"name": "low-only"}, {"name": "zoomiseg"}]}) == "zoomiseg"
    assert ordering_row({"rows": [{"name": "low-only"}, {"name": "grabcut"}]}) == "low-only"
