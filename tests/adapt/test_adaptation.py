import pytest

from zoomiseg.adapt import Adaptation, adaptation
from zoomiseg.errors import AdaptationError


@pytest.mark.parametrize("name", ["off", "head", "statistics+memory", "statistics+head+memory"])
def test_a_name_and_its_adaptation_are_each_others(name):
    assert adaptation(name).name == name


def test_parts_come_in_any_order():
    assert adaptation("memory+statistics") == Adaptation(statistics=True, memory=True)


@pytest.mark.parametrize("name", ["", "heads", "head+", "head+head", "off+head"])
def test_other_names_are_refused(name):
    with pytest.raises(AdaptationError, match="There is no adaptation"):
        adaptation(name)
