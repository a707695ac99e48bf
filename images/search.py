"""Search is "every word is a substring" of one normalised text. Pure."""

import unicodedata


def normalise(*texts: str) -> str:
    """One lower-case text without accents, words separated by one space, for the column `search_text`."""
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def words(query: str, *, most: int = 8) -> list[str]:
    """The words of a query, normalised like the text that they are looked up in; at most `most`."""
    return normalise(query.replace("\x00", "")).split()[:most]
