"""The type of a request that LoginRequiredMiddleware let through."""

from django.http import HttpRequest

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    user: User
