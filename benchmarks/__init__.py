"""Measurements, each run by `python -m benchmarks.NAME`, all by `make bench`."""
