"""Words that report speech, and Chinese surnames."""

from picturelock.script.lexicon.forms import forms, word_set

_SAY = (
    "say ask reply answer shout whisper murmur mutter call cry yell add begin continue repeat insist agree admit explain"
    " announce declare demand snap growl hiss breathe sigh laugh observe remark suggest warn promise tell offer protest"
    " exclaim sob gasp mumble stammer groan grunt scream bellow plead beg return wonder finish interrupt correct"
    " confess boast joke tease urge concede drawl squeak bark rasp croak chuckle giggle retort respond inquire enquire grumble roar"
)
#: Verbs that alone make the name before or after them a speaker.
SAY = frozenset(f for verb in _SAY.split() for f in forms(verb)) | {"lied"}
#: Those after which a name follows (``said Mara``) in plain style.
CHINESE_SAY = (
    "说道|問道|說道|问道|答道|喊道|叫道|笑道|低声道|轻声道|哭道|叹道|嘆道|应道|應道|怒道|惊道|驚道|喝道|回答|说着|说|說|问|問|答|喊|叫|嚷|吼|骂"
    "|嘀咕|喃喃|低语|吩咐|提醒|解释|嘟囔|招呼|道|念|接着说|笑着说"
)
SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭鲁韦马方任袁柳唐罗薛雷贺倪汤"
    "殷毕郝安常于傅齐康伍余顾孟黄穆萧尹姚邵湛汪毛米贝戴宋庞熊纪舒屈项祝董梁杜阮蓝季贾江童颜郭梅盛林钟徐邱骆高夏蔡"
    "田樊胡凌霍万柯卢莫房丁邓洪包左石崔龚程陆曾叶白乔谭廖温耿段侯尚文易"
)
#: Surnames of two characters.
LONG_SURNAMES = word_set("欧阳 诸葛 司马 上官 司徒 夏侯 皇甫 慕容 令狐 东方 公孙 尉迟 长孙 宇文 端木 百里")
#: Never the second or third character of a name.
NOT_IN_NAMES = frozenset(
    "说问答喊叫道的了着在是不没把被从向对和与也就都又还才再很太低轻笑走站坐看望听想点摇抬转回头手这那一二三两几上下里"
    "外前后左右来去到过给让跟拿举推拉开关伸指，。！？：；、“”‘’「」『』有要会能可得地只于以之其而但么吗呢吧啊家字名人"
)
#: Nobody's name, though it stands where a speaker stands: how or when it is said.
NOT_CHINESE_NAMES = word_set(
    "马上 高声 于是 方才 曾经 常常 终于 立刻 立即 只好 慢慢 赶紧 赶忙 连忙 急忙 随后 接着 最后 同时 一起 大家 众人 有人 别人"
    " 终究 不禁 不由 再次 再度 首先 冷冷 淡淡 缓缓 静静 悄悄 默默 偷偷 轻轻 双方 对方 老实 小心 白天 易怒 文静 那人 此时 这时"
    " 马车 马路 马匹 石头 石块 石阶 白马 黄狗 黄牛 白狗 江水 江面 雷声 金鱼 金光 叶子 云雾 温水 汤水 方向 安静 常人 万人 左手 左脚"
    " 石门 白云 高墙 高楼 林子 程序 包裹 房门 房子 房间 房屋 路人 时钟 钟声 和尚 和平 经过 夏天 周围 江边 高处 方桌 黄昏 钱包 水手 万一 高兴"
)
CHINESE_MANNER = "声然着地次刻即忙后时气色样"  # last characters of such words
_ROLES = word_set(
    "老船长 船长 老人 老头 老太太 爷爷 奶奶 外公 外婆 妈妈 爸爸 母亲 父亲 丈夫 妻子 男孩 女孩 小男孩 小女孩 孩子 老板 老板娘 医生 护士 老师 校长"
    " 店主 店员 服务员 售货员 师傅 姑娘 少年 少女 邮差 渔夫 守塔人 哥哥 姐姐 弟弟 妹妹 叔叔 阿姨 司机 警察 保安 经理 主任 村长 队长 将军 士兵 侍卫"
    " 管家 丫鬟 仆人 掌柜 掌柜的 店小二 小二 书生 書生 大汉 大漢 老者 道士 和尚 公子"
)
CHINESE_ROLES = "|".join(sorted(_ROLES, key=lambda role: (-len(role), role)))
#: English words that are somebody's name only where somebody is plainly meant.
SELDOM_NAMES = word_set("april may june will")
#: English words that begin sentences with a capital, or are capitalised, and are nobody's name.
NOT_NAMES = word_set(
    "i the a an and but or so then when where why how what who which that this these those there here "
    "it its he she they we you his her their our my your if in on at by for from with without to of "
    "as not no yes now never always once after before until while because since though although only "
    "even just still again perhaps maybe well oh ah god lord sir madam mr mrs ms miss dr captain "
    "father mother monday tuesday wednesday thursday friday saturday sunday january february march "
    "july august september october november december christmas easter chapter part one "
    "two three four five six seven eight nine ten english french german english chinese north south "
    "east west all some every each another nothing something everything nobody somebody someone "
    "everyone anything let come go look listen wait stop please thank thanks good bad old young first "
    "last next later tomorrow yesterday today tonight behind above below outside inside beyond "
    "between under over up down out off back both either neither such many most more less few any him "
    "them us me himself herself does did do is are was were be been have has had would could "
    "should can might must shall don't didn't isn't wasn't"
)
