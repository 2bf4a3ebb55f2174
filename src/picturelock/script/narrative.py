"""Prose as a story: where scenes begin, who speaks, and where the text leaves it open."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.core.board import Certainty, Mark
from picturelock.script.epithets import Epithets, epithet_in
from picturelock.script.headings import time_in, titled, weather_in
from picturelock.script.language import full_width, sentences, words
from picturelock.script.lexicon.actions import TRAVEL
from picturelock.script.lexicon.forms import word_set
from picturelock.script.lexicon.places import (
    CHINESE_PLACE_CUE,
    CHINESE_PLACE_FIRST,
    COMPOUND,
    ENGLISH_PLACES,
    INSIDE,
    OUTSIDE,
    PLACE,
)
from picturelock.script.lexicon.speech import CHINESE_SAY, SAY
from picturelock.script.lexicon.times import (
    BACK_AGAIN,
    CHINESE_FLASHBACK,
    CHINESE_TIME_JUMP,
    FLASHBACK,
    TIME_JUMP,
)
from picturelock.script.names import NARRATOR, chinese_people, english_people
from picturelock.script.people import PRONOUNS, Mention, People, assign_genders
from picturelock.script.quotes import Part, Quotes
from picturelock.script.source import Paragraph, ParagraphKind, Passage, Prose, language_of
from picturelock.script.story import Action, Gender, Line, Person, Story, StoryScene

_SHORT_TAG = 3
_OPENING = 5
#: One word in four of English is among these; in French, German, Spanish or Italian hardly one in twenty.
_ENGLISH = word_set(
    "the and of to a in he she it was had that his her with for on at they were said but not you from"
)
_ENGLISH_SHARE = 0.1
_TELLING = 20  # words that a judgement on the language needs
_WORDS = 48  # characters of a passage, so that a person knows which
_SENTENCE = re.compile(r"[.!?…]\W*$|[。！？]")


def story_of_prose(prose: Prose) -> Story:
    """Scenes of beats from prose."""
    language = language_of(prose.words())
    if language == "zh":
        prose = _with_full_width_marks(prose)
    quotes = Quotes(prose.words())
    parts = {id(p): quotes.parts(p.text) for p in prose.paragraphs if p.kind is ParagraphKind.TEXT}
    told = [part.text for p in prose.paragraphs for part in parts.get(id(p), ()) if not part.spoken]
    beside = _beside(list(parts.values()))

    def tell(epithets: Epithets) -> _Teller:
        people = (chinese_people if language == "zh" else english_people)(told, beside)
        epithets.cast(people)
        assign_genders(people, (s.text for t in told for s in sentences(Passage(t, 1))))
        teller = _Teller(People(people), language)
        for paragraph in prose.paragraphs:
            teller.hear(paragraph, parts.get(id(paragraph), []))
        teller.finish()
        return teller

    teller = tell(Epithets())
    if teller.epithets:
        teller = tell(teller.epithets)
    return Story(
        title=prose.title,
        language=language,
        people=teller.people.everyone,
        scenes=teller.scenes,
        marks=[*_foreign(told, language), *_left_out(prose), *teller.marks],
    )


def _beside(paragraphs: list[list[Part]]) -> list[str]:
    """What is told in a paragraph in which somebody speaks, or next to one."""
    speaks = [any(part.spoken for part in parts) for parts in paragraphs]
    near = [any(speaks[max(0, n - 1) : n + 2]) for n in range(len(paragraphs))]
    return [
        part.text
        for parts, so in zip(paragraphs, near, strict=True)
        if so
        for part in parts
        if not part.spoken
    ]


def _with_full_width_marks(prose: Prose) -> Prose:
    return replace(
        prose,
        paragraphs=tuple(
            Paragraph(p.kind, p.passage._replace(text=full_width(p.text))) for p in prose.paragraphs
        ),
    )


def _foreign(told: list[str], language: str) -> list[Mark]:
    """Other languages are broken down as if they were English, which finds little."""
    said = [word for text in told for word in words(text)]
    if (
        language != "en"
        or len(said) < _TELLING
        or sum(w in _ENGLISH for w in said) >= _ENGLISH_SHARE * len(said)
    ):
        return []
    return [
        Mark(
            what="this does not read like English or Chinese: places, times, people and who speaks may all be wrong",
            about="language",
        )
    ]


def _left_out(prose: Prose) -> list[Mark]:
    """What stands before the story is not filmed, but the reader of it may have been wrong."""
    story = [p.passage.line for p in prose.paragraphs if p.kind is ParagraphKind.TEXT]
    front = [p for p in prose.paragraphs if p.kind is ParagraphKind.FRONT]
    before = [p.passage for p in front if story and p.passage.line < story[0]]
    return [
        Mark(
            what=f"line {passage.line} is not filmed, being before the story: “{_opening_words(passage.text)}”",
            about="front matter",
            certainty=Certainty.DOUBT if _SENTENCE.search(passage.text) else Certainty.NOTE,
        )
        for passage in before
    ]


def _opening_words(text: str) -> str:
    return text if len(text) <= _WORDS else text[:_WORDS].rstrip() + " …"


@dataclass(slots=True)
class _Spoken:
    """Who said the last lines, for alternation."""

    turns: list[str] = field(default_factory=list)
    silence: int = 0
    unclosed: bool = False

    def other(self) -> str:
        """The one of the two whose turn it is; empty when there are not two."""
        last_two = list(dict.fromkeys(reversed(self.turns[-6:])))
        return last_two[1] if len(last_two) == 2 and self.silence <= 2 else ""


@dataclass(slots=True)
class _Teller:
    """Hears the paragraphs of a story.

    Attributes:
        told: What is told of each scene, by its number.
        epithets: Who speaks where a tag names nobody but ``the solicitor``.
        carried: A place to which the story had moved before the scene began.
        left: The scene that was left for an earlier time.
        resumed: For scenes in which the story comes back from there: which scene it had left.
    """

    people: People
    language: str
    scenes: list[StoryScene] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    recent: list[Person] = field(default_factory=list)
    spoken: _Spoken = field(default_factory=_Spoken)
    chapter: str = ""
    fresh: bool = True
    moved: str = ""
    told: dict[int, list[str]] = field(default_factory=dict)
    carried: str = ""
    epithets: Epithets = field(default_factory=Epithets)
    left: int | None = None
    resumed: dict[int, int] = field(default_factory=dict)

    def hear(self, paragraph: Paragraph, parts: list[Part]) -> None:
        if paragraph.kind is ParagraphKind.TEXT:
            self._text(paragraph.passage, parts)
        elif paragraph.kind is ParagraphKind.CHAPTER:
            self.chapter, self.fresh, self.moved, self.left = paragraph.text, True, "", None
        elif paragraph.kind is ParagraphKind.BREAK:
            self.fresh, self.moved, self.left = True, "", None

    # Scenes -------------------------------------------------------------------------------------------------------

    def _text(self, passage: Passage, parts: list[Part]) -> None:
        narration = " ".join(p.text for p in parts if not p.spoken)
        why = self._new_scene(narration, parts)
        if why is not None:
            self._open(passage, why)
        scene = self.scenes[-1]
        self.told.setdefault(len(self.scenes) - 1, []).append(narration)
        self._beats(passage, parts, scene)
        scene.last = passage.last
        self.moved = moves_to(narration, self.language) or self.moved

    def _new_scene(self, narration: str, parts: list[Part]) -> str | None:
        """Why a scene begins here; ``None`` where none does, empty where the text itself says so."""
        if self.fresh or not self.scenes:
            return ""
        if len(self.scenes[-1].beats) < 2 or not parts or parts[0].spoken:
            return None
        if goes_back(narration, self.language):
            self.left = len(self.scenes) - 1 if self.left is None else self.left
            return "a scene begins because the text goes back in time; see where it ends"
        if self.left is not None and BACK_AGAIN.match(narration):
            self.resumed[len(self.scenes)], self.left = self.left, None
            return "a scene begins because the text comes back from an earlier time"
        if jumps_in_time(narration, self.language):
            return "a scene begins because the text jumps in time"
        opening = opening_place(narration, self.language)
        here = self._place_so_far()
        if opening and _differs(opening, here):
            return "a scene begins because the text opens in another place"
        if self.moved and _differs(self.moved, here) and len(self.scenes[-1].beats) > _OPENING:
            return (
                f"a scene begins because the story has moved to the {self.moved}"
                if self.language != "zh"
                else f"故事移到了{self.moved}"
            )
        return None

    def _place_so_far(self) -> str:
        told = self.told.get(len(self.scenes) - 1, [])
        return best_place(told, self.language)[0]

    def _open(self, passage: Passage, why: str) -> None:
        scene = StoryScene(heading=self.chapter, first=passage.line, last=passage.last)
        if why:
            scene.marks.append(Mark(what=why, about="scene"))
            self.carried = self.moved
        self.scenes.append(scene)
        self.fresh, self.moved, self.recent = False, "", self.recent[-2:]
        self.spoken = _Spoken()
        if self.carried:
            self.told[len(self.scenes) - 1] = [
                f"In the {self.carried}" if self.language != "zh" else f"在{self.carried}"
            ]
            self.carried = ""

    def finish(self) -> None:
        for number, scene in enumerate(self.scenes):
            before = self.scenes[self.resumed.get(number, number - 1)] if number else None
            _settle(scene, self.told.get(number, []), before, self.language)

    # Beats --------------------------------------------------------------------------------------------------------

    def _beats(self, passage: Passage, parts: list[Part], scene: StoryScene) -> None:
        if not any(p.spoken for p in parts):
            self.spoken.silence += 1
            self.spoken.unclosed = False
            self._narrate(passage, Part(False, 0, len(passage.text), passage.text), scene)
            return
        if self.spoken.unclosed and parts[0].spoken and not self._tag(parts):
            # A speech of several paragraphs: each begins with a mark, and only the last one ends with one.
            speaker, doubt = self.spoken.turns[-1], ""
        else:
            speaker, doubt = self._speaker(parts, scene)
        if not self._tag(parts) and (epithet := epithet_in(parts)):
            self.epithets.hear(epithet, speaker)
        others = self._others(parts, speaker)
        self._spoke(speaker)
        self.spoken.unclosed = _unclosed(passage.text, parts[-1])
        first = passage.line
        for number, part in enumerate(parts):
            end = passage.line_at(max(part.start, part.end - 1))
            if not part.spoken and number and parts[number - 1].spoken:
                part = self._after_tag(scene, passage, part)
            if part.spoken:
                who = others.get(number, speaker)
                if who != self.spoken.turns[-1]:
                    self._spoke(who)
                self._say(
                    scene, Line(speaker=who, text=_cleaned(part.text), first=first, last=end, doubt=doubt)
                )
                first = end
            elif self._is_tag(part, number, parts):
                self._stretch(scene, end)
                aside = _manner(part.text)
                if (
                    aside
                    and scene.beats
                    and isinstance(scene.beats[-1], Line)
                    and scene.beats[-1].first >= passage.line
                ):
                    scene.beats[-1] = _with(scene.beats[-1], aside)
            else:
                self._narrate(passage, part, scene)
                first = max(first, end)
        self._stretch(scene, passage.last)

    def _after_tag(self, scene: StoryScene, passage: Passage, part: Part) -> Part:
        """``said Inés. Her voice …``: what is told after the tag's own sentence."""
        clause = _first_clause(part.text)
        rest = part.text[len(clause) :].lstrip()
        if self.language == "zh" or not rest or len(words(clause)) > 5 or not set(words(clause)) & SAY:
            return part
        start = part.end - len(rest)
        self._stretch(scene, passage.line_at(max(part.start, start - 1)))
        return Part(False, start, part.end, rest)

    def _spoke(self, speaker: str) -> None:
        self.spoken.turns.append(speaker)
        self.spoken.silence = 0
        person = self.people.named(speaker)
        person.lines += 1
        if person in self.recent:
            self.recent.remove(person)
        self.recent.append(person)

    def _say(self, scene: StoryScene, line: Line) -> None:
        before = scene.beats[-1] if scene.beats else None
        together = (
            isinstance(before, Line)
            and before.speaker == line.speaker
            and before.last >= line.first
            and self._same_turn(before, line)
        )
        if together and isinstance(before, Line):
            gap = "" if self.language == "zh" else " "
            said = before.text
            if line.text[:1].islower() and said.endswith("."):
                said = said[:-1] + ","  # the tag stood within the sentence
            joined = f"{said}{gap}{line.text}"
            scene.beats[-1] = Line(speaker=line.speaker, text=joined, first=before.first, last=line.last,
                                   parenthetical=before.parenthetical, doubt=before.doubt or line.doubt)  # fmt: skip
        else:
            scene.beats.append(line)

    @staticmethod
    def _same_turn(before: Line, line: Line) -> bool:
        return line.first <= before.last and len(before.text) + len(line.text) < 600

    @staticmethod
    def _stretch(scene: StoryScene, last: int) -> None:
        before = scene.beats[-1] if scene.beats else None
        if isinstance(before, Line) and before.last < last:
            scene.beats[-1] = _with(before, before.parenthetical, last)

    def _narrate(self, passage: Passage, part: Part, scene: StoryScene) -> None:
        breaks = tuple(b - part.start for b in passage.breaks if part.start < b < part.end)
        scene.beats.append(
            Action(
                Passage(
                    passage.text[part.start : part.end].strip(" ,，"), passage.line_at(part.start), breaks
                )
            )
        )
        for sentence in sentences(Passage(part.text, 1)):
            self.people.resolved(sentence.text, self.recent)

    def _is_tag(self, part: Part, number: int, parts: list[Part]) -> bool:
        """Narration that only says who speaks: it is heard in the line, not seen in a shot."""
        beside = (number and parts[number - 1].spoken) or (
            number + 1 < len(parts) and parts[number + 1].spoken
        )
        if not beside:
            return False
        if self.language == "zh":
            return len(part.text) <= 14 and bool(re.search(rf"(?:{CHINESE_SAY})", part.text))
        said = words(part.text)
        if len(said) <= _SHORT_TAG and (len(said) < 2 or part.text.rstrip().endswith(":")):
            return True  # ``Anna:``
        return len(said) <= 9 and bool(set(said) & SAY)

    # Who speaks ---------------------------------------------------------------------------------------------------

    def _speaker(self, parts: list[Part], scene: StoryScene) -> tuple[str, str]:
        if found := self._tag(parts):
            return found
        for part in parts:
            mention = (
                None
                if part.spoken
                else next(iter(_acting(self.people.resolved(part.text, list(self.recent)), part.text)), None)
            )
            if mention:
                return mention.person.name, self._pronoun_doubt(mention)
            if self.language == "zh" and not part.spoken and self._is_narrator(part.text):
                return NARRATOR["zh"], ""
        return self._by_turn(parts, scene)

    def _others(self, parts: list[Part], speaker: str) -> dict[int, str]:
        """Parts that a tag of their own gives to somebody else: ``“You will,” Tom said. “I shall not,” said the inspector.``."""
        found = dict[int, str]()
        for number, part in enumerate(parts[:-1]):
            tag = parts[number + 1]
            if (
                number < 2
                or not part.spoken
                or tag.spoken
                or not parts[number - 1].text.endswith((".", "。"))
            ):
                continue
            named = self.people.mentions(_first_clause(tag.text))
            told = self._tagged(tag, number + 1, parts, list(self.recent))
            if named and told and told[0] != speaker:
                found[number] = told[0]
        return found

    def _tag(self, parts: list[Part]) -> tuple[str, str] | None:
        """Whom the first tag of a paragraph names. ``he`` is who acts in front of the words, if anybody does."""
        recent = list(self.recent)
        for number, part in enumerate(parts):
            if part.spoken:
                continue
            if found := self._tagged(part, number, parts, recent):
                return found
            self.people.resolved(part.text, recent)
        return None

    def _tagged(
        self, part: Part, number: int, parts: list[Part], recent: list[Person]
    ) -> tuple[str, str] | None:
        """``said Mara``, ``Mara said:`` beside the speech."""
        after = number > 0 and parts[number - 1].spoken
        clause = _first_clause(part.text) if after else _last_clause(part.text)
        if self.language == "zh":
            if not re.search(CHINESE_SAY, clause):
                return None
        elif not set(words(clause)) & SAY:
            return None
        mentions = _acting(self.people.resolved(clause, list(recent)), clause)
        if not mentions and _SOMEONES_VOICE.search(clause):
            return self._unknown(), "the text does not say whose voice this is"
        if not mentions:
            return (NARRATOR[self.language], "") if self._is_narrator(clause) else None
        return mentions[0].person.name, self._pronoun_doubt(mentions[0])

    def _is_narrator(self, clause: str) -> bool:
        told = r"(?:^|[，。])我(?!们)" if self.language == "zh" else r"\bI\b"
        name = NARRATOR[self.language]
        return re.search(told, clause) is not None and any(p.name == name for p in self.people.everyone)

    def _pronoun_doubt(self, mention: Mention) -> str:
        if not mention.pronoun or self.spoken.other() == mention.person.name:
            return ""
        same = [p for p in self.recent[-4:] if p.gender is mention.person.gender and p is not mention.person]
        return (
            f"a pronoun speaks: {mention.person.name} or {same[-1].name}"
            if same and mention.person.gender is not Gender.UNKNOWN
            else ""
        )

    def _by_turn(self, parts: list[Part], scene: StoryScene) -> tuple[str, str]:
        other = self.spoken.other()
        if other:
            return other, ""
        here = [p.name for p in dict.fromkeys(reversed(self.recent))]
        named = {m.person.name for part in parts if part.spoken for m in self.people.mentions(part.text)}
        candidates = [n for n in here if n not in named and n not in self.spoken.turns[-1:]]
        if len(candidates) == 1 or (candidates and len(here) == 2):
            return candidates[0], "" if len(
                here
            ) == 2 and self.spoken.turns else "nobody is named as the speaker; " + candidates[
                0
            ] + " is the only one it can be by the turn of the talk"
        if candidates:
            return (
                candidates[0],
                f"nobody is named as the speaker; {candidates[0]} is a guess among {', '.join(sorted(candidates))}",
            )
        return self._unknown(), "nobody is named as the speaker"

    def _unknown(self) -> str:
        name = "无名者" if self.language == "zh" else "Unnamed voice"
        if all(p.name != name for p in self.people.everyone):
            self.people.everyone.append(
                Person(name, (name,), marks=["speaks lines that the text gives to nobody by name"])
            )
        return name


