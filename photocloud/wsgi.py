"""The door for gunicorn."""

import os

import django

from photocloud.charsets import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photocloud.settings")
django.setup(set_prefix=False)

application = Handler()
