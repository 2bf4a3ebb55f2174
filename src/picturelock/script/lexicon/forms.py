"""Sets of words, and the inflected forms of English verbs."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text: tables of words stay readable as text."""
    return frozenset(text.split())


_IRREGULAR = {
    "run": "ran", "flee": "fled", "come": "came", "go": "went gone", "leave": "left", "sit": "sat", "kneel": "knelt",
    "lie": "lay lain lying", "sleep": "slept", "fall": "fell fallen", "sink": "sank sunk", "light": "lit",
    "strike": "struck", "hang": "hung", "take": "took taken", "bear": "bore borne", "bring": "brought", "hold": "held",
    "give": "gave given", "catch": "caught", "read": "read", "spin": "spun", "bend": "bent", "write": "wrote written",
    "draw": "drew drawn", "stand": "stood", "rise": "rose risen", "freeze": "froze frozen", "say": "said",
    "think": "thought", "see": "saw seen", "creep": "crept", "ride": "rode ridden", "drive": "drove driven",
    "eat": "ate eaten", "drink": "drank", "hide": "hid hidden", "set": "set", "speak": "spoke", "shake": "shook shaken",
    "put": "put", "throw": "threw thrown", "lay": "laid", "swing": "swung", "wring": "wrung", "tie": "tying",
    "weep": "wept", "wind": "wound", "burst": "burst", "tell": "told", "feel": "felt", "hear": "heard", "find": "found",
    "know": "knew known", "keep": "kept", "make": "made", "get": "got", "begin": "began", "sing": "sang", "let": "let",
}  # fmt: skip
_DOUBLED = word_set(
    "run sit drop slip trip step nod hug grab stop pat set put wrap spin tug plug swim beg let"
)


def forms(verb: str) -> list[str]:
    """Base, third person, past and participles; ``turn_on`` inflects its first word.

    >>> forms("carry")
    ['carry', 'carries', 'carried', 'carrying']
    """
    base, _, rest = verb.partition("_")
    if base.endswith("y") and base[-2] not in "aeiou":
        found = [base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"]
    elif base in _DOUBLED:
        found = [base, base + "s", base + base[-1] + "ed", base + base[-1] + "ing"]
    elif base.endswith("e"):
        found = [base, base + "s", base + "d", (base if base.endswith("ee") else base[:-1]) + "ing"]
    elif base.endswith(("s", "sh", "ch", "x", "z", "o")):
        found = [base, base + "es", base + "ed", base + "ing"]
    else:
        found = [base, base + "s", base + "ed", base + "ing"]
    if base in _IRREGULAR:
        found = [f for f in found if not f.endswith("ed")] + _IRREGULAR[base].split()
    return [f"{f}_{rest}" for f in found] if rest else found
