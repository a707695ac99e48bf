"""The page of one photo behind a share link."""

from django.test import Client

from accounts.models import User
from conftest import Upload
from galleries import sharing
from images import delivery, variants
from images.tests.test_photo_page import offered


def test_a_photo_behind_a_link_leads_back_to_where_the_link_shows_it(
    visitor: Client, upload: Upload, owner: User
) -> None:
    first, second = upload(), upload()
    link = sharing.make(owner, images=[first, second], expires_at=None)
    page = visitor.get(f"/s/{link.token}/p/{first.key}").content.decode()
    assert f'data-key-label="Back" href="/s/{link.token}"' in page
    assert f'data-ahead="{delivery.variant_url(second, variants.PREVIEW)}"' in page.replace("&amp;", "&")
    assert offered(page) == {"Escape", "s", "d", "z, f", "i", "?", "ArrowRight"}
    page = visitor.get(f"/s/{link.token}/p/{second.key}").content.decode()
    assert f'data-ahead="{delivery.variant_url(first, variants.PREVIEW)}"' in page.replace("&amp;", "&")
    assert offered(page) == {"Escape", "s", "d", "z, f", "i", "?", "ArrowLeft"}


def test_a_page_that_asks_whether_its_photo_is_ready_is_one_view(visitor: Client, upload: Upload, owner: User) -> None:
    image = upload()
    link = sharing.make(owner, images=[image], expires_at=None)
    visitor.get(f"/s/{link.token}/p/{image.key}")
    visitor.get(f"/s/{link.token}/p/{image.key}", headers={"HX-Request": "true"})
    link.refresh_from_db()
    assert link.view_count == 1
