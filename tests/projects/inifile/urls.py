from django.urls import path
from effective import effective_settings

urlpatterns = [path("", effective_settings)]
