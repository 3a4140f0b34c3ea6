"""Pages of files."""
from django.urls import path

from datasets import views

app_name = "datasets"
urlpatterns = [
    path("files/<int:pk>/content", views.content, name="content"),
]
