"""What is known of a model, as values. ``None`` says that nobody here knows; it is never a yes or a no."""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Literal

from picturelock.core.failures import Charged
from picturelock.core.paidcall import FailureKind
from picturelock.core.take import Operation
from picturelock.core.text import Identifier
from picturelock.core.value import Value


class Size(Identifier):
    """Pixels, ``1280x720``."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[1-9]\d{1,4}x[1-9]\d{1,4}")
    example: ClassVar[str] = "1280x720"

    @classmethod
    def of(cls, width: int, height: int) -> "Size":
        """The size with these pixels."""
        return cls(f"{width}x{height}")

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.partition("x")[0])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.partition("x")[2])


class Ratio(Identifier):
    """Width to height, ``16:9``."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[1-9]\d{0,3}:[1-9]\d{0,3}")
    example: ClassVar[str] = "16:9"

    @property
    def exact(self) -> Fraction:
        """Width divided by height."""
        width, _, height = self.partition(":")
        return Fraction(int(width), int(height))


class Standing(StrEnum):
    """Whose word a fact is."""

    VENDOR = "vendor"
    COPY = "copy"
    THIRD_PARTY = "third_party"


class Source(Value, frozen=True, kw_only=True):
    """Where a fact was read.

    Attributes:
        page: Name of the page or document.
        seen: The day it was read there.
        standing: The vendor's own page, another's copy of it, or another's account.
        url: Address, where there is one.
    """

    page: str
    seen: date
    standing: Standing
    url: str = ""


class Validity(Value, frozen=True, kw_only=True):
    """From when to when a row holds; both days belong to it, ``None`` is open."""

    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether the row holds on this day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


class Rate(Validity, frozen=True, kw_only=True):
    """What one unit of a vendor's own currency costs.

    Attributes:
        usd: United States dollars for one unit.
        own: From the production's own price file.
    """

    usd: Decimal
    source: Source
    note: str = ""
    own: bool = False


class Per(StrEnum):
    """What a price is for."""

    SECOND = "second"
    CLIP = "clip"
    IMAGE = "image"
    INPUT_IMAGE = "input_image"
    INPUT_SECOND = "input_second"
    TEXT_INPUT = "million_text_input_tokens"
    IMAGE_INPUT = "million_image_input_tokens"
    IMAGE_OUTPUT = "million_image_output_tokens"
    CACHED_TEXT_INPUT = "million_cached_text_input_tokens"
    CACHED_IMAGE_INPUT = "million_cached_image_input_tokens"
    TEXT_OUTPUT = "million_text_output_tokens"

    @property
    def is_tokens(self) -> bool:
        """Whether it is a price for a million tokens."""
        return self.value.startswith("million_")


class When(Value, frozen=True, kw_only=True):
    """What a request must be for a price row to be meant. What is not given does not matter.

    Attributes:
        tiers: Names of the resolution or mode.
        seconds: Billed length of the clip.
        edit: A given picture or clip is changed.
    """

    tiers: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    seconds: tuple[int, ...] = ()
    audio: bool | None = None
    edit: bool | None = None


class Price(Validity, frozen=True, kw_only=True):
    """One row of a price list, in the vendor's currency.

    Attributes:
        amount: Exact, 0 or more.
        at_least: What a task costs at the least, whatever its length.
        own: From the production's own price file.
    """

    per: Per
    amount: Decimal
    source: Source
    when: When = When()
    at_least: Decimal | None = None
    note: str = ""
    own: bool = False


class TokenGrid(Value, tag="grid", tag_field="kind", frozen=True, kw_only=True):
    """Output tokens of a picture by a formula.

    With ``f`` the quality's factor: ``f * round(f * short / long) * (offset + width * height) / scale``, rounded up.

    Attributes:
        factors: By quality, cheapest first.
    """

    factors: dict[str, int]
    offset: int
    scale: int
    source: Source


class TokenTable(Value, tag="table", tag_field="kind", frozen=True, kw_only=True):
    """Output tokens of a picture by a table.

    Attributes:
        rows: Quality (cheapest first), then size, then tokens.
    """

    rows: dict[str, dict[str, int]]
    source: Source


class InputTokens(Value, tag="each", tag_field="kind", frozen=True, kw_only=True):
    """Tokens that each picture counts which is given with the request."""

    low: int
    expected: int
    high: int
    source: Source


OutputTokens = TokenGrid | TokenTable


class Use(StrEnum):
    """What a request can make use of."""

    TEXT_ONLY = "text_only"
    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    REFERENCES = "references"
    EDIT = "edit"
    EXTEND = "extend"
    MASK = "mask"
    AUDIO = "audio"
    SEED = "seed"
    NEGATIVE_PROMPT = "negative_prompt"


