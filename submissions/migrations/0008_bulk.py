import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('submissions', '0007_census'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('creator_role', models.CharField(choices=[('analysis', 'analysis'), ('production-shifter', 'production-shifter'), ('production', 'production'), ('superuser', 'superuser')], max_length=24)),
                ('kind', models.CharField(max_length=16)),
                ('deed', models.CharField(max_length=32)),
                ('of', models.TextField(blank=True)),
                ('why', models.CharField(blank=True, max_length=200)),
                ('said', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('stopped_by', models.CharField(blank=True, max_length=150)),
                ('trouble', models.CharField(blank=True, max_length=200)),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('experiment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.experiment')),
            ],
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=250)),
                ('name', models.CharField(max_length=250)),
                ('jobs', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('chosen', 'chosen'), ('done', 'done'), ('refused', 'refused'), ('left out', 'left out')], max_length=8)),
                ('said', models.CharField(blank=True, max_length=250)),
                ('act', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='submissions.bulkact')),
            ],
        ),
        migrations.AddIndex(
            model_name='bulkact',
            index=models.Index(condition=models.Q(('done_at', None), models.Q(('asked_at', None), _negated=True)), fields=['id'], name='bulk_under_way'),
        ),
        migrations.AddIndex(
            model_name='bulkact',
            index=models.Index(fields=['experiment', '-id'], name='bulk_of_an_experiment'),
        ),
        migrations.AddIndex(
            model_name='bulkitem',
            index=models.Index(fields=['act', 'state', 'id'], name='bulk_items_by_state'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.UniqueConstraint(fields=('act', 'thing'), name='a_thing_is_chosen_once'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('chosen', 'done', 'refused', 'left out'))), name='bulk_state_is_a_state'),
        ),
    ]
