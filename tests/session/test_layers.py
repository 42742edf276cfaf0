from __future__ import annotations

from zoomiseg.geometry import Box, Click
from zoomiseg.session._layers import LayerNames, Start

from .stubs import StubPredictor

BOX = Box(0, 0, 1024, 1024)
CLICKS = (Click(1, 2, 1), Click(3, 4, -1))


def names(*, low: str = "low", high: str = "high", slide: str = "a") -> LayerNames:
    return LayerNames(StubPredictor(low), StubPredictor(high), slide={"name": slide})


def test_equal_circumstances_give_equal_names() -> None:
    assert names().layer("low", BOX, clicks=CLICKS, source=None).id == (
        names().layer("low", BOX, clicks=CLICKS, source=None).id
    )


def test_whatever_a_prediction_depends_on_is_in_its_name() -> None:
    base = names().layer("low", BOX, clicks=CLICKS, source=None)
    view = names().low_view((base,), None)
    other_view = names().low_view((base, base), None)
    over_import = names().low_view((base,), Start("f" * 64))
    layers = [
        base,
        names(low="x").layer("low", BOX, clicks=CLICKS, source=None),
        names(slide="b").layer("low", BOX, clicks=CLICKS, source=None),
        names().layer("high", BOX, clicks=CLICKS, source=None),
        names(high="x").layer("high", BOX, clicks=CLICKS, source=None),
        names().layer("low", BOX.translated(1, 0), clicks=CLICKS, source=None),
        names().layer("low", BOX, clicks=CLICKS[::-1], source=None),
        names().layer("low", BOX, clicks=CLICKS[:1], source=None),
        names().layer("low", BOX, clicks=CLICKS, source=base),
        names().layer("low", BOX, clicks=CLICKS, source=view),
        names().layer("low", BOX, clicks=CLICKS, source=other_view),
        names().layer("low", BOX, clicks=CLICKS, source=over_import),
    ]
    assert len({layer.id for layer in layers}) == len(layers)


def test_the_other_networks_identity_is_not_in_a_name() -> None:
    assert names(high="x").layer("low", BOX, clicks=(), source=None).id == (
        names(high="y").layer("low", BOX, clicks=(), source=None).id
    )
