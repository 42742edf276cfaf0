import builtins
import os
import zlib

import numpy as np
import openslide
import pytest
import tifffile
from PIL import Image
from slide_files import MPP, picture, write_ome_tiff, write_ome_zarr, write_tiff_pyramid

from zoomiseg.errors import ScaleUnknown, SlideError
from zoomiseg.geometry import Box
from zoomiseg.slide import open_slide, sample_path


def make(kind, folder, rgb):
    if kind == "png":
        Image.fromarray(rgb).save(folder / "a.png")
        return folder / "a.png"
    if kind == "strip-tiff":
        tifffile.imwrite(folder / "a.tif", rgb, resolution=(1e4 / MPP,) * 2, resolutionunit="CENTIMETER")
        return folder / "a.tif"
    if kind == "generic-tiff":
        return write_tiff_pyramid(folder / "a.tif", rgb)
    if kind == "ome-tiff":
        return write_ome_tiff(folder / "a.ome.tif", rgb)
    return write_ome_zarr(folder / "a.zarr", rgb, version=kind.removeprefix("ome-zarr "))


KINDS = ["generic-tiff", "ome-tiff", "ome-zarr 0.4", "ome-zarr 0.5", "png", "strip-tiff"]
PYRAMIDS = KINDS[:4]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_pixels_and_scale(kind, tmp_path, rgb):
    with open_slide(make(kind, tmp_path, rgb), mpp=MPP if kind == "png" else None) as slide:
        assert (slide.width, slide.height) == (700, 530)
        assert slide.mpp == pytest.approx((MPP, MPP))
        assert slide.warnings == ()
        whole = slide.read(Box(0, 0, 700, 530), slide.grids.slide)
        np.testing.assert_array_equal(whole, rgb)
        np.testing.assert_array_equal(
            slide.read(Box(301, 77, 40, 50), slide.grids.slide), rgb[77:127, 301:341]
        )


@pytest.mark.parametrize("kind", PYRAMIDS)
def test_pyramids_show_all_their_levels(kind, tmp_path, rgb):
    with open_slide(make(kind, tmp_path, rgb)) as slide:
        assert slide.levels == ((700, 530), (175, 133))


def test_an_aperio_slide_tells_its_objective_and_maker():
    with open_slide(sample_path("cmu-1")) as slide:
        assert (slide.width, slide.height, slide.objective, slide.vendor) == (2220, 2967, 20.0, "aperio")
        assert slide.mpp == (0.499, 0.499)
        assert slide.grids.high.downsample == (1.0, 1.0)
        assert slide.name == "cmu-1-small-region"


def test_ome_tiff_with_channels_apart_is_read_when_they_are_rgb(tmp_path, rgb):
    path = write_ome_tiff(tmp_path / "a.ome.tif", np.moveaxis(rgb, 2, 0), axes="CYX", levels=1)
    with open_slide(path) as slide:
        np.testing.assert_array_equal(slide.read(Box(0, 0, 700, 530), slide.grids.slide), rgb)


def test_an_image_named_label_is_never_the_slide(tmp_path, rgb):
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(picture(900, 900), photometric="rgb", metadata={"axes": "YXS", "Name": "label"})
        writer.write(rgb, photometric="rgb", metadata={"axes": "YXS", "Name": "tissue"})
    with open_slide(path, mpp=MPP) as slide:
        assert slide.levels == ((700, 530),)


def test_label_and_macro_images_are_never_touched(monkeypatch):
    def refuse(_):
        raise AssertionError("associated images were touched")

    monkeypatch.setattr(openslide.OpenSlide, "associated_images", property(refuse))
    with open_slide(sample_path("cmu-1")) as slide:
        slide.read(Box(0, 0, 64, 64), slide.grids.low)
        slide.fingerprint()


