"""A small firm for pictures and window tests: twenty customers, two deals each for some, one quote with sections."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.models.store import Actor, Store
from desktop.services import commands
from desktop.services import quotes as _quotes

assert _quotes.PRICED
CUSTOMERS = (
    (
        "苏州星河精密机械有限公司",
        "Xinghe Precision",
        "苏州",
        "vip",
        "negotiation",
        "当面确认 R2，争取签字",
        0,
        "138 1290 8866",
        "精密零部件",
    ),
    (
        "昆山明泰电子有限公司",
        "Mingtai Electronics",
        "昆山",
        "a",
        "following",
        "已按 2 台重报，等回复",
        3,
        "139 0613 4402",
        "电子",
    ),
    (
        "太仓德森精工有限公司",
        "Desen Precision",
        "太仓",
        "a",
        "trial",
        "试用 12-03 结束，收集数据",
        7,
        "135 8420 7715",
        "精密零部件",
    ),
    (
        "无锡华瑞轴承有限公司",
        "Huarui Bearing",
        "无锡",
        "a",
        "following",
        "补充两级压缩能效对比",
        1,
        "139 2140 7755",
        "轴承",
    ),
    (
        "宁波海晟模具有限公司",
        "Haisheng Mould",
        "宁波",
        "vip",
        "running",
        "跟进首批到货验收",
        2,
        "137 5822 0091",
        "模具",
    ),
    (
        "南通沃达纺织有限公司",
        "",
        "南通",
        "a",
        "negotiation",
        "回复付款条件 3-6-1",
        -1,
        "138 6221 7730",
        "纺织",
    ),
    (
        "嘉兴永固紧固件有限公司",
        "Yonggu Fasteners",
        "嘉兴",
        "b",
        "contacted",
        "约现场测气量",
        3,
        "136 0573 2218",
        "紧固件",
    ),
    (
        "泰州博济药业有限公司",
        "Boji Pharma",
        "泰州",
        "a",
        "following",
        "无油机方案送审",
        4,
        "139 5264 8810",
        "医药",
    ),
    (
        "镇江恒通汽配有限公司",
        "Hengtong Auto Parts",
        "镇江",
        "b",
        "negotiation",
        "报价 11-26 到期，电话确认",
        1,
        "138 1455 6612",
        "汽配",
    ),
    (
        "合肥晶澜半导体有限公司",
        "Jinglan Semiconductor",
        "合肥",
        "vip",
        "contacted",
        "露点 −70 ℃ 技术答疑",
        6,
        "137 0551 9004",
        "半导体",
    ),
    (
        "杭州绿源食品有限公司",
        "Luyuan Foods",
        "杭州",
        "b",
        "retained",
        "8000 小时保养",
        8,
        "135 7118 2260",
        "食品",
    ),
    (
        "江阴顺达铸造有限公司",
        "Shunda Foundry",
        "江阴",
        "a",
        "negotiation",
        "催合同用印",
        0,
        "138 1616 3047",
        "铸造",
    ),
    ("绍兴越泰印染有限公司", "", "绍兴", "b", "potential", "寄样本与案例", 1, "139 6752 0183", "印染"),
    (
        "张家港鑫源钢构有限公司",
        "Xinyuan Steel",
        "张家港",
        "c",
        "contacted",
        "确认电源容量",
        5,
        "136 5621 8890",
        "钢构",
    ),
    (
        "扬州中科光电有限公司",
        "Zhongke Optronics",
        "扬州",
        "b",
        "negotiation",
        "停滞：比同阶段中位数多 8 天",
        -3,
        "138 5270 4416",
        "光电",
    ),
    (
        "台州恒丰阀门有限公司",
        "Hengfeng Valve",
        "台州",
        "b",
        "negotiation",
        "年度耗材框架续签",
        16,
        "137 3860 5521",
        "阀门",
    ),
    (
        "湖州德清纸业有限公司",
        "Deqing Paper",
        "湖州",
        "c",
        "lost",
        "2027-03 回访",
        100,
        "139 5720 3308",
        "造纸",
    ),
    ("盐城绿禾农机有限公司", "", "盐城", "b", "contacted", "重新评估喷涂线用气", 10, "135 1518 6670", "农机"),
    (
        "徐州重山矿机有限公司",
        "Zhongshan Mining",
        "徐州",
        "a",
        "retained",
        "自身节奏 28 天，已 33 天",
        1,
        "138 0520 7743",
        "矿机",
    ),
    (
        "常州润邦包装有限公司",
        "Runbang Packaging",
        "常州",
        "c",
        "potential",
        "",
        None,
        "139 6119 0054",
        "包装",
    ),
)
PRODUCTS = (
    ("SAT-75V", "永磁变频两级压缩螺杆机", "Two-stage PM VSD screw compressor", "75 kW，13.2 m³/min，0.8 MPa", "台", "unit", "98600", "13"),
    ("SAT-37V", "永磁变频螺杆空压机", "PM VSD screw compressor", "37 kW，6.8 m³/min，0.8 MPa", "台", "unit", "46800", "13"),
    ("CTL-8", "多机联控柜", "Master controller cabinet", "最多 8 机，压力带 0.02 MPa", "套", "set", "12600", "13"),
    ("DRY-15A", "冷冻式干燥机", "Refrigerated dryer", "15 m³/min，压力露点 3 ℃", "台", "unit", "14200", "13"),
    ("FLT-150", "三级精密过滤器组", "Three-stage filter set", "1 / 0.01 / 0.003 μm", "组", "set", "3680", "13"),
    ("TNK-3.0", "储气罐", "Air receiver", "3 m³，1.0 MPa，含安全阀", "台", "unit", "7450", "13"),
    ("PIP-AL80", "铝合金快装管路 DN80", "Aluminium pipe DN80", "含支架与快接", "米", "m", "238.5", "13"),
    ("SVC-INS", "现场安装与管路施工", "Installation and pipe work", "含吊装就位，7 个工作日", "项", "job", "22700", "9"),
    ("SVC-TRN", "操作与维保培训", "Operator training", "现场，2 班次", "天", "day", "3200", "6"),
    ("IOT-4G", "云端联控网关", "4G remote gateway", "含 3 年流量", "台", "unit", "1960", "13"),
    ("HRS-75", "余热回收系统", "Heat recovery system", "回收热功率约 55 kW", "套", "set", "38600", "13"),
)  # fmt: skip
LINES: tuple[tuple[str, str], ...] = (
    ("#", "空压主机"), ("SAT-75V", "2"), ("SAT-37V", "1"), ("CTL-8", "1"), ("#", "后处理与储气"), ("DRY-15A", "2"),
    ("FLT-150", "2"), ("TNK-3.0", "2"), ("#", "管路与电气"), ("PIP-AL80", "64"), ("#", "安装与服务"), ("SVC-INS", "1"),
    ("SVC-TRN", "2"), ("#", "可选项"), ("?IOT-4G", "3"), ("-HRS-75", "1"),
)  # fmt: skip


class Firm:
    """Makes the firm through commands, as a person would."""

    def __init__(self, store: Store) -> None:
        store.become(Actor(store.me().id, "林一鸣", "admin"))
        self.store, self.actor = store, store.me()
        self.customers: list[UUID] = []
        self.products: dict[str, UUID] = {}
        self.quote = UUID(int=0)

    def do(self, name: str, target: UUID | None = None, **arguments: Any) -> Any:
        """Run a command."""
        return commands.run(self.store, self.actor, name, target, **arguments).value

    def new(self, kind: str, **values: Any) -> UUID:
        """A new record's id."""
        record_id: UUID = self.do(f"{kind}.new", values=values).id
        return record_id

    def found(self) -> "Firm":
        """Everything."""
        today = date.today()  # noqa: DTZ011
        now = datetime.now(UTC)
        self.new(
            "organisation", name="苏州衡岳工业装备有限公司", name_en="Suzhou Hengyue Industrial Equipment Co., Ltd.",
            tagline="压缩空气系统：设计、供货、安装、维保", address="苏州市吴中区越溪路 66 号 3 幢", tax_id="91320506MA20HY3T8C",
            address_en="Bldg 3, 66 Yuexi Rd, Wuzhong, Suzhou", tagline_en="Compressed air systems",
            terms=[{"zh": "交货期：合同生效后 25 个工作日。", "en": "Delivery: 25 working days after the contract takes effect."}],
            milestones=[
                {"name": "预付款", "name_en": "Down payment", "percent": "30", "due": "合同生效", "due_en": "on contract"},
                {"name": "发货款", "name_en": "Before shipment", "percent": "60", "due": "发货前", "due_en": "before shipment"},
                {"name": "质保金", "name_en": "Retention", "percent": "10", "due": "验收后 12 个月", "due_en": "12 months"},
            ],
        )  # fmt: skip
        for sku, name, name_en, detail, unit, unit_en, price, tax in PRODUCTS:
            self.products[sku] = self.new(
                "product", sku=sku, name=name, name_en=name_en, detail=detail, unit=unit, unit_en=unit_en,
                price=Decimal(price), tax_percent=Decimal(tax), category="压缩空气",
            )  # fmt: skip
        for number, row in enumerate(reversed(CUSTOMERS)):
            self._customer(row, number, today, now)
        self.customers.reverse()
        self._around(self.customers[0], today, now)
        return self

    def _customer(self, row: tuple[Any, ...], number: int, today: date, now: datetime) -> None:
        name, name_en, city, grade, stage, step, due, phone, industry = row
        record_id = self.new(
            "customer", name=name, name_en=name_en, city=city, grade=grade, stage=stage, next_step=step, phone=phone,
            industry=industry, next_on=None if due is None else today + timedelta(days=due), terms="3-6-1，货到 30 天",
            credit=50_000_000, address=f"{city}工业园区",
        )  # fmt: skip
        self.customers.append(record_id)
        if number % 4:
            amount = 3_690_000 * (number + 1)
            self.new(
                "opportunity", name=f"{industry}空压站改造", customer_id=record_id, amount=amount,
                stage=("lead", "qualify", "proposal", "negotiation", "signing")[number % 5],
                probability=Decimal(50), close_on=today + timedelta(days=number * 3), next_step=step,
            )  # fmt: skip
        self.new(
            "interaction", name="电话沟通用气需求", customer_id=record_id, channel="call",
            happened_at=now - timedelta(days=(len(CUSTOMERS) - number) * 2), outcome="希望节电 20 % 以上",
        )  # fmt: skip

    def _around(self, customer: UUID, today: date, now: datetime) -> None:
        for name, job, mobile in (
            ("张建国", "总经理", "138 1290 8866"),
            ("许菁", "采购经理", "139 0613 4402"),
        ):
            self.new("contact", name=name, job=job, mobile=mobile, customer_id=customer)
        deal = self.new(
            "opportunity", name="二期空压站扩建", customer_id=customer, amount=36_900_000, stage="negotiation",
            probability=Decimal(70), close_on=today + timedelta(days=4),
        )  # fmt: skip
        self.new(
            "task",
            name="寄两级压缩能效对比",
            customer_id=customer,
            due_on=today + timedelta(days=1),
            priority="high",
        )
        self.new("task", name="约用印时间", customer_id=customer, due_on=today - timedelta(days=1))
        self.new(
            "interaction", name="现场拜访：气量实测", customer_id=customer, channel="visit",
            happened_at=now - timedelta(days=5), outcome="峰值 19.6 m³/min，泄漏约 11 %；附照片 4 张。",
        )  # fmt: skip
        self.new(
            "interaction", name="与张建国通话 6 分钟", customer_id=customer, channel="call", happened_at=now,
            outcome="主机价格认可，希望余热回收单列为可选；下午带 R2 当面谈。",
        )  # fmt: skip
        quote = self.do(
            "quote.new", values={"customer_id": customer, "opportunity_id": deal, "name": "二期空压站扩建"}
        )
        self.quote = quote.id
        for sku, count in LINES:
            if sku == "#":
                self.do("quote.add_line", quote.id, values={"kind": "section", "name": count})
                continue
            kind = {"?": "option", "-": "option"}.get(sku[0], "item")
            values = {"kind": kind, "chosen": sku[0] != "-"}
            product = self.products[sku.lstrip("?-")]
            line = self.do(
                "quote.add_line", quote.id, product_id=product, quantity=Decimal(count), values=values
            )
            if sku.startswith("SAT"):
                self.do("quote.discount", quote.id, kind="percent", value=Decimal(-5), line_id=line.id)
        self.do("quote.discount", quote.id, kind="percent", value=Decimal(-1))
        self.do("customer.edit", customer, values={"grade": "a"})
        self.do("customer.edit", customer, values={"grade": "vip"})
