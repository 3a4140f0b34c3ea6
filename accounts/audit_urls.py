"""Who did what: of an experiment, and of one thing. There is no address that changes an event."""
from django.urls import path

from accounts.views import audit

app_name = "audit"
urlpatterns = [
    path("audit/", audit.of_experiment, name="list"),
    path("audit.json", audit.of_experiment, {"form": "json"}, name="list_json"),
    path("audit.csv", audit.of_experiment, {"form": "csv"}, name="list_csv"),
    path("history/<slug:kind>/<int:of>/", audit.of_thing, name="of"),
    path("history/<slug:kind>/<int:of>.json", audit.of_thing, {"form": "json"}, name="of_json"),
    path("history/<slug:kind>/<int:of>.csv", audit.of_thing, {"form": "csv"}, name="of_csv"),
]