def _with(line: Line, parenthetical: str, last: int | None = None) -> Line:
    return Line(speaker=line.speaker, text=line.text, first=line.first, last=last or line.last,
                parenthetical=parenthetical, doubt=line.doubt)  # fmt: skip


def _unclosed(text: str, part: Part) -> bool:
    """Whether a speech ends without a closing mark, so that the next paragraph may go on with it."""
    closing = dict(zip('“「『«"', '”」』»"', strict=True)).get(text[part.start])
    quoted = text[part.start + 1 : part.end]
    return part.spoken and closing is not None and closing not in quoted


def _cleaned(text: str) -> str:
    """A comma before the tag becomes the full stop it would be without one."""
    return re.sub(r"[,，]$", lambda m: "。" if m[0] == "，" else ".", text.strip())


_ADVERB = re.compile(r"\b([a-z]{3,}ly|in a whisper|under (?:his|her) breath)\b")
_MANNERS = {"whisper": "whispering", "shout": "shouting", "murmur": "quietly", "mutter": "muttering", "yell": "shouting",
            "cry": "crying out", "sob": "sobbing", "laugh": "laughing", "snap": "angrily", "hiss": "hissing",
            "scream": "screaming", "gasp": "gasping"}  # fmt: skip


def _manner(tag: str) -> str:
    adverb = _ADVERB.search(tag)
    if adverb:
        return adverb[1]
    verb = next((w for w in words(tag) if w in SAY), "")
    chinese = re.search(r"(低声|轻声|大声|笑着|哭着|颤声|小声|冷冷地|轻轻地|激动地)", tag)
    return chinese[1] if chinese else next((m for base, m in _MANNERS.items() if verb.startswith(base)), "")


