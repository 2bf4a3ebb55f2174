"""Words for how people look."""

from picturelock.core.anchor import Accessory, Age, Build, Colour, HairStyle, Hat, Lower, Upper
from picturelock.script.lexicon.forms import word_set

COLOUR = {
    "red": "#a83c32", "scarlet": "#b8322a", "crimson": "#8f2433", "rust": "#9a4f2e", "orange": "#c8742f",
    "yellow": "#d8b13f", "mustard": "#b8912f", "gold": "#c9a24a", "golden": "#c9a24a", "green": "#4f7350",
    "olive": "#6c6d3f", "teal": "#2f6f73", "blue": "#3f6390", "navy": "#2b3a57", "purple": "#6a4a7d",
    "violet": "#6a4a7d", "pink": "#cf8a92", "brown": "#6d4b33", "tan": "#b08d62", "beige": "#cbb694",
    "cream": "#e6dcc3", "white": "#e8e4da", "grey": "#8a8d90", "gray": "#8a8d90", "silver": "#b4b7ba",
    "black": "#2a282b", "dark": "#3a3636", "pale": "#d9d2c3", "copper": "#a8623a", "charcoal": "#45474c",
    "ginger": "#b5622e", "auburn": "#7d3f27", "blond": "#d3b473", "blonde": "#d3b473", "oilskin": "#c79a2e",
    "红": "#a83c32", "橙": "#c8742f", "黄": "#d8b13f", "绿": "#4f7350", "青": "#2f6f73", "蓝": "#3f6390", "紫": "#6a4a7d",
    "粉": "#cf8a92", "棕": "#6d4b33", "褐": "#6d4b33", "白": "#e8e4da", "灰": "#8a8d90", "银": "#b4b7ba", "黑": "#2a282b",
}  # fmt: skip
COLOUR_OF = {word: Colour(value) for word, value in COLOUR.items()}

