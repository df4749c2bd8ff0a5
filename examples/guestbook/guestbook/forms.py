from django.forms import modelform_factory
from django.forms.widgets import Textarea

from .models import Entry

EntryForm = modelform_factory(
    Entry,
    fields=("author", "text", "picture"),
    widgets={"text": Textarea({"rows": 4})},
)
