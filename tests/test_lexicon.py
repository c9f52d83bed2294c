"""The lexicon: entries and their mistakes, what is found where, and changes: in force at once, kept, undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from litetts_edge.errors import LexiconInvalid, LexiconNotWritten
from litetts_edge.text.clean import clean
from litetts_edge.text.entries import entry_of, read_entries
from litetts_edge.text.lexicon import Layer, Lexicon
from litetts_edge.text.lexicon_files import STEPS_KEPT, LexiconFiles

GOOD = """
- {word: Nguyen, say: win}
- phrase: HVAC unit
  say: H vac unit
- {regex: 'Room (\\d)(\\d\\d)', say: 'room \\1 \\2', lang: en}
- {word: Polish, ipa: pˈoʊlɪʃ, case: true, note: the people}
"""


def found(text: str, lang: str = "en-US", yaml: str = GOOD) -> list[tuple[str, str]]:
    """What stands there, and what is said."""
    entries, problems = read_entries(yaml, "lexicon.yaml")
    assert not problems
    matches, slow = Lexicon([(Layer.FILE, entries)]).find(text, lang)
    assert not slow
    return [(text[match.start : match.end], match.say or match.entry.ipa) for match in matches]


def test_words_phrases_and_regexes_are_found() -> None:
    """Each at its place, whatever its letters' case; groups are filled in."""
    assert found("Mr. NGUYEN's hvac unit is in Room 214.") == [
        ("NGUYEN", "win"),
        ("hvac unit", "H vac unit"),
        ("Room 214", "room 2 14"),
    ]


def test_case_counts_where_the_entry_says_so() -> None:
    """`polish` is not the people."""
    assert found("Polish nail polish") == [("Polish", "pˈoʊlɪʃ")]


@pytest.mark.parametrize(
    "text", ["nguyens", "xNguyen", "Nguyen2", "Nguyen't", "n'Nguyen", "Nguyen_x", "HVAC units"]
)
def test_a_part_of_a_word_is_no_match(text: str) -> None:
    """A match stands alone."""
    assert found(text) == []


def test_languages_are_kept_apart() -> None:
    """An entry for `en` holds in en-GB, not in German; one without a language holds everywhere."""
    assert found("Room 214, Nguyen", "en-GB") == [("Room 214", "room 2 14"), ("Nguyen", "win")]
    assert found("Room 214, Nguyen", "de") == [("Nguyen", "win")]


def test_scripts_without_spaces() -> None:
    """In Chinese a word is found inside a run of characters."""
    assert found("我去银行了", "zh", "- {word: 银行, say: 钱庄}") == [("银行", "钱庄")]


def test_the_longer_and_the_higher_win() -> None:
    """At one place the live layer beats the file, and the longer phrase the shorter."""
    low = [entry_of({"word": "Hue", "say": "low"}), entry_of({"phrase": "Hue lamp", "say": "long"})]
    high = [entry_of({"word": "hue", "say": "high"})]
    assert [m.say for m in Lexicon([(Layer.FILE, low)]).find("Hue lamp", "en")[0]] == ["long"]
    assert [m.say for m in Lexicon([(Layer.LIVE, high), (Layer.FILE, low)]).find("Hue", "en")[0]] == ["high"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- {wrod: a, say: b}", "Did you mean 'word'?"),
        ("- {word: a, phrase: b, say: c}", "exactly one of word, phrase and regex"),
        ("- {say: c}", "exactly one of word, phrase and regex"),
        ("- {word: a}", "exactly one of say and ipa"),
        ("- {word: a, say: b, ipa: c}", "exactly one of say and ipa"),
        ("- {word: a b, say: c}", "write `phrase`"),
        ("- {word: '!', say: c}", "no letter"),
        ("- {word: a, say: '!'}", "no letter"),
        ("- {word: a, ipa: '%&$'}", "no IPA"),
        ("- {word: a, ipa: 'ˈ'}", "no phone"),
        ("- {word: a, say: b, lang: english please}", "language tag"),
        ("- {word: a, say: b, case: maybe}", "true or false"),
        ("- {word: a, say: [b]}", "single text"),
        ("- {word: a, word: a, say: b}", "twice"),
        ("- {regex: '(', say: b}", "regex: "),
        ("- {regex: 'a*', say: b}", "at least one"),
        ("- {regex: 'a', say: 'x \\1'}", "no group '1'"),
        ("- {regex: 'a', say: 'x \\g<n>'}", "no group 'n'"),
        ("- {regex: 'a', say: 'x \\'}", "backslash"),
        ("- {regex: 'a', say: 'C:\\dir'}", "backslash"),
        ("- {regex: 'a', ipa: ə}", "said by `say`"),
        ("- just a text", "expected an entry"),
        ("- {word: a, say: : b}", "YAML syntax"),
        ("- {word: a, say: 'b}", "YAML syntax"),
        ("- {word: &x a, say: *x}", "aliases"),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_works(line: str, said: str) -> None:
    """Each mistake names its line; the entries around it hold."""
    entries, problems = read_entries(f"- {{word: one, say: 1}}\n{line}\n- {{word: two, say: 2}}\n", "my.yaml")
    assert [entry.pattern for entry in entries] == ["one", "two"]
    assert str(problems[0]).startswith("my.yaml:2: ")
    assert said in str(problems[0])


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]"])
def test_an_empty_lexicon_is_fine(text: str) -> None:
    """No entries, no problems."""
    assert read_entries(text, "x") == ([], [])


