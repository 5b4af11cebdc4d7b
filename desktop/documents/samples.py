"""Invented companies in any number, for the demo profile and benchmarks: the same seed, the same companies.

No name is there twice. Nothing here is anybody's: brands are put together from lucky characters, and tax ids
carry a right check character over an invented body.
"""

import random
from collections.abc import Iterator
from typing import Final

_CITIES: Final = (
    ("苏州", "320500", "0512"), ("昆山", "320583", "0512"), ("太仓", "320585", "0512"),
    ("无锡", "320200", "0510"), ("江阴", "320281", "0510"), ("常州", "320400", "0519"),
    ("南通", "320600", "0513"), ("南京", "320100", "025"), ("镇江", "321100", "0511"),
    ("扬州", "321000", "0514"), ("泰州", "321200", "0523"), ("徐州", "320300", "0516"),
    ("盐城", "320900", "0515"), ("上海", "310100", "021"), ("杭州", "330100", "0571"),
    ("宁波", "330200", "0574"), ("嘉兴", "330400", "0573"), ("湖州", "330500", "0572"),
    ("绍兴", "330600", "0575"), ("台州", "331000", "0576"), ("温州", "330300", "0577"),
    ("金华", "330700", "0579"), ("合肥", "340100", "0551"), ("芜湖", "340200", "0553"),
    ("青岛", "370200", "0532"), ("济南", "370100", "0531"), ("烟台", "370600", "0535"),
    ("武汉", "420100", "027"), ("长沙", "430100", "0731"), ("重庆", "500100", "023"),
    ("成都", "510100", "028"), ("西安", "610100", "029"), ("广州", "440100", "020"),
    ("深圳", "440300", "0755"), ("东莞", "441900", "0769"), ("佛山", "440600", "0757"),
    ("厦门", "350200", "0592"), ("福州", "350100", "0591"), ("天津", "120100", "022"),
    ("北京", "110100", "010"),
)  # fmt: skip
_FIRST: Final = (
    "星明德华海沃永博恒晶绿顺越鑫中重润金宏盛天东南新安瑞泰康联创嘉普万科凯通远正立荣高美佳世"
    "昌吉祥福利民建伟长兴龙凌启云锦诚信亿晟旭宇"
)
_SECOND: Final = (
    "河泰森瑞晟达固济通澜源禾山邦丰科清岳峰辉元鼎强胜隆茂诺能纳宁捷锐铭翔宇航腾泽洋川原野林业"
    "成信和祥光华力特尔博创凯奇欧迪维康德美佳兰"
)
_TRADES: Final = (
    ("精密机械", "精密零部件"), ("电子", "电子制造"), ("精工科技", "精密零部件"), ("轴承", "机械基础件"),
    ("模具", "模具"), ("纺织", "纺织"), ("紧固件", "机械基础件"), ("药业", "医药"),
    ("汽车配件", "汽车零部件"), ("半导体", "半导体"), ("食品", "食品饮料"), ("铸造", "铸造"),
    ("印染", "纺织"), ("钢构", "钢结构"), ("光电科技", "光电"), ("阀门", "阀门管件"), ("纸业", "造纸包装"),
    ("农机", "农业机械"), ("矿机", "矿山机械"), ("包装", "造纸包装"), ("科技", "软件与信息"),
    ("新材料", "新材料"), ("化工", "精细化工"), ("液压", "流体动力"), ("自动化设备", "自动化"),
    ("玻璃", "建材"), ("陶瓷", "建材"), ("塑胶", "塑料制品"), ("印刷", "印刷"), ("医疗器械", "医疗器械"),
    ("环保设备", "环保"), ("电气", "电气设备"), ("冷链物流", "物流"), ("家具", "家具"),
)  # fmt: skip
_FORMS: Final = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司", "有限责任公司")
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔"
    "贺赖龚文单仇解查区朴"
)
_GIVEN: Final = (
    "建国", "晓峰", "倩", "扬", "敏", "伟", "慧", "骏", "静", "志强", "丽娜", "文博", "海燕", "国平", "雪梅",
    "俊杰", "婷婷", "永刚", "秀英", "明哲", "佳怡", "立新", "春华", "子轩", "思远", "红梅", "振宇", "晓琳",
    "一鸣", "雅琴", "少华", "美玲", "启明", "家豪", "淑芬", "宏伟", "若曦", "长林", "月华", "德胜", "凯",
    "磊", "欣怡", "玉兰",
)  # fmt: skip
_ROADS: Final = (
    "临港路", "越湖路", "长江路", "人民东路", "工业大道", "科技路", "创业路", "中山北路", "兴业路",
    "金鸡湖大道", "港口路", "滨河路", "振兴路", "星湖街", "东环路", "望江路", "青年路", "花园路", "友谊路",
    "开发大道",
)  # fmt: skip
_TITLES: Final = ("总经理", "采购经理", "设备科长", "生产厂长", "采购主管", "工程师", "副总经理", "设备部长")
_GRADES: Final = ("VIP", "A", "A", "B", "B", "B", "C", "C")
_MOBILES: Final = ("130", "133", "135", "136", "137", "138", "139", "150", "158", "177", "186", "189")
_TAX_LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_TAX_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_STRIDE: Final = 7_368_787  # a prime: going round by it meets every combination once


def customers(n: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """`n` companies with name, city, address, industry, grade, tax id, telephone and a contact.

    Raises ValueError beyond `most_customers()`, where names would repeat.
    """
    total = most_customers()
    if n > total:
        raise ValueError(f"at most {total} distinct companies")
    place = random.Random(seed).randrange(total)
    for number in range(n):
        place = (place + _STRIDE) % total
        yield _customer(place, place * 2_654_435_761 % 4_294_967_291 + seed, number)


def most_customers() -> int:
    """How many companies there are before a name would repeat."""
    return len(_CITIES) * len(_FIRST) * len(_SECOND) * len(_TRADES)


def _customer(place: int, noise: int, number: int) -> dict[str, str]:
    rest, city_at = divmod(place, len(_CITIES))
    rest, first_at = divmod(rest, len(_FIRST))
    trade_at, second_at = divmod(rest, len(_SECOND))
    city, code, area = _CITIES[city_at]
    trade, industry = _TRADES[trade_at]
    brand = _FIRST[first_at] + _SECOND[second_at]
    line = noise // 7 % 100_000_000
    return {
        "name": f"{city}{brand}{trade}{_FORMS[noise % 6]}",
        "city": city,
        "address": f"{city}市{_ROADS[noise % 20]} {noise % 899 + 1} 号",
        "industry": industry,
        "grade": _GRADES[noise // 11 % 8],
        "tax_id": _tax_id(code, noise),
        "phone": f"{area}-{noise // 13 % 80_000_000 + 10_000_000:08d}",
        "contact": _SURNAMES[noise // 3 % len(_SURNAMES)] + _GIVEN[noise // 5 % 44],
        "title": _TITLES[noise // 17 % 8],
        "mobile": f"{_MOBILES[noise % 12]}{line:08d}",
        "code": f"C{number + 1:06d}",
    }


def _tax_id(code: str, noise: int) -> str:
    """A unified social credit code: the last character checks the others (GB 32100-2015)."""
    body = f"91{code}MA{noise % 10_000_000:07d}"
    total = 0
    for letter, weight in zip(body, _TAX_WEIGHTS, strict=True):
        total += _TAX_LETTERS.index(letter) * weight
    return body + _TAX_LETTERS[-total % 31]
