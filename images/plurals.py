"""Words around a number that only the browser knows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

SAMPLES: Final[Mapping[str, int]] = MappingProxyType({"one": 1, "few": 2, "many": 5, "other": 100})
"""For each plural category of CLDR, in the languages of this product, a number that is of it, or of one like it."""


def forms(text: Callable[[int], str]) -> dict[str, str]:
    """What `text`, a call of ngettext, says for each category, by the names that Intl.PluralRules gives them.

    The placeholder for the number stays in the text, as "{count}" or the like, for the browser to fill in.
    """
    return {category: text(number) for category, number in SAMPLES.items()}
