
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0015_cursor_of_any_length'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='gridcluster',
            name='one_row_a_cluster',
        ),
        migrations.AddField(
            model_name='job',
            name='hold',
            field=models.CharField(max_length=12, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='memory_mb',
            field=models.PositiveIntegerField(blank=True, help_text='so much memory the jobs get, before they are released', null=True),
        ),
        migrations.AddConstraint(
            model_name='gridcluster',
            constraint=models.UniqueConstraint(fields=('submission', 'batch', 'schedd', 'cluster'), name='one_row_a_cluster'),
        ),
    ]
