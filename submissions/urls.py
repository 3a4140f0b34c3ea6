"""Pages of submissions and jobs."""
from django.urls import path

from submissions.views import acts, bulk, contents, joblist, jobs, launchlog, lists, recover, search, submission

app_name = "submissions"
urlpatterns = [
    path("search/", search.found, name="search"),
    path("bulk/", bulk.acts, name="bulk"),
    path("bulk/<int:pk>/", bulk.act, name="bulk_act"),
    path("bulk/<int:pk>/items.csv", bulk.items, name="bulk_items"),
    path("submissions.csv", lists.table, {"form": "csv"}, name="csv"),
    path("submissions.json", lists.table, {"form": "json"}, name="json"),
    path("jobs.csv", joblist.table, {"form": "csv"}, name="jobs_csv"),
    path("jobs.json", joblist.table, {"form": "json"}, name="jobs_json"),
    path("jobs/", joblist.jobs, name="jobs"),
    path("submissions/", lists.submissions, name="list"),
    path("submissions/<int:pk>/", submission.submission, name="submission"),
    path("submissions/<int:pk>/jobs/<str:job>/", jobs.job, name="job"),
    path("submissions/<int:pk>/jobs/<str:job>/log/", jobs.log, name="log"),
    path("submissions/<int:pk>/launch-log/", launchlog.log, name="launch_log"),
    path("submissions/<int:pk>/files/", contents.files, name="files"),
    path("submissions/<int:pk>/settings/", contents.settings, name="settings"),
    path("submissions/<int:pk>/recover/", recover.recover, name="recover"),
    path("submissions/<int:pk>/followers/<int:intent>/", recover.once_more, name="once_more"),
    path("submissions/<int:pk>/<slug:deed>/", acts.on_submission, name="act"),
]
