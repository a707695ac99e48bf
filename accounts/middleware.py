"""Who has to be signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import form_page, tell_unsaved


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's, but views that are for everybody don't ask who is there.

    For a thumbnail that would be most of its cost, and `Vary: Cookie` would make caches keep it once for each cookie.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect | HttpResponseClientRedirect:
        """The way back from the sign-in page leads to the page with the form, which one has to send again."""
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        tell_unsaved(request)
        page = form_page(request) or request.get_full_path()
        answer = redirect_to_login(page, self.get_login_url(view_func), self.get_redirect_field_name(view_func))
        # htmx would follow by itself, and have the words where nobody sees them.
        return HttpResponseClientRedirect(answer.url) if request.htmx else answer  # type: ignore[attr-defined]