def _acting(mentions: list[Mention], text: str) -> list[Mention]:
    """Those who can be the subject: not ``his``, ``her``, ``Mara's``, nor whom someone speaks to."""
    found = []
    for mention in mentions:
        written = text[mention.start : mention.end].lower()
        if mention.pronoun and written in PRONOUNS and written not in {"he", "she"}:
            continue
        if re.match(r"['’]s\b", text[mention.end :]) or re.search(
            r"\b(?:to|at|for|with)\s+$|[对向跟]$", text[: mention.start]
        ):
            continue
        found.append(mention)
    return found


_SOMEONES_VOICE = re.compile(r"(?i)\b(?:an?|another|some) (?:\w+ )?voice\b|\bsome(?:one|body)\b|有人")
_CLAUSE_END = re.compile(r"(?<!\b[A-Z])(?<!\b[DMS][rst])(?<!\bMrs)(?<!\b(?:Prof|Capt))(?:[.;!?。；！？])")


def _first_clause(text: str) -> str:
    end = _CLAUSE_END.search(text)
    return text[: end.end()] if end else text


def _last_clause(text: str) -> str:
    ends = [end.end() for end in _CLAUSE_END.finditer(text) if text[end.end() :].strip()]
    return text[ends[-1] :].lstrip() if ends else text


