import json
import os

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print one environment variable as JSON: its exact value, or null when it is not set."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("name")

    def handle(self, *, name, **options):
        self.stdout.write(json.dumps(os.environ.get(name)))
