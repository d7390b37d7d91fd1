"""The means by which the ports are served: news site, X, templates, clocks, alerts."""
