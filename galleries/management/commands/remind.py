"""Mails people what of theirs ends soon. For cron."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from galleries import reminders


class Command(BaseCommand):
    help = "Tells people by mail which photos, galleries and share links end within EXPIRY_NOTICE_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        sent = reminders.remind()
        self.stdout.write(f"Sent {sent.mails} reminders.")
        if sent.failures:
            raise CommandError(f"{sent.failures} could not be sent; the next run tries again.")
