import os
from dataclasses import replace
from pathlib import Path

import pytest

from zoomiseg.errors import WeightsError
from zoomiseg.networks import (
    Card,
    build_network,
    find_weights,
    list_weights,
    save_network,
    scales_of,
    verify_weights,
)


def install(folder: Path, card: Card) -> Path:
    network = build_network("compact-unet16", shallow_skip="fused", drop_second_skip=False)
    save_network(folder, "low", network, card)
    return folder


def test_weights_are_found_by_name(weights_home: Path, card: Card) -> None:
    folder = install(weights_home / "tiny", card)
    assert find_weights("tiny") == folder
    assert list_weights()["tiny"] == folder
    assert scales_of(folder) == ("low",)


def test_the_named_folder_goes_before_the_users_own(
    weights_home: Path, tmp_path: Path, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_names, **_options: tmp_path / "user")
    own = install(tmp_path / "user/weights/tiny", card)
    assert find_weights("tiny") == own
    assert find_weights("tiny") != install(weights_home / "other", card)
    first = install(weights_home / "tiny", card)
    assert find_weights("tiny") == first


def test_the_variable_may_name_several_folders(
    tmp_path: Path, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install(tmp_path / "b/tiny", card)
    monkeypatch.setenv("ZOOMISEG_WEIGHTS", os.pathsep.join([str(tmp_path / "absent"), str(tmp_path / "b")]))
    assert find_weights("tiny") == folder


def test_a_folder_without_a_card_is_not_listed(weights_home: Path) -> None:
    (weights_home / "empty").mkdir(parents=True)
    assert "empty" not in list_weights()


def test_an_unknown_name_is_answered_with_the_installed_ones(weights_home: Path, card: Card) -> None:
    install(weights_home / "tiny", card)
    with pytest.raises(WeightsError, match=r"no weights called huge. Installed are: .*tiny"):
        find_weights("huge")


@pytest.mark.parametrize("name", ["../tiny", "/tmp/tiny", "..", ".", "", "a b", "tiny\n"])
def test_a_path_is_no_name_unless_paths_are_allowed(weights_home: Path, card: Card, name: str) -> None:
    install(weights_home / "tiny", card)
    with pytest.raises(WeightsError, match="no name of weights"):
        find_weights(name)


def test_a_path_is_taken_where_paths_are_allowed(tmp_path: Path, card: Card) -> None:
    folder = install(tmp_path / "anywhere", card)
    assert find_weights(str(folder), allow_path=True) == folder
    with pytest.raises(WeightsError, match=r"neither low\.json nor high\.json"):
        find_weights(str(tmp_path / "nowhere"), allow_path=True)


def test_verifying_returns_the_cards_or_names_the_fault(weights_home: Path, card: Card) -> None:
    folder = install(weights_home / "tiny", card)
    cards = verify_weights("tiny")
    assert list(cards) == ["low"]
    assert replace(cards["low"], sha256="") == card
    (folder / "low.safetensors").write_bytes(b"")
    with pytest.raises(WeightsError, match="damaged"):
        verify_weights("tiny")