def refusal(path, **options):
    with pytest.raises(SlideError) as caught:
        open_slide(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def test_a_missing_file_is_named(tmp_path):
    assert "There is no file" in refusal(tmp_path / "no.svs")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.svs").touch()
    assert refusal(tmp_path / "a.svs") == "a.svs is empty (0 bytes)."


def test_a_text_file_is_no_slide(tmp_path):
    (tmp_path / "a.svs").write_text("not a slide at all" * 100)
    assert "no slide or image of a format that can be read" in refusal(tmp_path / "a.svs")


def test_a_folder_without_zarr_is_refused(tmp_path):
    assert "is a folder, but no OME-Zarr image" in refusal(tmp_path)


def test_a_zarr_group_without_an_image_is_refused(tmp_path):
    import zarr

    zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=3)
    assert "no OME-Zarr image that can be used" in refusal(tmp_path / "a.zarr")


def test_an_old_ome_zarr_is_refused_by_its_version(tmp_path, rgb):
    path = write_ome_zarr(tmp_path / "a.zarr", rgb, version="0.5")
    import zarr

    group = zarr.open_group(path, mode="r+")
    group.attrs["ome"] = {**group.attrs["ome"], "version": "0.6-dev"}
    assert "OME-Zarr 0.6-dev; versions 0.4 and 0.5 are read" in refusal(path)


def test_a_file_without_permission_is_refused_by_the_access_check(tmp_path, monkeypatch):
    # Simulated, since an administrator may read any file: once as the system's answer beforehand ...
    (tmp_path / "a.svs").write_bytes(b"abc")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert refusal(tmp_path / "a.svs") == "a.svs cannot be read: permission denied."


def test_a_file_without_permission_is_refused_by_its_first_read(tmp_path, monkeypatch):
    # ... and once as a failure of opening itself, as network drives give it.
    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.svs").write_bytes(b"abc")
    monkeypatch.setattr("io.open", deny)
    monkeypatch.setattr(builtins, "open", deny)
    assert refusal(tmp_path / "a.svs") == "a.svs cannot be read: permission denied."


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("source", ["cmu-1", "bcss-1015", "ome-tiff", "strip-tiff", "png", "generic-tiff"])
def test_a_cut_file_is_refused_when_it_is_opened(source, share, tmp_path, rgb):
    path = make(source, tmp_path, rgb) if source in KINDS else sample_path(source)
    whole = path.read_bytes()
    cut = tmp_path / f"cut{path.suffix}"
    cut.write_bytes(whole[: int(len(whole) * share)])
    message = refusal(cut, mpp=MPP)
    assert "cut short" in message or "no slide or image" in message


def test_damaged_pixels_are_named_when_they_are_read(tmp_path, rgb):
    path = write_ome_tiff(tmp_path / "a.ome.tif", rgb, levels=1)
    with tifffile.TiffFile(path) as tiff:
        offset, count = tiff.pages[0].dataoffsets[0], tiff.pages[0].databytecounts[0]
    with path.open("rb+") as file:
        file.seek(offset)
        file.write(bytes(count))
    with open_slide(path) as slide, pytest.raises(SlideError, match=r"a\.ome\.tif is damaged: level 0 at"):
        slide.read(Box(0, 0, 64, 64), slide.grids.slide)


def test_damaged_pixels_behind_openslide_are_named_when_they_are_read(tmp_path, rgb):
    path = write_tiff_pyramid(tmp_path / "a.tif", rgb)
    with tifffile.TiffFile(path) as tiff:
        offset, count = tiff.pages[0].dataoffsets[0], tiff.pages[0].databytecounts[0]
    with path.open("rb+") as file:
        file.seek(offset)
        file.write(bytes(count))
    with (
        open_slide(path) as slide,
        pytest.raises(SlideError, match=r"a\.tif is damaged or cut short: level 0"),
    ):
        slide.read(Box(0, 0, 64, 64), slide.grids.slide)


def test_four_channels_named_after_dyes_are_fluorescence(tmp_path):
    stack = np.zeros((5, 64, 64), np.uint8)
    path = write_ome_tiff(tmp_path / "a.ome.tif", stack, axes="CYX", levels=1)
    assert "has 5 channels, as fluorescence images do" in refusal(path)


