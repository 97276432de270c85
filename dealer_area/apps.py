"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealerAreaConfig(AppConfig):
    """Dealers. Hears from `sync` what 1C says about orders."""

    name = "dealer_area"
    verbose_name = _("Dealers")

    def ready(self) -> None:
        """Fill the ports of the app below."""
        from dealer_area import handing, hearing, rebinding
        from dealer_area.meanings import Meanings
        from sync import ports
        from sync.goods import mapping

        ports.on_remote_orders(hearing.take_remote_orders)
        ports.on_orders_taken(hearing.orders_taken)
        ports.on_offers_rebound(rebinding.follow)
        ports.on_orders_asked_again(handing.orders_again)
        ports.on_statuses_asked(hearing.own_statuses)
        mapping.use_trading(Meanings())
