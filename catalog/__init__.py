"""What can be recommended: catalogs and their items. Knows no other package of GENRE."""
