"""How long a click takes, by stage, against the machine's ceilings and what a user would pick instead."""

from ._report import markdown, write_page
from ._run import STAGES, bench

__all__ = ["STAGES", "bench", "markdown", "write_page"]
