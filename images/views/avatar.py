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
    form = AvatarForm(request.POST or None)
    file = request.FILES.get("picture")
    if request.method == "POST":
        if "remove" in request.POST:
            avatars.remove(request.user)
            return redirect("images:avatar")
        if not isinstance(file, StagedFile):
            form.add_error("picture", _("Choose a picture."))
        else:
            try:
                avatars.store(request.user, file)
            except UploadRefused as refusal:
                form.add_error("picture", refusal.message)
            else:
                messages.success(request, _("Your picture is saved."))
                return redirect("images:avatar")
    status = 422 if form.errors else 200
    return render(request, "images/avatar.html", {"form": form}, status=status)
