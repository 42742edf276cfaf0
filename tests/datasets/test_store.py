"""Reading prepared patches at random: right from any thread and process, and damage is told."""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from zoomiseg.datasets import PatchStore, prepare
from zoomiseg.errors import ManifestError


@pytest.fixture
def folder(images, tmp_path):
    prepare(images([(f"p{n}", "val" if n == 3 else "train") for n in range(6)]), tmp_path / "out")
    return tmp_path / "out"


def targets(store, numbers):
    return [int(store.read(number)[1].sum()) // 160 for number in numbers]


def test_pairs_are_chosen_by_split_scale_and_form(folder):
    store = PatchStore(folder)
    assert len(store) == 12
    assert store.pairs() == list(range(12))
    assert store.pairs(split="val") == [6, 7]
    assert store.pairs(split="val", scale="high") == [7]
    assert store.pairs(scale="low", form="piece") == [0, 2, 4, 6, 8, 10]
    assert store.pairs(form="patch") == []
    assert store[6].slide == "3.png"


def test_threads_read_the_same_as_one_after_the_other(folder):
    store = PatchStore(folder)
    order = np.random.default_rng(0).integers(0, 12, 200).tolist()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: targets(store, [number])[0], order))
    assert found == [20 + number // 2 for number in order]


def read_in_child(store, numbers, answers):
    answers.put(targets(store, numbers))


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_forked_processes_read_from_one_store_at_once(folder):
    context, store = multiprocessing.get_context("fork"), PatchStore(folder)
    store.read(0)
    answers = context.SimpleQueue()
    order = [n % 12 for n in range(60)]
    children = [context.Process(target=read_in_child, args=(store, order, answers)) for _ in range(3)]
    for child in children:
        child.start()
    found = [answers.get() for _ in children]
    for child in children:
        child.join()
    assert found == [[20 + number // 2 for number in order]] * 3


def test_a_store_can_be_sent_to_another_process(folder):
    assert targets(pickle.loads(pickle.dumps(PatchStore(folder))), [5]) == [22]


def test_a_folder_that_is_not_finished_says_so(tmp_path):
    with pytest.raises(ManifestError) as caught:
        PatchStore(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} holds no index.csv. `zoomiseg prepare` makes it; interrupted, it goes on."
    )


def test_a_shard_that_is_gone_or_cut_is_told_at_once(folder):
    shard = folder / "train-pieces-00000.tar"
    data = shard.read_bytes()
    shard.write_bytes(data[: len(data) // 2])
    with pytest.raises(ManifestError, match=r"train-pieces-00000.tar is cut short"):
        PatchStore(folder)
    shard.unlink()
    with pytest.raises(ManifestError, match="There is no shard"):
        PatchStore(folder)


def test_bytes_that_are_no_image_are_told_with_their_place(folder):
    store = PatchStore(folder)
    pair = store[0]
    shard = folder / pair.shard
    data = bytearray(shard.read_bytes())
    data[pair.image_offset : pair.image_offset + 200] = bytes(200)
    shard.write_bytes(data)
    with pytest.raises(ManifestError, match=f"is damaged at byte {pair.image_offset}"):
        store.read(0)
    assert targets(store, [2]) == [21]


def test_a_shard_that_vanishes_later_is_told(folder):
    store = PatchStore(folder)
    (folder / store[0].shard).unlink()
    with pytest.raises(ManifestError, match="cannot be read: No such file or directory"):
        store.read(0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slide,group", "slide,crowd", "is no index of prepared patches"),
        (",train,low,", ",training,low,", "its split is 'training'"),
        (",low,piece,", ",medium,piece,", "its scale is 'medium'"),
        (",low,piece,0,", ",low,piece,left,", "Line 2 of"),
        ("0.png,p0,", "0.png,", "Line 2 of"),
        ("train-pieces-00000.tar", "../train-pieces-00000.tar", "There is no shard"),
    ],
)
def test_an_index_that_is_damaged_is_told(folder, old, new, said):
    path = folder / "index.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ManifestError, match=said):
        PatchStore(folder)
