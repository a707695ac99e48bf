import pytest

from images import search
from images.models import Image


def test_case_and_accents_and_spaces_do_not_matter() -> None:
    assert search.normalise("Éclair  au\tCafé", "STRAßE") == "eclair au cafe strasse"


def test_a_query_has_at_most_eight_words() -> None:
    assert search.words("a b c d e f g h i j") == list("abcdefgh")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("alp", True),
        ("sée", True),
        ("lake alp", True),
        ("alp fog", False),
        ("100%", True),
        ("100_", False),
        ("", True),
        ("%", True),
        ("_", False),
    ],
)
def test_every_word_is_a_substring(owner: object, query: str, found: bool) -> None:
    image = Image.new(owner=owner, original_name="a.jpg", size_bytes=1)  # type: ignore[arg-type]
    image.describe(title="Lake See", description="In the Alps, 100%")
    image.save()
    assert Image.objects.matching(query).exists() is found
