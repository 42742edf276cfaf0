import cv2
import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from zoomiseg.experiment import TissueTally
from zoomiseg.experiment._tissue_statistics import FREQUENCIES, tissue_of

PINK, BLUE = (230, 170, 205), (90, 60, 140)


def disks(diameter_um, spacing_um=16, size=512, shift=0):
    """Blue disks on pink, on a square raster."""
    image = np.full((size * 4, size * 4, 3), PINK, np.uint8)
    step = round(spacing_um * 8)
    for y in range(step // 2 + shift, size * 4, step):
        for x in range(step // 2, size * 4, step):
            cv2.circle(image, (x, y), round(diameter_um * 4), BLUE, -1, cv2.LINE_AA)
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)


def statistics(*images):
    tally = TissueTally()
    for image in images:
        tally.add(image)
    return tally.statistics()


@pytest.mark.parametrize("diameter_um", [6, 8, 11])
def test_disks_are_counted_and_sized(diameter_um):
    found = statistics(disks(diameter_um))
    assert found.nuclei_per_mm2 == pytest.approx(1e6 / 16**2, rel=0.03)
    assert np.median(found.diameters_um) == pytest.approx(diameter_um, rel=0.12)
    assert found.area_mm2 == pytest.approx(0.256**2, rel=0.01)


def test_touching_disks_are_counted_apart():
    found = statistics(disks(8, spacing_um=8.5))
    assert found.nuclei_per_mm2 == pytest.approx(1e6 / 8.5**2, rel=0.08)


def test_glass_is_no_tissue_and_has_no_nuclei():
    glass = np.full((300, 300, 3), 244, np.uint8)
    assert not tissue_of(glass).any()
    found = statistics(glass)
    assert found.nuclei_per_mm2 == found.area_mm2 == 0
    half = np.hstack([glass, np.full((300, 300, 3), PINK, np.uint8)])
    assert tissue_of(half).mean() == pytest.approx(0.5, abs=0.02)


def test_the_texture_of_a_wave_lies_at_its_frequency():
    x = np.arange(512) * 0.5
    wave = np.rint(150 + 40 * np.sin(2 * np.pi * x / 8))[None, :, None]
    found = statistics(np.broadcast_to(wave, (512, 512, 3)).astype(np.uint8))
    strongest = int(np.argmax(found.spectrum))
    assert FREQUENCIES[strongest] <= 1 / 8 <= FREQUENCIES[strongest + 1]
    octaves = np.diff(np.log2(FREQUENCIES))
    assert (found.spectrum * octaves).sum() == pytest.approx(1)
    assert found.spectrum[strongest] * octaves[strongest] > 0.8


def test_colour_distance_is_the_wasserstein_distance_of_the_densities():
    rng = np.random.default_rng(0)
    one, other = (
        np.clip(rng.normal(mean, 12, (256, 256, 3)), 40, 230).astype(np.uint8) for mean in (150, 170)
    )
    found = statistics(one).distance(statistics(other), "green")
    expected = wasserstein_distance(*(-np.log(image[..., 1] / 255).ravel() for image in (one, other)))
    assert found == pytest.approx(expected, abs=0.02)


def test_equal_tissue_is_at_no_distance_and_the_mean_is_the_mean():
    image = disks(8)
    one = statistics(image)
    assert one.distance(statistics(image, image), "eosin") == pytest.approx(0)
    assert one.spectrum_distance(statistics(image, image)) == pytest.approx(0)
    assert one.mean("red") == pytest.approx(-np.log(image[..., 0] / 255).mean(), abs=0.02)
