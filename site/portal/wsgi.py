"""WSGI entry point: `portal.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from portal.collector import settle
from portal.supervisor import follow_parent

follow_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")

application = get_wsgi_application()
settle()
