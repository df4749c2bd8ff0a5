from django.urls import path
from django.views.generic import TemplateView

from .effective import effective_settings

urlpatterns = [
    path("", effective_settings),
    path("greeting/", TemplateView.as_view(template_name="greeting.html")),
]
