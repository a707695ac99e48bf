"""What stands for a photo where it isn't seen, and what it is called without a title."""

import pytest
from django.test import Client

from conftest import Upload
from images.models import Image

CAMERA = {"original_name": "DSC_0042.JPG", "taken_at": "2024-05-06T17:08:09-07:00"}
TAKEN = "Photo, taken on May 6, 2024, 5:08 p.m."


@pytest.mark.parametrize(
    ("fields", "name", "alt"),
    [
        ({**CAMERA, "title": "Dawn", "alt_text": "A red sun over a fjord"}, "Dawn", "A red sun over a fjord"),
        ({**CAMERA, "alt_text": "A red sun over a fjord"}, TAKEN, "A red sun over a fjord"),
        ({**CAMERA, "title": "Dawn"}, "Dawn", "Dawn"),
        (CAMERA, TAKEN, TAKEN),
        ({"original_name": "plan-of-the-house.png"}, "plan-of-the-house", "plan-of-the-house"),
        ({"original_name": ".jpg"}, ".jpg", ".jpg"),
    ],
)
def test_words_stand_before_the_time_and_the_time_before_the_name_of_the_file(
    fields: dict[str, str], name: str, alt: str
) -> None:
    image = Image(**fields)
    assert (image.name, image.alt) == (name, alt)


def edit(client: Client, image: Image, **changes: str) -> None:
    data = {"title": "", "description": "", "visibility": "public", "lifetime": "never", **changes}
    assert client.post(f"/p/{image.key}/edit", data).status_code == 302
    image.refresh_from_db()


def test_its_owner_says_what_a_photo_shows_in_one_line_which_search_finds(
    as_owner: Client, visitor: Client, upload: Upload
) -> None:
    image = upload()
    assert "for people who can't see it" in as_owner.get(f"/p/{image.key}/edit").content.decode()
    edit(as_owner, image, alt_text="A red sun\r\n  over a fjord ")
    assert image.alt_text == "A red sun over a fjord"
    assert visitor.get("/?q=fjord").context["photos"] == [image]
    edit(as_owner, image, alt_text="")
    assert visitor.get("/?q=fjord").context["photos"] == []


def test_every_place_that_shows_the_photo_has_its_alternative_text(
    as_owner: Client, visitor: Client, upload: Upload
) -> None:
    image = upload()
    edit(as_owner, image, title="Dawn", alt_text='A "red" sun')
    said = 'alt="A &quot;red&quot; sun"'
    page = visitor.get(image.get_absolute_url())
    assert said in page.content.decode()
    assert 'property="og:image:alt" content="A &quot;red&quot; sun"' in page.content.decode()
    assert '<h1 dir="auto">Dawn</h1>' in page.content.decode()
    codes = {link.id: link.text for link in page.context["links"]}
    assert said in codes["html"]
    assert codes["markdown"].startswith('![A "red" sun](')
    grid = visitor.get("/explore/").content.decode()
    assert said in grid
    assert 'data-title="Dawn"' in grid
    shared = as_owner.post("/library/share", {"keys": image.key}, follow=True).context["url"]
    for address in (shared, f"{shared}/p/{image.key}"):
        assert said in visitor.get(address).content.decode()
    oembed = visitor.get("/oembed", {"url": f"http://testserver{image.get_absolute_url()}"})
    assert oembed.json()["title"] == "Dawn"
