"""Verbs to poses, words to expressions, and the kinds of action that ask for a kind of shot."""

import re

from picturelock.core.blocking import Expression, Pose
from picturelock.script.lexicon.forms import forms, word_set

_POSES = {
    Pose.RUN: "run sprint race dash bolt flee chase charge rush hurry gallop",
    Pose.WALK: "walk cross enter exit approach step stride wander pace march stroll trudge limp stagger come go leave"
    " arrive follow head shuffle move pass return descend advance retreat tiptoe creep wade drift",
    Pose.CLIMB: "climb scramble ascend mount clamber",
    Pose.SIT: "sit perch slump seat drive row pedal ride eat",
    Pose.KNEEL: "kneel pray bow",
    Pose.CROUCH: "crouch squat hunch duck cower hide huddle stoop",
    Pose.LIE: "lie sleep sprawl rest doze",
    Pose.FALL: "fall collapse tumble topple slip trip stumble drop_down faint sink",
    Pose.REACH: "reach open close push pull press knock touch grab turn_on switch light unlock lock strike wind_up wipe"
    " nail hammer polish lift fix set place hang pour take_up shove haul tug twist crank plug stretch wring",
    Pose.POINT: "point gesture indicate aim",
    Pose.CARRY: "carry bear lug drag heave bring cradle",
    Pose.HOLD: "hold raise clutch grip grasp clasp show offer hand give lift_up take pick catch press_to fold unfold read"
    " tie untie squeeze cup drink sip",
    Pose.TURN: "turn spin whirl pivot swivel wheel",
    Pose.EMBRACE: "embrace hug kiss comfort enfold",
    Pose.LEAN: "lean bend slouch rest_on brace prop_up peer",
    Pose.WRITE: "write sign scribble sketch scrawl",
    Pose.LOOK_UP: "look_up gaze_up glance_up",
    Pose.LOOK_DOWN: "look_down glance_down stare_down",
    Pose.WAVE: "wave salute beckon signal",
    Pose.STAND: "stand wait listen look watch stare gaze stop pause freeze nod smile rise halt speak breathe shrug"
    " shake hesitate appear remain stay stiffen blink grin frown think say ask glance study see",
}

_ADJECTIVES = {
    "seated": Pose.SIT,
    "kneeling": Pose.KNEEL,
    "asleep": Pose.LIE,
    "lying": Pose.LIE,
    "lay": Pose.LIE,
}

#: Word form -> pose. Phrases of two words are joined with an underscore.
POSE = {
    form: pose for pose, verbs in _POSES.items() for verb in verbs.split() for form in forms(verb)
} | _ADJECTIVES

#: When a sentence has several verbs, the one that a still can show best wins; later in this list loses.
POSE_ORDER = (
    Pose.EMBRACE, Pose.FALL, Pose.CLIMB, Pose.RUN, Pose.KNEEL, Pose.WRITE, Pose.POINT, Pose.WAVE, Pose.CARRY,
    Pose.LIE, Pose.SIT, Pose.CROUCH, Pose.HOLD, Pose.WALK, Pose.REACH, Pose.LEAN, Pose.LOOK_UP, Pose.LOOK_DOWN,
    Pose.TURN, Pose.ARMS_CROSSED, Pose.STAND,
)  # fmt: skip

CHINESE_POSE = {
    Pose.RUN: "奔跑 跑 冲 追 逃",
    Pose.WALK: "走 进来 进门 出门 离开 来到 回到 穿过 踱 迈 上前 下楼",
    Pose.CLIMB: "爬 攀 登上 上楼",
    Pose.SIT: "坐",
    Pose.KNEEL: "跪",
    Pose.CROUCH: "蹲 蜷 躲",
    Pose.LIE: "躺 睡",
    Pose.FALL: "摔 跌 倒下 滑倒",
    Pose.REACH: "伸手 推开 打开 拉开 关上 敲 摸 点亮 点燃 点上 拧 擦",
    Pose.POINT: "指着 指向 指了",
    Pose.CARRY: "背着 扛 提着 抱着 端着 搬",
    Pose.HOLD: "拿 握 举 捧 攥 递 接过 掏出",
    Pose.TURN: "转身 回头 转过",
    Pose.EMBRACE: "拥抱 抱住 搂",
    Pose.LEAN: "靠 倚 俯身 弯腰 探身",
    Pose.WRITE: "写 画",
    Pose.LOOK_UP: "抬头 仰望 仰头",
    Pose.LOOK_DOWN: "低头 俯视 垂下",
    Pose.WAVE: "挥手 招手",
    Pose.STAND: "站 停 等 看 望 听",
}
CHINESE_POSE_WORDS = {word: pose for pose, words in CHINESE_POSE.items() for word in words.split()}
CHINESE_POSE_PATTERN = re.compile("|".join(sorted(CHINESE_POSE_WORDS, key=len, reverse=True)))

