"""What an input engine raises when this machine does not have it."""

from __future__ import annotations


class EngineMissing(Exception):
    """The library, its dictionary or its model is not on this machine, or cannot be read; the text says which."""
