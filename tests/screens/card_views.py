"""Views of the card as a journey would make them, in five languages. People and things in them are invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from journeys.views import (
    CardPhase,
    CardResults,
    CardSheet,
    Choice,
    Chrome,
    Cleared,
    Declaration,
    Home,
    HomeTile,
    Nav,
    Press,
    Question,
    Recommended,
    Scene,
    SessionBar,
    Tag,
)

CHROME = Chrome("便民亭", "滨海广场亭", "11 月 20 日 周五", "9:41", 0.263)

LANGS = ("zh-Hans", "zh-Hant", "en", "ja", "ko")

WORDS: Mapping[str, Mapping[str, Any]] = {
    "zh-Hans": {
        "nav": ("返回", "首页", "大字", "语言", "结束"),
        "offer": ("刷市民卡", "看看哪些事和您有关", "刷卡"),
        "waiting": ("请把卡平放在屏幕下方", "读卡区在亮灯的地方，听到嘀的一声就好"),
        "reading": ("正在读卡", "先别拿走，一两秒就好"),
        "unread": ("这张卡没读出来", "什么也没有留下。把卡平放 3 秒再试一次。"),
        "left": ("请先拿走上一张卡", "读卡区还有一张卡，拿走以后再放您的。"),
        "steps": ("平放", "停 2 秒", "听嘀声"),
        "promise": ("屏幕上不出现姓名和卡号。", "拿走卡 30 秒后，看过的都会清掉。"),
        "note": "市民卡、社保卡、老年卡、学生卡都能用",
        "exits": ("没带卡，点三下", "取消", "结束"),
        "hello": ("您好", "有 8 件事可能和您有关", "找别的事"),
        "row": ("老年人乘车优待", "免费坐公交", "因为您的卡是老年卡"),
        "long": (
            "从事拖拉机和联合收割机驾驶证核发与补领、换领",
            "开拖拉机的本子丢了怎么换",
            "因为到了供暖的时候，又快过年了",
        ),
        "row_ways": ("为什么推荐", "与我无关"),
        "basis": "老年卡发给 60 岁以上的人，坐公交常要用到优待。"
        "只看了卡的种类，没有读姓名和号码。依据：老年人权益保障法第五章。",
        "folded": ("已收起 1 件与我无关的", "放回来"),
        "empty": ("这张卡上没有看出和您有关的事。可以直接找，也可以点三下。", "点三下，帮您挑一挑"),
        "bar": ("秒后自动清除", "卡已拿走。没看完就点继续看。", "继续看", "结束并清除"),
        "lying": ("卡在读卡区", "看完拿走卡，30 秒后自动清掉。"),
        "declare": ("点三下，帮您挑一挑", "不用卡，不记名。哪一项不想说，空着就行。"),
        "questions": ("多大年纪？", "户口在哪儿？", "眼下的情况？（可多选）"),
        "ages": ("16 岁以下", "16–35 岁", "36–59 岁", "60–64 岁", "65–79 岁", "80 岁以上"),
        "homes": ("烟台", "山东别处", "外省"),
        "lives": ("上班", "找工作", "退休", "上学", "自己做买卖", "照看家人"),
        "declare_notes": ("选了什么不保存，结束就没了。", "16 岁以下请大人陪着看，只给通用内容。"),
        "show": ("看看有哪些事（7 件）", "都不选"),
        "warning": "卡还在读卡区，别忘了拿走",
    },
    "zh-Hant": {
        "nav": ("返回", "首頁", "大字", "語言", "結束"),
        "offer": ("刷市民卡", "看看哪些事和您有關", "刷卡"),
        "waiting": ("請把卡平放在螢幕下方", "讀卡區在亮燈的地方，聽到嘀的一聲就好"),
        "reading": ("正在讀卡", "先別拿走，一兩秒就好"),
        "unread": ("這張卡沒讀出來", "什麼也沒有留下。把卡平放 3 秒再試一次。"),
        "left": ("請先拿走上一張卡", "讀卡區還有一張卡，拿走以後再放您的。"),
        "steps": ("平放", "停 2 秒", "聽嘀聲"),
        "promise": ("螢幕上不出現姓名和卡號。", "拿走卡 30 秒後，看過的都會清掉。"),
        "note": "市民卡、社保卡、老年卡、學生卡都能用",
        "exits": ("沒帶卡，點三下", "取消", "結束"),
        "hello": ("您好", "有 8 件事可能和您有關", "找別的事"),
        "row": ("老年人乘車優待", "免費坐公車", "因為您的卡是老年卡"),
        "long": (
            "從事拖拉機和聯合收割機駕駛證核發與補領、換領",
            "開拖拉機的本子丟了怎麼換",
            "因為到了供暖的時候，又快過年了",
        ),
        "row_ways": ("為什麼推薦", "與我無關"),
        "basis": "老年卡發給 60 歲以上的人，坐公車常要用到優待。"
        "只看了卡的種類，沒有讀姓名和號碼。依據：老年人權益保障法第五章。",
        "folded": ("已收起 1 件與我無關的", "放回來"),
        "empty": ("這張卡上沒有看出和您有關的事。可以直接找，也可以點三下。", "點三下，幫您挑一挑"),
        "bar": ("秒後自動清除", "卡已拿走。沒看完就點繼續看。", "繼續看", "結束並清除"),
        "lying": ("卡在讀卡區", "看完拿走卡，30 秒後自動清掉。"),
        "declare": ("點三下，幫您挑一挑", "不用卡，不記名。哪一項不想說，空著就行。"),
        "questions": ("多大年紀？", "戶口在哪兒？", "眼下的情況？（可多選）"),
        "ages": ("16 歲以下", "16–35 歲", "36–59 歲", "60–64 歲", "65–79 歲", "80 歲以上"),
        "homes": ("煙台", "山東別處", "外省"),
        "lives": ("上班", "找工作", "退休", "上學", "自己做買賣", "照看家人"),
        "declare_notes": ("選了什麼不保存，結束就沒了。", "16 歲以下請大人陪著看，只給通用內容。"),
        "show": ("看看有哪些事（7 件）", "都不選"),
        "warning": "卡還在讀卡區，別忘了拿走",
    },
    "en": {
        "nav": ("Back", "Home", "Large text", "Language", "End"),
        "offer": ("Use your citizen card", "See what concerns you", "Tap card"),
        "waiting": ("Lay your card below the screen", "Put it where the light is and wait for the beep"),
        "reading": ("Reading your card", "Leave it there for a second or two"),
        "unread": ("The card could not be read", "Nothing was kept. Lay it flat for 3 seconds and try once more."),
        "left": ("Take the last card away first", "Another card is still on the reader. Yours comes after it."),
        "steps": ("Lay it flat", "Wait 2 seconds", "Hear the beep"),
        "promise": (
            "Your name and card number never appear on the screen.",
            "30 seconds after you take the card, everything you saw is erased.",
        ),
        "note": "Works with citizen, social security, senior and student cards",
        "exits": ("No card? Tap three times", "Cancel", "End"),
        "hello": ("Hello", "8 things may concern you", "Find something else"),
        "row": ("Free public transport for older people", "ride the bus for free", "Because yours is a senior card"),
        "long": (
            "Issue, replacement and exchange of tractor and combine harvester driving licences",
            "lost my tractor licence",
            "Because the heating season has begun and the year is ending",
        ),
        "row_ways": ("Why this?", "Not about me"),
        "basis": "Senior cards are given to people aged 60 and over, who often use this discount on buses. "
        "Only the kind of card was looked at, no name and no number. Basis: Law on the Protection "
        "of Older Persons, chapter 5.",
        "folded": ("1 thing put away", "Bring it back"),
        "empty": (
            "Nothing on this card tells what concerns you. Search for it, or tap three times.",
            "Tap three times",
        ),
        "bar": (
            "seconds until all this is erased",
            "The card is gone. Touch Keep reading if you need more time.",
            "Keep reading",
            "End and erase",
        ),
        "lying": ("Your card is on the reader", "Take it when you are done; all is erased 30 seconds later."),
        "declare": ("Tap three times, we pick for you", "No card, no name. Leave open what you would rather not say."),
        "questions": ("How old are you?", "Where are you registered?", "Your situation now? (choose any)"),
        "ages": ("Under 16", "16–35", "36–59", "60–64", "65–79", "80 and over"),
        "homes": ("Yantai", "Elsewhere in Shandong", "Another province"),
        "lives": ("Working", "Looking for work", "Retired", "Studying", "Running a business", "Caring for family"),
        "declare_notes": (
            "Your choices are not kept and are gone when you end.",
            "Under 16: look at this with an adult. Only general things are shown.",
        ),
        "show": ("Show what there is (7)", "Clear all"),
        "warning": "A card is still on the reader. Take it with you",
    },
    "ja": {
        "nav": ("戻る", "ホーム", "大きな文字", "言語", "終了"),
        "offer": ("市民カードをかざす", "あなたに関係のある手続きを見る", "かざす"),
        "waiting": ("カードを画面の下に平らに置いてください", "光っているところに置き、ピッと鳴るまで待ちます"),
        "reading": ("カードを読んでいます", "1、2 秒そのままにしてください"),
        "unread": ("このカードは読み取れませんでした", "何も残っていません。平らに 3 秒置いて、もう一度どうぞ。"),
        "left": (
            "先に前のカードを取ってください",
            "読み取り部にまだカードがあります。取ってからご自分のカードを置いてください。",
        ),
        "steps": ("平らに置く", "2 秒待つ", "ピッと鳴る"),
        "promise": ("お名前とカード番号は画面に出ません。", "カードを取って 30 秒たつと、見た内容はすべて消えます。"),
        "note": "市民カード、社会保障カード、シニアカード、学生カードが使えます",
        "exits": ("カードがない方は三つ選ぶ", "やめる", "終了"),
        "hello": ("こんにちは", "関係がありそうな手続きが 8 件あります", "ほかを探す"),
        "row": ("高齢者の乗車優待", "バスが無料", "シニアカードをお持ちなので"),
        "long": (
            "トラクターおよびコンバインの運転免許証の交付・再交付・更新手続き",
            "トラクターの免許をなくした",
            "暖房の季節になり、年末も近いので",
        ),
        "row_ways": ("おすすめの理由", "関係ありません"),
        "basis": "シニアカードは 60 歳以上の方に交付され、バスでよく使われます。カードの種類だけを見て、"
        "お名前と番号は読んでいません。根拠：高齢者権益保障法第五章。",
        "folded": ("関係のない 1 件をしまいました", "元に戻す"),
        "empty": (
            "このカードからは関係のある手続きがわかりませんでした。直接探すか、三つ選んでください。",
            "三つ選んで探す",
        ),
        "bar": (
            "秒後に自動で消えます",
            "カードが離れました。続けるなら「続けて見る」を。",
            "続けて見る",
            "終了して消す",
        ),
        "lying": ("カードは読み取り部にあります", "終わったら取ってください。30 秒後に消えます。"),
        "declare": (
            "三つ選ぶだけで絞り込みます",
            "カードもお名前もいりません。答えたくないものは空けておいてください。",
        ),
        "questions": ("おいくつですか？", "戸籍はどちらですか？", "いまの状況は？（いくつでも）"),
        "ages": ("16 歳未満", "16–35 歳", "36–59 歳", "60–64 歳", "65–79 歳", "80 歳以上"),
        "homes": ("煙台", "山東省のほかの市", "ほかの省"),
        "lives": ("働いている", "仕事を探している", "退職した", "在学中", "自営業", "家族の世話"),
        "declare_notes": (
            "選んだ内容は保存せず、終了すると消えます。",
            "16 歳未満の方は大人と一緒に。一般的な内容だけを出します。",
        ),
        "show": ("手続きを見る（7 件）", "すべて外す"),
        "warning": "カードがまだ読み取り部にあります。お取りください",
    },
    "ko": {
        "nav": ("뒤로", "처음으로", "큰 글자", "언어", "끝내기"),
        "offer": ("시민카드 대기", "나와 관련된 일 보기", "카드 대기"),
        "waiting": ("카드를 화면 아래에 평평하게 놓아 주세요", "불이 켜진 곳에 놓고 삐 소리가 날 때까지 기다리세요"),
        "reading": ("카드를 읽고 있습니다", "1~2초만 그대로 두세요"),
        "unread": ("이 카드를 읽지 못했습니다", "아무것도 남지 않았습니다. 평평하게 3초 놓고 한 번 더 해 보세요."),
        "left": ("먼저 앞의 카드를 가져가 주세요", "아직 다른 카드가 놓여 있습니다. 치운 다음 카드를 놓아 주세요."),
        "steps": ("평평하게 놓기", "2초 기다리기", "삐 소리 듣기"),
        "promise": (
            "이름과 카드 번호는 화면에 나오지 않습니다.",
            "카드를 가져가고 30초가 지나면 본 내용이 모두 지워집니다.",
        ),
        "note": "시민카드, 사회보장카드, 경로카드, 학생카드를 쓸 수 있습니다",
        "exits": ("카드가 없으면 세 번 누르기", "취소", "끝내기"),
        "hello": ("안녕하세요", "관련된 일이 8건 있을 수 있습니다", "다른 일 찾기"),
        "row": ("노인 승차 우대", "버스 무료", "경로카드이기 때문에"),
        "long": (
            "트랙터 및 콤바인 운전면허증 발급과 재발급, 갱신 절차",
            "트랙터 면허를 잃어버림",
            "난방철이 되었고 연말이 가까워서",
        ),
        "row_ways": ("추천 이유", "나와 관련 없음"),
        "basis": "경로카드는 60세 이상에게 발급되며 버스에서 자주 쓰입니다. 카드 종류만 보았고 이름과 번호는 "
        "읽지 않았습니다. 근거: 노인권익보장법 제5장.",
        "folded": ("관련 없는 1건을 접었습니다", "다시 펼치기"),
        "empty": ("이 카드로는 관련된 일을 알 수 없었습니다. 직접 찾거나 세 번 눌러 보세요.", "세 번 눌러 고르기"),
        "bar": (
            "초 뒤 자동으로 지워집니다",
            "카드를 가져가셨습니다. 더 보려면 계속 보기를 누르세요.",
            "계속 보기",
            "끝내고 지우기",
        ),
        "lying": ("카드가 놓여 있습니다", "다 보면 가져가세요. 30초 뒤 지워집니다."),
        "declare": ("세 번만 누르면 골라 드립니다", "카드도 이름도 필요 없습니다. 말하기 싫은 것은 비워 두세요."),
        "questions": ("나이가 어떻게 되세요?", "호적은 어디인가요?", "지금 상황은? (여러 개 가능)"),
        "ages": ("16세 미만", "16–35세", "36–59세", "60–64세", "65–79세", "80세 이상"),
        "homes": ("옌타이", "산둥의 다른 곳", "다른 성"),
        "lives": ("직장인", "일자리 찾는 중", "은퇴", "학생", "자영업", "가족 돌봄"),
        "declare_notes": (
            "고른 내용은 저장하지 않고 끝내면 사라집니다.",
            "16세 미만은 어른과 함께 보세요. 일반적인 내용만 나옵니다.",
        ),
        "show": ("어떤 일이 있는지 보기 (7건)", "모두 지우기"),
        "warning": "카드가 아직 놓여 있습니다. 잊지 말고 가져가세요",
    },
}

ICONS = ("elderly", "event", "", "school", "home", "work", "event_available", "local_hospital")


def nav(lang: str, *, end: bool = True) -> Nav:
    back, home, large, language, last = WORDS[lang]["nav"]
    return Nav(
        Press(back, "back", icon="arrow_back"),
        Press(home, "home", icon="home"),
        Press(large, "large", icon="format_size"),
        Press(language, "language", icon="language"),
        Press(last, "end", icon="logout") if end else None,
    )


def sheet(phase: CardPhase, lang: str = "zh-Hans") -> CardSheet:
    words = WORDS[lang]
    title, line = words[phase]
    declare, back, end = words["exits"]
    return CardSheet(
        phase,
        title,
        line,
        words["steps"] if phase in ("waiting", "unread") else (),
        words["promise"],
        (Press(declare, "declare", icon="touch_app"), Press(back, "back"), Press(end, "end")),
        words["note"] if phase == "waiting" else "",
        "C-11" if phase == "unread" else "",
    )


def recommended(index: int, lang: str = "zh-Hans", *, long: bool = False, open: bool = False) -> Recommended:
    words = WORDS[lang]
    title, alias, reason = words["long" if long else "row"]
    why, not_mine = words["row_ways"]
    id = f"g-{index}"
    return Recommended(
        id, title, "" if index == 3 else alias, Tag(reason, ICONS[index % len(ICONS)]), Press(why, "why", id),
        Press(not_mine, "fold", id), words["basis"] if open else "",
    )  # fmt: skip


def bar(lang: str = "zh-Hans", seconds: int | None = 24) -> SessionBar:
    words = WORDS[lang]
    if seconds is None:
        title, line = words["lying"]
        return SessionBar(None, 1.0, title, line, (Press(words["bar"][3], "end", icon="logout"),))
    title, line, stay, end = words["bar"]
    return SessionBar(seconds, seconds / 30, title, line, (Press(stay, "stay"), Press(end, "end", icon="logout")))


def results(
    lang: str = "zh-Hans", *, count: int = 4, open: int | None = 0, long: bool = False, page: int = 0,
    seconds: int | None = 24, session: bool = True, folded: bool = True, again: bool = False,
) -> CardResults:  # fmt: skip
    words = WORDS[lang]
    greeting, line, search = words["hello"]
    said, way = words["empty"]
    return CardResults(
        greeting,
        line,
        Press(search, "type", icon="search"),
        tuple(recommended(i, lang, long=long and i % 3 == 1, open=i == open) for i in range(count)),
        page,
        words["folded"][0] if folded else "",
        Press(words["folded"][1], "restore") if folded else None,
        "" if count else said,
        None if session and count and not again else Press(way, "declare", icon="touch_app"),
        bar(lang, seconds) if session else None,
    )


def declaration(lang: str = "zh-Hans", chosen: tuple[str, ...] = ("age-4", "home-0", "life-2")) -> Declaration:
    words = WORDS[lang]
    title, line = words["declare"]
    kinds = (("age", "ages"), ("home", "homes"), ("life", "lives"))
    questions = tuple(
        Question(
            head,
            tuple(Choice(label, f"{kind}-{i}", f"{kind}-{i}" in chosen) for i, label in enumerate(words[labels])),
            kind == "life",
        )
        for head, (kind, labels) in zip(words["questions"], kinds, strict=True)
    )
    show, clear = words["show"]
    return Declaration(
        title, line, questions, words["declare_notes"], Press(show, "show"), Press(clear, "clear", enabled=bool(chosen))
    )


def cleared(lang: str = "zh-Hans", *, warned: bool = True) -> Cleared:
    return Cleared(
        "都清掉了，慢走",
        "这台机器不记得您来过。",
        tuple(
            (what, "已清空")
            for what in ("查过的话、看过的页", "卡里读到的种类和到期日", "手写和拼音的记录", "等着打印的内容")
        ),
        Press("再查一件事", "again"),
        "5 秒后回到开始画面",
        WORDS[lang]["warning"] if warned else "",
    )


def offered(home: Home, lang: str = "zh-Hans") -> Home:
    """A home screen with the way to the card."""
    title, line, label = WORDS[lang]["offer"]
    return replace(home, card_title=title, card_line=line, card=Press(label, "card", icon="contactless"))


def home() -> Home:
    """A small home screen to lay a sheet over."""
    tile = HomeTile("户口身份证", "badge", "theme", "0")
    plain = Home(
        "上午好", "不用登记，不用上网。点一点就能查。", "一件事，一次说清",
        tuple(HomeTile(label, "child_friendly", "open", label) for label in ("生孩子", "开餐馆", "要退休", "买了房")),
        Press("全部 18 件", "events", icon="chevron_right"), "您想办什么事？", "比如：驾照丢了",
        (Press("拼音", "type", "zh", "keyboard"),),
        tuple(Press(label, "ask", label) for label in ("社保卡丢了", "老年卡", "公积金提取", "交暖气费")),
        (tile,) * 12, tuple(Press(label, label, "", "near_me") for label in ("找部门", "一件事", "附近网点", "通知")),
    )  # fmt: skip
    return offered(plain)


def scene(view: Any, lang: str = "zh-Hans", *, large: bool = False, sheet: Any = None, end: bool = True) -> Scene:
    return Scene(1, lang, large, CHROME, nav(lang, end=end), view, sheet)
