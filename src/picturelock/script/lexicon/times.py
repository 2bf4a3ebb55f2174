"""Words for time of day, weather, and the passage of time."""

import re

from picturelock.core.blocking import TimeOfDay, Weather

TIME = {
    "dawn": TimeOfDay.DAWN, "sunrise": TimeOfDay.DAWN, "daybreak": TimeOfDay.DAWN, "first light": TimeOfDay.DAWN,
    "morning": TimeOfDay.MORNING, "breakfast": TimeOfDay.MORNING, "noon": TimeOfDay.DAY, "midday": TimeOfDay.DAY,
    "day": TimeOfDay.DAY, "afternoon": TimeOfDay.AFTERNOON, "dusk": TimeOfDay.DUSK, "sunset": TimeOfDay.DUSK,
    "twilight": TimeOfDay.DUSK, "magic hour": TimeOfDay.DUSK, "sundown": TimeOfDay.DUSK, "nightfall": TimeOfDay.DUSK,
    "daytime": TimeOfDay.DAY, "nighttime": TimeOfDay.NIGHT, "evening": TimeOfDay.EVENING, "night": TimeOfDay.NIGHT, "midnight": TimeOfDay.NIGHT, "tonight": TimeOfDay.NIGHT,
    "黎明": TimeOfDay.DAWN, "拂晓": TimeOfDay.DAWN, "天亮": TimeOfDay.DAWN, "清晨": TimeOfDay.MORNING, "早晨": TimeOfDay.MORNING,
    "早上": TimeOfDay.MORNING, "上午": TimeOfDay.MORNING, "中午": TimeOfDay.DAY, "正午": TimeOfDay.DAY, "白天": TimeOfDay.DAY,
    "下午": TimeOfDay.AFTERNOON, "午后": TimeOfDay.AFTERNOON, "黄昏": TimeOfDay.DUSK, "傍晚": TimeOfDay.DUSK, "日落": TimeOfDay.DUSK,
    "天黑": TimeOfDay.DUSK, "晚上": TimeOfDay.EVENING, "当晚": TimeOfDay.EVENING, "夜": TimeOfDay.NIGHT, "深夜": TimeOfDay.NIGHT,
    "半夜": TimeOfDay.NIGHT, "夜里": TimeOfDay.NIGHT, "午夜": TimeOfDay.NIGHT, "日": TimeOfDay.DAY,
}  # fmt: skip

#: A heading's last part that says no time of its own.
INHERITS = re.compile(
    r"(?i)\b(continuous|later|moments later|same|same time|simultaneous|minutes later|hours later)\b|连续|稍后|同时|片刻后"
)

_WEATHER = {
    Weather.STORM: "storm storms stormy thunder lightning gale tempest hurricane squall 暴风雨 风暴 雷 闪电 台风 狂风",
    Weather.SNOW: "snow snows snowy snowing snowfall blizzard snowflakes 雪 下雪 大雪 雪花",
    Weather.RAIN: "rain rains rainy raining rainfall drizzle downpour 雨 下雨 细雨 大雨 暴雨",
    Weather.FOG: "fog foggy mist misty haze 雾 大雾 薄雾",
    Weather.CLOUDY: "cloudy overcast clouds cloud 阴天 乌云 多云",
}
WEATHER = {word: kind for kind, words in _WEATHER.items() for word in words.split()}
#: The worst weather that is named is the one that is seen.
WEATHER_ORDER = tuple(_WEATHER)
CHINESE_WEATHER = re.compile("|".join(sorted((w for w in WEATHER if not w.isascii()), key=len, reverse=True)))

_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    " twenty thirty forty fifty"
).replace(" ", "|")
_SO_LONG = (
    rf"(?:an?|one|some|several|many|{_NUMBERS}|\d+) (?:days?|nights?|weeks?|months?|summers?|winters?|years?)"
)
_YOUNG = rf"(?:(?:only |just )?(?:{_NUMBERS})|an? (?:small |little |young )?(?:boy|girl|child))"
#: A paragraph that begins so tells of a time before.
FLASHBACK = re.compile(
    # ``A week before the wedding`` is a time of this story.
    rf"(?i:(?:once, |only )?(?:{_SO_LONG}|long|many years|years) (?:ago\b|earlier\b|before(?=[,.;]))"
    rf"|(?:{_SO_LONG}|many years|years) before (?=he |she |they |it )"
    rf"|as an? (?:small |little |young )?(?:boy|girl|child)(?=,| (?:he|she) ))"
    rf"|As an? (?:small |little |young )?(?:boy|girl|child) (?=[A-Z])"
    rf"|[Ww]hen (?:he|she|[A-Z]\w+) (?:was|had been) {_YOUNG}(?=[,.;]| years? old)"
    rf"|(?:He|She|[A-Z]\w+) (?:was|had been) {_YOUNG},? (?:when|then|the (?:year|spring|summer|autumn|winter|night|day))\b"
)
#: And one that begins so is back.
BACK_AGAIN = re.compile(r"(?:But )?[Nn]ow\b|(?:Back )?[Ii]n the present\b|如今|现在|此刻|眼下")
CHINESE_FLASHBACK = re.compile(
    r"(?:[一二两三四五六七八九十几]+|多|许多|很多)年(?:之|以)?前|小时候|当年|很久以前|从前"
)
#: A paragraph that begins so happens at another time.
TIME_JUMP = re.compile(
    r"(?i)(?:(?:the|that|by|at|in the|early|late|one|on|before|just before|after|long after|it was|when)\s+)*"
    r"(?:(?:next|following|same|very next|first)\s+)?"
    r"(?P<time>dawn|sunrise|daybreak|first light|morning|noon|midday|afternoon|dusk|sunset|twilight|nightfall|evening|night"
    r"|midnight|day)\b"
    r"|(?P<later>(?:an?|two|three|four|five|six|seven|ten|some|several|many|a few|\d+)\s+"
    r"(?:minutes?|hours?|days?|nights?|weeks?|months?|years?)\s+(?:later|after|passed|had passed)|later that|years later|weeks later"
    r"|days later|hours later)"
)
CHINESE_TIME_JUMP = re.compile(
    r"(?P<next>第二天|次日|隔天|翌日|过了[几一两三数]\S{0,2}[天年月小时]{1,2}|[一二两三几数]\S?[天年月周](?:以|之)?后|[一二两三几]个?(?:小时|钟头)后|多年(?:以)?后)?"
    r"(?:的)?(?P<time>黎明|拂晓|天亮|清晨|早晨|早上|上午|中午|正午|下午|午后|黄昏|傍晚|日落|天黑|晚上|当晚|深夜|半夜|夜里|午夜)?"
)
