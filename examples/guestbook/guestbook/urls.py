from django.urls import path

from . import views

urlpatterns = [
    path("", views.entry_list, name="entry-list"),
    path("slow/", views.slow, name="slow"),
    path("error/", views.error, name="error"),
    path("health/", views.health, name="health"),
]