# Places and times -------------------------------------------------------------------------------------------------

_AT = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_IN = {"in": 2.0, "at": 2.0, "inside": 2.5, "into": 2.0, "onto": 2.0, "on": 1.6, "outside": 1.2, "through": 0.8, "across": 1.2,
       "along": 1.4, "up": 0.8, "down": 0.8, "around": 0.8, "behind": 0.6, "to": 1.6,
    "reached": 1.8, "entered": 2.0, "left": 0.2}  # fmt: skip
_ELSEWHERE = word_set("of from toward towards like above over past beyond than by saw remembered about")


def places_in(text: str) -> list[tuple[str, float]]:
    """Places that English text names, with how surely the story is there."""
    tokens = [t[0].lower() for t in _AT.finditer(text)]
    found: list[tuple[str, float]] = []
    for at, token in enumerate(tokens):
        word = token.removesuffix("'s").removesuffix("’s")
        if word not in ENGLISH_PLACES or token != word:
            continue
        pair = f"{tokens[at - 1]} {word}" if at else word
        name = pair if pair in COMPOUND else word
        if at + 1 < len(tokens) and (
            f"{word} {tokens[at + 1]}" in COMPOUND or tokens[at + 1] in ENGLISH_PLACES
        ):
            continue  # "Hill Street" is no hill
        # "the kitchen window", "the harbour wall": a place that only describes the next noun is a weaker word of it.
        before = tokens[max(0, at - 4) : at]
        if _likened(tokens, at):
            continue
        if len(before) >= 3 and before[-2] == "of" and before[-3] in _PARTS:
            found.append((name, 1.2))
        elif any(w in _ELSEWHERE for w in before[-3:]) or any(w in ENGLISH_PLACES for w in before[-3:]):
            found.append((name, 0.1))
        elif before == ["the"]:
            found.append((name, 1.5))
        else:
            found.append((name, next((_IN[w] for w in reversed(before) if w in _IN), 0.35)))
    return found


