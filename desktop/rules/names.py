"""What a company is called when one leaves out where it sits and what legal form it has.

苏州星河精密机械有限公司 and 星河精密机械(苏州) are one word to a person: `core` is that word, the base of
duplicate checks and of search ranking.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_REGIONS: Final = """
中国 北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东
海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄 唐山 秦皇岛 邯郸 邢台
保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 乌海
赤峰 通辽 鄂尔多斯 呼伦贝尔 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平
辽源 通化 白山 松原 白城 延边 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化
南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 常熟 张家港 太仓 吴江 江阴 宜兴
溧阳 海门 启东 如皋 丹阳 靖江 泰兴 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 慈溪 余姚
乐清 瑞安 海宁 桐乡 平湖 诸暨 永康 温岭 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安
亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 石狮 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州
吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 郑州
开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石 十堰 宜昌
襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底
广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮
顺德 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口 三亚 成都 自贡 攀枝花
泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁
昆明 曲靖 玉溪 保山 昭通 普洱 临沧 大理 拉萨 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关
金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依
"""
_FORMS: Final = (
    "有限责任公司", "股份有限公司", "集团有限公司", "控股有限公司", "有限公司", "股份公司", "集团公司",
    "分公司", "总公司", "公司", "集团", "合伙企业",
    "个人独资企业", "个体工商户", "经营部",
)  # fmt: skip
_FORM: Final = re.compile(f"(?:{'|'.join(_FORMS)})+$")
_LATIN_FORM: Final = re.compile(
    r"[\s,.&]+(?:co|company|corp|corporation|inc|incorporated|ltd|limited|llc|llp|plc|gmbh|ag|kg|sa|sas|srl|bv|nv|oy|ab"
    r"|pte|pty|group|holdings?)\.?(?=$|[\s,.])",
    re.IGNORECASE,
)
_FOREIGN_HEAD: Final = re.compile(
    r"^(?:the\s+|(?:beijing|shanghai|tianjin|chongqing|suzhou|shenzhen|guangzhou|hangzhou|ningbo|nanjing|wuxi)\s+)+",
    re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_SEPARATORS: Final = re.compile(r"[\s·・,.。、&'\"\-_/]+")
_region_names: Final = frozenset(_REGIONS.split())
_region_starts: Final = frozenset(name[:2] for name in _region_names)
_LONGEST_REGION: Final = max(len(name) for name in _region_names)
_SUFFIX: Final = re.compile(r"特别行政区|自治区|省|市(?![场政民])")


class Parts(NamedTuple):
    """A company name taken apart; `region + core + form` is the name in half-width letters."""

    region: str
    core: str
    form: str


@lru_cache(maxsize=8192)
def split(name: str) -> Parts:
    """Region in front, own word, legal form behind; the own word is empty only in an empty name."""
    text = unicodedata.normalize("NFKC", name).strip()
    start = _region_end(text)
    end = _form_start(text)
    if start >= end:  # 北京公司, 苏州: nothing would be left, so the region is the name
        start = 0
        end = end or len(text)
    return Parts(text[:start], text[start:end], text[end:])


def core(name: str) -> str:
    """What to compare two company names by: no region, no legal form, no brackets, blanks or case."""
    text = unicodedata.normalize("NFKC", name).strip()
    bare = _BRACKETED.sub("", text) or text
    own = _LATIN_FORM.sub(" ", _FOREIGN_HEAD.sub("", split(bare).core))
    return _SEPARATORS.sub("", own).casefold() or _SEPARATORS.sub("", bare).casefold()


def _region_end(text: str) -> int:
    """Where the own word begins, after any number of region names (江苏省苏州市…)."""
    place = 0
    while text[place : place + 2] in _region_starts:
        found = _one_region(text, place)
        if found == place:
            break
        place = found
    return place


def _one_region(text: str, place: int) -> int:
    for length in range(_LONGEST_REGION, 1, -1):
        if text[place : place + length] in _region_names:
            end = place + length
            suffix = _SUFFIX.match(text, end)
            return suffix.end() if suffix else end
    return place


def _form_start(text: str) -> int:
    """Where the legal form begins, several forms in a row included (集团股份有限公司)."""
    found = _FORM.search(text)
    return found.start() if found else len(text)
