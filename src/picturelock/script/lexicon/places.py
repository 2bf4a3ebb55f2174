"""Words for places: what set they are built from, whether they have a roof, and what stands in them."""

import re
from typing import NamedTuple

from picturelock.core.anchor import SetKind
from picturelock.script.lexicon.forms import word_set


class Kind(NamedTuple):
    """What a word for a place tells.

    Attributes:
        interior: ``None`` where the word does not tell.
        size_m: Width, depth, height.
        features: What such a place always has.
    """

    set: SetKind
    interior: bool | None
    size_m: tuple[float, float, float]
    features: tuple[str, ...] = ()


_ROOM = (6.5, 5.5, 2.8)
_STREET = (9.0, 30.0, 9.0)
_SHORE = (40.0, 30.0, 6.0)


def _kinds() -> dict[str, Kind]:
    table: list[tuple[str, Kind]] = [
        ("kitchen 厨房", Kind(SetKind.ROOM, True, (5.5, 5.0, 2.6), ("stove", "table", "window"))),
        ("bedroom dormitory dorm 卧室 宿舍", Kind(SetKind.ROOM, True, (5.0, 4.5, 2.6), ("bed", "window"))),
        ("study office surgery clinic lab laboratory embassy 书房 办公室 诊所 实验室 派出所", Kind(SetKind.ROOM, True, (5.0, 4.5, 2.8), ("desk", "shelf", "window"))),
        ("bar pub tavern inn 酒馆 酒吧 客栈", Kind(SetKind.ROOM, True, (9.0, 7.0, 3.0), ("counter", "table", "bench"))),
        ("cafe café diner restaurant teahouse canteen tearoom cafeteria 茶馆 餐馆 餐厅 饭馆 食堂 咖啡馆", Kind(SetKind.ROOM, True, (9.0, 7.0, 3.0), ("counter", "table", "window"))),
        ("shop store bakery pharmacy bookshop apothecary supermarket grocery 超市 药店 商店 店铺 书店 店", Kind(SetKind.ROOM, True, (7.0, 6.0, 3.0), ("counter", "shelf", "window"))),
        ("workshop forge smithy foundry garage boathouse shed barn stable mill studio greenhouse sawmill 磨坊 棚子 作坊 工坊 车间 铺子", Kind(SetKind.ROOM, True, (8.0, 7.0, 3.6), ("bench", "machine", "crate"))),
        ("room parlour parlor lounge bathroom washroom scullery vestry cell dungeon morgue tent caravan bunker hotel motel hostel villa bungalow manor mansion castle palace school hospital infirmary prison jail 浴室 洗手间 牢房 帐篷 堂屋 酒店 宾馆 旅馆 医院 学校 宿营地 房子 窑洞 attic cellar basement cabin hut cottage apartment flat classroom ward nursery pantry quarters house home watchroom drawing-room sitting-room dining-room guardhouse 房间 客厅 阁楼 地下室 小屋 屋里 屋子 家里 家 教室 病房", Kind(SetKind.ROOM, True, _ROOM, ("table", "window"))),
        ("lamp-room lantern-room lamproom 灯室 灯房", Kind(SetKind.ROOM, True, (4.4, 4.4, 3.2), ("lamp", "window"))),
        ("corridor hallway passage tunnel subway underpass sewer 地道 走廊 过道 隧道", Kind(SetKind.CORRIDOR, True, (2.2, 14.0, 2.8), ("door",))),
        ("hall lobby foyer atrium gym gymnasium stadium airport terminal hangar auditorium arena church chapel cathedral temple theatre theater library museum station ballroom courtroom factory warehouse market-hall 大厅 教堂 寺庙 剧院 图书馆 机场 大堂 体育馆 法院 庙里 破庙 车站 火车站 地铁站 汽车站 银行 商场 工厂 仓库 祠堂 礼堂", Kind(SetKind.HALL, True, (14.0, 20.0, 7.0), ("column", "bench"))),
        ("stairs staircase stairwell steps stair 楼梯 台阶", Kind(SetKind.STAIRS, True, (4.0, 6.0, 7.0), ("stair", "railing"))),
        ("street pavement sidewalk playground schoolyard car-park forecourt crossroads road lane alley avenue square village town city market plaza courtyard yard gate bus-stop 街 街上 街道 操场 村口 路口 胡同 停车场 大街 小巷 巷子 巷口 广场 集市 村子 镇上 院子 门口 路上 城里 城门 城门口", Kind(SetKind.STREET, False, _STREET, ("house", "street lamp"))),
        ("roof rooftop roofs rooftops 屋顶 楼顶 天台 房顶", Kind(SetKind.ROOFS, False, (16.0, 16.0, 4.0), ("railing",))),
        ("forest clearing woods wood grove jungle orchard copse thicket vineyard 森林 树林 林子 竹林 果园", Kind(SetKind.FOREST, False, (24.0, 24.0, 12.0), ("tree", "bush"))),
        ("field meadow farm garden park plain graveyard cemetery moor hill hillside pasture desert prairie marsh marshes swamp bog fen dunes lawn allotment quarry camp campsite path salt-flats 沼泽 田埂 麦田 稻田 田野 田里 草地 花园 公园 农场 山坡 墓地 沙漠", Kind(SetKind.FIELD, False, (30.0, 30.0, 5.0), ("fence", "bush", "tree"))),
        ("shore beach harbour harbor quay pier jetty wharf dock docks seaside coast sea ocean bay river riverbank lake island waterfront slipway cove estuary shingle weir canal towpath boatyard shipyard pond creek mudflats waterfall dam reservoir 河堤 堤上 池塘 溪边 水库 船坞 海边 海滩 沙滩 码头 港口 岸边 河边 江边 湖边 海上 海面 渡口 岸上", Kind(SetKind.SHORE, False, _SHORE, ("boat", "post", "rock"))),
        ("car truck bus train carriage taxi cab van tram lorry cockpit compartment elevator wagon limousine ambulance aeroplane airplane helicopter 电梯 飞机 车里 车上 汽车 火车 公交车 车厢 出租车", Kind(SetKind.VEHICLE, True, (2.2, 5.0, 1.9), ("window",))),
        ("tower lighthouse belfry turret watchtower 灯塔 钟楼 塔楼 塔", Kind(SetKind.TOWER, None, (6.0, 6.0, 18.0), ("stair", "window"))),
        ("gallery balcony parapet 阳台 塔顶", Kind(SetKind.TOWER, False, (6.0, 6.0, 18.0), ("railing",))),
        ("cave cavern mine grotto crypt 山洞 洞穴 矿井", Kind(SetKind.CAVE, True, (12.0, 12.0, 5.0), ("rock",))),
        ("bridge footbridge causeway 桥 桥上 桥头", Kind(SetKind.BRIDGE, False, (4.0, 24.0, 4.0), ("railing", "street lamp"))),
        ("deck boat ship ferry trawler barge yacht skiff rowboat dinghy 甲板 船上 渔船 轮船 渡船 小船", Kind(SetKind.DECK, False, (5.0, 14.0, 4.0), ("railing", "crate"))),
        ("mountain mountainside glacier canyon gorge ravine cliff clifftop peak ridge headland pass summit valley 山 山上 山顶 悬崖 峡谷 山路", Kind(SetKind.MOUNTAIN, False, (40.0, 40.0, 20.0), ("rock",))),
    ]  # fmt: skip
    return {word: kind for words, kind in table for word in words.split()}