_EXPRESSIONS = {
    Expression.HAPPY: "smile smiles smiled smiling laugh laughs laughed laughing grin grins grinned grinning happily"
    " joy joyful delighted cheerful cheerfully gently warmly tender tenderly relieved relief beams proud proudly amused",
    Expression.SAD: "sad sadly weep weeps wept weeping cry cries cried crying tears tear sob sobs sobbing grief mourn"
    " sorrow heartbroken quietly hollow weary wearily broken tired regret lonely wet-eyed",
    Expression.ANGRY: "angry angrily anger furious furiously fury yell yells snaps snapped"
    " glare glares scowl scowls growls rage slam slams bitter bitterly cold coldly hisses",
    Expression.AFRAID: "afraid fear fearful scared terrified terror frightened trembling trembles shaking panic panicked"
    " nervous nervously anxious anxiously worried dread flinches shivers hush",
    Expression.SURPRISED: "surprised surprise startled astonished shocked shock gasp gasps stunned amazed amazement"
    " wide-eyed disbelief disbelieving gapes wonder awe",
    Expression.RESOLUTE: "resolute shout shouts shouted shouting firm firmly determined steady steadily jaw grim grimly resolved stubborn stubbornly"
    " certain calm calmly evenly",
}
EXPRESSION = {word: face for face, words in _EXPRESSIONS.items() for word in words.split()}

_CHINESE_EXPRESSIONS = {
    Expression.HAPPY: "笑 微笑 高兴 开心 欣慰",
    Expression.SAD: "哭 流泪 泪 悲 难过 叹 哽咽",
    Expression.ANGRY: "怒 生气 吼 骂 愤",
    Expression.AFRAID: "怕 害怕 恐 发抖 颤 惊慌 紧张",
    Expression.SURPRISED: "惊讶 吃惊 愣 呆住 惊",
    Expression.RESOLUTE: "坚定 坚决 咬牙 沉着 平静",
}
CHINESE_EXPRESSION = {word: face for face, words in _CHINESE_EXPRESSIONS.items() for word in words.split()}
CHINESE_EXPRESSION_PATTERN = re.compile("|".join(sorted(CHINESE_EXPRESSION, key=len, reverse=True)))


def _all(verbs: str) -> frozenset[str]:
    return frozenset(form for verb in verbs.split() for form in forms(verb))


#: Moves through the space: the picture has to show where from and where to.
TRAVEL = _all(
    "run sprint race dash bolt flee chase charge rush hurry walk cross enter exit approach stride march stroll trudge"
    " wander arrive climb descend ascend stagger follow gallop wade clamber scramble shuffle"
)
ENTERS = _all("enter arrive appear emerge burst") | {"enters", "entering"}
LEAVES = _all("exit leave depart") | {"exits", "leaves"}
LETS_GO = _all("drop throw toss release lay set hang put") | {"laid"}
GIVES = _all("give hand offer pass")
TAKES = _all("take pick hold carry raise lift clutch grip grasp clasp grab catch bring clasp cradle produce draw unfold read"
             " swing lower tie balance haul bear wave")  # fmt: skip
FACE_WORDS = word_set("face eyes eye smile smiles tears tear lips mouth brow gaze stare stares weeps cheek")
HAND_WORDS = word_set("hand hands finger fingers thumb fist palm knuckles")
TENSE = word_set(
    "storm dead death blood gun knife dark darkness scream danger silence nothing never lost gone "
    "drown drowned secret truth lie killed alone wrong fire"
)
CHINESE_TRAVEL = re.compile("走|跑|冲|爬|登上|穿过|来到|进来|进门|离开|出门")
CHINESE_TAKES = re.compile("拿|握|举|捧|攥|提着|提起|抱着|端|接过|掏出|拎|打着|撑")
CHINESE_FACE = re.compile("眼睛|眼里|眼泪|脸|嘴角|目光|眉")
