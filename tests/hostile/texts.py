"""Texts that would do something, were they taken for more than text; and how each is shown."""

NAMES = {
    # Textual's markup: loses text, is a live action, or crashes where it is parsed.
    "brackets": ("report[final].pdf", "report[final].pdf"),
    "action": ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    "closing": ("a [/] b", "a [/] b"),
    "attribute": ("[k=v]", "[k=v]"),
    "half": ("a [/ b", "a [/ b"),
    "style": ("[bold red]loud[/bold red]", "[bold red]loud[/bold red]"),
    "variable": ("$title $said $name", "$title $said $name"),
    "link": ("[link=https://example.com]here[/link]", "[link=https://example.com]here[/lin"),
    "backslash": ("\\[b]a\\", "\\[b]a\\"),
    "emoji code": (":smile: :warning:", ":smile: :warning:"),
    # Escape codes: clipboard, title, colours, cursor, the 8-bit forms, a link, a query.
    "OSC 52": ("\x1b]52;c;cHduZWQ=\x07", "␛]52;c;cHduZWQ=␇"),
    "OSC 0": ("\x1b]0;pwned\x1b\\", "␛]0;pwned␛\\"),
    "OSC 8": ("\x1b]8;;http://pwned\x07go", "␛]8;;http://pwned␇go"),
    "CSI": ("\x1b[31mred\x1b[2J\x1b[H", "␛[31mred␛[2J␛[H"),
    "private mode": ("\x1b[?1049l\x1b[?25h!", "␛[?1049l␛[?25h!"),
    "C1": ("\x9b31mc1\x9d52;c;eA==\x9c", "�31mc1�52;c;eA==�"),
    "DCS": ("\x1bP$q\x1b\\dcs", "␛P$q␛\\dcs"),
    "reset": ("\x1bcreset", "␛creset"),
    # What moves the cursor, or cannot be seen.
    "newline": ("one\ntwo\r\nthree", "one␊two␍␊three"),
    "tab": ("one\ttwo", "one␉two"),
    "NUL": ("nul\x00nul", "nul␀nul"),
    "backspace": ("abc\x08\x08\x7f", "abc␈␈␡"),
    "line separator": ("a\u2028b\u2029c\x85d", "a�b�c�d"),
    "bidi": ("invoice\u202efdp.exe", "invoice�fdp.exe"),
    "isolate": ("a\u2066b\u2069c\u200ed", "a�b�c�d"),
    "zero-width": ("pay\u200bpal\u2060\ufeff", "pay�pal��"),
    "soft hyphen": ("soft\u00adhyphen", "soft�hyphen"),
    "tags": ("tag\U000e0041\U000e0042", "tag��"),
    "surrogate": ("lone\ud800half\udfff", None),
    # Width.
    "wide": ("社内ナレッジ共有資料", "社内ナレッジ共有資料"),
    "joined emoji": ("👩‍👩‍👧‍👦 family", "👩‍👩‍👧‍👦 family"),
    "flag": ("🇩🇪 flag ❤️ heart", "🇩🇪 flag ❤️ heart"),
    "marks": ("z" + "\u0301" * 50 + "algo", "z" + "\u0301" * 3 + "algo"),
    "arabic": ("ملف عربي", "ملف عربي"),
    "endless": ("long" * 2_500, "longlonglong"),
    "endless wide": ("長" * 10_000, "長長長"),
    "empty": ("", None),
    "blank": ("   ", None),
}
"""For each the text, and how a cell that is wide enough shows it; None where that is left open."""

TEXTS = [text for text, _ in NAMES.values()]
SHORT = [text for text in TEXTS if len(text) < 100]
TOGETHER = [" ".join(SHORT[start : start + 5]) for start in range(0, len(SHORT), 5)]
"""The short ones by fives, for where one text at a time would take long."""

DANGERS = [
    "\x1b]52",
    "\x1b]0;",
    "\x1b]8;",
    "\x1b[31mred",
    "\x1b[2J\x1b[H␛",
    "\x1bP$q",
    "\x1bc",
    "\x00",
    "\x07",
    "\x08",
    "\x7f",
    "\t",
    *map(chr, range(0x80, 0xA0)),
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2060",
    "\u2028",
    "\U000e0041",
]
"""What must never reach a terminal, written as text; Textual writes none of them itself."""
