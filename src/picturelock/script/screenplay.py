"""A screenplay as a story: the format's own promises, taken at their word."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.core.board import Certainty, Mark, TransitionKind
from picturelock.core.frametime import FrameRate
from picturelock.script import ensemble, montage
from picturelock.script.ensemble import Those
from picturelock.script.headings import CAPTION, LATER, Heading, parse_heading, titled, weather_in
from picturelock.script.language import sentences, tidy
from picturelock.script.lexicon.actions import POSE
from picturelock.script.lexicon.forms import word_set
from picturelock.script.lexicon.places import ENGLISH_PLACES, FEATURES
from picturelock.script.lexicon.speech import NOT_NAMES
from picturelock.script.people import PERSON_NOUNS, People, animals_in, assign_genders, gender_of
from picturelock.script.reading import read
from picturelock.script.source import Element, ElementKind, Screenplay, language_of
from picturelock.script.story import Action, Beat, Line, Person, Story, StoryScene
from picturelock.script.titles import TITLES, can_be_one, clash, taken_apart

_INTRODUCED = re.compile(
    r"(?<![\w-])(?P<name>(?:(?:MR|MRS|MS|DR)\.? )?[A-Z][A-Z'’\-]+(?:\s+[A-Z][A-Z'’\-]+){0,2})(?:'S)?\s*(?=\(\s*(?:\d|early|late|mid|teens|a )"
    r"|,\s*(?:\d\d|\d(?=[,.;])|a\s|an\s|early|late|mid|her\s|his\s))"
)
_ROLE = re.compile(r"(?<![\w-])(?P<name>(?:[A-Z][A-Z'’\-]*\s+)*[A-Z]{3,})(?![\w-])(?!\s+[A-Z]{2,})")
#: ``BOB sits.``: also in small letters, where it is a name that people are given.
_ACTS = re.compile(
    r"(?:^|(?<=[.!?] )|(?<=\bAnd )|(?<=\band ))(?P<name>[A-Z][A-Za-z'’\-]+)(?= (?:and [A-Z][\w-]+ )?(?P<verb>[a-z]+))"
)
_HEADS = frozenset(w.upper() for w in PERSON_NOUNS if len(w) > 2) - {
    "OLD", "YOUNG", "ELDERLY", "LITTLE", "TALL", "THE", "VOICE", "CROWD", "MASTER", "VILLAGERS",
}  # fmt: skip
_QUALITIES = word_set("OLD YOUNG LITTLE TALL ELDERLY THE FIRST SECOND")
#: Names that are words besides: somebody's only in capitals.
_ALSO_THINGS = word_set(
    "IVY BILL WILL RUBY ROSE RAY MAY JUNE APRIL MARK FRANK GRACE VIOLET LILY DAISY PEARL HEATHER ROB PAT SUE GUS JO NICK"
)
_COMMON = frozenset(w.upper() for w in (*PERSON_NOUNS, *NOT_NAMES, *ENGLISH_PLACES, *FEATURES, *TITLES))
_INTERCUT = re.compile(r"(?:BEGIN |END )?INTERCUT\b[^a-z]*$")
#: Of a whole paragraph: for who reads the script, and nothing to be seen.
_ABOUT_ORDER = re.compile(
    r"(?:END (?:OF )?)?(?:FLASH ?BACK|FLASH ?FORWARD|DREAM(?: SEQUENCE)?|INTERCUT)S?(?: (?:ENDS|SEQUENCE))?"
    rf"|{LATER}|CONTINUOUS|THE END|END OF (?:ACT|EPISODE|PART)\b.*"
    r"|[【（(](?:闪回|闪回结束|回忆|回忆结束|梦境|梦境结束|完|剧终|全剧终)[】）)]|完|剧终|全剧终"
)
#: Said to be there, and nobody to speak with others.
_CROWDS = word_set("CROWD VILLAGERS VOICE ANNOUNCER")
_MOST_VOICES = 5  # as many as one picture shows
_ELSEWHERE = re.compile(r"(?:INT|EXT|I/E)[./ ]")
_MARKS = ' "“”「」'
_ON_THE_PICTURE = re.compile(rf"{CAPTION}\s*(?P<words>[\"“「][^\"”」]+[\"”」]\.?|[^\"“「.!?。！？]+[.!?。]?)")
#: Of a cue: heard, but not in the room. Who speaks *into* a phone is.
_FROM_AFAR = re.compile(
    r"O[SC]$|O[SC]\b|(?:ON|OVER)(?:THE)?(?:PHONE|TV|RADIO|SPEAKER|INTERCOM)|FILTERED|PRE-?LAP|VOICEMAIL|画外|电话[里中]|广播"
)


def story_of(screenplay: Screenplay, rate: FrameRate) -> Story:
    """Scenes of beats from a screenplay."""
    screenplay = replace(screenplay, elements=tuple(montage.laid_out(screenplay.elements)))
    casting = _Casting.of(screenplay)
    teller = _Teller(casting, rate, _Presence(People(casting.people)))
    for element in screenplay.elements:
        teller.hear(element)
    teller.finish(screenplay.lines)
    texts = [
        s.text for e in screenplay.elements if e.kind is ElementKind.ACTION for s in sentences(e.passage)
    ]
    assign_genders(casting.people, texts)
    return Story(
        title=screenplay.title or titled(screenplay.name.replace("_", " ")),
        language=language_of(screenplay.words()),
        people=casting.people,
        scenes=teller.scenes,
        marks=casting.marks,
    )


@dataclass(slots=True)
class _Casting:
    """Cue names to people."""

    people: list[Person] = field(default_factory=list)
    by_cue: dict[str, Person] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    introduced: frozenset[str] = frozenset()
    named: set[str] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)

    @classmethod
    def of(cls, screenplay: Screenplay) -> "_Casting":
        casting = cls()
        cased = [
            e.text
            for e in screenplay.elements
            if e.kind is ElementKind.CHARACTER and e.text != e.text.upper()
        ]
        casting.written = {text.upper(): _cased(text) for text in reversed(cased)}
        names = [cue_name(e.text) for e in screenplay.elements if e.kind is ElementKind.CHARACTER]
        introduced = _introduced(screenplay)
        casting.introduced = frozenset(introduced)
        casting.named = {*names, *introduced}
        cues = Counter(part for name in names for part in casting.voices(name) if isinstance(part, str))
        introduced = _silent(screenplay, {*cues, *introduced}) | introduced
        order = _in_order(screenplay, set(cues) | set(introduced))
        for name in order:
            if name in cues:
                casting.add(name, cues, introduced)
        beasts = animals_in(e.text for e in screenplay.elements if e.kind is ElementKind.ACTION)
        for name in order:
            if name in introduced and name not in casting.by_cue and name not in beasts:
                casting.add_silent(name)
        casting.shorten()
        casting.people.sort(key=lambda p: min(order.get(a.upper(), 10**9) for a in p.aliases))
        return casting

    def add(self, name: str, cues: Counter[str], introduced: dict[str, int]) -> None:
        same = [p for p in self.people if self._can_be(p, name)]
        if len(same) == 1:
            same[0].marks.append(f"“{titled(name)}” and “{same[0].name}” were taken for one person")
            same[0].aliases = tuple(dict.fromkeys((*same[0].aliases, titled(name))))
            self.by_cue[name] = same[0]
            return
        full = [n for n in introduced if n != name and n not in cues and _fuller(n, name)]
        called = self.written.get(name, titled(name))
        person = Person(called, tuple(dict.fromkeys((called, titled(name), *(titled(n) for n in full[:1])))))
        if len(full) > 1:
            person.marks.append(f"“{titled(name)}” could be any of {', '.join(titled(n) for n in full)}")
        if same:
            person.marks.append(f"“{titled(name)}” could also be {' or '.join(p.name for p in same)}")
        self.people.append(person)
        for alias in (name, *full[:1]):
            self.by_cue[alias] = person

    def _can_be(self, person: Person, name: str) -> bool:
        """Whether a name is another one of someone who is cast already."""
        known = [cue for cue, of in self.by_cue.items() if of is person]
        return any(_one(name, cue) for cue in known) and not any(clash(name, cue) for cue in known)

    def add_silent(self, name: str) -> None:
        parts = set(name.split())
        known = [
            p
            for p in self.people
            if any(parts & set(a.upper().split()) - set(_HEADS) for a in p.aliases)
            and not any(clash(name, a) for a in p.aliases)
        ]
        if len(known) == 1 and any(can_be_one(a, name) for a in known[0].aliases):
            self.by_cue[name] = known[0]
            known[0].aliases = tuple(dict.fromkeys((*known[0].aliases, titled(name))))
            return
        person = Person(titled(name), (titled(name),))
        self.people.append(person)
        self.by_cue[name] = person

    def shorten(self) -> None:
        """``Zofia`` and ``Brandt`` for ``DEPUTY ZOFIA BRANDT``, where nobody else is called so."""
        rests = [{part for a in p.aliases for part in taken_apart(a.upper()).rest} for p in self.people]
        times = Counter(part for rest in rests for part in rest)
        for person in self.people:
            for alias in person.aliases:
                titles, rest = taken_apart(alias)
                shorter = [" ".join(rest)] if titles and len(rest) > 1 else []
                shorter += [p for p in rest if times[p.upper()] == 1 and p.upper() not in _COMMON]
                person.aliases = tuple(dict.fromkeys((*person.aliases, *shorter)))

    def voices(self, name: str) -> tuple[str | Those, ...]:
        """Those who speak under a cue's name; a name that the action introduces is one."""
        return (name,) if name in self.introduced else ensemble.voices(name, self.named)

    def people_of(
        self, cue: str, present: Callable[[], Sequence[Person]], spoke: Sequence[Person]
    ) -> tuple[list[Person], str]:
        """Those who speak under a cue, and why that is not certain.

        Args:
            cue: As it is written, without extensions.
            present: Who are there, the latest last.
            spoke: Who said the line before.
        """
        name = cue_name(cue)
        parts = self.voices(name)
        found = [self._person(part) for part in parts if isinstance(part, str)]
        called = [part for part in parts if isinstance(part, Those)]
        for those in called:
            not_meant = found if found or not those.others else spoke
            left = [person for person in present() if person not in not_meant and _is_one(person)]
            left = [person for person in left if not {a.upper() for a in person.aliases} & set(those.but)]
            room = max(_MOST_VOICES - len(found), 1)
            found += left[-min(those.many or room, room) :]
        if called and len(found) > 1:
            return found, f"“{cue}” was taken for {' and '.join(person.name for person in found)}"
        if called:
            return found or [self._person(name)], f"nobody can tell who “{cue}” are"
        if name not in self.introduced and ensemble.may_be_several(name, parts, self.named):
            taken = "one person" if len(found) == 1 else f"{len(found)} people"
            return found, f"“{cue}” was taken for {taken}"
        return found, ""

    def _person(self, name: str) -> Person:
        if name not in self.by_cue:
            person = Person(titled(name), (titled(name),))
            self.people.append(person)
            self.by_cue[name] = person
        return self.by_cue[name]


