"""How many there are of what."""

from __future__ import annotations

from zoomiseg.datasets import prepare, summary


def test_each_scale_and_split_has_its_row(images, tmp_path):
    done = prepare(images([("a", "train"), ("a", "train"), ("", "train"), ("b", "val")]), tmp_path / "out")
    rows = {(row.scale, row.split): row for row in summary(done.pairs)}
    assert list(rows) == [("low", "train"), ("low", "val"), ("high", "train"), ("high", "val")]
    train = rows["low", "train"]
    assert (train.patients, train.slides, train.patches, train.pieces) == (2, 3, 0, 3)
    assert abs(train.tumour - 21 / 120) < 1e-6
    assert rows["high", "val"].pieces == 1


def test_where_there_is_nothing_the_row_is_zero():
    assert {(row.slides, row.patches, row.tumour) for row in summary([])} == {(0, 0, 0.0)}