PLACE = _kinds()

#: Two-word places whose second word alone would say something else.
COMPOUND = {
    "lamp room": "lamp-room", "lantern room": "lantern-room", "bus stop": "bus-stop", "market hall": "market-hall",
    "train station": "station", "railway station": "station", "harbour wall": "quay", "sea wall": "quay",
    "harbor wall": "quay", "engine room": "workshop", "hotel room": "bedroom", "living room": "room", "drawing room": "room", "sitting room": "room",
    "dining room": "room", "watch room": "watchroom", "waiting room": "room", "town hall": "hall",
    "fish market": "market", "court room": "courtroom", "spiral stair": "stairs", "print shop": "workshop",
    "repair shop": "workshop", "front door": "street", "back door": "yard", "salt flats": "salt-flats",
    "salt flat": "salt-flats", "ferry landing": "jetty", "boat landing": "jetty", "car park": "car-park", "parking lot": "car-park", "petrol station": "shop",
    "gas station": "shop", "police station": "office", "fire station": "garage", "power station": "factory",
    "throne room": "hall", "control room": "office", "locker room": "room", "swimming pool": "hall",
    "tennis court": "playground", "canal boat": "boat", "school bus": "bus",
}  # fmt: skip

_CHINESE_PLACES = sorted((w for w in PLACE if not w.isascii()), key=len, reverse=True)
CHINESE_PLACE = re.compile("|".join(_CHINESE_PLACES))
#: In prose a place of one character (家, 山, 店, 街, 桥, 塔) counts only where a locative says so.
CHINESE_PLACE_CUE = re.compile(
    rf"(?:在|到|回到|来到|走进|进了|冲进|跑到|爬上|登上|走到|赶到|站在|坐在|推开)([\u4e00-\u9fff]{{0,4}}?)(?P<place>{'|'.join(_CHINESE_PLACES)})"
)
#: ``码头上站满了人``: a sentence that begins with the place.
CHINESE_PLACE_FIRST = re.compile(
    rf"(?:^|[。！？，])(?P<place>{'|'.join(w for w in _CHINESE_PLACES if len(w) > 1)})(?:上|里|边|中|内|外)"
)
ENGLISH_PLACES = frozenset(w for w in PLACE if w.isascii())

