"""Small slides of every format, made from one smooth picture whose pixels are known."""

import cv2
import numpy as np
import tifffile
import zarr

MPP = 0.25


def picture(width=700, height=530):
    """A picture without sharp edges, so that JPEG and reduction change it little."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    channels = [140 + 90 * np.sin(x / 37 + k) * np.cos(y / 29 - k) for k in range(3)]
    return np.stack(channels, axis=2).astype(np.uint8)


def reduced(pixels, factor):
    size = -(-pixels.shape[1] // factor), -(-pixels.shape[0] // factor)
    padded = cv2.copyMakeBorder(
        pixels,
        0,
        size[1] * factor - pixels.shape[0],
        0,
        size[0] * factor - pixels.shape[1],
        cv2.BORDER_REPLICATE,
    )
    return cv2.resize(padded, size, interpolation=cv2.INTER_AREA)


def write_ome_tiff(path, pixels, *, axes="YXS", levels=2, **metadata):
    physical = {
        "PhysicalSizeX": MPP,
        "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": MPP,
        "PhysicalSizeYUnit": "µm",
    }
    options = {
        "photometric": "rgb" if axes == "YXS" else "minisblack",
        "tile": (128, 128),
        "compression": "zlib",
    }
    with tifffile.TiffWriter(path, bigtiff=True, ome=True) as writer:
        writer.write(pixels, subifds=levels - 1, metadata={"axes": axes, **physical, **metadata}, **options)
        for level in range(1, levels):
            writer.write(reduced(pixels, 4**level), subfiletype=1, **options)
    return path


def write_ome_zarr(path, pixels, *, version, unit="micrometer", labels=None, axes="cyx"):
    zarr_format = 2 if version == "0.4" else 3
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    datasets = []
    for level, factor in enumerate((1, 4)):
        plane = np.moveaxis(reduced(pixels, factor), 2, 0)
        plane = plane.reshape((1,) * (len(axes) - 3) + plane.shape)
        array = group.create_array(
            str(level), shape=plane.shape, chunks=(*plane.shape[:-2], 128, 128), dtype="uint8"
        )
        array[:] = plane
        scale = [1.0] * (len(axes) - 2) + [MPP * factor] * 2
        datasets.append(
            {"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": scale}]}
        )
    kinds = {"t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}
    described = [
        {"name": axis, "type": kinds[axis], **({"unit": unit} if axis in "yx" else {})} for axis in axes
    ]
    multiscale = {"axes": described, "datasets": datasets}
    ome = {"multiscales": [multiscale]}
    if labels is not None:
        ome["omero"] = {"channels": [{"label": label, "color": "FFFFFF"} for label in labels]}
    if version == "0.4":
        multiscale["version"] = version
        group.attrs.update(ome)
    else:
        group.attrs["ome"] = {"version": version, **ome}
    return path


def write_tiff_pyramid(path, pixels, *, factors=(1, 4), mpp=MPP):
    """Plain reduced pages, losslessly compressed: what OpenSlide calls a generic TIFF."""
    with tifffile.TiffWriter(path) as writer:
        for factor in factors:
            writer.write(
                reduced(pixels, factor),
                tile=(128, 128),
                photometric="rgb",
                compression="zlib",
                subfiletype=int(factor > 1),
                metadata=None,
                resolution=(1e4 / (mpp * factor),) * 2 if mpp else None,
                resolutionunit="CENTIMETER" if mpp else None,
            )
    return path
