from dataclasses import dataclass

import pytest

from zoomiseg.errors import ScaleUnknown, SlideError
from zoomiseg.slide._scale import slide_mpp


@dataclass
class Says:
    """What a backend says of its scale."""

    mpp: tuple[float, float] | None = None
    objective: float | None = None


def found(given=None, **said):
    return slide_mpp(Says(**said), name="a.svs", given=given)


def test_the_files_own_scale_is_taken_without_a_warning():
    assert found(mpp=(0.25, 0.26), objective=40.0) == ((0.25, 0.26), [])


def test_a_given_scale_wins_over_the_files():
    assert found(given=0.5, mpp=(0.25, 0.25), objective=40.0) == ((0.5, 0.5), [])


def test_the_objective_stands_in_with_a_warning():
    mpp, warnings = found(objective=40.0)
    assert mpp == (0.25, 0.25)
    assert warnings == ["a.svs does not say its microns per pixel; 0.25 is taken from its 40x objective."]


@pytest.mark.parametrize(
    "claimed", [(352.8, 352.8), (0.0, 0.25), (float("nan"), 0.25), (0.2, 0.6), (-1.0, 1.0)]
)
def test_an_implausible_scale_is_not_believed(claimed):
    with pytest.raises(ScaleUnknown, match="which is no scale of a slide"):
        found(mpp=claimed)
    assert found(mpp=claimed, objective=20.0)[0] == (0.5, 0.5)


@pytest.mark.parametrize("objective", [None, 0.0, float("inf"), float("nan"), 0.5])
def test_without_scale_and_usable_objective_the_user_is_asked(objective):
    with pytest.raises(ScaleUnknown, match=r"--mpp 0\.25"):
        found(objective=objective)


@pytest.mark.parametrize("given", [0.0, -0.25, 0.01, 11.0, float("nan"), float("inf")])
def test_a_given_scale_out_of_range_is_refused(given):
    with pytest.raises(SlideError, match=r"give one from 0\.05 to 10"):
        found(given=given, mpp=(0.25, 0.25))


@pytest.mark.parametrize(("mpp", "words"), [(0.25, []), (0.51, []), (0.62, ["high"]), (2.5, ["high", "low"])])
def test_a_slide_coarser_than_a_scale_warns(mpp, words):
    warnings = found(mpp=(mpp, mpp))[1]
    assert len(warnings) == len(words)
    assert all(f"coarser than the {word} scale" in text for word, text in zip(words, warnings, strict=True))
