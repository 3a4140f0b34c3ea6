"""Members of an experiment."""
from django.urls import path

from accounts.views import members

app_name = "members"
urlpatterns = [
    path("", members.listed, name="list"),
    path("ferry/<slug:deed>/", members.ferry, name="ferry"),
    path("<int:pk>/hand-over/", members.hand_over, name="hand_over"),
    path("<int:pk>/<slug:deed>/", members.shift, name="shift"),
]
