"""What tissue looks like in numbers: colours, nuclei and texture, the same for real and generated slides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.samples import haematoxylin_eosin, optical_density

from ._curve import ImageArray, MaskArray
from ._nuclei import MPP, nuclei_of

Values = NDArray[np.float64]

PLANES = ("red", "green", "blue", "haematoxylin", "eosin")
DENSITIES = np.linspace(-0.5, 3.5, 81)
"""Borders of the histograms' bins: optical density (natural logarithm), or amount of a stain. They are wide
enough for a bin to hold one of 256 brightnesses, up to a density of 2.5."""
DIAMETERS_UM = np.linspace(3, 20, 35)
FREQUENCIES = np.geomspace(0.01, 0.9, 13)
"""Borders of the spectrum's bins, in cycles per µm; beyond 0.45 a slide scanned at 1.1 µm holds nothing."""
_TISSUE_DENSITY = 0.12
_WINDOW_PX = 256
_LEAST_TISSUE = 0.9
_NO_POWER = 1e-9


@dataclass(frozen=True, slots=True)
class TissueStatistics:
    """Figures of one source of tissue at 0.5 µm per pixel.

    Args:
        histograms: (5, bins) shares of the tissue's pixels, in the order of PLANES over DENSITIES.
        nuclei_per_mm2: Of tissue.
        diameters_um: Of whole nuclei, each.
        spectrum: Power of the darkness's texture over FREQUENCIES, density per octave, adding to 1; NaN
            where no window is full of tissue.
        area_mm2: Of the tissue looked at.
    """

    histograms: Values
    nuclei_per_mm2: float
    diameters_um: Values
    spectrum: Values
    area_mm2: float

    def mean(self, plane: str) -> float:
        """Return the mean density of a plane."""
        middles = (DENSITIES[1:] + DENSITIES[:-1]) / 2
        return float(self.histograms[PLANES.index(plane)] @ middles)

    def distance(self, other: TissueStatistics, plane: str) -> float:
        """Return the Wasserstein distance of a plane's histograms, in units of density."""
        index = PLANES.index(plane)
        apart = np.cumsum(self.histograms[index] - other.histograms[index])
        return float(np.abs(apart).sum() * (DENSITIES[1] - DENSITIES[0]))

    def spectrum_distance(self, other: TissueStatistics) -> float:
        """Return by how many factors of e the spectra differ, the mean over their bins."""
        one, another = (np.log(np.maximum(item.spectrum, _NO_POWER)) for item in (self, other))
        return float(np.abs(one - another).mean())


class TissueTally:
    """Adds up images of one source."""

    def __init__(self) -> None:
        self._counts = np.zeros((len(PLANES), len(DENSITIES) - 1))
        self._power = np.zeros(len(FREQUENCIES) - 1)
        self._diameters: list[Values] = []
        self._nuclei = 0.0
        self._tissue_px = 0

    def add(self, image: ImageArray) -> None:
        """Count an image, (H, W, 3) uint8 RGB at 0.5 µm per pixel."""
        density = optical_density(image)
        tissue = tissue_of(image)
        planes = np.dstack([density, haematoxylin_eosin(image)])
        for index in range(len(PLANES)):
            inside = np.clip(planes[..., index][tissue], DENSITIES[0], DENSITIES[-1])
            self._counts[index] += np.histogram(inside, DENSITIES)[0]
        diameters, cut = nuclei_of(image, tissue)
        self._diameters.append(diameters)
        # Of those that the border cuts, half have their middle in the image.
        self._nuclei += len(diameters) + cut / 2
        self._tissue_px += int(np.count_nonzero(tissue))
        self._add_spectra(density.mean(axis=2), tissue)

    def statistics(self) -> TissueStatistics:
        """Return the figures of all images together."""
        area = self._tissue_px * (MPP / 1000) ** 2
        octaves = np.diff(np.log2(FREQUENCIES))
        total = self._power.sum()
        return TissueStatistics(
            histograms=self._counts / np.maximum(self._counts.sum(axis=1, keepdims=True), 1),
            nuclei_per_mm2=self._nuclei / area if area else 0.0,
            diameters_um=np.concatenate([*self._diameters, np.zeros(0)]),
            spectrum=self._power / octaves / total if total else np.full_like(self._power, np.nan),
            area_mm2=area,
        )

    def _add_spectra(self, darkness: NDArray[np.float32], tissue: MaskArray) -> None:
        height, width = tissue.shape
        for y in range(0, height - _WINDOW_PX + 1, _WINDOW_PX):
            for x in range(0, width - _WINDOW_PX + 1, _WINDOW_PX):
                window = np.s_[y : y + _WINDOW_PX, x : x + _WINDOW_PX]
                if tissue[window].mean() >= _LEAST_TISSUE:
                    self._power += _radial_power(darkness[window])


def tissue_of(image: ImageArray) -> MaskArray:
    """Return where there is tissue: what over 4 µm around is clearly darker than glass."""
    darkness = cv2.blur(optical_density(image).mean(axis=2), (9, 9))
    return np.asarray(darkness > _TISSUE_DENSITY)


def _radial_power(values: NDArray[np.float32]) -> Values:
    """Return the variance of a square of pixels that lies in each bin of FREQUENCIES."""
    side = len(values)
    taper = np.hanning(side)[:, None] * np.hanning(side)[None, :]
    power = np.abs(np.fft.fft2((values - values.mean()) * taper)) ** 2
    frequency = np.hypot(np.fft.fftfreq(side, MPP)[:, None], np.fft.fftfreq(side, MPP)[None, :])
    found, _ = np.histogram(frequency, FREQUENCIES, weights=power)
    return np.asarray(found / (taper**2).sum() / side**2)
