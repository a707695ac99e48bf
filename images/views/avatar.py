"""The person's picture. It lives here and not with the accounts because it has to be decoded safely."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedHttpRequest
from images import avatars
from images.forms import AvatarForm
from images.intake import StagedFile
from images.refusals import UploadRefused


@require_http_methods(["GET", "POST"])
def avatar(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = AvatarForm(request.POST) if request.method == "POST" else AvatarForm()
    if "remove" in request.POST:
        avatars.remove(request.user)
        return redirect("images:avatar")
    if form.is_valid() and _store(request, form):
        messages.success(request, _("Your picture is saved."))
        return redirect("images:avatar")
    return render(request, "images/avatar.html", {"form": form}, status=422 if form.errors else 200)


def _store(request: AuthenticatedHttpRequest, form: AvatarForm) -> bool:
    """Keeps the sent picture, or puts what is wrong with it beside the field."""
    file = request.FILES.get("picture")
    if not isinstance(file, StagedFile):
        form.add_error("picture", _("Choose a picture."))
        return False
    try:
        avatars.store(request.user, file)
    except UploadRefused as refusal:
        form.add_error("picture", refusal.message)
        return False
    return True