#: Words that stand in a set and are worth building; the board's kit knows the same plain words.
FEATURES = {
    "window": "window", "windows": "window", "pane": "window", "stove": "stove", "hearth": "stove",
    "fireplace": "stove", "lamp": "lamp", "lamps": "lamp", "lens": "lens", "crate": "crate", "crates": "crate",
    "boat": "boat", "boats": "boat", "stairs": "stair", "stair": "stair", "steps": "stair", "ladder": "stair",
    "tree": "tree", "trees": "tree", "pine": "tree", "pines": "tree", "table": "table", "chair": "chair",
    "chairs": "chair", "stool": "chair", "bench": "bench", "bed": "bed", "bunk": "bed", "shelf": "shelf",
    "shelves": "shelf", "bookcase": "shelf", "desk": "desk", "counter": "counter", "door": "door", "hatch": "door",
    "barrel": "barrel", "barrels": "barrel", "column": "column", "columns": "column", "pillar": "column",
    "railing": "railing", "rail": "railing", "machine": "machine", "engine": "machine", "gears": "machine",
    "clockwork": "machine", "winch": "machine", "bush": "bush", "bushes": "bush", "hedge": "bush", "rock": "rock",
    "rocks": "rock", "boulders": "rock", "house": "house", "houses": "house", "cottages": "house", "wall": "wall",
    "fence": "fence", "streetlamp": "street lamp", "lamppost": "street lamp", "bollard": "post",
    "bollards": "post", "posts": "post", "sign": "sign", "clock": "clock", "picture": "picture",
    "painting": "picture", "photographs": "picture", "car": "car", "cart": "cart", "nets": "box", "lighthouse": "tower",
    "窗": "window", "炉": "stove", "灯": "lamp", "箱子": "crate", "木箱": "crate", "船": "boat", "楼梯": "stair",
    "台阶": "stair", "树": "tree", "桌": "table", "椅": "chair", "长凳": "bench", "床": "bed", "书架": "shelf", "柜台": "counter",
    "门": "door", "桶": "barrel", "柱": "column", "栏杆": "railing", "机器": "machine", "石": "rock", "墙": "wall", "篱笆": "fence",
    "路灯": "street lamp", "钟": "clock", "照片": "picture", "招牌": "sign",
}  # fmt: skip

INSIDE = word_set("inside indoors within 屋里 里面 室内")
OUTSIDE = word_set("outside outdoors 外面 屋外 户外 室外")