class Condition(Value, frozen=True, kw_only=True):
    """A use that the model allows only together with something else.

    Attributes:
        tiers: Only in these; empty for all.
        silent: Only without audio.
        without: Only without this other use.
    """

    use: Use
    tiers: tuple[str, ...] = ()
    silent: bool = False
    without: Use | None = None


class Capabilities(Value, frozen=True, kw_only=True):
    """What a model can do.

    Attributes:
        text_only: Makes a picture or clip from a prompt alone.
        references: Most reference pictures, beside first and last frame; 0 for none.
        outputs: Most pictures or clips from one request.
    """

    text_only: bool | None = None
    first_frame: bool | None = None
    last_frame: bool | None = None
    edit: bool | None = None
    extend: bool | None = None
    mask: bool | None = None
    audio: bool | None = None
    seed: bool | None = None
    negative_prompt: bool | None = None
    references: int | None = None
    outputs: int | None = None
    conditions: tuple[Condition, ...] = ()


class Seconds(Value, frozen=True, kw_only=True):
    """Lengths that can be ordered, in whole seconds: these, or all from ``least`` to ``most``."""

    choices: tuple[int, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def longest(self) -> int:
        """The longest clip."""
        return max(self.choices) if self.choices else self.most

    def holding(self, seconds: Fraction) -> int | None:
        """The shortest length that holds so many seconds; ``None`` where none does."""
        if self.choices:
            return min((c for c in self.choices if c >= seconds), default=None)
        whole = max(self.least, -(-seconds.numerator // seconds.denominator))
        return whole if whole <= self.most else None

    def takes(self, seconds: Fraction) -> bool:
        """Whether exactly this length can be ordered."""
        return self.holding(seconds) == seconds

    def __str__(self) -> str:
        if self.choices:
            return ", ".join(str(c) for c in self.choices) + " s"
        return f"{self.least} to {self.most} whole seconds"


class Tier(Value, frozen=True, kw_only=True):
    """A resolution or mode that the vendor sells under a name.

    Attributes:
        sizes: The exact sizes in it, where the vendor lists them.
        short_side: Pixels of the shorter side, where only that is known. A tier without either is only chosen by name.
    """

    name: str
    sizes: tuple[Size, ...] = ()
    short_side: int = 0


class FreeSize(Value, frozen=True, kw_only=True):
    """Sizes that may be chosen freely within bounds.

    Attributes:
        multiple_of: Both sides are multiples of it.
        widest: Steepest ratio, lying or standing.
        longest_side: In pixels.
    """

    multiple_of: int
    widest: Ratio
    longest_side: int
    least_pixels: int
    most_pixels: int


class Picture(Value, frozen=True, kw_only=True):
    """The pictures that a model gives.

    Attributes:
        tiers: Smallest first.
        ratios: Where sizes are chosen by ratio.
        follows_first_frame: A clip takes the ratio of its first frame, which may be as steep as this.
    """

    tiers: tuple[Tier, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    follows_first_frame: Ratio | None = None
    free: FreeSize | None = None

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Every size that is listed."""
        return tuple(size for tier in self.tiers for size in tier.sizes)


class Counted(StrEnum):
    """How the length of a text is counted."""

    CHARACTERS = "characters"
    UTF16 = "utf16"


class TextLimit(Value, frozen=True, kw_only=True):
    """The longest text that is taken."""

    most: int
    counted: Counted = Counted.CHARACTERS

    def length(self, text: str) -> int:
        """The length of a text as this vendor counts it."""
        return len(text.encode("utf-16-le")) // 2 if self.counted is Counted.UTF16 else len(text)


class Limits(Value, frozen=True, kw_only=True):
    """How far a model goes.

    Attributes:
        qualities: Cheapest first; empty where there is no such choice.
        usual_quality: Taken as the expected one where a request leaves it to the vendor.
        input_bytes: Largest picture that is taken.
        most_people: More people than this are better split into plates.
    """

    seconds: Seconds | None = None
    picture: Picture | None = None
    qualities: tuple[str, ...] = ()
    usual_quality: str = ""
    prompt: TextLimit | None = None
    negative_prompt: TextLimit | None = None
    input_bytes: int | None = None
    most_people: int | None = None


class State(StrEnum):
    """Where a model is in its life."""

    ANNOUNCED = "announced"
    AVAILABLE = "available"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class Lifecycle(Value, frozen=True, kw_only=True):
    """When a model came and when it goes.

    Attributes:
        launched: First day.
        deprecated: Day on which its end was announced.
        retires: First day on which it is not to be had.
        replaced_by: What the vendor names in its place, best first.
    """

    launched: date | None = None
    deprecated: date | None = None
    retires: date | None = None
    replaced_by: tuple[str, ...] = ()
    source: Source | None = None

    def state(self, on: date) -> State:
        """Where the model is on a day."""
        if self.retires is not None and on >= self.retires:
            return State.RETIRED
        if self.launched is not None and on < self.launched:
            return State.ANNOUNCED
        told = self.deprecated is None or on >= self.deprecated
        if (self.retires is not None or self.deprecated is not None) and told:
            return State.DEPRECATED
        return State.AVAILABLE


class Version(Value, frozen=True, kw_only=True):
    """A dated state of a model, as the vendor writes it."""

    name: str
    released: date | None = None


class ModelFacts(Value, frozen=True, kw_only=True):
    """One model of a vendor.

    Attributes:
        name: As the vendor writes it.
        name_confirmed: Read at the vendor, not guessed from elsewhere.
        aliases: Other names that follow the newest version.
        versions: Oldest first; empty where the vendor dates none, so that the model may change under its name.
        sources: Of capabilities and limits.
    """

    name: str
    name_confirmed: bool = True
    aliases: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    operations: tuple[Operation, ...] = ()
    can: Capabilities = Capabilities()
    limits: Limits = Limits()
    life: Lifecycle = Lifecycle()
    prices: tuple[Price, ...] = ()
    output_tokens: OutputTokens | None = None
    input_tokens: InputTokens | None = None
    sources: tuple[Source, ...] = ()
    notes: str = ""


class Webhook(StrEnum):
    """Whether the vendor calls back, and whether its word can be trusted."""

    NONE = "none"
    UNSIGNED = "unsigned"
    SIGNED = "signed"


class Service(Value, frozen=True, kw_only=True):
    """How a vendor wants to be asked.

    Attributes:
        concurrency: Jobs at once on the smallest account.
        poll_seconds: Least time between two questions for a job.
        back_off_seconds: Least wait after being told to slow down.
        requests_per_minute: On the smallest account.
        result_seconds: How long results stay, at the least.
        inline_bytes: Largest picture that may travel inside the request.
    """

    concurrency: int | None = None
    poll_seconds: int | None = None
    back_off_seconds: int | None = None
    requests_per_minute: int | None = None
    result_seconds: int | None = None
    inline_bytes: int | None = None
    webhook: Webhook | None = None
    sources: tuple[Source, ...] = ()
    notes: str = ""


class Charges(Value, frozen=True, kw_only=True):
    """What a vendor charges for what it did not deliver. A kind that is not listed is unknown.

    Attributes:
        failures: By kind of failure.
        cancelled_waiting: Called off before work began.
        cancelled_running: Called off at work.
    """

    failures: dict[FailureKind, Charged] = {}
    cancelled_waiting: Charged = Charged.UNKNOWN
    cancelled_running: Charged = Charged.UNKNOWN
    source: Source | None = None
    notes: str = ""

    def on(self, kind: FailureKind) -> Charged:
        """Whether a failure of this kind costs money."""
        return self.failures.get(kind, Charged.UNKNOWN)


class VendorFacts(Value, frozen=True, kw_only=True):
    """One vendor and its models.

    Attributes:
        currency: Of its prices: ISO 4217, or a code of our own for its credits.
    """

    name: str
    title: str = ""
    currency: str = ""
    rates: tuple[Rate, ...] = ()
    service: Service = Service()
    charges: Charges = Charges()
    models: tuple[ModelFacts, ...] = ()


class Document(Value, frozen=True, kw_only=True):
    """A file of the catalogue, or a production's ``prices.yaml``.

    Attributes:
        sources: By a short name that rows refer to.
        token_rules: By a short name that models refer to.
    """

    format: Literal["picturelock.catalogue/1"]
    sources: dict[str, Source] = {}
    token_rules: dict[str, TokenGrid | TokenTable | InputTokens] = {}
    vendors: tuple[VendorFacts, ...] = ()


class Entry(Value, frozen=True, kw_only=True):
    """A model with its version pinned, and what its vendor says of all of them.

    Attributes:
        version: Goes into recipes; the model's own name where the vendor dates no versions.
        dated: The vendor promises that the version stays what it is.
    """

    vendor: str
    currency: str
    version: str
    dated: bool
    model: ModelFacts
    service: Service
    charges: Charges

    @property
    def name(self) -> str:
        """``vendor/version``: resolves to this entry again."""
        return f"{self.vendor}/{self.version}"