@pytest.mark.parametrize("word", ["O’Neil", "cafe\u0301", "New\u00a0 York"])
def test_an_entry_is_cleaned_as_texts_are(word: str) -> None:
    """Phones type a curly apostrophe."""
    form = "phrase" if " " in word else "word"
    entry = entry_of({form: word, "say": "x"})
    assert [m.say for m in Lexicon([(Layer.LIVE, [entry])]).find(clean(f"the {word}.").text, "en")[0]] == ["x"]


def test_groups_by_number_and_name() -> None:
    """Both ways to write one, and a group that took no part is empty."""
    assert found("Room 214", yaml="- {regex: 'Room (\\d)(?P<n>\\d\\d)(x)?', say: '\\g<1> \\g<n>\\3'}") == [
        ("Room 214", "2 14")
    ]


def test_a_lexicon_that_would_be_too_large_is_not_written(tmp_path: Path) -> None:
    """Else it could not be read again, nor changed."""
    entries = "".join(f"- {{word: w{number}, say: {'x' * 480}}}\n" for number in range(1035))
    (tmp_path / "lexicon.yaml").write_text(entries)
    lexicon = LexiconFiles(None, tmp_path)
    for number in range(100):
        try:
            lexicon.add({"word": f"n{number}", "say": "x" * 480})
        except LexiconInvalid:
            break
    else:
        pytest.fail("it grew without end")
    assert lexicon.remove({"word": "w0"})


def test_a_regex_that_explodes_is_given_up() -> None:
    """The others are found; its pattern is told."""
    entries, _ = read_entries("- {regex: '(a+)+$', say: x}\n- {word: b, say: y}", "x")
    matches, slow = Lexicon([(Layer.FILE, entries)]).find("a" * 280 + " b!", "en")
    assert ([match.say for match in matches], slow) == (["y"], ["(a+)+$"])


def test_a_change_holds_at_once_and_after_a_restart(tmp_path: Path) -> None:
    """add() is found by the next current(), and by a new process."""
    lexicon = LexiconFiles(None, tmp_path)
    lexicon.add({"word": "Nguyen", "say": "win"})
    for one in (lexicon, LexiconFiles(None, tmp_path)):
        assert [match.say for match in one.current().find("Nguyen", "en")[0]] == ["win"]


def test_the_users_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """Nothing has to be told; while it is broken, what was good stays."""
    path = tmp_path / "lexicon.yaml"
    lexicon = LexiconFiles(path, tmp_path / "state")
    assert lexicon.current().find("Nguyen", "en") == ([], [])
    path.write_text("- {word: Nguyen, say: win}\n")
    assert len(lexicon.current().find("Nguyen", "en")[0]) == 1
    path.write_bytes(b"\xff\xff")
    assert len(lexicon.current().find("Nguyen", "en")[0]) == 1
    assert "not UTF-8" in str(lexicon.problems[0])
    path.unlink()
    assert lexicon.current().find("Nguyen", "en") == ([], [])


def test_changes_are_undone_one_by_one(tmp_path: Path) -> None:
    """Back to the beginning, and no further; no more steps are kept than promised."""
    lexicon = LexiconFiles(None, tmp_path)
    for number in range(3):
        lexicon.add({"word": "Nguyen", "say": f"win{number}"})
    said = []
    for left in (2, 1, 0):
        assert lexicon.undo() == left
        said.append([match.say for match in lexicon.current().find("Nguyen", "en")[0]])
    assert said == [["win1"], ["win0"], []]
    with pytest.raises(LexiconInvalid, match="undo"):
        lexicon.undo()
    for number in range(STEPS_KEPT + 5):
        lexicon.add({"word": f"w{number}", "say": "x"})
    assert len(list((tmp_path / "lexicon-steps").iterdir())) == STEPS_KEPT


def test_removing_says_where_an_entry_stands(tmp_path: Path) -> None:
    """What was added goes; what people wrote is theirs."""
    path = tmp_path / "my.yaml"
    path.write_text("- {word: one, say: uno}\n")
    lexicon = LexiconFiles(path, tmp_path / "state")
    lexicon.add({"word": "two", "say": "due"})
    assert [entry.say for entry in lexicon.remove({"word": "TWO"})] == ["due"]
    with pytest.raises(LexiconInvalid, match=r"my\.yaml:1"):
        lexicon.remove({"word": "one"})
    with pytest.raises(LexiconInvalid, match="no entry"):
        lexicon.remove({"word": "two"})
    with pytest.raises(LexiconInvalid, match="exactly one"):
        lexicon.remove({})


def test_a_live_file_with_errors_is_not_written_over(tmp_path: Path) -> None:
    """A line that somebody wrote there by hand is not lost."""
    (tmp_path / "lexicon.yaml").write_text("- {word: one, sya: uno}\n")
    with pytest.raises(LexiconInvalid, match="mend this first"):
        LexiconFiles(None, tmp_path).add({"word": "two", "say": "due"})
    assert "sya" in (tmp_path / "lexicon.yaml").read_text()


def test_a_disk_that_refuses_changes_nothing(tmp_path: Path) -> None:
    """The error names the file, the entry is not in force."""
    (tmp_path / "state").write_text("a file where the folder should be")
    lexicon = LexiconFiles(None, tmp_path / "state")
    with pytest.raises(LexiconNotWritten, match="unchanged"):
        lexicon.add({"word": "two", "say": "due"})
    assert lexicon.current().find("two", "en") == ([], [])


def test_the_projects_own_lexicon_is_without_errors() -> None:
    """What we ship is valid."""
    lexicon = LexiconFiles()
    assert lexicon.current().entries
    assert not lexicon.problems