@dataclass(slots=True)
class _Presence:
    """Who is in a scene, as far as it has been told; asked for where a cue calls people without their names.

    Attributes:
        here: The latest last.
        told: How many beats of the scene were taken in.
    """

    people: People
    here: list[str] = field(default_factory=list)
    recent: list[Person] = field(default_factory=list)
    told: int = 0

    def after(self, beats: Sequence[Beat]) -> list[Person]:
        """Whom these beats of the scene leave there."""
        for beat in beats[self.told :]:
            if isinstance(beat, Action):
                for reading in (read(s, self.people, self.recent) for s in sentences(beat.passage)):
                    self._come(reading.people)
                    self.here = [name for name in self.here if name not in reading.leaves]
            elif not beat.voice_over and not beat.offscreen:
                self._come([beat.speaker])
        self.told = len(beats)
        return [self.people.named(name) for name in self.here]

    def _come(self, names: Sequence[str]) -> None:
        self.here = [name for name in self.here if name not in names] + list(names)


def _is_one(person: Person) -> bool:
    """Whether this is a person, and not a crowd or whoever was called without a name."""
    name = person.name.upper()
    return name not in _CROWDS and not name.endswith(("等人", "们")) and not ensemble.calls_people(name)


def cue_name(cue: str) -> str:
    """The name in a cue: ``Teo's voice`` -> ``TEO``."""
    name = " ".join(cue.upper().split())
    return re.sub(r"(?:['’]S VOICE|^VOICE OF |的声音$)", "", name).strip(" .:：")


