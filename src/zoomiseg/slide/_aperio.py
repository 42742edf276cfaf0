"""What a TIFF says in Aperio's way: from no other does OpenSlide learn the objective's power."""

from __future__ import annotations

from typing import Any

import tifffile

from ._backend import ImageArray


def description(width: int, height: int, *, mpp: float, objective: float) -> str:
    """Return an image description with objective and µm per pixel, as OpenSlide reads them."""
    return (
        f"Aperio Image Library format, written by ZoomISEG\r\n"
        f"{width}x{height} JPEG/RGB|AppMag = {objective:g}|MPP = {mpp!r}"
    )


def write_thumbnail(
    writer: tifffile.TiffWriter, pixels: ImageArray, *, text: str, tags: dict[str, Any]
) -> None:
    """Write the page that readers of this format expect after the first: small, whole, without tiles.

    Args:
        writer: Has written the first page.
        pixels: (H, W, 3) uint8 RGB.
        text: The description.
        tags: Compression and colours, as of the other pages.
    """
    arguments = {"level": 90, "outcolorspace": "YCBCR", "colorspace": "RGB"}
    writer.write(
        pixels,
        rowsperstrip=pixels.shape[0],
        compressionargs=arguments,
        subfiletype=1,
        description=text,
        metadata=None,
        software=False,
        **tags,
    )
