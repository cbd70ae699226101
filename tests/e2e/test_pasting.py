"""Pastes in a real terminal, which brackets them and sends the line ends as CR."""

import re
import uuid

from tests.e2e.hands import ONE, TWO, Keyboard, back_on_main, demo, ends_well, titled


def words(screen):
    return " ".join(re.sub("[│╭╮╰╯─▁▂▃▄▅▆▇█]", " ", screen).split())


def holds(*wanted):
    """Tell whether all of these are on the screen, wherever lines are broken."""
    return lambda screen: all(text in words(screen) for text in wanted)


def test_a_table_of_a_spreadsheet_is_attached_row_by_row():
    with demo() as terminal:
        terminal.wait_for("Interview")
        by = Keyboard(terminal)
        by.open("Research papers")
        terminal.press("a")
        terminal.wait_for("Attach files to Research papers")
        terminal.paste(f"{ONE}\r\u200b{TWO}\u200e\r")
        terminal.wait_for(holds("2 IDs", "one line for each file"))
        terminal.press("escape")
        terminal.wait_for("Close without attaching?")
        terminal.press("y")
        back_on_main(terminal)

        terminal.press("a")
        terminal.wait_for("Attach files to Research papers")
        rows = [
            '\ufeff"Title, full"\tDOI\tFile ID',
            f"A\t10.5555/pasted.1\t{ONE}",
            f'"B\rC"\t10.5555/pasted.2\t{TWO}\r',
        ]
        terminal.paste("\r".join(rows))
        terminal.wait_for(holds("2 IDs", "[✓] Use the values next to them: doi (2)"))
        by.save("Attach 2 files?")
        terminal.wait_for(holds("doi: 10.5555/pasted.1", "doi: 10.5555/pasted.2"))
        terminal.press("ctrl+s")
        terminal.wait_for("2 done")
        terminal.press("escape")
        back_on_main(terminal)
        terminal.press("w", "/", "text:two-factor", "enter")
        terminal.wait_for(re.compile(r"▌ +reset-two-factor\.md .* 10\.5555/pasted\.2 ").search)

        terminal.press("e")
        terminal.wait_for("Edit fields")
        terminal.step("tab")
        terminal.paste("\rFY25\xa0\r")
        terminal.wait_for(holds(r"year FY25\u{a0}", "“no-break space”"))
        terminal.press("ctrl+u")
        terminal.wait_for(lambda screen: "Shown as escapes" not in screen)
        terminal.paste("FY26\r")
        terminal.wait_for(holds("year FY26"))
        by.save("Save these changes?")
        terminal.wait_for(re.compile(r"\+ year +FY26 ").search)
        terminal.press("enter")
        back_on_main(terminal)
        terminal.press("q")
        ends_well(terminal)


def test_very_much_and_broken_json_are_pasted():
    ids = [f"file_{uuid.UUID(int=number)}" for number in range(20_000)]
    with demo() as terminal:
        terminal.wait_for("Interview")
        by = Keyboard(terminal)
        by.open("Interview transcripts")
        terminal.wait_for(titled("Interview transcripts", "57"))
        terminal.press("a")
        terminal.wait_for("Attach files to Interview transcripts")
        terminal.paste(f'[\r  "{ONE}",\r  "{TWO}",\r]\r')
        terminal.wait_for(holds("looks like JSON and is not: line 3, column 46"))
        terminal.press("ctrl+s", "\x1b[3~")  # the cursor goes there, and Delete takes the comma
        terminal.wait_for(holds("2 IDs"))
        terminal.press("escape")
        terminal.wait_for("Close without attaching?")
        terminal.press("y")
        back_on_main(terminal)

        terminal.press("a")
        terminal.wait_for("Attach files to Interview transcripts")
        terminal.paste("\r".join(ids) + "\r")
        terminal.wait_for(holds("‹20,000 lines: file_"))
        terminal.type("x")
        terminal.press("backspace")
        by.save("Attach 20,000 files?", "escape")
        terminal.press("escape")
        terminal.wait_for("Close without attaching?")
        terminal.press("y")
        back_on_main(terminal)
        terminal.press("q")
        ends_well(terminal)
