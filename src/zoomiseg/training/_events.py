"""A run's numbers and pictures for TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zoomiseg.errors import MissingExtra

from ._progress import Pace
from ._stored import ImageArray
from ._validation import AFTER, QUALITIES, Validation

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class Events:
    """Writes event files.

    Args:
        folder: Gets a folder `events`.
        first: Steps that an earlier run finished; events of later ones are hidden.
    Raises:
        MissingExtra: TensorBoard is not installed.
    """

    def __init__(self, folder: Path, *, first: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415
        except ImportError as error:
            hint = "Install it with: pip install 'zoomiseg[train]'"
            raise MissingExtra("TensorBoard is not installed.", hint=hint) from error
        self._writer: SummaryWriter = SummaryWriter(str(folder / "events"), purge_step=first + 1)

    def pace(self, pace: Pace) -> None:
        """Add what the last steps were like."""
        for name in ("loss", "iou", "seconds", "waited"):
            self._scalar(f"training/{name}", getattr(pace, name), pace.step)

    def validation(self, step: int, validation: Validation) -> None:
        """Add what a validation found."""
        for name, figures in validation.figures.items():
            for quality, clicks in zip(QUALITIES, figures.noc, strict=True):
                self._scalar(f"{name}/NoC@{100 * quality:.0f}", clicks, step)
            for count, value in zip(AFTER, figures.iou, strict=True):
                self._scalar(f"{name}/IoU after {count}", value, step)

    def picture(self, name: str, step: int, picture: ImageArray) -> None:
        """Add a picture, (H, W, 3) uint8 RGB."""
        self._writer.add_image(name, picture, step, dataformats="HWC")
        self._writer.flush()

    def close(self) -> None:
        """Write what is waiting."""
        self._writer.close()

    def _scalar(self, name: str, value: float, step: int) -> None:
        self._writer.add_scalar(name, value, step)
