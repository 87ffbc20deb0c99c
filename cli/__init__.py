"""`liaison`: run it locally, operate it anywhere."""