def _cased(text: str) -> str:
    """A name whose small letters were put there on purpose: ``McBRIDE`` -> ``McBride``."""
    return re.sub(r"\b(Mac|Mc|O['’]|D['’])([A-Z])([A-Z]+)", lambda m: m[1] + m[2] + m[3].lower(), text)


def _one(name: str, another: str) -> bool:
    """Whether two cues can be one person's: a part of the other's name, or the same but for a title or an age."""
    one, other = taken_apart(name), taken_apart(another)
    if any(part in _HEADS or part.strip("#").isdigit() for part in (*one.rest, *other.rest)):
        return one.rest == other.rest
    return can_be_one(name, another) or can_be_one(another, name)


def _fuller(introduced: str, name: str) -> bool:
    """Whether the name in the action has more of a name than the cue."""
    return len(taken_apart(introduced).rest) > len(taken_apart(name).rest) and can_be_one(name, introduced)


def _not_filmed(element: Element) -> Mark | None:
    text = element.text
    if element.kind is ElementKind.SEQUENCE:
        what = f"“{text}” is no shot; those it lists are made one after the other, in the place of the scene"
        return Mark(what=what, about="order")
    if _ABOUT_ORDER.fullmatch(text.strip(" .:：")) or montage.ends(text):
        return Mark(what=f"“{text}” is for the reader of the script; nothing is filmed for it", about="order")
    if title := _ON_THE_PICTURE.fullmatch(text):
        return Mark(
            what=f"the script asks for words on the picture: “{title['words'].strip(_MARKS)}”; the film is made without them",
            about="title",
        )
    return None


