"""What a grid tells the lightbox about its photos."""

import io
import re

from django.test import Client
from PIL import Image as Picture

from conftest import Upload
from images import delivery, variants
from images.models import Image, Status
from images.tests.pictures import gif, jpeg


def link_of(client: Client, path: str, image: Image) -> str:
    """The start tag of the photo's link in the grid at `path`."""
    found = re.search(rf'<a class="photo__link" href="/p/{image.key}"[^>]*>', client.get(path).content.decode())
    assert found
    return found[0].replace("&amp;", "&")


def test_a_photo_comes_with_its_preview_words_and_full_size(visitor: Client, upload: Upload) -> None:
    image = upload(visibility="public", description='A "wild" <b> spring')
    link = link_of(visitor, "/explore/", image)
    assert f'data-preview="{delivery.variant_url(image, variants.PREVIEW)}"' in link
    assert f'data-full="{image.direct_url}"' in link
    assert 'data-description="A &quot;wild&quot; &lt;b&gt; spring"' in link
    assert " data-shared" in link


def test_a_private_photo_has_no_link_to_share(as_owner: Client, upload: Upload) -> None:
    link = link_of(as_owner, "/library/", upload(visibility="private"))
    assert "data-preview" in link
    assert "data-shared" not in link


def test_a_private_photo_is_shown_in_full_size_to_its_owner_alone(
    as_owner: Client, as_stranger: Client, upload: Upload
) -> None:
    image = upload(jpeg((1700, 20)), visibility="private")
    full = f"/p/{image.key}/full"
    assert f'data-full="{full}"' in link_of(as_owner, "/library/", image)
    answer = as_owner.get(full, follow=True)
    assert answer.headers["Content-Disposition"] == "inline"
    assert Picture.open(io.BytesIO(answer.getvalue())).size == (1700, 20)
    assert as_stranger.get(full).status_code == 404
    Image.objects.update(quarantined_at=image.created_at)
    assert as_owner.get(full).status_code == 404


def test_an_animation_is_shown_as_its_preview(as_owner: Client, upload: Upload) -> None:
    link = link_of(as_owner, "/library/", upload(gif(), name="turn.gif"))
    assert "data-preview" in link
    assert " data-shared" in link
    assert "data-full" not in link


def test_a_photo_that_is_not_ready_or_hidden_opens_its_page(as_owner: Client, upload: Upload) -> None:
    image = upload()
    for changes in ({"status": Status.PROCESSING}, {"status": Status.FAILED}, {"quarantined_at": image.created_at}):
        Image.objects.filter(pk=image.pk).update(**{"status": Status.READY, "quarantined_at": None, **changes})
        assert "data-" not in link_of(as_owner, "/library/", image)
