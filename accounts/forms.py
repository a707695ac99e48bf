"""Sign-up and profile."""

from typing import ClassVar

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """allauth's form; the fields explain themselves instead of using placeholders."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["email"].label = _("E-mail")
        self.fields["username"].help_text = _("Part of the address of your public page.")


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["display_name", "default_visibility", "default_lifetime"]
        help_texts: ClassVar[dict[str, object]] = {
            "display_name": _("Shown with your public photos. Your username is shown when this is empty."),
        }
