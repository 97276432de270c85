"""What a client that listens waits for."""

from __future__ import annotations

from sync.models import Connection, OutboxOrder


def has_news(connection: Connection) -> bool:
    """Whether there are orders that 1C was never given.

    Orders given and not confirmed are no news: a client that listens would come for them without
    a pause.
    """
    return OutboxOrder.objects.filter(
        connection=connection, state=OutboxOrder.State.WAITING, attempts=0
    ).exists()
