"""Lists as departments send them, as long as one likes."""

from __future__ import annotations

from collections.abc import Sequence

from hub.sheets import workbook_of

HEAD = [
    "编号", "事项名称 *", "所属部门 *", "事项类型", "承诺时限", "承诺时限单位", "咨询电话", "服务对象",
    "一句话说明", "受理条件", "办理步骤", "监督电话", "办理结果",
]  # fmt: skip
MATERIALS = ["事项名称", "材料名称", "谁提供", "原件份数", "复印件份数", "材料形式", "必要性"]


def workbook(items: int) -> bytes:
    """An xlsx of so many items of 样本局, with three materials each on a sheet of their own."""
    rows: list[Sequence[object]] = [HEAD]
    materials: list[Sequence[object]] = [MATERIALS]
    for n in range(items):
        rows.append(
            [None, f"样本事项第{n}号办理", "样本局", "公共服务", 5, "工作日", "0535-6000001", "个人；企业", "一句话。",
             "符合条件\n住在本市", "递交｜窗口\n领证｜窗口", "0535-6000002", "证明"]
        )  # fmt: skip
        for name in ("居民身份证", "申请表", "户口簿"):
            materials.append([f"样本事项第{n}号办理", name, "申请人自备", 1, 1, "纸质", "必要"])
    return workbook_of([("事项", rows, ()), ("材料", materials, ())])
