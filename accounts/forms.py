"""Sign-in, sign-up and profile."""

from typing import Any, ClassVar

from allauth.account.forms import LoginForm as AllauthLoginForm, SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """allauth's form, without placeholders that repeat the labels; password managers fill in the username too."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].label = _("E-mail or username")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


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
            "language": _("Of the pages in this browser and of mails."),
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
