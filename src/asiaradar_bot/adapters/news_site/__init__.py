"""Reads the news site: feeds, listings, sitemaps, pages, pictures, pushes; all hostile until proven otherwise."""
