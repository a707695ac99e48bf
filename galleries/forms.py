"""Galleries, and the choice of one."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User, Visibility
from galleries import listing, sharing
from galleries.models import Gallery, MisplacedGallery, ShareLink
from images.forms import (
    ApiOptionsForm,
    LifetimeField,
    PersonForm,
    UploadForm,
    chosen_expiry,
    edited_expiry,
    expires_on_field,
    show_expiry,
)
from images.models import Image

NEW = "new"
_MY_DEFAULT = _("My own default")
NO_SUCH_GALLERY = "no_such_gallery"


class GalleryForm(forms.ModelForm[Gallery]):
    """Makes or edits a gallery of one person, who may put it into another of theirs."""

    parent = forms.ChoiceField(label=_("Inside"), required=False)
    photo_visibility = forms.ChoiceField(
        label=_("Visibility of photos uploaded into it"),
        choices=[("", _MY_DEFAULT), *Visibility.choices],
        required=False,
    )
    photo_lifetime = forms.ChoiceField(
        label=_("Lifetime of photos uploaded into it"),
        choices=[("", _MY_DEFAULT), *Lifetime.choices],
        required=False,
    )

    class Meta:
        model = Gallery
        fields: ClassVar[list[str]] = [
            "title",
            "description",
            "parent",
            "visibility",
            "order",
            "photo_visibility",
            "photo_lifetime",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.owner = user
        self.fields["order"].required = False
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ChoiceField)
        parent.choices = [("", _("No gallery: at the top")), *_choices(user)]
        parent.initial = self.initial["parent"] = (
            self.instance.parent.key if self.instance.parent else (self.initial.get("parent") or "")
        )

    def clean_order(self) -> str:
        """The upload page, which makes galleries by their name, sends none."""
        order: str = self.cleaned_data["order"] or self.instance.order
        return order

    def clean_parent(self) -> Gallery | None:
        key = self.cleaned_data["parent"]
        parent = self.instance.owner.galleries.live().filter(key=key).first() if key else None
        try:
            self.instance.check_place(parent)
        except MisplacedGallery as error:
            raise forms.ValidationError(str(error)) from error
        return parent


class GalleryEndForm(forms.Form):
    """When a gallery and all in it end."""

    lifetime = LifetimeField()
    expires_on = expires_on_field()

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.cleaned_data["expires_at"] = chosen_expiry(self)
        return self.cleaned_data


def _choices(user: User) -> list[tuple[str, str]]:
    """Keys and titles of a person's galleries; those inside of others are indented."""
    return [
        (gallery.key, "\N{EN SPACE}\N{EN SPACE}" * level + gallery.title)
        for gallery, level in listing.as_tree(Gallery.objects.owned_by(user).live())
    ]


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
        select.choices = [("", _("No gallery")), *_choices(user), (NEW, _("New gallery…"))]

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


class UnlockForm(forms.Form):
    """The password of a share link, and the page that asked for it."""

    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class ShareLinkForm(forms.ModelForm[ShareLink]):
    """Changes a share link. Guests add photos to galleries only; an empty password leaves the password as it is."""

    MEGABYTE = 1024**2

    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    remove_password = forms.BooleanField(label=_("Remove the password"), required=False)
    lifetime = LifetimeField()
    expires_on = expires_on_field()
    guest_max_megabytes = forms.IntegerField(
        label=_("Largest photo of a guest, in MB"), min_value=1, max_value=10**6, required=False
    )

    class Meta:
        model = ShareLink
        fields: ClassVar[list[str]] = [
            "name",
            "downloads",
            "additions",
            "needs_approval",
            "guest_max_images",
        ]

    field_order = (
        "name",
        "password",
        "remove_password",
        "lifetime",
        "expires_on",
        "downloads",
        "additions",
        "needs_approval",
        "guest_max_images",
        "guest_max_megabytes",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        link = self.instance
        show_expiry(self, link.expires_at)
        self.fields["name"].help_text = (
            _("Only you see it.") if link.gallery else _("Visitors see it above the photos.")
        )
        if link.password:
            self.fields["password"].label = _("New password")
            self.fields["password"].help_text = _("Leave empty to keep the password. A new one locks the link again.")
        else:
            del self.fields["remove_password"]
            self.fields["password"].help_text = _("Leave empty for a link without a password.")
        if link.gallery is None:
            for name in ("additions", "needs_approval", "guest_max_images", "guest_max_megabytes"):
                del self.fields[name]
        elif link.guest_max_bytes:
            self.fields["guest_max_megabytes"].initial = link.guest_max_bytes // self.MEGABYTE

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.cleaned_data["expires_at"] = edited_expiry(self, self.instance.expires_at)
        return self.cleaned_data

    def save(self, commit: bool = True) -> ShareLink:
        """Saves what the form shows, and nothing that was counted in the meantime."""
        link, data = self.instance, self.cleaned_data
        changed = [*(name for name in self.Meta.fields if name in data), "expires_at"]
        link.expires_at = data["expires_at"]
        if data["password"] or data.get("remove_password"):
            sharing.set_password(link, "" if data.get("remove_password") else data["password"])
            changed.append("password")
        if "guest_max_megabytes" in data:
            megabytes = data["guest_max_megabytes"]
            link.guest_max_bytes = megabytes * self.MEGABYTE if megabytes else None
            changed.append("guest_max_bytes")
        link.save(update_fields=changed)
        return link
