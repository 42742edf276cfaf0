import numpy as np
import pytest
import tifffile
from PIL import Image

from zoomiseg.errors import AnnotationError
from zoomiseg.geometry import Box
from zoomiseg.slide import open_mask, write_pyramid

TRUTH = np.random.default_rng(5).integers(0, 3, (150, 210), dtype=np.uint8)


def save(folder, kind):
    if kind == "pyramid":
        path = folder / "m.ome.tif"
        write_pyramid(
            path,
            lambda box: TRUTH[box.y : box.bottom, box.x : box.right],
            width=210,
            height=150,
            mpp=(0.25, 0.25),
            kind="mask",
            tile_size=64,
        )
        return path
    path = folder / f"m.{'png' if 'png' in kind else 'tif'}"
    if kind == "tiled-lzw":
        tifffile.imwrite(path, TRUTH, tile=(64, 64), compression="lzw")
    elif kind == "strips":
        tifffile.imwrite(path, TRUTH)
    elif kind == "palette-png":
        image = Image.fromarray(TRUTH, "L").convert("P")
        image.putdata(TRUTH.reshape(-1).tolist())
        image.save(path)
    else:
        Image.fromarray(np.dstack([TRUTH] * 3) if kind == "rgb-png" else TRUTH).save(path)
    return path


KINDS = ["pyramid", "tiled-lzw", "strips", "png", "rgb-png", "palette-png"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_stored_values_and_0_outside(kind, tmp_path):
    with open_mask(save(tmp_path, kind)) as mask:
        assert (mask.width, mask.height) == (210, 150)
        found = mask.read(Box(-3, 100, 220, 60))
    expected = np.zeros((60, 220), np.uint8)
    expected[:50, 3:213] = TRUTH[100:]
    np.testing.assert_array_equal(found, expected)


def test_the_target_is_what_is_above_0_or_the_value_asked_for(tmp_path):
    path, whole = save(tmp_path, "png"), Box(0, 0, 210, 150)
    np.testing.assert_array_equal(open_mask(path).foreground(whole), TRUTH > 0)
    np.testing.assert_array_equal(open_mask(path, value=2).foreground(whole), TRUTH == 2)


def test_a_black_and_white_png_is_a_mask(tmp_path):
    Image.fromarray(TRUTH > 0).save(tmp_path / "m.png")
    found = open_mask(tmp_path / "m.png").foreground(Box(0, 0, 210, 150))
    np.testing.assert_array_equal(found, TRUTH > 0)


def test_a_missing_mask_is_named(tmp_path):
    with pytest.raises(AnnotationError, match=r"There is no file .*m\.png"):
        open_mask(tmp_path / "m.png")


def test_a_cut_mask_is_refused(tmp_path):
    for kind in ("tiled-lzw", "png"):
        path = save(tmp_path, kind)
        path.write_bytes(path.read_bytes()[:-900])
        with pytest.raises(AnnotationError, match=r"cut short|damaged"):
            open_mask(path)


def test_a_coloured_picture_is_no_mask(tmp_path):
    Image.fromarray(np.dstack([TRUTH, TRUTH, TRUTH + 1])).save(tmp_path / "m.png")
    with pytest.raises(AnnotationError, match="is coloured"):
        open_mask(tmp_path / "m.png").read(Box(0, 0, 9, 9))


def test_a_16_bit_mask_is_refused(tmp_path):
    Image.fromarray(TRUTH.astype(np.uint16)).save(tmp_path / "m.png")
    with pytest.raises(AnnotationError, match="not 8-bit"):
        open_mask(tmp_path / "m.png")
    tifffile.imwrite(tmp_path / "m.tif", TRUTH.astype(np.uint16))
    with pytest.raises(AnnotationError, match="not 8-bit"):
        open_mask(tmp_path / "m.tif")


def test_a_text_file_is_no_mask(tmp_path):
    (tmp_path / "m.png").write_text("hello")
    with pytest.raises(AnnotationError, match="damaged or no PNG or TIFF"):
        open_mask(tmp_path / "m.png")


def test_a_mask_without_tiles_beyond_pillows_limit_is_refused(tmp_path, monkeypatch):
    path = save(tmp_path, "png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", TRUTH.size - 1)
    with pytest.raises(AnnotationError, match="too large for an image without tiles"):
        open_mask(path)
