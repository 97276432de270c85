"""Dealers and their people."""

from __future__ import annotations

from typing import Any

import factory

from dealer_area.models import Dealer, LegalEntity, Membership, Outlet, Role
from tests.factories.base import UserFactory
from tests.factories.sync import ConnectionFactory


class DealerFactory(factory.django.DjangoModelFactory[Dealer]):
    """A dealer company."""

    class Meta:
        model = Dealer

    name = factory.Sequence(lambda n: f"Кухни Поволжья {n}")
    connection = factory.SubFactory(ConnectionFactory)


class OutletFactory(factory.django.DjangoModelFactory[Outlet]):
    """A salon of a dealer."""

    class Meta:
        model = Outlet

    dealer = factory.SubFactory(DealerFactory)
    name = factory.Sequence(lambda n: f"Салон {n}")


class LegalEntityFactory(factory.django.DjangoModelFactory[LegalEntity]):
    """A legal entity that 1C does not know yet."""

    class Meta:
        model = LegalEntity

    dealer = factory.SubFactory(DealerFactory)
    name = factory.Sequence(lambda n: f"ООО «Кухни {n}»")


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A person at a dealer; `outlets=[...]` limits him."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    dealer = factory.SubFactory(DealerFactory)
    role = Role.BUYER

    @factory.post_generation
    def outlets(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Set the outlets after the row exists."""
        if create and extracted:
            self.outlets.set(extracted)
