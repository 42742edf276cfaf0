import numpy as np
from skimage.color import rgb2hed

from zoomiseg.samples._deconvolution import haematoxylin_eosin, optical_density


def test_stains_are_those_of_scikit_image_but_for_its_unit_and_its_cut_at_zero():
    image = np.random.default_rng(0).integers(1, 256, (40, 50, 3)).astype(np.uint8)
    expected = rgb2hed(image)[..., :2] * -np.log(1e-6)
    np.testing.assert_allclose(np.maximum(haematoxylin_eosin(image), 0), expected, atol=2e-5)


def test_white_is_no_density_and_a_tenth_of_the_light_is_one_decade():
    image = np.array([[[255, 26, 0]]], np.uint8)
    np.testing.assert_allclose(optical_density(image)[0, 0], [0, np.log(255 / 26), np.log(255)], rtol=1e-6)
