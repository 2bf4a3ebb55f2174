"""Reading a sentence of action: who does what, with what, with which face, and what a camera would look at."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from picturelock.core.blocking import Expression, Pose
from picturelock.script.directions import Direction, direction_in
from picturelock.script.lexicon import actions
from picturelock.script.lexicon.forms import forms, word_set
from picturelock.script.people import TOGETHER, Mention, People
from picturelock.script.props import things_in
from picturelock.script.source import Passage
from picturelock.script.story import Person

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;:—]")
#: Forms that are as often nouns; they are verbs only right after their subject.
_NOUNS = word_set(
    "light lights hand hands step steps watch watches rest rests note notes face faces cross cup cups "
    "head heads place places set sets point points signal signals wave waves draw bear box show shows "
    "kiss turn turns look looks hammer pat play stand stands rise fall falls run runs trip slip lock "
    "locks press open close lean sleep type hide seat sketch knock strike sink wheel lay listen press "
    "dash march charge bolt offer touch grip hold race hang plug brace drink stop pause stroll fold "
    "sign grin smile stare gaze glance nod cry laugh study round lies lie"
)
_IN_HAND = re.compile(
    r"(?i)\b(?:in|from|into|across) (?:(?:his|her|one|each|both|the|their) )?(?:\w+ )?(?:hands?|fists?|arms|palm|lap)\b|\b(?:held|raised|lifted|clutched|clasped|tucked)\b"
)
_PERFECT = word_set("had has have been")
_NEGATIONS = word_set("not never no nor nobody without hardly")
_SUBJECT_WORDS = word_set("he she they who and then both i")
_ARTICLES = word_set(
    "the a an his her their its my your our of no this that every each in on at to with from by"
)


_RUNS = frozenset(forms("run"))
_OWN = word_set("a an his her their one both")


class Focus(StrEnum):
    """What a camera would look at."""

    PLACE = "place"
    TRAVEL = "travel"
    ACTION = "action"
    FACE = "face"
    HANDS = "hands"
    THING = "thing"


@dataclass(slots=True)
class Reading:
    """A sentence, read.

    Attributes:
        people: Names in the order of mention, those meant by pronouns included.
        subject: Who the sentence is about.
        poses: What each is seen doing.
        takes: Who has which thing (the noun) in hand.
        gives: Who lets go of which thing.
        things: Nouns of things that are named.
        together: ``they``, ``both``, ``all``.
    """

    passage: Passage
    people: list[str] = field(default_factory=list)
    subject: str = ""
    poses: dict[str, Pose] = field(default_factory=dict)
    faces: dict[str, Expression] = field(default_factory=dict)
    takes: list[tuple[str, str]] = field(default_factory=list)
    gives: list[tuple[str, str]] = field(default_factory=list)
    looks: dict[str, str] = field(default_factory=dict)
    enters: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    travel: bool = False
    together: bool = False
    focus: Focus = Focus.PLACE
    direction: Direction = field(default_factory=Direction)

    @property
    def text(self) -> str:
        """The sentence."""
        return self.passage.text


def read(passage: Passage, people: People, recent: list[Person]) -> Reading:
    """Read a sentence.

    Args:
        passage: The sentence.
        people: Everyone in the story.
        recent: Who was spoken of before, latest last; changed as the sentence is read.
    """
    text = passage.text
    reading = Reading(passage, direction=direction_in(text))
    mentions = people.resolved(text, recent)
    seen = [m for m in mentions if not _only_owner(m, text)]
    reading.people = list(dict.fromkeys(m.person.name for m in seen))
    mentions = seen
    reading.subject = _subject(mentions, text)
    things = things_in(text)
    reading.things = list(dict.fromkeys(t.head for t in things))
    starts = {t.start: t.head for t in things}
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        _chinese(reading, mentions)
        if mentions and CHINESE_HOLDS(text):
            reading.takes += [(reading.subject, t.head) for t in things]
    _english(reading, mentions, starts)
    reading.together = bool(TOGETHER.search(text))
    in_hand = _IN_HAND.search(text)
    before = [t for t in things if in_hand and t.start < in_hand.start()]
    holders = [m.person.name for m in mentions if before and m.start < before[-1].start]
    if holders:
        reading.takes.append((holders[-1], before[-1].head))
    reading.focus = _focus(reading, text)
    return reading


_OBJECT_HER = word_set(
    "at to in on and but as with from for by into out up down away back off over again then who when "
    "while until or look go come stand sit walk run"
)


#: ``a picture of Mara``, ``thinks of Mara``
_ONLY_TOLD_OF = re.compile(
    r"(?i)\b(?:picture|photo|photograph|portrait|painting|drawing|statue|bust|name|memory|think|thinks|thinking|thought|dream|dreams"
    r"|dreaming)s? (?:of|about) $"
)


def _only_owner(mention: Mention, text: str) -> bool:
    """``her father``, ``Mara's coat``: whose it is, not who is seen; a hand or a face does show its owner.

    Nor is she seen through whose eyes the camera looks: ``POV MARA``; nor where only a picture of her is, or a thought.
    """
    before = text[max(0, mention.start - 24) : mention.start]
    if re.search(r"(?<!['’][sS] )\bP\.?O\.?V\.?\W*(?:(?i:of) )?$", before) or _ONLY_TOLD_OF.search(before):
        return True
    after = text[mention.end : mention.end + 40]
    written = text[mention.start : mention.end].lower()
    owned = re.match(r"['’][sS]\s+(?:\w+\s+)?(\w+)", after)
    if mention.pronoun and written in {"his", "her"}:
        owned = re.match(r"\s+(\w+)(?:\s+(\w+))?", after)
        if owned and written == "her" and (owned[1].lower() in _OBJECT_HER or owned[1][0].isupper()):
            return False
    elif not owned:
        return bool(re.match(r"的(?!眼|脸|手)", after))
    body = actions.FACE_WORDS | actions.HAND_WORDS
    return bool(owned) and not any(w and w.lower() in body for w in owned.groups())


CHINESE_HOLDS = actions.CHINESE_TAKES.search


def _subject(mentions: list[Mention], text: str) -> str:
    """The first who is not possessive ("Mara's lantern"), else the first."""
    acting = [m for m in mentions if not re.match(r"['’][sS]\b|的", text[m.end :])
              and not (m.pronoun and text[m.start : m.end].lower() in {"his", "her", "him"})]  # fmt: skip
    return (acting or mentions)[0].person.name if mentions else ""


def _english(reading: Reading, mentions: list[Mention], starts: dict[int, str]) -> None:
    current, previous, last_take, since, actor = "", "", "", 99, ""
    recent_words = ["", "", ""]
    at = {m.start: m for m in mentions}
    inside = 0
    for token in _TOKEN.finditer(reading.text):
        word = token[0].lower().replace("’", "'")
        mention = at.get(token.start())
        if mention and (not mention.pronoun or word not in {"his", "her", "him"}):
            if last_take == "look" and since <= 4 and current and mention.person.name != current:
                reading.looks.setdefault(current, mention.person.name)
            possessive = reading.text[mention.end : mention.end + 2].lower() in {"'s", "’s"}
            current = current if possessive else mention.person.name
            inside, previous = mention.end, "he"
            continue
        if token.start() < inside:
            continue
        since += 1
        head = starts.get(token.start())
        if head and actor and last_take in {"take", "give"} and since <= 7:
            (reading.takes if last_take == "take" else reading.gives).append((actor, head))
        negated = any(w in _NEGATIONS or w.endswith("n't") for w in recent_words)
        if current and not head and not negated and previous not in _PERFECT:
            verb = _verb(word, previous, reading.text, token.end())
            if verb:
                last_take, actor, since = _do(reading, current, verb) or last_take, current, 0
        if word in actions.EXPRESSION and (current or reading.subject) and not negated:
            reading.faces.setdefault(current or reading.subject, actions.EXPRESSION[word])
        previous = word
        recent_words = [*recent_words[1:], word]


def _verb(word: str, previous: str, text: str, end: int) -> str:
    """The verb that this word is, with its particle where that makes another pose; empty for none."""
    following = _TOKEN.match(text, end + 1)
    phrase = f"{word}_{following[0].lower()}" if following else ""
    if phrase in actions.POSE:
        return phrase
    if word not in actions.POSE or previous in _ARTICLES:
        return ""
    if word in _RUNS and following and following[0].lower() in _OWN:
        return "touch"  # ran a thumb along it
    if (
        word in _NOUNS
        and previous not in _SUBJECT_WORDS
        and not previous.endswith("ly")
        and previous not in ",;—"
    ):
        return ""
    return word


_LOOKING = word_set(
    "look looks looked looking watch watches watched watching stare stares stared staring glance "
    "glances glanced gaze gazes gazed turns turned turn turning faces study studies studied studying"
)  # fmt: skip


def _do(reading: Reading, who: str, verb: str) -> str:
    pose = actions.POSE[verb]
    held = reading.poses.get(who)
    if held is None or actions.POSE_ORDER.index(pose) < actions.POSE_ORDER.index(held):
        reading.poses[who] = pose
    base = verb.partition("_")[0]
    if verb in actions.TRAVEL:
        reading.travel = True
    if verb in actions.ENTERS:
        reading.enters.append(who)
        reading.travel = True
    if verb in actions.LEAVES:
        reading.leaves.append(who)
        reading.travel = True
    if base in actions.GIVES or base in actions.LETS_GO:
        return "give"
    if base in actions.TAKES:
        return "take"
    return "look" if base in _LOOKING else ""


def _chinese(reading: Reading, mentions: list[Mention]) -> None:
    text = reading.text
    for index, mention in enumerate(mentions):
        stop = mentions[index + 1].start if index + 1 < len(mentions) else len(text)
        clause, who = text[mention.end : stop], mention.person.name
        for found in actions.CHINESE_POSE_PATTERN.findall(clause):
            pose = actions.CHINESE_POSE_WORDS[found]
            held = reading.poses.get(who)
            if held is None or actions.POSE_ORDER.index(pose) < actions.POSE_ORDER.index(held):
                reading.poses[who] = pose
        face = actions.CHINESE_EXPRESSION_PATTERN.search(clause)
        if face:
            reading.faces.setdefault(who, actions.CHINESE_EXPRESSION[face[0]])
        if re.search("看着|望着|看向|对", clause) and index + 1 < len(mentions):
            reading.looks.setdefault(who, mentions[index + 1].person.name)
        if re.search("离开|出门|走了|走远", clause):
            reading.leaves.append(who)
    reading.travel = bool(mentions) and bool(actions.CHINESE_TRAVEL.search(text))


def _focus(reading: Reading, text: str) -> Focus:
    tokens = {t[0].lower() for t in _TOKEN.finditer(text)}
    first = next((t[0].lower() for t in _TOKEN.finditer(text) if t[0].lower() not in _ARTICLES), "")
    if not reading.people and not reading.together:
        if tokens & actions.HAND_WORDS:
            return Focus.HANDS
        return Focus.THING if reading.things else Focus.PLACE
    if first in actions.HAND_WORDS or (first == "on" and reading.things):
        return Focus.HANDS
    if reading.travel:
        return Focus.TRAVEL
    if (
        (tokens & actions.FACE_WORDS and not re.search(r"in (?:his|her|their|the) face|face to face", text))
        or actions.CHINESE_FACE.search(text)
    ) and not reading.takes:
        return Focus.FACE
    subject_first = reading.things and first in reading.things[0]
    return Focus.THING if subject_first else Focus.ACTION