UPPER = {
    "coat": Upper.LONG_COAT, "overcoat": Upper.LONG_COAT, "trenchcoat": Upper.LONG_COAT, "oilskin": Upper.LONG_COAT,
    "oilskins": Upper.LONG_COAT, "raincoat": Upper.LONG_COAT, "greatcoat": Upper.LONG_COAT, "parka": Upper.LONG_COAT,
    "jacket": Upper.JACKET, "blazer": Upper.JACKET, "waistcoat": Upper.JACKET, "vest": Upper.JACKET,
    "suit": Upper.JACKET, "sweater": Upper.SWEATER, "jumper": Upper.SWEATER, "jersey": Upper.SWEATER,
    "cardigan": Upper.SWEATER, "pullover": Upper.SWEATER, "shirt": Upper.SHIRT, "blouse": Upper.SHIRT,
    "t-shirt": Upper.SHIRT, "tunic": Upper.SHIRT, "cloak": Upper.CLOAK, "cape": Upper.CLOAK, "shawl": Upper.CLOAK,
    "apron": Upper.APRON, "uniform": Upper.UNIFORM, "overalls": Upper.UNIFORM,
    "大衣": Upper.LONG_COAT, "风衣": Upper.LONG_COAT, "雨衣": Upper.LONG_COAT, "长衫": Upper.LONG_COAT, "外套": Upper.JACKET,
    "夹克": Upper.JACKET, "棉袄": Upper.JACKET, "毛衣": Upper.SWEATER, "衬衫": Upper.SHIRT, "上衣": Upper.SHIRT,
    "披风": Upper.CLOAK, "斗篷": Upper.CLOAK, "围裙": Upper.APRON, "制服": Upper.UNIFORM, "工装": Upper.UNIFORM,
}  # fmt: skip
LOWER = {
    "trousers": Lower.TROUSERS, "pants": Lower.TROUSERS, "jeans": Lower.TROUSERS, "shorts": Lower.SHORTS,
    "skirt": Lower.SKIRT, "dress": Lower.DRESS, "gown": Lower.DRESS, "robe": Lower.ROBE, "kimono": Lower.ROBE,
    "裤子": Lower.TROUSERS, "短裤": Lower.SHORTS, "裙子": Lower.SKIRT, "长裙": Lower.DRESS, "连衣裙": Lower.DRESS, "袍": Lower.ROBE,
}  # fmt: skip
HAT = {
    "cap": Hat.CAP, "beret": Hat.CAP, "beanie": Hat.BEANIE, "hat": Hat.BRIM, "fedora": Hat.BRIM, "bonnet": Hat.BRIM,
    "sou'wester": Hat.BRIM, "hood": Hat.HOOD, "headscarf": Hat.HEADSCARF, "kerchief": Hat.HEADSCARF,
    "helmet": Hat.HELMET, "watchcap": Hat.BEANIE, "草帽": Hat.BRIM, "礼帽": Hat.BRIM, "斗笠": Hat.BRIM, "毛线帽": Hat.BEANIE,
    "头巾": Hat.HEADSCARF, "头盔": Hat.HELMET, "兜帽": Hat.HOOD, "帽子": Hat.CAP,
}  # fmt: skip
HAIR = {
    "bald": HairStyle.BALD, "shaven": HairStyle.BALD, "cropped": HairStyle.CROP, "crew-cut": HairStyle.CROP,
    "bob": HairStyle.BOB, "bobbed": HairStyle.BOB, "bun": HairStyle.BUN, "ponytail": HairStyle.PONYTAIL,
    "braid": HairStyle.BRAID, "braids": HairStyle.BRAID, "braided": HairStyle.BRAID, "plait": HairStyle.BRAID,
    "pigtails": HairStyle.BRAID, "curls": HairStyle.CURLY, "curly": HairStyle.CURLY,
    "光头": HairStyle.BALD, "短发": HairStyle.SHORT, "长发": HairStyle.LONG, "马尾": HairStyle.PONYTAIL,
    "辫子": HairStyle.BRAID, "卷发": HairStyle.CURLY, "发髻": HairStyle.BUN,
}  # fmt: skip
ACCESSORY = {
    "glasses": Accessory.GLASSES, "spectacles": Accessory.GLASSES, "beard": Accessory.BEARD,
    "bearded": Accessory.BEARD, "moustache": Accessory.MOUSTACHE, "mustache": Accessory.MOUSTACHE,
    "scarf": Accessory.SCARF, "muffler": Accessory.SCARF, "satchel": Accessory.BAG, "rucksack": Accessory.BAG,
    "backpack": Accessory.BAG, "belt": Accessory.BELT,
    "眼镜": Accessory.GLASSES, "胡子": Accessory.BEARD, "胡须": Accessory.BEARD, "围巾": Accessory.SCARF, "书包": Accessory.BAG,
    "背包": Accessory.BAG, "腰带": Accessory.BELT,
}  # fmt: skip
AGE = {
    "child": Age.CHILD, "boy": Age.CHILD, "girl": Age.CHILD, "kid": Age.CHILD, "toddler": Age.CHILD,
    "young": Age.YOUNG, "teenage": Age.YOUNG, "teenager": Age.YOUNG, "youth": Age.YOUNG, "teen": Age.YOUNG,
    "old": Age.OLD, "elderly": Age.OLD, "aged": Age.OLD, "ancient": Age.OLD, "grandfather": Age.OLD,
    "grandmother": Age.OLD, "grandpa": Age.OLD, "grandma": Age.OLD, "widow": Age.OLD, "white-haired": Age.OLD,
    "孩子": Age.CHILD, "男孩": Age.CHILD, "女孩": Age.CHILD, "小孩": Age.CHILD, "年轻": Age.YOUNG, "少年": Age.YOUNG,
    "少女": Age.YOUNG, "姑娘": Age.YOUNG, "老人": Age.OLD, "爷爷": Age.OLD, "奶奶": Age.OLD, "外公": Age.OLD, "外婆": Age.OLD,
    "白发": Age.OLD,
}  # fmt: skip
TALL = {"tall": 0.1, "lanky": 0.1, "towering": 0.16, "huge": 0.14, "giant": 0.16, "short": -0.1, "tiny": -0.14,
        "small": -0.1, "高大": 0.12, "高个": 0.1, "瘦高": 0.1, "矮小": -0.12, "矮": -0.1}  # fmt: skip
BUILD = {
    "broad": Build.BROAD, "broad-shouldered": Build.BROAD, "burly": Build.BROAD, "heavy": Build.BROAD,
    "huge": Build.BROAD, "giant": Build.BROAD, "hulking": Build.BROAD,
    "stocky": Build.STOCKY, "stout": Build.STOCKY, "plump": Build.STOCKY, "round": Build.STOCKY,
    "slight": Build.SLIGHT, "thin": Build.SLIGHT, "lean": Build.SLIGHT, "slim": Build.SLIGHT, "wiry": Build.SLIGHT,
    "gaunt": Build.SLIGHT, "lanky": Build.SLIGHT, "魁梧": Build.BROAD, "壮": Build.BROAD, "胖": Build.STOCKY, "瘦": Build.SLIGHT,
}  # fmt: skip

