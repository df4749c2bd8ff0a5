from django.core.management.base import BaseCommand

from guestbook.models import Entry


class Command(BaseCommand):
    help = "Print the number of entries in the guestbook."

    def handle(self, **options):
        self.stdout.write(str(Entry.objects.count()))