_PARTS = word_set("doorway door edge end middle window corner foot top inside back front mouth floor")


def _likened(tokens: list[str], at: int) -> bool:
    """``the way a cat comes into a room``: no place of this story."""
    return (
        at > 0
        and tokens[at - 1] in {"a", "an"}
        and bool({"like", "way", "as", "if"} & set(tokens[max(0, at - 9) : at]))
    )


def _chinese_places(text: str) -> list[tuple[str, float]]:
    cued = [(m["place"], 2.0) for m in CHINESE_PLACE_CUE.finditer(text)]
    return cued + [(m["place"], 1.6) for m in CHINESE_PLACE_FIRST.finditer(text)]


def best_place(told: list[str], language: str) -> tuple[str, float]:
    """The place that a scene's narration speaks of most surely; earlier paragraphs count more."""
    weights: Counter[str] = Counter()
    for number, text in enumerate(told[:14]):
        near = 1.0 if number < 3 else 0.45
        for name, sure in _chinese_places(text) if language == "zh" else places_in(text):
            weights[name] += int(100 * near * sure)
    if not weights:
        return "", 0.0
    name = max(weights, key=lambda n: weights[n])  # the first named of equals: insertion order
    return name, weights[name] / 100


def opening_place(text: str, language: str) -> str:
    """The place with which a paragraph opens: ``Back at the harbour, …``."""
    if language == "zh":
        found = CHINESE_PLACE_CUE.match(text)
        return found["place"] if found else ""
    lead = re.match(
        r"(?:(?:Back|Down|Up|Out|Over|Meanwhile,?)\s+)?(?:[Ii]n|[Aa]t|[Oo]n|[Ii]nside|[Oo]utside)\s+(?:the|her|his|their|a|an)\s+(?:\w+\s+){0,2}?(\w+)(?=[,\s])",
        text,
    )
    if not lead:
        return ""
    named = places_in(lead[0] + " ")
    return named[-1][0] if named else ""


