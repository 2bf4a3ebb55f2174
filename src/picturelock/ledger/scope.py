"""What money is spent for, and which part of a book is looked at."""

import sqlalchemy as sa

from picturelock.core.ids import SceneCode, ShotCode, UnitId
from picturelock.core.value import Value
from picturelock.db.statements import starts_with
from picturelock.db.tables import ledger_entry


class Scope(Value, frozen=True, kw_only=True):
    """What an entry is for; for reading, every field that is set narrows what is counted.

    Attributes:
        scene: Follows from the unit where one is given.
        shot: Follows from the unit where one is given.
        vendor: Who is paid.
        model: What is asked, as the vendor writes it.
        task: The task card that it belongs to.
        by_whom: Who asked for it: a person, a policy or an agent.
    """

    scene: SceneCode | None = None
    shot: ShotCode | None = None
    unit: UnitId | None = None
    vendor: str = ""
    model: str = ""
    task: str = ""
    by_whom: str = ""

    @property
    def in_shot(self) -> ShotCode | None:
        """The shot, given or the unit's."""
        return self.unit.shot if self.unit is not None else self.shot

    @property
    def in_scene(self) -> SceneCode | None:
        """The scene, given or the shot's."""
        shot = self.in_shot
        return shot.scene if shot is not None else self.scene


def covers(scope: Scope) -> sa.ColumnElement[bool]:
    """Whether an entry of the book lies in this part of it."""
    entry = ledger_entry.c
    narrowed = [
        column == value
        for column, value in (
            (entry.vendor, scope.vendor),
            (entry.model, scope.model),
            (entry.task, scope.task),
            (entry.by_whom, scope.by_whom),
        )
        if value
    ]
    place = within(entry.unit, scope)
    return sa.and_(sa.true(), *narrowed, *([place] if place is not None else []))


def within(column: sa.ColumnElement[str], scope: Scope) -> sa.ColumnElement[bool] | None:
    """Whether a unit's name lies at the scope's place; ``None`` for the whole production."""
    if scope.unit is not None:
        return column == scope.unit
    if scope.shot is not None:
        return starts_with(column, f"{scope.shot}.")
    if scope.scene is not None:
        return starts_with(column, f"{scope.scene}_")
    return None
