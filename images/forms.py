"""What people choose for their photos."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User, Visibility
from images import expiry, position
from images.formats import ACCEPTED
from images.models import Image
from images.position import NoPosition
from images.uploads import Options

LIFETIME_DATE = "date"
LIFETIME_CHOICES = [*Lifetime.choices, (LIFETIME_DATE, _("Until a date"))]
ACCEPT = ",".join(sorted({kind.mime for kind in ACCEPTED} | {".heic", ".heif"}))


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class LifetimeField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Lifetime"))
        super().__init__(choices=LIFETIME_CHOICES, **kwargs)


def expires_on_field() -> forms.DateTimeField:
    return forms.DateTimeField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )


def show_expiry(form: forms.BaseForm, expires_at: datetime | None) -> None:
    """Fills the lifetime fields of a form that edits something. Call it from `__init__`."""
    form.fields["lifetime"].initial = Lifetime.NEVER if expires_at is None else LIFETIME_DATE
    form.fields["expires_on"].initial = expires_at and expires_at.replace(second=0, microsecond=0)


def edited_expiry(form: forms.BaseForm, expires_at: datetime | None) -> datetime | None:
    """When it ends now: what `show_expiry` showed stays to the second if it was sent back. Call it from `clean`."""
    return chosen_expiry(form) if {"lifetime", "expires_on"} & set(form.changed_data) else expires_at


def chosen_expiry(form: forms.BaseForm, *, default: str = "") -> datetime | None:
    """When what the form says ends; an error lands on its field. Call it from `clean`."""
    lifetime = form.cleaned_data.get("lifetime") or default
    moment: datetime | None = form.cleaned_data.get("expires_on")
    if lifetime == LIFETIME_DATE:
        if moment is None:
            if "expires_on" not in form.errors:
                form.add_error("expires_on", _("Choose a date."))
            return None
        lifetime = moment.isoformat()
    try:
        return expiry.parse(lifetime, now=timezone.now())
    except expiry.BadLifetime as error:
        form.add_error("expires_on" if form.cleaned_data.get("lifetime") == LIFETIME_DATE else "lifetime", str(error))
        return None


class PersonForm(forms.Form):
    """A form that depends on who fills it in. `defaults` are what photos get whose uploader chooses nothing."""

    def __init__(self, *args: Any, user: User, defaults: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {"visibility": user.default_visibility, "lifetime": user.effective_lifetime}
        self.defaults: dict[str, str] = own | dict(defaults or {})


class UploadForm(PersonForm):
    """The choices of the upload page; the files themselves are read by the view, which answers for each."""

    files = forms.FileField(  # type: ignore[assignment]  # a field, not the files of BaseForm
        label=_("Photos"),
        required=False,
        widget=MultipleFileInput(attrs={"accept": ACCEPT}),
    )
    visibility = forms.ChoiceField(label=_("Visibility"), choices=Visibility.choices, required=False)
    lifetime = LifetimeField(required=False)
    expires_on = expires_on_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("visibility", Visibility.choices), ("lifetime", LIFETIME_CHOICES)):
            field, default = self.fields[name], self.defaults[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Default (%s)") % dict(choices).get(default, default)), *choices]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        data["expires_at"] = chosen_expiry(self, default=self.defaults["lifetime"])
        data["visibility"] = data.get("visibility") or self.defaults["visibility"]
        return data

    def options(self) -> Options:
        """What a valid form says about each of its photos."""
        data = self.cleaned_data
        return Options(
            visibility=data["visibility"],
            expires_at=data["expires_at"],
            title=data.get("title", ""),
            description=data.get("description", ""),
        )


class ApiOptionsForm(UploadForm):
    """What programs say of a photo: `expires` in any form that the lifetime parser reads, and words."""

    expires = forms.CharField(max_length=60, required=False)
    title = forms.CharField(max_length=200, required=False)
    description = forms.CharField(max_length=5000, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if expires := self.cleaned_data.get("expires"):
            try:
                self.cleaned_data["expires_at"] = expiry.parse(expires, now=timezone.now())
            except expiry.BadLifetime as error:
                self.add_error("expires", str(error))
        return self.cleaned_data


class ImageForm(forms.ModelForm[Image]):
    """Edits a photo; its end stays to the second unless another one is chosen.

    Without a position to show there is no box to tick but `no_position`, the reason.
    """

    lifetime = LifetimeField()
    expires_on = expires_on_field()
    show_position = forms.BooleanField(
        label=_("Show where it was taken"),
        required=False,
        help_text=_("On the photo's page, to all who may see it. The files that they get never carry the position."),
    )

    class Meta:
        model = Image
        fields: ClassVar[list[str]] = ["title", "description", "alt_text", "visibility"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "alt_text": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_expiry(self, self.instance.expires_at)
        self.initial["show_position"] = self.instance.position is not None
        self.no_position = position.why_not(self.instance)
        self._position = self.instance.position
        if self.no_position and "show_position" not in self.data:  # if it is, its error needs the field
            del self.fields["show_position"]

    def clean_show_position(self) -> bool:
        is_shown: bool = self.cleaned_data["show_position"]
        if is_shown and self._position is None:
            try:
                self._position = position.find(self.instance)
            except NoPosition as reason:
                raise forms.ValidationError(str(reason)) from reason
        return is_shown

    def clean(self) -> dict[str, Any]:
        super().clean()
        data: dict[str, Any] = self.cleaned_data
        data["expires_at"] = edited_expiry(self, self.instance.expires_at)
        data["position"] = self._position if data.get("show_position") else None
        return data


class BulkForm(forms.Form):
    """Changes for a selection; what is left empty stays."""

    visibility = forms.ChoiceField(
        label=_("Visibility"), choices=[("", _("Leave as it is")), *Visibility.choices], required=False
    )
    lifetime = forms.ChoiceField(
        label=_("Lifetime"),
        choices=[("", _("Leave as it is")), *LIFETIME_CHOICES],
        required=False,
    )
    expires_on = expires_on_field()

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["expires_at"] = chosen_expiry(self)
        return self.cleaned_data


class AvatarForm(forms.Form):
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("A square picture looks best."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


def limits() -> dict[str, Any]:
    """What the upload page tells and checks beforehand."""
    return {
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_files": settings.UPLOAD_MAX_FILES,
        "accept": ACCEPT,
        "formats": ", ".join(kind.name for kind in ACCEPTED),
    }