def _introduced(screenplay: Screenplay) -> dict[str, int]:
    """Names of people in the action, to the line where they first stand."""
    found: dict[str, int] = {}
    for element in screenplay.elements:
        if element.kind is not ElementKind.ACTION:
            continue
        for match in _INTRODUCED.finditer(element.text):
            found.setdefault(re.sub(r"['’]S$", "", match["name"]), element.passage.line)
        for match in _ROLE.finditer(element.text):
            name = match["name"].split()
            if name[-1] in _HEADS and all(n in _HEADS or n in _QUALITIES for n in name):
                found.setdefault(" ".join(n for n in name if n != "THE"), element.passage.line)
    return found


def _silent(screenplay: Screenplay, known: set[str]) -> dict[str, int]:
    """People who only act, and whose names people are given, to the line where they first do."""
    found: dict[str, int] = {}
    taken = {part for name in known for part in name.split()} | _COMMON
    for element in screenplay.elements:
        for match in _ACTS.finditer(element.text) if element.kind is ElementKind.ACTION else ():
            name = match["name"].upper()
            seldom = name in _ALSO_THINGS and match["name"] != name
            if name not in taken and not seldom and match["verb"] in POSE and gender_of((name.lower(),)):
                found.setdefault(name, element.passage.line)
    return found


