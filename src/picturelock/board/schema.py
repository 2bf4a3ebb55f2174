"""Writes the JSON Schemas of the board and the settings: ``python -m picturelock.board.schema FOLDER``."""

import json
import sys
from pathlib import Path

from picturelock.board.document import board_schema, settings_schema


def written() -> dict[str, str]:
    """The schema files by name, as they are published."""
    schemas = {"board.schema.json": board_schema(), "production.schema.json": settings_schema()}
    return {name: json.dumps(s, indent=2, ensure_ascii=False) + "\n" for name, s in schemas.items()}


def main(folder: str) -> None:
    """Write the files into a folder."""
    for name, text in written().items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs")
