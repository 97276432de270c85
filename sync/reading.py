"""placeholder."""


def exchange_health(now):
    return {"ok": True}
