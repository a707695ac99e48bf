"""Makes an API token and prints the secret alone, ready for a script's variable."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import tokens
from accounts.models import Scope, User


class Command(BaseCommand):
    help = "Makes an API token for a person and prints its secret, which is stored only as a digest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="email address of the person")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do; repeat for several (all scopes if none is named)",
        )

    def handle(self, *args: Any, email: str, name: str, scope: list[str] | None, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody here has the email address {email}.")
        _token, secret = tokens.issue(user, name=name, scopes=scope or Scope.values)
        self.stdout.write(secret)
