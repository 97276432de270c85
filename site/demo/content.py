"""Writes the demonstration's pages as its content team would: published revisions, with authors."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page
from wagtail.rich_text import RichText
from wagtailmedia.models import Media, get_media_model

from base.addresses import slug_with_id
from base.models import BasePage, PortalDocument, PortalImage, User
from catalog_pages.advertising import let_edit_branch
from catalog_pages.models import CatalogueIndexPage, CategoryPage, ProductPage
from catalog_pages.models.product import title_of
from dealer_area.roles import GroupName
from demo.assortment import Assortment, Entry
from demo.company import STAFF, email_of
from demo.goods import Drawing
from demo.picture import FOLDER, draw
from demo.sheets import spec_sheet
from demo.stories import (
    CATALOGUE_INTRO,
    HOME_BODY,
    HOME_LEAD,
    HOME_PICTURE,
    INTROS,
    NEWS,
    STORIES,
    News,
    Story,
)
from demo.typography import bound
from home.models import HomePage
from promotions.models import NewsIndexPage, NewsPage
from sync.models import Connection, Product

ADVERTISED = "Петли и подъёмники"
"""The branch of the catalogue that the advertising group writes, and no other."""

FILM = "hinge-mounting"
FILM_TITLE = "Установка петли за девять секунд"
FILM_SECONDS = 9
_WIDE = (1280, 735)
_LARGE = (1000, 1000)


def write_pages(connection: Connection, assortment: Assortment) -> None:
    """Home, news, introductions and product pages; what is written already stays as it is.

    The category pages must exist.
    """
    branch = CategoryPage.objects.filter(
        category__connection=connection, category__name=ADVERTISED, category__parent=None
    ).get()
    _give_branches(branch)
    authors = {person.role: User.objects.get(email=email_of(person, None)) for person in STAFF}
    _write_home(authors["administrator"])
    for news in NEWS:
        _write_news(news, authors["editor"])
    for page in CategoryPage.objects.filter(category__connection=connection, intro=""):
        if page.title in INTROS:
            page.intro = bound(INTROS[page.title])
            _publish(page, authors["catalogue"])
    entries = {entry.good.sku: entry for entry in assortment.entries()}
    for story in STORIES:
        product = Product.objects.get(connection=connection, ref=entries[story.sku].ref)
        if ProductPage.objects.filter(product=product).exists():
            continue
        parent = CategoryPage.objects.get(category=product.category)
        author = authors["advertising" if parent.is_descendant_of(branch) else "catalogue"]
        _write_product(story, entries[story.sku], product, parent, author)


def _give_branches(advertised: CategoryPage) -> None:
    """Who writes where: advertising one branch of goods, the others all goods or all news."""
    for group, page in (
        (GroupName.ADVERTISING, advertised),
        (GroupName.CATALOGUE, CatalogueIndexPage.objects.get()),
        (GroupName.EDITORS, NewsIndexPage.objects.get()),
    ):
        let_edit_branch(group=Group.objects.get(name=group), branch=page)


def _write_home(author: User) -> None:
    home = HomePage.objects.get()
    if home.lead:
        return
    home.lead = HOME_LEAD
    home.body = HOME_BODY
    home.picture = _image("Кухня «Нева», шалфей", HOME_PICTURE, author, _WIDE)
    catalogue = CatalogueIndexPage.objects.get()
    catalogue.intro = bound(CATALOGUE_INTRO)
    with transaction.atomic():
        _publish(home, author)
        _publish(catalogue, author)


def _write_news(news: News, author: User) -> None:
    index = NewsIndexPage.objects.get()
    if NewsPage.objects.child_of(index).filter(slug=news.slug).exists():
        return
    page = NewsPage(
        title=news.title,
        slug=news.slug,
        published_on=timezone.localdate() - timedelta(days=news.days),
        lead=bound(news.lead),
        body=bound(news.body),
        picture=_image(news.title, news.picture, author, _WIDE),
        owner=author,
        live=False,
    )
    with transaction.atomic():
        index.add_child(instance=page)
        _publish(page, author)


def _write_product(
    story: Story, entry: Entry, product: Product, parent: Page, author: User
) -> None:
    title = entry.good.name
    # pictures and sheets are drawn before the transaction: nobody waits for them
    body: list[tuple[str, object]] = [("text", RichText(bound(story.text)))]
    body += [
        ("image", _image(f"{title}, рисунок {place}", drawing, author, _LARGE))
        for place, drawing in enumerate(story.pictures, start=1)
    ]
    if story.video:
        body.append(("video_file", _film(author)))
    drawings = dict.fromkeys((entry.good.drawing, *entry.good.details, *story.pictures))
    body.append(("document", _sheet(entry, tuple(drawings), author)))
    page = ProductPage(
        title=title_of(product),
        slug=slug_with_id(product.pk, product.name),
        product=product,
        lead=bound(story.lead),
        body=body,
        owner=author,
        live=False,
    )
    with transaction.atomic():
        parent.add_child(instance=page)
        _publish(page, author)


def _publish(page: BasePage, author: User) -> None:
    page.save_revision(user=author).publish(user=author)


def _image(title: str, drawing: Drawing, author: User, size: tuple[int, int]) -> PortalImage:
    known: PortalImage | None = PortalImage.objects.filter(title=title).first()
    if known is not None:
        return known
    file = ContentFile(draw(drawing, size), name=f"{drawing.name}.jpg")
    image: PortalImage = PortalImage.objects.create(
        title=title, file=file, uploaded_by_user=author, description=title
    )
    return image


def _sheet(entry: Entry, drawings: tuple[Drawing, ...], author: User) -> PortalDocument:
    title = f"Спецификация {entry.good.sku}"
    known: PortalDocument | None = PortalDocument.objects.filter(title=title).first()
    if known is not None:
        return known
    made: PortalDocument = PortalDocument.objects.create(
        title=title,
        file=ContentFile(spec_sheet(entry, drawings), name=f"spec-{entry.good.sku}.pdf"),
        uploaded_by_user=author,
    )
    return made


def _film(author: User) -> Media:
    model = get_media_model()
    known = model.objects.filter(title=FILM_TITLE).first()
    if known is not None:
        return known
    folder = FOLDER / "videos"
    poster = folder / f"{FILM}.jpg"
    with (folder / f"{FILM}.webm").open("rb") as stream, poster.open("rb") as still:
        return model.objects.create(
            title=FILM_TITLE,
            file=File(stream, name=f"{FILM}.webm"),
            thumbnail=File(still, name=poster.name),
            type="video",
            duration=FILM_SECONDS,
            width=960,
            height=540,
            uploaded_by_user=author,
        )
