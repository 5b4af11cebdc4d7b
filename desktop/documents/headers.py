"""What the columns of a stranger's table mean: the header row found, its words matched to our fields.

Pure work on texts. Chinese and English headings are known by `WORDS`; whoever imports may give more.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("客户名称", "公司名称", "公司全称", "客户", "公司", "单位名称", "企业名称", "名称", "全称",
    "customer",
             "customer name", "company", "company name", "account", "account name", "name", "organization"),
    "short_name": ("简称", "客户简称", "公司简称", "short name", "alias"),
    "contact": ("联系人", "联系人姓名", "姓名", "对接人", "负责人姓名", "contact", "contact name",
    "contact person",
                "full name", "person"),
    "title": ("职务", "职位", "岗位", "头衔", "title", "job title", "position"),
    "mobile": ("手机", "手机号", "手机号码", "移动电话", "联系手机", "mobile", "mobile phone", "cell",
    "cell phone"),
    "phone": ("电话", "联系电话", "电话号码", "座机", "固定电话", "公司电话", "phone", "telephone", "tel",
              "phone number", "office phone"),
    "email": ("邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址", "email", "e-mail", "mail", "email address"),
    "wechat": ("微信", "微信号", "wechat", "weixin"),
    "region": ("省份", "省", "地区", "区域", "大区", "province", "state", "region"),
    "city": ("城市", "市", "省市", "所在城市", "所在地", "city", "town"),
    "address": ("地址", "详细地址", "公司地址", "通讯地址", "联系地址", "address", "street",
    "street address"),
    "postcode": ("邮编", "邮政编码", "postcode", "zip", "postal code"),
    "industry": ("行业", "所属行业", "行业类别", "industry", "sector"),
    "tax_id": ("税号", "纳税人识别号", "统一社会信用代码", "信用代码", "税务登记号", "tax id", "vat",
    "vat id",
               "tax number", "uscc"),
    "grade": ("等级", "客户等级", "级别", "客户级别", "grade", "level", "tier", "rating"),
    "source": ("来源", "客户来源", "线索来源", "source", "lead source"),
    "website": ("网站", "网址", "官网", "website", "web", "url", "homepage"),
    "owner": ("业务员", "销售", "负责人", "跟进人", "销售员", "客户经理", "owner", "sales", "sales rep",
    "assigned to"),
    "employees": ("员工人数", "人数", "员工数", "规模", "employees", "headcount", "size"),
    "last_deal_on": ("上次成交", "最近成交", "最近成交日", "最后成交日期", "last deal", "last order",
    "last purchase"),
    "deal_amount": ("累计金额", "成交金额", "年成交额", "12个月成交", "销售额", "amount", "revenue",
    "total amount"),
    "department": ("部门", "所在部门", "department", "dept"),
    "birthday": ("生日", "出生日期", "birthday", "date of birth"),
    "bank": ("开户行", "开户银行", "银行账号", "开户行及账号", "bank", "bank account", "iban"),
    "terms": ("付款条件", "付款方式", "账期", "payment terms", "terms"),
    "credit": ("信用额度", "授信额度", "credit", "credit limit"),
    "next_step": ("下一步", "跟进计划", "next step", "next action"),
    "remark": ("备注", "说明", "附注", "remark", "remarks", "note", "notes", "comment", "description"),
    "tags": ("标签", "tags", "labels"),
    "sku": ("型号", "货号", "编码", "产品编号", "商品编号", "物料编号", "产品编码", "产品型号",
    "物料编码", "商品编码", "规格型号", "sku",
    "code", "item code",
            "product code", "part number", "model"),
    "name_zh": ("中文名称", "品名", "产品名称", "商品名称", "物料名称", "name zh", "chinese name"),
    "name_en": ("英文名称", "英文品名", "name en", "english name", "product name", "item name"),
    "detail": ("规格", "参数", "技术参数", "产品描述", "detail", "details", "spec", "specification"),
    "detail_en": ("英文规格", "英文参数", "english detail", "detail en"),
    "unit_en": ("英文单位", "english unit", "unit en"),
    "unit": ("单位", "计量单位", "unit", "uom"),
    "price": ("单价", "价格", "含税单价", "售价", "标准价", "列表价", "price", "unit price", "list price"),
    "cost": ("成本", "成本价", "进价", "采购价", "cost", "unit cost"),
    "tax_rate": ("税率", "增值税率", "tax rate", "vat rate", "tax"),
    "category": ("类别", "分类", "产品分类", "产品类别", "category", "group"),
}  # fmt: skip

_BRACKETED: Final = re.compile(r"[(\[【〔<][^)\]】〕>]*[)\]】〕>]")  # after NFKC, so half-width
_SIGNS: Final = re.compile(r"[\s*:_\-.#、,。]+")
_NUMBER: Final = re.compile(r"[-+¥$]?[\d,.\s]+%?|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_SCALES: Final = (("亿", 100_000_000), ("百万", 1_000_000), ("万", 10_000), ("千", 1_000))
_KINDS: Final = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)),
    ("tax_id", re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")),
    ("mobile", re.compile(r"(?:\+?86)?[\s-]*1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}")),
    (
        "phone",
        re.compile(
            r"(?:\+?86)?[\s-]*\(?0\d{2,3}\)?[\s-]*\d{4}[\s-]?\d{3,4}(?:\s*(?:转|ext\.?|#|-)\s*\d{1,6})?"
        ),
    ),
    ("date", re.compile(r"(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s.*)?")),
    ("website", re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("amount", re.compile(r"[-+]?[¥$€]?\s*\d[\d,]*(?:\.\d+)?\s*(?:元|万元?|亿元?)?")),
)
_LEAST_ALIKE: Final = 88.0
_LEAST_SHARE: Final = 0.8


class Guess(NamedTuple):
    """Where a column goes and why: `how` is same, alike or content; `scale` is 10000 for a column in 万."""

    field: str
    how: str
    share: float = 1.0
    scale: int = 1


def plain(title: str) -> str:
    """A heading as it is compared: half-width, lower case, without brackets, stars and blanks."""
    text = unicodedata.normalize("NFKC", title).casefold().strip()
    return _SIGNS.sub("", _BRACKETED.sub("", text) or text)


def scale(title: str) -> int:
    """What a heading multiplies its numbers by: 累计金额(万) says 10000."""
    text = unicodedata.normalize("NFKC", title)
    inside = "".join(_BRACKETED.findall(text)) or text[-2:]
    return next((factor for word, factor in _SCALES if word in inside), 1)


def header_row(rows: Sequence[Sequence[str]], known: Iterable[str] = ()) -> int:
    """Which of the first rows is the header: it knows most heading words,
    else it is the first full row of words."""
    words = {plain(word) for words in WORDS.values() for word in words} | {plain(word) for word in known}
    width = max((sum(1 for cell in row if cell) for row in rows), default=0)
    best, best_value = 0, (0.0, 0.0)
    for at, row in enumerate(rows[:10]):
        titles = [cell for cell in row if cell]
        recognised = sum(1 for title in titles if any(part in words for part in _readings(title)))
        wordy = sum(1 for title in titles if not _NUMBER.fullmatch(title)) / width
        value = (float(recognised), wordy if wordy > 0.6 else 0.0)
        if value > best_value:
            best, best_value = at, value
    return best


def guess_fields(
    header: Sequence[str],
    synonyms: Mapping[str, Iterable[str]],
    samples: Sequence[Sequence[str]] = (),
) -> dict[int, Guess]:
    """For each column whose meaning can be guessed, the field; each field is given to one column only.

    `synonyms` names the fields that are wanted, each with its headings in any language. `samples` are some
    rows of texts: a column whose heading says nothing is known by what it holds (mobile, email, date …).
    """
    words = {plain(word): name for name, given in synonyms.items() for word in (name, *given)}
    found: dict[int, Guess] = {}
    taken: set[str] = set()
    for guess in (_same, _alike):
        for column, title in enumerate(header):
            name = "" if column in found else guess(title, words)
            if name and name not in taken:
                found[column] = Guess(name, guess.__name__.strip("_"), scale=scale(title))
                taken.add(name)
    for column in range(len(header)):
        kind, share = content_kind([row[column] for row in samples if column < len(row)])
        if column not in found and kind in synonyms and kind not in taken and kind != "amount":
            found[column] = Guess(kind, "content", share)
            taken.add(kind)
    return found


def content_kind(values: Iterable[str]) -> tuple[str, float]:
    """What a column holds (mobile, phone, email, tax_id, date, website,
    amount) and for which share of its values."""
    filled = [value.strip() for value in values if value and value.strip()]
    for kind, pattern in _KINDS:
        share = sum(1 for value in filled if pattern.fullmatch(value)) / len(filled) if filled else 0.0
        if share >= _LEAST_SHARE:
            return kind, share
    return "", 0.0


def _readings(title: str) -> list[str]:
    """The heading itself, then its halves (手机/电话)."""
    halves = [plain(part) for part in re.split(r"[/／、|]", title)]
    return [plain(title), *halves] if len(halves) > 1 else halves


def _same(title: str, words: Mapping[str, str]) -> str:
    return next((words[part] for part in _readings(title) if part in words), "")


def _alike(title: str, words: Mapping[str, str]) -> str:
    from rapidfuzz import fuzz, process

    text = plain(title)
    inside = [word for word in words if len(word) > 1 and not word.isascii() and word in text]
    if inside:
        return words[max(inside, key=lambda word: (text.endswith(word), len(word)))]
    best = (
        process.extractOne(text, list(words), scorer=fuzz.ratio, score_cutoff=_LEAST_ALIKE) if text else None
    )
    return words[best[0]] if best else ""
