"""The command line: it translates words into calls, and holds no algorithm."""

from ._main import app, main

__all__ = ["app", "main"]
