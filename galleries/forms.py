"""Galleries, and the choice of one."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User, Visibility
from galleries.models import Gallery
from images.forms import ApiOptionsForm, LifetimeField, PersonForm, UploadForm, chosen_expiry, expires_on_field
from images.models import Image

NEW = "new"
NO_SUCH_GALLERY = "no_such_gallery"


class GalleryForm(forms.ModelForm[Gallery]):
    class Meta:
        model = Gallery
        fields: ClassVar[list[str]] = ["title", "description", "visibility", "photo_visibility", "photo_lifetime"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"description": forms.Textarea(attrs={"rows": 3})}
        labels: ClassVar[dict[str, object]] = {
            "photo_visibility": _("Visibility of photos uploaded into it"),
            "photo_lifetime": _("Lifetime of photos uploaded into it"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("photo_visibility", Visibility.choices), ("photo_lifetime", Lifetime.choices)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("As the uploader's other photos")), *choices]


class GalleryEndForm(forms.Form):
    """When a gallery and all in it end."""

    lifetime = LifetimeField(label=_("All of this expires"))
    expires_on = expires_on_field()

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.cleaned_data["expires_at"] = chosen_expiry(self)
        return self.cleaned_data


class GalleryChoiceForm(PersonForm):
    """One of the person's galleries by key or title, a new one by name, or none."""

    gallery = forms.CharField(
        label=_("Gallery"),
        required=False,
        widget=forms.Select,
        help_text=_("A gallery may have defaults of its own for visibility and lifetime."),
    )
    new_gallery = forms.CharField(label=_("Name of the new gallery"), max_length=120, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self._user = user
        self._chosen: Gallery | None = None
        select = self.fields["gallery"].widget
        assert isinstance(select, forms.Select)
        own = user.galleries.live().order_by("title").values_list("key", "title")
        select.choices = [("", _("No gallery")), *own, (NEW, _("New gallery…"))]

    def clean_gallery(self) -> str:
        choice: str = self.cleaned_data["gallery"]
        if choice in {"", NEW}:
            return choice
        own = self._user.galleries.live()
        self._chosen = own.filter(key=choice).first() or own.filter(title__iexact=choice).order_by("pk").first()
        if self._chosen is None:
            raise forms.ValidationError(_("You have no such gallery."), code=NO_SUCH_GALLERY)
        return choice

    def clean(self) -> dict[str, Any]:
        if self._chosen is not None:
            self.defaults |= self._chosen.photo_defaults
        super().clean()
        if self.cleaned_data.get("gallery") == NEW and not self.cleaned_data.get("new_gallery"):
            self.add_error("new_gallery", _("Give the new gallery a name."))
        return self.cleaned_data

    def chosen(self) -> Gallery | None:
        """The gallery of a valid form; a new one is made at the first call."""
        if self._chosen is None and self.cleaned_data["gallery"] == NEW:
            self._chosen = Gallery.objects.create(
                owner=self._user,
                title=self.cleaned_data["new_gallery"],
                visibility=self._user.default_visibility,
            )
        return self._chosen

    def place(self, image: Image) -> None:
        """Puts a photo into the chosen gallery, if one is chosen."""
        if gallery := self.chosen():
            gallery.add(image)


class GalleryUploadForm(GalleryChoiceForm, UploadForm):
    """The upload page: photos, who may see them, how long they live, and the gallery they go to."""

    field_order = ["files", "gallery", "new_gallery", "visibility", "lifetime", "expires_on"]  # noqa: RUF012


class ApiUploadForm(GalleryChoiceForm, ApiOptionsForm):
    """What scripts send: a gallery, and what they say of the photo."""
