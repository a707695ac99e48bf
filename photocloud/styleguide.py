"""The pieces of the design in all their states, for those who build pages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User, Visibility
from galleries.models import Gallery
from images.models import Image, Status
from photocloud import theme

COLOURS = (
    ("bg", "surface", "stage", "raised", "hover", "pressed", "chosen"),
    ("line", "line-control", "line-strong", "text", "muted"),
    ("accent", "accent-fill", "accent-fill-hover", "accent-soft", "on-accent", "plain-fill"),
    ("danger", "danger-soft", "success", "success-soft", "success-fill"),
    ("warning", "warning-soft", "on-photo", "on-photo-line", "veil", "veil-hover", "veil-thin"),
)
SIZES = ("xxl", "xl", "l", "m", "s", "xs", "xxs")
SPACES = range(1, 9)
COLOURS_OF_PHOTOS = ("#5b7a4e", "#8a93a6")
RADII = ("radius-s", "radius", "radius-l", "round")


class Fields(forms.Form):
    """Every kind of field."""

    title = forms.CharField(label="Title", help_text="A sentence that helps.")
    description = forms.CharField(label="Description", widget=forms.Textarea, required=False)
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "off"}))
    visibility = forms.ChoiceField(label="Visibility", choices=Visibility)
    end = forms.DateTimeField(
        label="Expires on", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    picture = forms.FileField(label="Picture", required=False)
    remember = forms.BooleanField(label="Remember me", required=False)


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """For staff; others are not told that it exists."""
    if not request.user.is_staff:
        raise Http404
    themes = [{"name": name, "form": _fields(name), "wrong": _fields(name, wrong=True)} for name in theme.THEMES]
    context = {
        "themes": themes,
        "colours": COLOURS,
        "sizes": SIZES,
        "spaces": SPACES,
        "radii": RADII,
        "galleries": _galleries(),
        "photos": _photos(),
    }
    return render(request, "styleguide.html", context)


def _fields(prefix: str, *, wrong: bool = False) -> Fields:
    data: dict[str, Any] | None = {"title": "", "visibility": "secret", "end": "soon"} if wrong else None
    return Fields(data, auto_id=f"{prefix}-{'wrong' if wrong else 'field'}-%s")


def _galleries() -> list[Gallery]:
    """Rows that are nowhere saved: open, nested and ending, and with a long name."""
    soon = timezone.now() + timedelta(days=3)
    shown = [
        Gallery(title="A week in the hills", visibility=Visibility.PUBLIC),
        Gallery(title="Family", visibility=Visibility.PRIVATE, expires_at=soon),
        Gallery(title="A name that is longer than the card is wide, as names of galleries are", expires_at=soon),
    ]
    for gallery, (images, nested) in zip(shown, ((1204, 0), (1, 2), (0, 1)), strict=True):
        gallery.image_count, gallery.gallery_count = images, nested  # type: ignore[attr-defined]
    shown[0].cover_image = _photo(1500, 1000, colour="#5b7a4e")
    return shown


def _photos() -> list[Image]:
    """A grid of placeholders, with every badge."""
    shapes = ((1500, 1000), (1000, 1500), (1200, 1200)) * 3
    photos = [_photo(*shape, colour=colour) for shape, colour in zip(shapes, COLOURS_OF_PHOTOS * 5, strict=False)]
    for photo in photos:
        photo.status = Status.READY
    photos[0].visibility = Visibility.PRIVATE
    photos[1].expires_at = timezone.now() + timedelta(hours=5)
    photos[2].frames, photos[2].format = 24, "GIF"
    photos[3].status = Status.FAILED
    photos[4].status = Status.PROCESSING
    photos[5].visibility = Visibility.PUBLIC
    return photos


def _photo(width: int, height: int, *, colour: str) -> Image:
    image = Image.new(owner=User(username="ada"), original_name="photo.jpg", size_bytes=1)
    image.width, image.height, image.colour, image.format = width, height, colour, "JPEG"
    image.status = Status.PROCESSING  # there are no files
    return image
