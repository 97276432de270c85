"""What 1C wrote beside what the portal made of it; columns with defaults, no row is rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0004_picture_use"),
    ]

    operations = [
        migrations.AddField(
            model_name="alias",
            name="is_pending",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="pricetype",
            name="currency_told",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="pricetype",
            name="vat_answer",
            field=models.BooleanField(
                null=True, verbose_name="VAT included, as the portal was told"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="unit_told",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
    ]
