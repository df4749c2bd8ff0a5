from django.db import models


class Entry(models.Model):
    author = models.CharField("your name", max_length=80)
    text = models.TextField("your message", max_length=2000)
    picture = models.ImageField("a picture", upload_to="pictures/%Y/%m/", blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created", "-pk")
        verbose_name_plural = "entries"

    def __str__(self):
        return f"{self.author}, {self.created:%Y-%m-%d}"
