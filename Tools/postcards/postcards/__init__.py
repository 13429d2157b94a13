"""Postcards: a tiny text-to-image model with FLUX.1-dev's architecture, trained on procedural pictures."""