MALE = word_set(
    "he him his himself man boy father son brother husband grandfather grandpa uncle king mr sir "
    "fisherman gentleman lad dad papa widower guy waiter 他 爷爷 爸爸 父亲 儿子 哥哥 弟弟 叔叔 男人 男孩 先生 外公 老汉 大爷 伯伯 "
    "爹"
)
FEMALE = word_set(
    "she her hers herself woman girl mother daughter sister wife grandmother grandma aunt queen mrs "
    "ms miss lady mum mom mama widow waitress madam 她 奶奶 妈妈 母亲 女儿 姐姐 妹妹 阿姨 女人 女孩 小姐 太太 外婆 姑娘 大娘 大妈 娘"
)
ANIMALS = word_set(
    "dog puppy hound spaniel terrier collie retriever labrador sheepdog mongrel cat kitten tomcat tabby horse mare pony "
    "stallion donkey mule cow goat sheep parrot raven crow canary rabbit"
)
#: Given names whose bearer is nearly always one or the other; only used where no pronoun tells.
MALE_NAMES = word_set(
    "teo jonas tom tomas thomas john jack james peter paul david daniel henry george william robert "
    "michael marcus samuel sam ben jacob joseph elias oskar karl ivan anton luca leo hugo felix "
    "martin simon adam noah frank edward arthur walter albert harry charlie max victor nathan luke "
    "mark matthew andrew emil anders pavel mateo bruno augustus augustine alan alfred alexander aleksander ambrose angus "
    "archie arnold bernard brian callum carl carlos cecil christopher claude clement colin conrad cyril declan dennis "
    "diego dmitri donald douglas duncan edgar edmund edwin enzo eric ernest eugene fergus francis franz fred frederick "
    "gabriel gareth geoffrey gerald giovanni gordon graham gregory gustav hamish hans harold hector herbert horace howard "
    "ian isaac jasper javier jeremy jerome joe johan johannes jorge jose josef juan julian kenneth kevin klaus lars "
    "laurence leon leonard lewis lionel lorenzo louis ludwig magnus malcolm marco mario maurice miguel miles mikhail "
    "mohamed nicholas nigel nikolai norman oliver oscar owen pablo patrick pedro percy philip pierre ralph raymond "
    "reginald richard roger roland ronald rory rupert sebastian sergei seth sidney stanley stefan stephen steven stuart "
    "terence theodore tim timothy tobias toby vincent vladimir wilfred wilhelm will yusuf "
    "bob bobby bill billy jim jimmy jake mike mick dave dan danny joey ron ray rob robbie ted teddy eddie freddie nick hank gus "
    "ali ahmed amir hassan ibrahim karim mohammed omar rashid arjun raj kenji hiroshi"
)
FEMALE_NAMES = word_set(
    "mara anna maria mary elizabeth jane emma clara ruth sarah lena nora ada iris ines rosa lucy "
    "alice ella eva grace hannah helen ida irene julia kate laura lily lydia marta mia nina olga "
    "rachel rose sofia sophie vera violet wren greta ingrid elsa freya astrid tess molly margaret "
    "catherine agnes edith martha ilse abigail adele agatha alexandra amelia amy andrea angela anita anne annie audrey "
    "april aurora barbara beatrice bella bertha bessie betty bridget camille carmen caroline cecilia celia charlotte chloe "
    "christine cora daisy daphne deborah delia diana dolores dora doris dorothy eileen elaine eleanor elena elise "
    "ellen elsie emily erika esme esther eugenia evelyn fatima fiona flora florence frances francesca frieda gemma "
    "georgia geraldine gertrude gina giulia gloria gwen harriet hattie heather heidi henrietta hilda imogen ingeborg "
    "isabel isabella isla ivy jacqueline janet jean jennifer jenny jessica jo joan joanna josephine joyce judith juliet june "
    "karen katherine kathleen katie kirsten leila leona linda lisa lottie louisa louise lucia lucinda mabel madeleine "
    "maggie maisie marcia margot marianne marie marion marjorie maud maureen mavis may mildred milly miriam molly "
    "monica muriel myrtle nan nancy natalia natasha nell nellie nicole niamh olivia pamela patricia paula pauline pearl "
    "penelope philippa phoebe phyllis polly priscilla prudence rebecca renata rita roberta rosalind rosemary ruby "
    "sabine sally samantha saskia sigrid simone siobhan stella susan susannah svetlana sybil sylvia tamara tanya "
    "teresa theresa thelma thora tilda tilly ursula valerie vanessa veronica victoria vivian wanda wendy wilhelmina "
    "winifred yasmin yvonne zoe zofia "
    "beth liz lizzie kim sue susie meg peggy kitty nadia layla amina aisha fatou priya yuki sakura"
)