def moves_to(text: str, language: str) -> str:
    """Where someone has gone by the end of a paragraph: ``climbed down to the harbour``."""
    if language == "zh":
        found = list(re.finditer(r"(?:来到|回到|走到|跑到|赶到|走进|冲进|爬上|登上)", text))
        named = _chinese_places(text[found[-1].start() :]) if found else []
        return named[-1][0] if named else ""
    last = sentences(Passage(text, 1))[-1].text if text else ""
    low = last.lower()
    going = re.search(
        r"\b(?:to|into|onto|out onto|up to|down to)\s+(?:the|her|his|their)\s+(?:\w+\s+){0,2}?\w+", low
    )
    if not going or not set(words(low[: going.start()])) & (TRAVEL | {"went", "came", "drove", "rowed"}):
        return ""
    named = places_in(going[0])
    return named[-1][0] if named else ""


def _differs(one: str, other: str) -> bool:
    if not one or one == other:
        return False
    kinds = [PLACE.get(COMPOUND.get(n, n)) for n in (one, other)]
    return not other or kinds[0] is not kinds[1]


def goes_back(text: str, language: str) -> bool:
    """Whether a paragraph begins at an earlier time."""
    return (CHINESE_FLASHBACK if language == "zh" else FLASHBACK).match(text) is not None


