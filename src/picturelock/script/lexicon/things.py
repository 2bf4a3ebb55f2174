"""Words for props that are held or matter."""

import re
from typing import NamedTuple

from picturelock.core.anchor import PropKind
from picturelock.script.lexicon.forms import word_set


class Thing(NamedTuple):
    """What a word for a prop tells.

    Attributes:
        weak: Common enough in passing that one plain mention is no reason for a prop.
    """

    kind: PropKind
    size_m: float
    colour: str
    weak: bool = False


def _things() -> dict[str, Thing]:
    table: list[tuple[str, Thing]] = [
        ("lantern lanterns oil-lamp 灯笼 提灯 马灯 油灯", Thing(PropKind.LANTERN, 0.32, "#b98a3c")),
        ("torch flashlight candle 手电 蜡烛 火把", Thing(PropKind.LANTERN, 0.22, "#c9a24a")),
        ("book logbook journal diary ledger notebook bible album 书 日记 日志 本子 账本 笔记本", Thing(PropKind.BOOK, 0.24, "#6d4b33")),
        ("letter envelope note telegram postcard photograph photo page paper ticket deed card notice poster 信 信封 纸条 照片 电报 明信片 车票 船票", Thing(PropKind.LETTER, 0.18, "#e6dcc3")),
        ("cup mug glass teacup bowl 杯子 茶杯 碗", Thing(PropKind.CUP, 0.11, "#cbb694", weak=True)),
        ("box tin chest case casket matchbox crate parcel package 盒子 匣子 铁盒 木盒 包裹", Thing(PropKind.BOX, 0.3, "#8f6a3a")),
        ("key keys 钥匙", Thing(PropKind.KEY, 0.09, "#a88a4a")),
        ("phone telephone mobile receiver 手机 电话", Thing(PropKind.PHONE, 0.16, "#2a282b")),
        ("umbrella parasol 雨伞 伞", Thing(PropKind.UMBRELLA, 0.9, "#2b3a57")),
        ("rope line cable chain 绳子 缆绳", Thing(PropKind.ROPE, 0.5, "#b08d62", weak=True)),
        ("wrench hammer spanner shovel saw chisel pliers screwdriver oilcan crank 锤子 扳手 铲子 凿子", Thing(PropKind.TOOL, 0.3, "#6b6f74")),
        ("bag suitcase satchel sack rucksack basket bucket pail 包 箱 布袋 篮子 水桶", Thing(PropKind.BAG, 0.45, "#6d5a48", weak=True)),
        ("bottle flask jar vial jug 瓶子 酒瓶 酒壶", Thing(PropKind.BOTTLE, 0.28, "#4f7350")),
        ("flower flowers rose roses bouquet 花 玫瑰 花束", Thing(PropKind.FLOWER, 0.35, "#cf8a92", weak=True)),
        ("gun pistol rifle revolver sword knife dagger axe shotgun 刀 枪 剑 斧头", Thing(PropKind.WEAPON, 0.4, "#6b6f74")),
        ("watch pocketwatch stopwatch compass medal locket 怀表 手表 指南针", Thing(PropKind.WATCH, 0.08, "#c9a24a", weak=True)),
        ("radio transmitter wireless 收音机 电台 对讲机", Thing(PropKind.RADIO, 0.35, "#6d4b33")),
        ("map chart blueprint 地图 海图", Thing(PropKind.MAP, 0.6, "#cbb694")),
        ("stick cane staff oar crutch 拐杖 手杖 船桨 桨", Thing(PropKind.STICK, 1.1, "#8f6a3a")),
    ]  # fmt: skip
    return {word: thing for words, thing in table for word in words.split()}


THING = _things()
#: Verbs in disguise: "watch" and "box" and "page" are things only after an article or a possessive.
AMBIGUOUS = word_set(
    "watch box note book page line case key chain saw staff glass rose bear card bag sack paper"
)
_CHINESE = sorted((w for w in THING if not w.isascii()), key=len, reverse=True)
CHINESE_THING = re.compile("|".join(_CHINESE))
#: Words that lie about in compounds (书 in 书架, 花 in 花园, 包 in 面包) count only after a measure word or a verb of holding.
CHINESE_HELD = re.compile(
    rf"(?:[一那这两]?[把封本只个盏张瓶束支块串顶]|拿着?|握着?|举着?|捧着?|提着?|攥着?|掏出|接过|打开|撑着?)[^，。！？；]{{0,4}}?({'|'.join(_CHINESE)})"
)
