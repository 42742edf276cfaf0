"""OpenVINO models as bytes: length of the XML, XML, constants."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from ._runtime import openvino

_LENGTH_BYTES = 8


def packed(model: openvino.Model) -> bytes:
    """Return a model as bytes, its constants in the precision that they have.

    Raises:
        OSError: There is no room for temporary files.
    """
    with tempfile.TemporaryDirectory(prefix="zoomiseg-") as folder:
        xml, constants = Path(folder) / "model.xml", Path(folder) / "model.bin"
        openvino.save_model(model, xml, compress_to_fp16=False)
        xml_bytes = xml.read_bytes()
        return len(xml_bytes).to_bytes(_LENGTH_BYTES, "little") + xml_bytes + constants.read_bytes()


def unpacked(body: bytes, core: openvino.Core) -> openvino.Model:
    """Return the model that `packed` made bytes of."""
    xml_end = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
    constants = np.frombuffer(body, np.uint8, offset=xml_end)
    return core.read_model(body[_LENGTH_BYTES:xml_end], openvino.Tensor(constants))
