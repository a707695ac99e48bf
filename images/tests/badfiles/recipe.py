"""What the modules of this package give for each bad file."""

from collections.abc import Callable

Recipe = tuple[str, Callable[[], bytes]]
"""A name, which ends in an extension, and what makes the bytes."""
