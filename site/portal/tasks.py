"""What the installation does by itself at fixed times."""

from __future__ import annotations

from django.core.management import call_command

from base.jobs import crontab, periodic


@periodic(crontab(minute="*/5"))
def publish_scheduled() -> None:
    """Publish and withdraw pages whose time has come."""
    call_command("publish_scheduled", verbosity=0)


@periodic(crontab(minute="40", hour="3"))
def forget_old_sessions() -> None:
    """Remove sessions that have run out; each sign-in leaves one."""
    call_command("clearsessions", verbosity=0)
