"""The person's own pages; allauth has the rest."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import languages, quotas
from accounts.forms import ProfileForm
from accounts.requests import AuthenticatedHttpRequest


@require_http_methods(["GET", "POST"])
def profile(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.save(update_fields=list(form.cleaned_data))
        language = form.cleaned_data["language"]
        with translation.override(language or translation.get_language()):
            messages.success(request, _("Your profile is saved."))
        return languages.remember(redirect("accounts:profile"), language)
    context = {"form": form, "usage": quotas.usage(request.user)}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@require_POST
def end_session(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession.objects.filter(user=request.user), pk=pk)
    session.end()
    messages.success(request, _("The session has ended."))
    return redirect("usersessions_list")
