"""People."""

from __future__ import annotations

import factory

from base.models import User

PASSWORD = "тяжёлый-замок-17"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person who signs in with `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.ru")
    name = factory.Sequence(lambda n: f"Иван Петров {n}")
    password = factory.django.Password(PASSWORD)


class StaffFactory(UserFactory):
    """A person of the supplier, without any right yet."""

    is_staff = True
