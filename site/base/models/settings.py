"""Settings that the supplier's people edit in the admin."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from base.models.media import PortalImage


@register_setting(icon="cog")
class PortalSettings(BaseGenericSetting):
    """Name and brand of the supplier, and how old data may get before the portal says so."""

    supplier_name = models.CharField(_("supplier's name"), max_length=120, default="Витрина")
    logo = models.ForeignKey(
        PortalImage,
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    brand_hue = models.PositiveSmallIntegerField(
        _("brand hue"),
        default=222,
        validators=[MaxValueValidator(360)],
        help_text=_("Degrees from 0 to 360. Keep away from 20-90 and 140-160: states use them."),
    )
    contact_phone = models.CharField(
        _("phone for dealers"),
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[+\d ()-]*$", _("Digits, spaces, brackets and dashes."))],
    )
    contact_email = models.EmailField(_("e-mail for dealers"), blank=True)
    stock_old_minutes = models.PositiveIntegerField(_("stock is old after, minutes"), default=60)
    prices_old_hours = models.PositiveIntegerField(_("prices are old after, hours"), default=30)

    panels = [
        FieldPanel("supplier_name"),
        MultiFieldPanel([FieldPanel("logo"), FieldPanel("brand_hue")], heading=_("Brand")),
        MultiFieldPanel(
            [FieldPanel("contact_phone"), FieldPanel("contact_email")], heading=_("Contacts")
        ),
        MultiFieldPanel(
            [FieldPanel("stock_old_minutes"), FieldPanel("prices_old_hours")],
            heading=_("Age of data"),
        ),
    ]

    class Meta:
        verbose_name = _("portal settings")
