"""Material Icons by name. Kivy has no ligatures, so an icon is drawn by its code point.

Code points are those of Debian's fonts-material-design-icons-iconfont 6.7.0; a test looks every one up in the font.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

FONT = Path("/usr/share/fonts/truetype/material-design-icons-iconfont/MaterialIcons-Regular.ttf")

ICONS = MappingProxyType(
    {
        "abc": 0xEB94, "ac_unit": 0xEB3B, "access_time": 0xE192, "accessibility": 0xE84E, "accessible": 0xE914,
        "account_balance": 0xE84F, "account_balance_wallet": 0xE850, "account_tree": 0xE97A, "add": 0xE145,
        "add_circle": 0xE147, "admin_panel_settings": 0xEF3D, "agriculture": 0xEA79, "airport_shuttle": 0xEB3C,
        "alt_route": 0xF184, "analytics": 0xEF3E, "anchor": 0xF1CD, "announcement": 0xE85A, "apartment": 0xEA40,
        "apps": 0xE5C3, "arrow_back": 0xE5C4, "arrow_downward": 0xE5DB, "arrow_drop_down": 0xE5C5,
        "arrow_drop_up": 0xE5C7, "arrow_forward": 0xE5C8, "arrow_upward": 0xE5D8, "article": 0xEF42,
        "assignment": 0xE85D, "assignment_ind": 0xE85E, "assignment_turned_in": 0xE862, "attach_file": 0xE226,
        "auto_fix_high": 0xE663, "auto_stories": 0xE666, "baby_changing_station": 0xF19B, "backspace": 0xE14A,
        "badge": 0xEA67, "balance": 0xEAF6, "ballot": 0xE172, "bar_chart": 0xE26B, "beach_access": 0xEB3E,
        "bedtime": 0xEF44, "block": 0xE14B, "bloodtype": 0xEFE4, "bolt": 0xEA0B, "book": 0xE865, "boy": 0xEB67,
        "brightness_6": 0xE3AB, "build": 0xE869, "business": 0xE0AF, "cake": 0xE7E9, "calculate": 0xEA5F,
        "calendar_month": 0xEBCC, "call": 0xE0B0, "campaign": 0xEF49, "cancel": 0xE5C9, "card_giftcard": 0xE8F6,
        "card_membership": 0xE8F7, "celebration": 0xEA65, "chat": 0xE0B7, "check": 0xE5CA, "check_box": 0xE834,
        "check_box_outline_blank": 0xE835, "check_circle": 0xE86C, "checklist": 0xE6B1, "chevron_left": 0xE5CB,
        "chevron_right": 0xE5CC, "child_care": 0xEB41, "child_friendly": 0xEB42, "church": 0xEAAE, "circle": 0xEF4A,
        "close": 0xE5CD, "cloud": 0xE2BD, "cloud_done": 0xE2BF, "cloud_off": 0xE2C1, "comment": 0xE0B9,
        "commute": 0xE940, "construction": 0xEA3C, "contact_mail": 0xE0D0, "contact_page": 0xF22E,
        "contact_phone": 0xE0CF, "contactless": 0xEA71, "contacts": 0xE0BA, "content_copy": 0xE14D,
        "contrast": 0xEB37, "coronavirus": 0xF221, "corporate_fare": 0xF1D0, "cottage": 0xE587, "credit_card": 0xE870,
        "currency_yuan": 0xEAF9, "dark_mode": 0xE51C, "delete": 0xE872, "description": 0xE873, "dialpad": 0xE0BC,
        "directions": 0xE52E, "directions_boat": 0xE532, "directions_bus": 0xE530, "directions_car": 0xE531,
        "directions_walk": 0xE536, "dns": 0xE875, "do_not_disturb_on": 0xE644, "domain": 0xE7EE, "done": 0xE876,
        "done_all": 0xE877, "download": 0xF090, "drafts": 0xE151, "draw": 0xE746, "drive_file_rename_outline": 0xE9A2,
        "eco": 0xEA35, "edit": 0xE3C9, "elderly": 0xF21A, "elderly_woman": 0xEB69, "electric_bolt": 0xEC1C,
        "electric_car": 0xEB1C, "emergency": 0xE1EB, "emoji_events": 0xEA23, "engineering": 0xEA3D, "error": 0xE000,
        "error_outline": 0xE001, "ev_station": 0xE56D, "event": 0xE878, "event_available": 0xE614,
        "event_busy": 0xE615, "event_note": 0xE616, "expand_less": 0xE5CE, "expand_more": 0xE5CF, "explore": 0xE87A,
        "face": 0xE87C, "fact_check": 0xF0C5, "factory": 0xEBBC, "family_restroom": 0xF1A2, "favorite": 0xE87D,
        "feedback": 0xE87F, "fiber_manual_record": 0xE061, "fingerprint": 0xE90D, "flag": 0xE153, "flight": 0xE539,
        "flight_takeoff": 0xE905, "folder": 0xE2C7, "folder_open": 0xE2C8, "forest": 0xEA99, "format_size": 0xE245,
        "forum": 0xE0BF, "foundation": 0xF200, "g_translate": 0xE927, "gas_meter": 0xEC19, "gavel": 0xE90E,
        "girl": 0xEB68, "gite": 0xE58B, "grass": 0xF205, "grid_view": 0xE9B0, "group": 0xE7EF, "groups": 0xF233,
        "handyman": 0xF10B, "headset_mic": 0xE311, "healing": 0xE3F3, "hearing": 0xE023, "heat_pump": 0xEC18,
        "help": 0xE887, "history": 0xE889, "history_edu": 0xEA3E, "holiday_village": 0xE58A, "home": 0xE88A,
        "home_work": 0xEA09, "hourglass_empty": 0xE88B, "hourglass_top": 0xEA5B, "house": 0xEA44,
        "how_to_reg": 0xE174, "how_to_vote": 0xE175, "inbox": 0xE156, "info": 0xE88E, "insights": 0xF092,
        "inventory_2": 0xE1A1, "key": 0xE73C, "key_off": 0xEB84, "keyboard": 0xE312, "keyboard_return": 0xE31B,
        "landscape": 0xE3F7, "language": 0xE894, "light_mode": 0xE518, "lightbulb": 0xE0F0, "link": 0xE157,
        "list": 0xE896, "list_alt": 0xE0EE, "local_fire_department": 0xEF55, "local_gas_station": 0xE546,
        "local_hospital": 0xE548, "local_library": 0xE54B, "local_offer": 0xE54E, "local_parking": 0xE54F,
        "local_police": 0xEF56, "local_post_office": 0xE554, "local_shipping": 0xE558, "location_city": 0xE7F1,
        "location_on": 0xE0C8, "lock": 0xE897, "logout": 0xE9BA, "loyalty": 0xE89A, "luggage": 0xF235, "mail": 0xE158,
        "man": 0xE4EB, "manage_accounts": 0xF02E, "map": 0xE55B, "mark_email_read": 0xF18C,
        "mark_email_unread": 0xF18A, "masks": 0xF218, "medical_services": 0xF109, "medication": 0xF033,
        "meeting_room": 0xEB4F, "memory": 0xE322, "menu": 0xE5D2, "menu_book": 0xEA19, "military_tech": 0xEA3F,
        "mode_edit": 0xE254, "monetization_on": 0xE263, "money_off": 0xE25C, "monitor_heart": 0xEAA2, "mood": 0xE7F2,
        "more_horiz": 0xE5D3, "movie": 0xE02C, "museum": 0xEA36, "music_note": 0xE405, "my_location": 0xE55C,
        "navigation": 0xE55D, "near_me": 0xE569, "new_releases": 0xE031, "newspaper": 0xEB81, "nfc": 0xE1BB,
        "no_accounts": 0xF03E, "north": 0xF1E0, "notifications": 0xE7F4, "notifications_active": 0xE7F7,
        "numbers": 0xEAC7, "open_in_new": 0xE89E, "palette": 0xE40A, "park": 0xEA63, "password": 0xF042,
        "payments": 0xEF63, "pedal_bike": 0xEB29, "percent": 0xEB58, "person": 0xE7FD, "person_add": 0xE7FE,
        "person_off": 0xE510, "person_search": 0xF106, "pets": 0xE91D, "phone_android": 0xE324,
        "photo_camera": 0xE412, "pie_chart": 0xE6C4, "pin": 0xF045, "place": 0xE55F, "plumbing": 0xF107,
        "policy": 0xEA17, "power_settings_new": 0xE8AC, "pregnant_woman": 0xE91E, "price_check": 0xF04B,
        "print": 0xE8AD, "print_disabled": 0xE9CF, "psychology": 0xEA4A, "public": 0xE80B, "qr_code_2": 0xE00A,
        "question_answer": 0xE8AF, "radio_button_checked": 0xE837, "radio_button_unchecked": 0xE836,
        "rate_review": 0xE560, "real_estate_agent": 0xE73A, "receipt": 0xE8B0, "receipt_long": 0xEF6E,
        "recycling": 0xE760, "redeem": 0xE8B1, "redo": 0xE15A, "refresh": 0xE5D5, "remove": 0xE15B,
        "remove_circle": 0xE15C, "replay": 0xE042, "report": 0xE160, "request_quote": 0xF1B6, "restart_alt": 0xF053,
        "restaurant": 0xE56C, "sailing": 0xE502, "savings": 0xE2EB, "schedule": 0xE8B5, "school": 0xE80C,
        "search": 0xE8B6, "security": 0xE32A, "sell": 0xF05B, "send": 0xE163, "sensors": 0xE51E,
        "sentiment_dissatisfied": 0xE811, "sentiment_neutral": 0xE812, "sentiment_satisfied": 0xE813,
        "sentiment_very_dissatisfied": 0xE814, "sentiment_very_satisfied": 0xE815, "settings": 0xE8B8,
        "shield": 0xE9E0, "shopping_bag": 0xF1CC, "shopping_cart": 0xE8CC, "sick": 0xF220, "sign_language": 0xEBE5,
        "smartphone": 0xE32C, "space_bar": 0xE256, "sports_soccer": 0xEA2F, "stadium": 0xEB90, "star": 0xE838,
        "storage": 0xE1DB, "store": 0xE8D1, "storefront": 0xEA12, "subway": 0xE56F, "supervisor_account": 0xE8D3,
        "support_agent": 0xF0E2, "sync": 0xE627, "sync_problem": 0xE629, "tap_and_play": 0xE62B, "task": 0xF075,
        "task_alt": 0xE2E6, "temple_buddhist": 0xEAB3, "terrain": 0xE564, "text_decrease": 0xEADD,
        "text_fields": 0xE262, "text_increase": 0xEAE2, "theater_comedy": 0xEA66, "thermostat": 0xF076,
        "thumb_down": 0xE8DB, "thumb_up": 0xE8DC, "timelapse": 0xE422, "timer": 0xE425, "title": 0xE264,
        "today": 0xE8DF, "touch_app": 0xE913, "traffic": 0xE565, "train": 0xE570, "translate": 0xE8E2,
        "travel_explore": 0xE2DB, "trending_up": 0xE8E5, "tune": 0xE429, "two_wheeler": 0xE9F9, "undo": 0xE166,
        "update": 0xE923, "update_disabled": 0xE075, "upload": 0xF09B, "usb": 0xE1E0, "usb_off": 0xE4FA,
        "vaccines": 0xE138, "verified": 0xEF76, "vertical_align_bottom": 0xE258, "vertical_align_top": 0xE25A,
        "villa": 0xE586, "visibility": 0xE8F4, "visibility_off": 0xE8F5, "volume_up": 0xE050,
        "volunteer_activism": 0xEA70, "warehouse": 0xEBB8, "warning": 0xE002, "water_drop": 0xE798, "waves": 0xE176,
        "wc": 0xE63D, "wheelchair_pickup": 0xF1AB, "wifi": 0xE63E, "wifi_off": 0xE648, "woman": 0xE13E,
        "work": 0xE8F9, "workspace_premium": 0xE7AF, "zoom_in": 0xE8FF, "zoom_out": 0xE900,
    }
)  # fmt: skip

MISSING = "help"
"""Drawn for a name that the table does not hold, so that a record with a strange icon still has its place."""


def glyph(name: str) -> str:
    """The character to draw for an icon name; unknown names get `MISSING`."""
    return chr(ICONS.get(name) or ICONS[MISSING])