def jumps_in_time(text: str, language: str) -> bool:
    """Whether a paragraph begins at another time."""
    if language == "zh":
        found = CHINESE_TIME_JUMP.match(text)
        return bool(found and found[0]) or bool(
            re.match(r"(?:当晚|那天夜里|那天晚上|天亮时|傍晚时分|天亮的时候)", text)
        )
    found = TIME_JUMP.match(text)
    if not found:
        return False
    if found["later"]:
        return True
    lead = found[0].lower()
    if lead.startswith("in ") and re.match(
        r"\s+(?:light|sun|sunlight|air|sky|breeze|shadows?|rain|wind|mist)\b", text[found.end() :]
    ):
        return False
    return (
        any(
            w in lead.split()
            for w in ("next", "that", "in", "by", "following", "late", "early", "at", "just")
        )
        and len(lead.split()) > 1
    )


def _settle(scene: StoryScene, told: list[str], before: StoryScene | None, language: str) -> None:
    """Place, time, weather and heading of a scene, once all of it has been heard."""
    _settle_place(scene, told, before, language)
    opening = " ".join(told[:_OPENING])
    time = _time(told)
    if time is None:
        scene.time = before.time if before else TimeOfDay.DAY
        how = f"taken from {before.heading}" if before else "day is assumed"
        scene.marks.append(
            Mark(
                what=f"the text names no time of day: {how}",
                about="time",
                certainty=Certainty.NOTE if before else Certainty.DOUBT,
            )
        )
    else:
        scene.time = time
    scene.weather = weather_in(opening) or Weather.CLEAR
    where = {True: "INT. ", False: "EXT. ", None: ""}[scene.interior]
    chapter = f" ({scene.heading})" if scene.heading else ""
    scene.heading = f"{where}{scene.place.upper() or 'UNNAMED PLACE'} - {scene.time.value.upper()}{chapter}"


