"""What others may want to know about items."""

from django.dispatch import Signal

# Sent once after an import changed items; provides `catalog_id`.
items_imported = Signal()
