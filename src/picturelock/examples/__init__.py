"""Original example scripts: a short screenplay and a short story."""
