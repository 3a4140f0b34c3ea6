"""The REST paths of submissions, below /api/v1/."""
from django.urls import path

from submissions.api import jobs, launch

app_name = "submissions_api"
urlpatterns = [
    path("<slug:exp>/stages/<int:pk>/launch", launch.LaunchCall.as_view(), name="launch"),
    path("<slug:exp>/submissions/<str:tag>/inputs", jobs.InputsCall.as_view(), name="inputs"),
    path("<slug:exp>/submissions/<str:tag>/next", jobs.NextCall.as_view(), name="next"),
    path("<slug:exp>/submissions/<str:tag>/report", jobs.ReportCall.as_view(), name="report"),
    path("<slug:exp>/submissions/<str:tag>/declare", jobs.DeclareCall.as_view(), name="declare"),
]
