"""No page is needed."""

urlpatterns = []
