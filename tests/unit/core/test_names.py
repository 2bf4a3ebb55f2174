from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core import clock, codec
from picturelock.core.digest import Digest, canonical_json
from picturelock.core.failures import BadDocument, Charged, Malformed, PicturelockError, Retry
from picturelock.core.ids import AnchorId, SceneCode, ShotCode, TakeId, UnitId
from picturelock.core.take import take_id

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.integers(0, 99999), st.integers(0, 99999))
def test_codes_know_their_numbers(scene: int, shot: int) -> None:
    code = ShotCode.numbered(SceneCode.numbered(scene), shot)
    assert (code.scene.number, code.number) == (scene, shot)
    unit = UnitId.of(code, "voice_10")
    assert (unit.shot, unit.part) == (code, "voice_10")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SceneCode, "SC1"),
        (ShotCode, "SC010"),
        (ShotCode, "SC010_SH020 "),
        (UnitId, "SC010_SH020.poster"),
        (AnchorId, "mara"),
        (TakeId, "T-xyz"),
        (Digest, "sha256:00"),
    ],
)
def test_a_name_of_the_wrong_shape_cannot_be_made(kind: type, text: str) -> None:
    with pytest.raises(Malformed, match=f"is not a {kind.__name__}"):
        kind(text)


def test_names_are_written_in_any_script() -> None:
    assert AnchorId("char_林薇") == "char_林薇"


@given(json_values)
def test_canonical_json_does_not_depend_on_order(value: object) -> None:
    def turned(v: object) -> object:
        if isinstance(v, dict):
            return {k: turned(v[k]) for k in reversed(list(v))}
        return [turned(x) for x in v] if isinstance(v, list) else v

    assert canonical_json(value) == canonical_json(turned(value))


def test_canonical_json_is_that_of_rfc_8785() -> None:
    # The number forms and the key order of the RFC's own example, section 3.2.3 and appendix B.
    assert canonical_json({"b": 1e21, "a": 4.5, "\r": 1e-27}) == b'{"\\r":1e-27,"a":4.5,"b":1e+21}'
    with pytest.raises(Malformed):
        canonical_json({"a": float("nan")})
    with pytest.raises(Malformed):
        canonical_json({"a": object()})


@given(st.binary(max_size=100), st.integers(1, 30))
def test_digests_of_chunks_are_those_of_the_whole(data: bytes, size: int) -> None:
    chunks = [data[i : i + size] for i in range(0, len(data), size)]
    digest = Digest.of_chunks(chunks)
    assert digest == Digest.of(data)
    assert digest.hex.startswith(digest.short)


def test_a_take_has_the_same_name_everywhere() -> None:
    unit, recipe = UnitId("SC010_SH010.key"), Digest.of(b"recipe")
    assert take_id(unit, recipe) == take_id(unit, recipe)
    assert take_id(unit, recipe) != take_id(UnitId("SC010_SH020.key"), recipe)


def test_errors_answer_retry_when_charged() -> None:
    error = PicturelockError(
        "it broke", remedy="Mend it.", retry=Retry.LATER, after=timedelta(seconds=3), charged=Charged.YES
    )
    assert str(error) == "it broke. Mend it."
    assert (error.retry, error.after, error.charged) == (Retry.LATER, timedelta(seconds=3), Charged.YES)
    assert str(PicturelockError("it broke")) == "it broke"
    assert str(BadDocument("odd", line=3)) == "line 3: odd"


def test_times_have_a_zone() -> None:
    moment = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert clock.aware(moment) == moment
    assert clock.aware(moment).tzinfo is UTC
    with pytest.raises(Malformed, match="time zone"):
        clock.aware(moment.replace(tzinfo=None))


def test_the_codec_refuses_what_has_no_form() -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        codec.to_json(object())
    with pytest.raises(BadDocument):
        codec.from_json(SceneCode, b"12")
    with pytest.raises(BadDocument):
        codec.from_json(SceneCode, b"{")
    with pytest.raises(BadDocument, match="no JSON form"):
        codec.built(complex, "1")
    with pytest.raises(BadDocument, match="SceneCode"):
        codec.built(SceneCode, "nine")
