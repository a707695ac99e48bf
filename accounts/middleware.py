"""Who has to be signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from accounts.requests import tell_unsaved


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

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        tell_unsaved(request)
        return super().handle_no_permission(request, view_func)
