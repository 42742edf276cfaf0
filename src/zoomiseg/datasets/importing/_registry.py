"""The formats that are known, the more particular ones first: what one takes, no later one looks at."""

from __future__ import annotations

from collections.abc import Sequence

from zoomiseg.errors import ManifestError

from ._asap import Asap
from ._camelyon import Camelyon
from ._case import Format
from ._geojson import GeoJson
from ._imagescope import ImageScope
from ._paip import Paip2019
from ._pairs import Pairs
from ._sessions import Sessions

FORMATS: tuple[Format, ...] = (Sessions(), Paip2019(), Camelyon(), GeoJson(), Asap(), ImageScope(), Pairs())


def formats_called(names: Sequence[str]) -> tuple[Format, ...]:
    """Return the formats of these names; all, where none is given.

    Raises:
        ManifestError: There is no such format.
    """
    known = {each.name: each for each in FORMATS}
    for name in names:
        if name not in known:
            raise ManifestError(f"There is no format {name!r}.", hint=f"Known are: {', '.join(known)}.")
    return tuple(each for each in FORMATS if each.name in names) if names else FORMATS