def _in_order(screenplay: Screenplay, names: set[str]) -> dict[str, int]:
    """Names in the order in which the film shows or hears them."""
    order: dict[str, int] = {}
    spelled = names | {titled(name) for name in names if gender_of((name.lower(),))}
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(n)}(?!\w)" for n in sorted(spelled, key=lambda n: (-len(n), n)))
    )
    for element in screenplay.elements if names else ():
        if element.kind in {ElementKind.ACTION, ElementKind.CHARACTER}:
            for match in pattern.finditer(
                element.text.upper() if element.kind is ElementKind.CHARACTER else element.text
            ):
                order.setdefault(match[0].upper(), element.passage.line * 1000 + match.start())
    return dict(sorted(order.items(), key=lambda item: item[1]))


@dataclass(slots=True)
class _Teller:
    """Hears a screenplay from its first element to its last.

    Attributes:
        presence: Of the scene.
        speaking: Who speak under the cue, and why that is not certain.
        begun: Something of what stands under the cue has been said.
    """

    casting: _Casting
    rate: FrameRate
    presence: _Presence
    scenes: list[StoryScene] = field(default_factory=list)
    entry: tuple[TransitionKind, int] = (TransitionKind.CUT, 0)
    entry_mark: str = ""
    synopsis: str = ""
    cue: Element | None = None
    aside: str = ""
    speaking: tuple[list[Person], str] = field(default_factory=lambda: ([], ""))
    begun: bool = False

    def hear(self, element: Element) -> None:
        match element.kind:
            case ElementKind.HEADING:
                self.heading(element)
            case ElementKind.ACTION | ElementKind.CENTRED | ElementKind.SEQUENCE:
                self.action(element)
            case ElementKind.CHARACTER:
                self.cue, self.aside, self.begun = element, "", False
            case ElementKind.PARENTHETICAL:
                self.aside = f"{self.aside}; {element.text}".strip("; ")
            case ElementKind.DIALOGUE | ElementKind.LYRIC:
                self.say(element)
            case ElementKind.TRANSITION:
                self.transition(element)
            case ElementKind.SYNOPSIS:
                if self.scenes and not self.scenes[-1].beats:
                    self.scenes[-1].synopsis = element.text
            case ElementKind.NOTE:
                if self.scenes:
                    self.scenes[-1].marks.append(
                        Mark(
                            what=element.text,
                            about=f"note at line {element.passage.line}",
                            certainty=Certainty.NOTE,
                        )
                    )
            case ElementKind.SECTION | ElementKind.PAGE_BREAK:
                pass

    def heading(self, element: Element) -> None:
        said = parse_heading(element.text)
        before = self.scenes[-1] if self.scenes else None
        scene = StoryScene(
            heading=element.text,
            first=element.passage.line,
            last=element.passage.last,
            place=said.place,
            interior=said.interior,
            time=said.time or (before.time if before else TimeOfDay.DAY),
            weather=said.weather or (before.weather if before and said.inherits else Weather.CLEAR),
            entry=self.entry[0],
            entry_frames=self.entry[1],
        )
        if element.number:
            scene.marks.append(
                Mark(what=f"scene {element.number} of the script", about="number", certainty=Certainty.NOTE)
            )
        self._doubts(scene, said, before)
        self.entry, self.entry_mark = (TransitionKind.CUT, 0), ""
        self.presence, self.speaking = _Presence(self.presence.people), ([], "")
        self.scenes.append(scene)

    def _doubts(self, scene: StoryScene, said: Heading, before: StoryScene | None) -> None:
        if self.entry_mark:
            scene.marks.append(Mark(what=self.entry_mark, about="transition", certainty=Certainty.NOTE))
        if said.time is None and said.inherits and before:
            scene.marks.append(
                Mark(what=f"time taken from {before.heading}", about="time", certainty=Certainty.NOTE)
            )
        elif said.time is None:
            told = f"taken from {before.heading}" if before else "day assumed"
            scene.marks.append(Mark(what=f"the heading gives no time of day: {told}", about="time"))
        if not said.place:
            scene.marks.append(Mark(what="the heading names no place", about="location"))

    def _scene(self, line: int) -> StoryScene:
        if not self.scenes:
            scene = StoryScene(heading="Before the first scene heading", first=line, last=line)
            scene.entry, scene.entry_frames = self.entry
            scene.marks.append(
                Mark(what="no scene heading stands before this; place and time are not told", about="heading")
            )
            self.entry = (TransitionKind.CUT, 0)
            self.scenes.append(scene)
        return self.scenes[-1]

    def action(self, element: Element) -> None:
        scene = self._scene(element.passage.line)
        if _INTERCUT.match(element.text):
            scene.marks.append(
                Mark(
                    what=f"the script asks for “{element.text}”; the scenes stay one after the other",
                    about="order",
                )
            )
            return
        if mark := _not_filmed(element):
            scene.marks.append(mark)
            scene.last = max(scene.last, element.passage.last)
            return
        passage = element.passage
        scene.beats.append(Action(passage, apart=element.apart))
        if element.apart and _ELSEWHERE.match(passage.text):
            what = f"“{tidy(passage.text, 60)}” names a place of its own; it is filmed in that of the scene"
            scene.marks.append(Mark(what=what, about="location"))
        scene.last = max(scene.last, passage.last)
        weather = weather_in(element.text)
        if scene.weather is Weather.CLEAR and weather and not self._settled(scene):
            scene.weather = weather
        self.cue = None

    @staticmethod
    def _settled(scene: StoryScene) -> bool:
        return sum(isinstance(b, Action) for b in scene.beats) > 2

    def say(self, element: Element) -> None:
        scene = self._scene(element.passage.line)
        cue = self.cue
        if cue is None:
            # Lyrics and stray dialogue without a cue are seen as text of the scene.
            scene.beats.append(Action(element.passage))
            scene.last = max(scene.last, element.passage.last)
            return
        extensions = " ".join(cue.extensions).upper().replace(".", "").replace(" ", "")
        heard = bool(re.search(r"['’]S VOICE|^VOICE OF |的声音$", cue.text.upper()))
        voice_over = "VO" in extensions or "旁白" in extensions or "画外音" in extensions
        offscreen = heard or _FROM_AFAR.search(extensions) is not None
        if not self.begun:
            # Who is heard from elsewhere is none of those who are here.
            afar = voice_over or offscreen
            self.speaking = self.casting.people_of(
                cue.text, lambda: [] if afar else self.presence.after(scene.beats), self.speaking[0]
            )
        people, doubt = self.speaking
        for number, person in enumerate(people):
            person.lines += 1
            scene.beats.append(
                Line(
                    speaker=person.name,
                    text=element.text,
                    first=element.passage.line if self.begun else cue.passage.line,
                    last=element.passage.last,
                    parenthetical=self.aside,
                    voice_over=voice_over,
                    offscreen=offscreen,
                    dual=number > 0 or (cue.dual and not self.begun),
                    doubt="" if number else doubt,
                )
            )
        scene.last = max(scene.last, element.passage.last)
        self.aside, self.begun = "", True

    def transition(self, element: Element) -> None:
        text = element.text.upper()
        if "DISSOLVE" in text or "叠化" in text or "化入" in text:
            self.entry = (TransitionKind.DISSOLVE, self._frames(3, 4))
        elif "FADE IN" in text or "淡入" in text:
            self.entry = (TransitionKind.FADE_IN, self._frames(1, 2))
        elif "FADE" in text or "BLACK" in text or "淡出" in text:
            if self.scenes:
                self.scenes[-1].exit_fade = True
        else:
            self.entry = (TransitionKind.CUT, 0)
            self.entry_mark = (
                f"the script asks for “{element.text}”; a plain cut is made"
                if "CUT TO" not in text[:7]
                else ""
            )

    def _frames(self, numerator: int, denominator: int) -> int:
        return max(1, (self.rate.nominal * numerator) // denominator)

    def finish(self, lines: int) -> None:
        if not self.scenes:
            self._scene(1).last = max(1, lines)