def _settle_place(scene: StoryScene, told: list[str], before: StoryScene | None, language: str) -> None:
    name, sure = best_place(told, language)
    if sure >= 1.0:
        scene.place = titled(name.upper()) if name.isascii() else name
    elif before and before.place:
        scene.place = before.place
        scene.marks.append(
            Mark(
                what=f"no place that the breakdown knows by its word is named here; {before.place} is carried over",
                about="location",
            )
        )
    elif name:
        scene.place = titled(name.upper()) if name.isascii() else name
        scene.marks.append(
            Mark(what=f"“{name}” is only named in passing; the scene may play elsewhere", about="location")
        )
    else:
        scene.marks.append(
            Mark(what="no place that the breakdown knows by its word is named here", about="location")
        )
    kind = PLACE.get(COMPOUND.get(name, name)) if scene.place else None
    if scene.place and before and scene.place == before.place:
        scene.interior = before.interior
        return
    scene.interior = kind.interior if kind else None
    if (
        kind
        and scene.interior is None
        and re.search(
            rf"{re.escape(name)}(?:里|内|中)|(?:走进|冲进|跑进|进了){re.escape(name)}", " ".join(told)
        )
    ):
        scene.interior = True
    said = set(words(" ".join(told[:2])))
    if scene.interior is None and scene.place:
        if said & INSIDE and not said & OUTSIDE:
            scene.interior = True
        elif said & OUTSIDE and not said & INSIDE:
            scene.interior = False
        else:
            scene.marks.append(
                Mark(what="the text does not say whether this is inside or outside", about="location")
            )


def _time(told: list[str]) -> TimeOfDay | None:
    """The first time of day that is named; ``day`` alone is too common a word to tell."""
    for text in told[:8]:
        for sentence in sentences(Passage(text, 1)):
            bare = re.sub(
                r"(?i)(?<!^)\b(?:since|until|till|from|by(?! night)) (?:the )?\w+\b|\b(?:one|every|each|all|some|per|a|two|three|this|these|those|last|any)\s+(?:days?|nights?|mornings?|evenings?)\b|今日|生日|日子|日记|日志",
                "",
                sentence.text,
            )
            found = (
                time_in(re.sub(r"(?i)\bdays?\b|日", "", bare))
                if not re.search(r"(?i)\blast night\b|昨", bare)
                else None
            )
            if found:
                return found
    return None
