"""Settings that hold for every way the portal is run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("more", "seconds"), [({}, "20"), ({"EMAIL_TIMEOUT": "7"}, "7")])
def test_a_mail_server_that_hangs_is_given_up(more: dict[str, str], seconds: str) -> None:
    code = (
        "from django.conf import settings; from django.core.mail.backends.smtp import EmailBackend;"
        " print(settings.EMAIL_TIMEOUT, EmailBackend().timeout)"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.embedded", **more}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    told = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [seconds, seconds]
