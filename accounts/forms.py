"""Sign-in, sign-up, passwords and profile."""

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User

_AS_TYPED = {"autocapitalize": "none", "spellcheck": "false"}


class _PlainForm(forms.Form):
    """A form of allauth with the product's labels, and without placeholders that repeat them."""

    labels: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_PlainForm, allauth_forms.LoginForm):  # type: ignore[misc]
    """Password managers fill in the username too."""

    labels: ClassVar = {"login": _("Email or username")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(_PlainForm, allauth_forms.SignupForm):  # type: ignore[misc]
    labels: ClassVar = {"email": _("Email")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("Part of the address of your public page.")


class AddEmailForm(_PlainForm, allauth_forms.AddEmailForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_PlainForm, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_PlainForm, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    labels: ClassVar = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, again"),
    }


class ResetPasswordKeyForm(_PlainForm, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels: ClassVar = {"password1": _("New password"), "password2": _("New password, again")}


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "display_name",
            "default_visibility",
            "default_lifetime",
            "language",
            "wants_reminders",
        ]
        help_texts: ClassVar[dict[str, object]] = {
            "display_name": _("Shown with your public photos. Your username is shown when this is empty."),
            "default_lifetime": None,
            "language": _("For pages in this browser and for emails to you."),
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {"display_name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lifetime = self.fields["default_lifetime"]
        assert isinstance(lifetime, forms.ChoiceField)
        lifetime.choices = [("", _("As the site sets it")), *Lifetime.choices]
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label,
            choices=[("", _("As the browser asks")), *settings.LANGUAGES],
            required=False,
            help_text=self.fields["language"].help_text,
        )
        if not (settings.MAIL_CONFIGURED and settings.EXPIRY_NOTICE_DAYS):
            del self.fields["wants_reminders"]