def test_three_channels_named_after_dyes_are_fluorescence(tmp_path):
    stack = np.zeros((3, 64, 64), np.uint8)
    names = {"Channel": {"Name": ["DAPI", "FITC", "Cy5"]}}
    path = write_ome_tiff(tmp_path / "a.ome.tif", stack, axes="CYX", levels=1, **names)
    assert "is a fluorescence image with the channels DAPI, FITC, Cy5" in refusal(path)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labelled_channels_of_an_ome_zarr_are_fluorescence(tmp_path, rgb, version):
    path = write_ome_zarr(tmp_path / "a.zarr", rgb, version=version, labels=["DAPI", "FITC", "Cy5"])
    assert "with the channels DAPI, FITC, Cy5" in refusal(path)


def test_sixteen_bits_are_refused(tmp_path):
    path = write_ome_tiff(tmp_path / "a.ome.tif", np.zeros((64, 64, 3), np.uint16), levels=1)
    assert "holds uint16 pixels, not 8-bit ones" in refusal(path)
    tifffile.imwrite(tmp_path / "b.tif", np.zeros((64, 64), np.uint16))
    assert "holds uint16 pixels, not 8-bit ones" in refusal(tmp_path / "b.tif", mpp=MPP)
    Image.fromarray(np.zeros((64, 64), np.uint16)).save(tmp_path / "c.png")
    assert "holds uint16 pixels, not 8-bit ones" in refusal(tmp_path / "c.png", mpp=MPP)


@pytest.mark.parametrize(("axes", "sentence"), [("ZYX", "z-stack of 3 planes"), ("TYX", "time series of 3")])
def test_stacks_and_series_are_refused(axes, sentence, tmp_path):
    path = write_ome_tiff(tmp_path / "a.ome.tif", np.zeros((3, 64, 64), np.uint8), axes=axes, levels=1)
    assert sentence in refusal(path)


def test_a_plain_tiff_of_several_planes_is_a_stack(tmp_path, rgb):
    tifffile.imwrite(tmp_path / "a.tif", np.stack([rgb] * 3), tile=(128, 128), photometric="rgb")
    assert "is a stack of 3 planes" in refusal(tmp_path / "a.tif", mpp=MPP)


def test_an_image_beyond_pillows_limit_is_refused(tmp_path, rgb, monkeypatch):
    Image.fromarray(rgb).save(tmp_path / "a.png")
    for limit in (700 * 530 - 1, 1000):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        assert "too large for a plain image" in refusal(tmp_path / "a.png", mpp=MPP)


def test_an_absurd_size_is_refused_before_anything_is_allocated(tmp_path):
    path = tmp_path / "a.ome.tif"
    empty_tile = zlib.compress(bytes(16 * 65536))
    tiles = iter([empty_tile] * -(-3_000_000 // 65536))
    with tifffile.TiffWriter(path, bigtiff=True, ome=True) as writer:
        shape, options = (16, 3_000_000), {"dtype": np.uint8, "tile": (16, 65536), "compression": "zlib"}
        writer.write(tiles, shape=shape, metadata={"axes": "YX"}, **options)
    assert "3000000 x 16 pixels, which is no size of a slide" in refusal(path, mpp=MPP)


def test_transparent_pixels_are_white(tmp_path, rgb):
    rgba = np.dstack([rgb, np.zeros(rgb.shape[:2], np.uint8)])
    rgba[:, 350:, 3] = 255
    Image.fromarray(rgba).save(tmp_path / "a.png")
    with open_slide(tmp_path / "a.png", mpp=MPP) as slide:
        found = slide.read(Box(0, 0, 700, 530), slide.grids.slide)
    assert (found[:, :350] == 255).all()
    np.testing.assert_array_equal(found[:, 350:], rgb[:, 350:])


def test_a_slide_without_any_scale_says_what_to_add(tmp_path, rgb):
    Image.fromarray(rgb).save(tmp_path / "a.png")
    with pytest.raises(ScaleUnknown) as caught:
        open_slide(tmp_path / "a.png")
    assert str(caught.value) == "a.png does not say its microns per pixel. Add it, for example --mpp 0.25."
