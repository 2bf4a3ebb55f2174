"""``python -m picturelock``."""

from picturelock.cli import main

main()
