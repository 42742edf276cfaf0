"""The parts that a specimen is made of, each against a plain reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from zoomiseg.samples._cells import CellIndex, cells
from zoomiseg.samples._glands import GlandForm, gland
from zoomiseg.samples._kind import Kind
from zoomiseg.samples._layout import lay_out, signed_distance
from zoomiseg.samples._matrix import Textures
from zoomiseg.samples._noise import band_noise, cloud_noise, looked_up
from zoomiseg.samples._nuclei import NUCLEI, SORTS, Nuclei
from zoomiseg.samples._paint import bodies
from zoomiseg.samples._shapes import ShapeIndex
from zoomiseg.samples._stain import STAINS, stained
from zoomiseg.samples._style import STYLES
from zoomiseg.samples._window import Window


@pytest.mark.parametrize("wavelength", [8.0, 20.0])
def test_band_noise_has_its_power_at_its_wavelength(wavelength: float) -> None:
    field = band_noise(np.random.default_rng(0), (256, 256), wavelength, spread=0.2)
    power = np.abs(np.fft.rfft2(field)) ** 2
    frequency = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None])
    assert float((power * frequency).sum() / power.sum()) == pytest.approx(1 / wavelength, rel=0.15)
    assert field.mean() == pytest.approx(0, abs=1e-5)
    assert field.std() == pytest.approx(1, abs=1e-3)


def test_noise_joins_at_its_borders() -> None:
    field = cloud_noise(np.random.default_rng(1), (128, 128), 40, slope=2.5)
    inner = np.abs(np.diff(field, axis=1)).mean()
    assert np.abs(field[:, 0] - field[:, -1]).mean() < 2 * inner


@given(x=st.floats(-900, 900, width=32), y=st.floats(-900, 900, width=32))
def test_a_tile_repeats_in_all_directions(x: float, y: float) -> None:
    tile = cloud_noise(np.random.default_rng(2), (32, 48), 12)
    there = looked_up(tile, np.full((1, 1), x, np.float32), np.full((1, 1), y, np.float32))
    around = looked_up(tile, np.full((1, 1), x + 96, np.float32), np.full((1, 1), y - 64, np.float32))
    # OpenCV's linear interpolation has steps of 1/32 pixel.
    assert float(there[0, 0]) == pytest.approx(float(around[0, 0]), abs=0.25)


def test_stains_follow_beer_and_lambert() -> None:
    stain = STAINS[0]
    one, two = np.ones((1, 1), np.float32), np.full((1, 1), 2, np.float32)
    none = np.zeros((1, 1, 3), np.float32)
    single = stained(stain, one, one, none) / np.array(stain.white)
    double = stained(stain, two, two, none) / np.array(stain.white)
    assert double == pytest.approx(single**2, rel=1e-5)
    assert stained(stain, 0 * one, 0 * one, none)[0, 0] == pytest.approx(stain.white)


@pytest.mark.parametrize("sort", SORTS)
def test_nuclei_are_as_large_as_their_sort_says(sort: str) -> None:
    nuclei = Nuclei(3, tumour_diameter_um=NUCLEI["tumour"].diameter_um, tumour_density=0.9)
    stamps = [nuclei.of(SORTS.index(sort), turn, variant) for turn in range(16) for variant in range(14)]
    diameters = [2 * np.sqrt(stamp.cover.sum() / np.pi) * 0.5 for stamp in stamps]
    assert np.median(diameters) == pytest.approx(NUCLEI[sort].diameter_um, rel=0.15)
    assert all(stamp.cover.min() >= 0 and stamp.cover.max() <= 1 + 1e-5 for stamp in stamps)


@pytest.mark.parametrize("turn", [0, 4, 8, 12])
def test_a_long_nucleus_points_where_its_turn_says(turn: int) -> None:
    nuclei = Nuclei(3, tumour_diameter_um=9, tumour_density=0.9)
    angles = []
    for variant in range(14):
        cover = nuclei.of(SORTS.index("muscle"), turn, variant).cover
        y, x = np.mgrid[: len(cover), : len(cover)] - (len(cover) - 1) / 2
        moments = np.cov(np.stack([x.ravel(), y.ravel()]), aweights=cover.ravel())
        along = np.linalg.eigh(moments)[1][:, -1]
        angles.append(np.arctan2(along[1], along[0]))
    mean = np.angle(np.mean(np.exp(2j * np.array(angles)))) / 2
    assert abs(np.angle(np.exp(2j * (mean - np.pi * turn / 16)))) / 2 < 0.12


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 99),
    left=st.integers(-900, 900),
    top=st.integers(-900, 900),
    width=st.integers(1, 900),
    height=st.integers(1, 900),
)
def test_cells_are_found_as_a_search_of_all_repeats_finds_them(
    seed: int, left: int, top: int, width: int, height: int
) -> None:
    rng = np.random.default_rng(seed)
    places = (rng.random((60, 2)) * (700, 500) - 30).astype(np.float32)
    population = cells(rng, places, sort="tumour", kind=Kind.TUMOUR, body_px=5.0)
    found = CellIndex(population, 640, 448).within(left, top, left + width, top + height)
    inside = places - np.floor(places / (640, 448)) * (640, 448)
    shifts = [(640 * i, 448 * j) for i in range(-5, 6) for j in range(-6, 7)]
    everywhere = np.concatenate([inside.astype(np.float32) + np.float32(shift) for shift in shifts])
    x, y = everywhere.T
    expected = everywhere[(x >= left) & (x < left + width) & (y >= top) & (y < top + height)]
    actual = np.stack([found.x, found.y], axis=1)
    assert np.allclose(sorted(map(tuple, actual)), sorted(map(tuple, expected)))


def test_a_pixel_belongs_to_the_body_whose_middle_is_nearest_in_radii() -> None:
    rng = np.random.default_rng(5)
    places = (rng.random((70, 2)) * 160 + 20).astype(np.float32)
    population = cells(rng, places, sort="tumour", kind=Kind.TUMOUR, body_px=14.0)
    window = Window(0, 0, 200, 200)
    textures = Textures(5)
    found = bodies(window, textures, population)
    moved_x = window.x + 3.2 * window.tiled(textures.warp[0])
    moved_y = window.y + 3.2 * window.tiled(textures.warp[1])
    distance, owner = cKDTree(places).query(np.stack([moved_x, moved_y], axis=-1), k=2)
    near = distance[..., 1] < 14 * 1.3
    assert near.mean() > 0.3
    assert found.first[near] == pytest.approx(distance[..., 0][near] / 14, abs=1e-3)
    assert found.second[near] == pytest.approx(distance[..., 1][near] / 14, abs=1e-3)
    assert (found.owner[near] == owner[..., 0][near]).mean() > 0.999
    assert np.array_equal(found.inside, distance[..., 0] < 14) or (
        np.abs(distance[..., 0] - 14)[found.inside != (distance[..., 0] < 14)].max() < 1e-3
    )


def test_shapes_are_found_where_their_outlines_reach() -> None:
    rng = np.random.default_rng(6)
    form = GlandForm(kind=Kind.GLAND, sort="epithelium", radius_px=40, height_px=15, spacing_px=12)
    shapes = [gland(rng, (float(x), float(y)), form) for x, y in rng.random((25, 2)) * (900, 700)]
    index = ShapeIndex(shapes, 900, 700)
    window = Window(-300, 500, 500, 400)
    found = {tuple(item.outline[0].round(2)) for item in index.near(window)}
    expected = set()
    for item in shapes:
        for shift in ((i * 900, j * 700) for i in range(-2, 3) for j in range(-2, 3)):
            outline = item.outline + np.float32(shift)
            (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
            if left < 200 and right > -300 and top < 900 and bottom > 500:
                expected.add(tuple(outline[0].round(2)))
    assert found == expected


def test_a_gland_encloses_its_lumen_and_its_cells() -> None:
    form = GlandForm(
        kind=Kind.GLAND, sort="epithelium", radius_px=50, distorted=0.0, height_px=20, spacing_px=12
    )
    made = gland(np.random.default_rng(7), (100, 100), form)
    radius = np.hypot(*(made.outline - 100).T).mean()
    assert made.lumen is not None
    assert np.hypot(*(made.lumen - 100).T).mean() == pytest.approx(radius - 0.92 * 20, rel=0.1)
    lining = np.hypot(made.lining.x - 100, made.lining.y - 100)
    assert (lining < radius * 1.25).all()
    assert lining.mean() == pytest.approx(radius - 10, rel=0.15)


def test_signed_distance_is_that_of_a_circle() -> None:
    y, x = np.mgrid[:120, :120]
    radius = np.hypot(x - 60, y - 60)
    distance = signed_distance(radius < 40)
    # Map pixels are 8 slide pixels; the transform's 5 x 5 mask is exact to about 2%.
    assert distance == pytest.approx((40 - radius) * 8, abs=14)


@pytest.mark.parametrize("style", STYLES)
def test_the_territory_takes_its_share_of_the_tissue(style: str) -> None:
    layout = lay_out(4096, 4096, seed=2, style=STYLES[style])
    tissue = layout.tissue > 200
    assert (layout.bulk[tissue] > 0).mean() == pytest.approx(STYLES[style].bulk, abs=0.03)


@pytest.mark.parametrize("place", [(0, 0), (-37, 411), (1003, 77)])
def test_map_fields_are_enlarged_to_the_pixels_they_stand_for(place: tuple[int, int]) -> None:
    rows, columns = np.mgrid[:64, :64].astype(np.float32)
    field = np.sin(columns / 64 * 2 * np.pi) + np.cos(rows / 64 * 4 * np.pi)
    window = Window(*place, 90, 70)
    exact = np.sin(window.x / 512 * 2 * np.pi - 2 * np.pi * 0.5 / 64) + np.cos(
        window.y / 512 * 4 * np.pi - 4 * np.pi * 0.5 / 64
    )
    assert window.enlarged(field.astype(np.float32)) == pytest.approx(exact, abs=0.02)
