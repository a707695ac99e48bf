"""Sign-in, sign-up and profile. Of allauth's forms the placeholders go, which repeat the labels."""

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User

_AS_TYPED = {"autocapitalize": "none", "spellcheck": "false"}


def _without_placeholders(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Password managers fill in the username too."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["login"].label = _("Email or username")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", **_AS_TYPED}


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["email"].label = _("Email")
        self.fields["username"].widget.attrs |= _AS_TYPED
        self.fields["username"].help_text = _("Part of the address of your public page.")


class AddEmailForm(allauth_forms.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["oldpassword"].label = _("Current password")
        _name_new_passwords(self)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        _name_new_passwords(self)


def _name_new_passwords(form: forms.BaseForm) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("New password, again")


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
