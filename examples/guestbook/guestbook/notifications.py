"""What happens besides saving when somebody signs the book."""

import logging

from django.conf import settings
from django.core.mail import send_mail

logger = logging.getLogger("guestbook")


def announce(entry):
    """Log the entry and mail it to the owner; the entry stays when the mail server is away."""
    # %r keeps a line break in the name from forging a second log record.
    logger.info("entry-created id=%d author=%r picture=%s", entry.pk, entry.author, bool(entry.picture))
    try:
        send_mail(
            subject="New entry in the guestbook",
            message=f"{entry.author} wrote:\n\n{entry.text}\n",
            from_email=None,
            recipient_list=[settings.GUESTBOOK_OWNER],
        )
    except OSError:
        logger.exception("mail-failed id=%d", entry.pk)
