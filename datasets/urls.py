"""Pages of files and of the sets that they are in."""
from django.urls import path

from datasets import views

app_name = "datasets"
urlpatterns = [
    path("datasets/why/", views.explained, name="why"),
    path("files/<int:pk>/content", views.content, name="content"),
]
