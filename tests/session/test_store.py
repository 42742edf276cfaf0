from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zoomiseg.session._store import FolderShelf, LayerStore, MemoryShelf


def layer(seed: int = 0) -> np.ndarray:
    values = np.zeros((1024, 1024), np.uint8)
    values[100:300, 50:90] = np.random.default_rng(seed).integers(0, 256, (200, 40))
    return values


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_what_is_put_on_a_shelf_comes_back(kind: str, tmp_path: Path) -> None:
    shelf = MemoryShelf() if kind == "memory" else FolderShelf(tmp_path / "cache")
    assert shelf.get("a") is None
    shelf.put("a", layer())
    shelf.put("a", layer())
    found = shelf.get("a")
    assert found is not None
    assert np.array_equal(found, layer())


def test_the_folder_is_a_zarr_group_of_version_3_with_checked_chunks(tmp_path: Path) -> None:
    import zarr

    FolderShelf(tmp_path / "cache").put("a", layer())
    array = zarr.open_group(tmp_path / "cache", mode="r")["a"]
    assert array.metadata.zarr_format == 3
    assert array.chunks == (1024, 1024)
    assert [type(codec).__name__ for codec in array.compressors] == ["ZstdCodec", "Crc32cCodec"]


@pytest.mark.parametrize("damage", ["no chunk", "flipped", "cut", "no metadata", "other", "other shape"])
def test_a_layer_that_is_not_as_it_was_written_is_absent(tmp_path: Path, damage: str) -> None:
    shelf = FolderShelf(tmp_path / "cache")
    shelf.put("a", layer())
    chunk = tmp_path / "cache" / "a" / "c" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    if damage == "no chunk":
        chunk.unlink()
    elif damage == "flipped":
        content[50] ^= 1
        chunk.write_bytes(content)
    elif damage == "cut":
        chunk.write_bytes(content[:20])
    elif damage == "no metadata":
        (chunk.parents[2] / "zarr.json").write_text("{")
    else:
        shape = (4, 4) if damage == "other shape" else (1024, 1024)
        shelf._group().create_array("a", data=np.zeros(shape, np.uint8), overwrite=True)
    assert shelf.get("a") is None
    shelf.put("a", layer())
    assert np.array_equal(shelf.get("a"), layer())


def test_a_bounded_number_of_layers_is_decoded_and_the_least_used_goes() -> None:
    store = LayerStore(None, decoded=2)
    for name in "abc":
        store.put(name, layer(ord(name)))
    assert list(store._decoded) == ["b", "c"]
    assert store.get("b") is not None
    assert np.array_equal(store.get("a"), layer(ord("a")))
    assert list(store._decoded) == ["b", "a"]


def test_decoded_layers_cannot_be_written_to() -> None:
    store = LayerStore(None, decoded=2)
    store.put("a", layer())
    with pytest.raises(ValueError, match="read-only"):
        store.get("a")[0, 0] = 1


def test_a_cache_that_cannot_be_written_is_told_once_and_memory_takes_over(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    store = LayerStore(FolderShelf(tmp_path / "cache"), decoded=1)
    for name in "abc":
        store.put(name, layer(ord(name)))
    assert len(store.notices) == 1
    assert "cache of predictions cannot be written" in store.notices[0]
    assert np.array_equal(store.get("a"), layer(ord("a")))


def test_a_cache_folder_that_is_no_group_any_more_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "zarr.json").write_text("{")
    with pytest.raises(OSError, match="no Zarr group"):
        FolderShelf(tmp_path / "cache").put("a", layer())
