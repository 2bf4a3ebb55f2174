"""From a file to a :data:`~picturelock.script.source.Source`, or to an error that says how to mend the file."""

import re
from pathlib import Path
from shlex import quote

from picturelock.core.failures import BadDocument, NotFound
from picturelock.script.formats import Format, formats
from picturelock.script.source import ElementKind, Screenplay, Source

#: A hundred thousand words are about 0.6 MB; what is larger than this is not a script.
LARGEST_BYTES = 50 * 1024 * 1024

_MAGIC = {
    b"%PDF": ("a PDF", "Export the script as Fountain, Final Draft (.fdx) or plain text."),
    b"PK\x03\x04": (
        "a zipped document (DOCX, ODT, EPUB, Highland)",
        "Save it as Fountain, Final Draft (.fdx) or plain UTF-8 text.",
    ),
    b"\xd0\xcf\x11\xe0": ("an old Word document", "Save it as plain UTF-8 text."),
    b"{\\rtf": ("an RTF document", "Save it as plain UTF-8 text."),
}
_CURLY = re.compile(b"[\x80-\x9f]")  # quotation marks and dashes of Windows; in Latin-1 these mean nothing
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def read_source(path: Path) -> Source:
    """Read a script. The format is taken from the file's ending, and from its words where that says nothing.

    Args:
        path: A Fountain, Final Draft FDX or plain text file, UTF-8, up to 50 MB.

    Raises:
        NotFound: There is no such file.
        BadDocument: It is empty, binary, too large, not UTF-8, has no words, or is not what its ending says.
    """
    text = _text_of(path)
    known = list(formats())
    named = next((f for f in known if path.suffix.lower() in f.suffixes), None)
    chosen = named or _by_words(known, text)
    try:
        source = chosen.read(text, path.stem)
        _hold_scenes(source, path.name)
    except BadDocument as error:
        by_words = _by_words(known, text)
        # The last format takes everything, so it says nothing about this file.
        if by_words is chosen or by_words is known[-1]:
            raise
        raise BadDocument(
            f"{path.name} does not hold what its ending says",
            remedy=f"Its words are those of a {by_words.suffixes[0]} file: name it {path.stem}{by_words.suffixes[0]}.",
        ) from error
    return source


def _by_words(known: list[Format], text: str) -> Format:
    return next(f for f in known if f.recognises(text))


def _hold_scenes(source: Source, name: str) -> None:
    if not any(c.isalpha() for c in source.words()):
        title = f" beside its title, “{source.title}”" if source.title else ""
        raise BadDocument(
            f"{name} has no words to break down{title}",
            remedy="Give a script with at least one line of action or dialogue.",
        )
    if isinstance(source, Screenplay) and not any(e.kind is ElementKind.HEADING for e in source.elements):
        raise BadDocument(
            f"{name} has no scene: no line of it is a scene heading",
            remedy=source.heading_advice,
        )


def _text_of(path: Path) -> str:
    if not path.is_file():
        raise NotFound(f"there is no script file {path}", remedy="Check the path.")
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise BadDocument(
            f"{path.name} is {size / 2**20:.0f} MB; a script may have at most {LARGEST_BYTES // 2**20} MB",
            remedy="Give the script itself, or split it into parts.",
        )
    data = path.read_bytes()
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise BadDocument(f"{path.name} is empty", remedy="Give a script with words in it.")
    return decoded(data, path.name, path)


def decoded(data: bytes, name: str, path: Path | None = None) -> str:
    """The text of a file, with line feeds as line ends and without a byte order mark.

    Args:
        data: The file's bytes.
        name: What messages call it.
        path: Where it is, for the command of the remedy.

    Raises:
        BadDocument: Binary, or not UTF-8; the remedy names the command that converts it.
    """
    for magic, (what, remedy) in _MAGIC.items():
        if data.startswith(magic):
            raise BadDocument(f"{name} is {what}, not a text file", remedy=remedy)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadDocument(
            f"{name} is UTF-16, not UTF-8",
            remedy=f"Convert it: {_conversion('utf-16', path or Path(name))}",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error, path or Path(name)) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _CONTROL.search(text)
    if found:
        raise BadDocument(
            f"{name} is binary: it holds the control character 0x{ord(found[0]):02x}",
            line=text.count("\n", 0, found.start()) + 1,
            remedy="Give a text file: Fountain, Final Draft (.fdx) or plain UTF-8.",
        )
    return text


def _conversion(encoding: str, path: Path) -> str:
    return f"iconv -f {encoding} -t utf-8 {quote(str(path))} > {quote('utf8-' + path.name)}"


def _not_utf8(data: bytes, error: UnicodeDecodeError, path: Path) -> BadDocument:
    name = path.name
    before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.count(b"\n") + 1
    if b"\x00" in data[:8192]:
        return BadDocument(
            f"{name} is binary",
            line=line,
            remedy="Give a text file: Fountain, Final Draft (.fdx) or plain UTF-8.",
        )
    if _looks_gbk(data):
        encoding, named = "gb18030", "Chinese GBK"
    elif _CURLY.search(data):
        encoding, named = "cp1252", "Western (Windows-1252)"
    else:
        encoding, named = "latin1", "Western (Latin-1)"
    return BadDocument(
        f"{name} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
        line=line,
        remedy=f"Convert it first; if it is {named}: {_conversion(encoding, path)}",
    )


def _looks_gbk(data: bytes) -> bool:
    try:
        text = data[:20_000].decode("gb18030", errors="strict" if len(data) <= 20_000 else "ignore")
    except UnicodeDecodeError:
        return False
    high = sum(ord(c) > 127 for c in text)
    return high > 0 and sum("\u4e00" <= c <= "\u9fff" for c in text) * 2 > high
