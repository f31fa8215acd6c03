"""Students' files, to answers by question: every format, every dress, nothing lost, no crash."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.errors import ArchcalcError
from archcalc.homework.answers import FORMATS, heading, read, read_text

IDS = ("1", "2", "3", "4", "5")
PARTS = ("1", "2a", "2b", "ratio")


def sheet(text, suffix=".md", ids=IDS):
    (one,) = read_text(text, suffix, ids, f"kim{suffix}")
    return one


def answers(text, suffix=".md", ids=IDS):
    return {one.id: one.text for one in sheet(text, suffix, ids).answers}


def codes(one):
    return [remark.code for remark in one.remarks]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("3 = 112.9M", "112.9M"),
        ("3: 112.9M", "112.9M"),
        ("3) 112.9M", "112.9M"),
        ("3)112.9M", "112.9M"),
        ("(3) 112.9M", "112.9M"),
        ("3. 112.9M", "112.9M"),
        ("3\t112.9M", "112.9M"),
        ("3 -> 112.9M", "112.9M"),
        ("3 => 112.9M", "112.9M"),
        ("Q3 112.9M", "112.9M"),
        ("q3. 112.9M", "112.9M"),
        ("Q03: 112.9M", "112.9M"),
        ("Q3 (MACs): 112.9M", "112.9M"),
        ("3 (MACs): 112.9M", "112.9M"),
        ("3. MACs: 112.9M", "112.9M"),
        ("3 MACs = 112.9M", "112.9M"),
        ("3. Number of multiply-adds of the 5x5: 112.9M", "112.9M"),
        ("3 - 112.9M", "112.9M"),
        ("3: No", "No"),
        ("3. No: it has fewer filters", "No: it has fewer filters"),
        ("3. B has fewer params: True", "True"),
        ("3번 문제 답: 112.9M", "112.9M"),
        ("Question 3: 112.9M", "112.9M"),
        ("Problem 3 - 112.9M", "112.9M"),
        ("Answer 3: 112.9M", "112.9M"),
        ("문제 3: 112.9M", "112.9M"),
        ("문제3. 약 112.9M", "약 112.9M"),
        ("3번: 1억 1289만 6000", "1억 1289만 6000"),
        ("3번 112.9M", "112.9M"),
        ("문제 3번) 112.9M", "112.9M"),
        ("３： １１２.９Ｍ", "１１２.９Ｍ"),
        ('3: "112.9M"', "112.9M"),
        ("3: (14x14x48)x(5x5x480) = 112.9M", "(14x14x48)x(5x5x480) = 112.9M"),
        ("- 3: 112.9M", "112.9M"),
        ("* 3) 112.9M", "112.9M"),
        ("- [x] 3. 112.9M", "112.9M"),
        ("- **3** 112.9M", "112.9M"),
        ("- **3**: 112.9M", "112.9M"),
        ("**3.** 112.9M", "112.9M"),
        ("**Q3:** **112.9M**", "112.9M"),
        ("**3. 112.9M**", "112.9M"),
        ("3. `14x14x48`", "14x14x48"),
        ("3. $112{,}896{,}000$", "$112{,}896{,}000$"),
        ("### 문제 3\n\n112.9M", "112.9M"),
        ("## Question 3\n112.9M", "112.9M"),
        ("## 3. MACs\n112.9M", "112.9M"),
        ("## Q3: 112.9M", "112.9M"),
        ("#3\n112.9M", "112.9M"),
        ("Q3\n112.9M", "112.9M"),
        ("3.\n```\n112.9M\n```", "112.9M"),
        ("3. How many MACs?\nAnswer: 112.9M", "112.9M"),
        ("3. <!-- 4: 5 --> 112.9M", "112.9M"),
    ],
)
@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_a_line_answers_question_3(line, text, suffix):
    assert answers(line, suffix) == {"3": text}


@pytest.mark.parametrize(
    "line",
    [
        "3 x 3 x 480 = 4320",
        "3 - 1 = 2",
        "(3)(5) = 15",
        "3x3x64",
        "3.5M",
        "3",
        "3 layers are compared here",
        "## 3.1 MACs\n5",
        "the third: 3",
        "<!-- 3: 5 -->",
        "## Question 3\n",
        "3:",
        "3. How many?",
    ],
)
def test_a_line_that_answers_nothing(line):
    assert answers(line) == {}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("We count.\n\n14*14*48\n= 112.9M", "= 112.9M"),
        ("Answer: 112.9M\nBecause the window has 25 taps.", "112.9M"),
        ("**Answer:** 112.9M\n\nok 3", "112.9M"),
        ("정답: 112.9M", "112.9M"),
        ("답: 112.9M", "112.9M"),
        ("steps 1\n=> 112.9M\ndone 2", "112.9M"),
        ("Answer:\n112.9M\nthat was 1 line", "112.9M"),
        ("5 MACs each\nAnswer: 14*14\n= 196", "14*14\n= 196"),
        ("1. first 14x14\n2. then 112.9M", "then 112.9M"),
        ("112.9M\nThis is because windows overlap.", "112.9M"),
        ("B is cheaper than A as 5 < 6\nTrue", "True"),
        ("- MACs: 112.9M", "112.9M"),
        ("$$\n112.9M\n$$", "112.9M"),
        ("112.9M\n\nIs that 5 or 6?", "112.9M"),
        ("> How many for 5x5?\n\n112.9M\n---", "112.9M"),
        ("```python\n# 4: no heading\nmacs = 112.9M\n```", "112.9M"),
    ],
)
def test_below_a_heading_the_marked_line_or_the_last_one_answers(body, text):
    assert answers(f"## Question 3\n{body}\n## Notes\n7\n") == {"3": text}


def test_lines_that_go_on_belong_to_the_answer_before():
    one = sheet(
        "1: 14x14x48\n2: (14x14x48)x(5x5x480)\n   = 112,896,000\n\n3: 5\n= 5\nremark\n", ".txt"
    )
    assert [(a.id, a.text, a.line, a.end_line) for a in one.answers] == [
        ("1", "14x14x48", 1, 1),
        ("2", "(14x14x48)x(5x5x480)\n= 112,896,000", 2, 3),
        ("3", "5\n= 5", 5, 6),
    ]
    assert one.remarks == ()


def test_an_indented_list_is_no_continuation():
    assert answers("  1. a1\n  2. a2\n    = 2\n") == {"1": "a1", "2": "a2\n= 2"}


@pytest.mark.parametrize(
    "text",
    [
        "2(a) = 5\n2.b: 6",
        "2a) 5\nQ2-b 6",
        "2.\n(a) 5\n(b) 6",
        "2. (a) 5\n   (b) 6",
        "## Question 2\n(a) 5\nb) 6",
        "## 2\n### (a)\n5\n### (b)\n6",
        "문제 2\na. 5\nb. 6",
    ],
)
def test_parts_of_a_question(text):
    one = sheet(text, ids=PARTS)
    assert {a.id: a.text for a in one.answers} == {"2a": "5", "2b": "6"}
    assert one.remarks == ()


@pytest.mark.parametrize(
    "label", ["1", "Q1", "q1.", "(1)", "1)", "문제 1", "문제1", "1번", "Question 1"]
)
def test_labels_are_loose_in_tables_and_mappings_too(label):
    assert answers(f"{label},5", ".csv") == {"1": "5"}
    assert answers(f"| question | answer |\n|--|--|\n| {label} | 5 |") == {"1": "5"}
    assert answers(json.dumps({label: "5"}), ".json") == {"1": "5"}
    assert answers(f'"{label}": 5', ".yaml") == {"1": "5"}


def test_ids_with_words_and_an_unknown_one_with_its_neighbor():
    one = sheet("naive-macs = 5\nnaive macz: 7\nRatio: 3\n", ".txt", ("naive-macs", "ratio"))
    assert [(a.id, a.text) for a in one.answers] == [("naive-macs", "5"), ("ratio", "3")]
    (remark,) = one.remarks
    assert (remark.code, remark.line, remark.help) == ("E22", 2, "did you mean naive-macs?")
    assert "naive macz" in remark.message


@pytest.mark.parametrize(
    ("text", "suffix", "line"),
    [
        ("1: 5\nQ9: 6", ".txt", 2),
        ("1. 5\n9. 6", ".md", 2),
        ("# Question 9\n6\n# Question 1\n5", ".md", 1),
        ("| question | answer |\n|--|--|\n| 1 | 5 |\n| 9 | 6 |", ".md", 4),
        ("id,answer\n1,5\n9,6", ".csv", 3),
        ("1: 5\n9: 6", ".yaml", 2),
        ('{"1": 5,\n"9": 6}', ".json", 2),
    ],
)
def test_an_unknown_question_is_a_remark(text, suffix, line):
    one = sheet(text, suffix)
    assert [(a.id, a.text) for a in one.answers] == [("1", "5")]
    assert [(remark.code, remark.line) for remark in one.remarks] == [("E22", line)]
    assert "9" in one.remarks[0].message


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("1: 5\n1: 6", ".txt"),
        ("1. 5\n1. 6", ".md"),
        ("1,5\n1,6", ".csv"),
        ("1: 5\n1: 6", ".yaml"),
        ('{"1": 5,\n"1": 6}', ".json"),
    ],
)
def test_of_two_answers_the_last_counts_and_both_lines_are_named(text, suffix):
    one = sheet(text, suffix)
    assert [(a.id, a.text, a.line) for a in one.answers] == [("1", "6", 2)]
    assert [remark.code for remark in one.remarks] == ["E26"]
    assert "lines 1 and 2" in one.remarks[0].message


@pytest.mark.parametrize(
    ("text", "student"),
    [
        ("1: 5", "kim"),
        ("Name: Lee Ha\n1: 5", "Lee Ha"),
        ("**Name:** Lee\n1: 5", "Lee"),
        ("이름: 김철수\n학번: 20240001\n1: 5", "김철수"),
        ("학번: 20240001\n1: 5", "20240001"),
        ("---\nstudent: Lee\ncourse: x\n---\n1: 5", "Lee"),
        ("---\nname: 'Lee'\n---\n1: 5", "Lee"),
    ],
)
def test_the_student_of_a_text(text, student):
    one = sheet(text)
    assert (one.student, one.name) == (student, "kim.md")
    assert [(a.id, a.text) for a in one.answers] == [("1", "5")]


@pytest.mark.parametrize(
    "table",
    [
        "| question | answer |\n|---|---|\n| 1 | 14x14 |\n| Q2 | **112.9M** |",
        "| 문제 | 답 |\n|:--|--:|\n| 1번 | 14x14 |\n| 2번 | 112.9M |",
        "question | working | answer\n--- | --- | ---\n1 | a | 14x14\n2 (MACs) | b | 112.9M",
        "| | value |\n|--|--|\n| 1 | 14x14 |\n| 2 | 112.9M |",
        "| 1 | 14x14 |\n|--|--|\n| 2 | 112.9M |",
        "| 1 | 2 |\n|--|--|\n| 14x14 | 112.9M |",
        "| | Q1 | Q2 |\n|--|--|--|\n| answer | 14x14 | 112.9M |",
        "| # | result |\n|--|--|\n| 1 | 14x14 |\n| 2 | 112.9M |",
    ],
)
def test_markdown_tables_of_answers(table):
    one = sheet(f"# Homework\n\n{table}\n\ndone\n")
    assert {a.id: a.text for a in one.answers} == {"1": "14x14", "2": "112.9M"}
    assert (one.tables, one.remarks) == ((), ())


def test_a_table_of_layers_keeps_its_place():
    one = sheet(
        "## 문제 3: layers\n\n| 층 | 출력 크기 | 파라미터 | 연산량 | note |\n|--|--|--|--|--|\n"
        "| conv1 | 112x112x64 | 9,472 | 118M | a\\|b |\n| pool | 56x56x64 | 0 |\n"
    )
    (table,) = one.tables
    assert table.columns == ("layer", "output", "params", "macs", None)
    assert table.rows == (
        ("conv1", "112x112x64", "9,472", "118M", "a|b"),
        ("pool", "56x56x64", "0", "", ""),
    )
    assert (table.lines, table.id, table.heading) == ((5, 6), "3", "문제 3: layers")
    assert one.answers == ()


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_a_file_that_is_a_table_of_layers(suffix):
    text = "layer,K,P,S,n_in,n_out,j,r\nconv1,7,3,2,224,(224+6-7)/2+1=112,2,7\n"
    (table,) = sheet(text.replace(",", "\t") if suffix == ".tsv" else text, suffix).tables
    assert table.columns == (
        *("layer", "kernel", "padding", "stride", "input", "size", "jump", "receptive_field"),
    )
    assert table.rows[0][5] == "(224+6-7)/2+1=112"
    assert (table.lines, table.id) == ((2,), "")


def test_a_name_beside_quantities_is_a_layers_name():
    (table,) = sheet("name,params,MACs\nconv1,5,6\n", ".csv").tables
    assert table.columns == ("layer", "params", "macs")


@pytest.mark.parametrize(
    "text",
    [
        "id,answer\n1,14x14\n2,112,896,000\n3,.5\n",
        "1,14x14\n2,112,896,000\n3,.5\n",
        'id,answer\n1,"14x14"\n2,"112,896,000"\n\n3,.5\n',
        "id;answer\n1;14x14\n2;112,896,000\n3;.5\n",
        "1;14x14\n2;112,896,000\n3;.5\n",
        "id\tanswer\r\n1\t14x14\r\n2\t112,896,000\r\n3\t.5\r\n",
        "문제,답\n1번,14x14\n2번,112,896,000\n3번,.5\n",
        "name,Lee\n1,14x14\n2,112,896,000\n3,.5\n",
        '1,2,3\n14x14,"112,896,000",.5\n',
    ],
)
def test_separated_answers_of_one_student(text):
    one = sheet(text, ".csv")
    assert {a.id: a.text for a in one.answers} == {"1": "14x14", "2": "112,896,000", "3": ".5"}
    assert one.remarks == ()
    assert one.student == ("Lee" if "Lee" in text else "kim")


@pytest.mark.parametrize(
    "text",
    [
        "student,1,2\nKim,14x14,5M\nLee,15x15,\n",
        "이름;문제 1;2번\nKim;14x14;5M\nLee;15x15;\n",
        "email\tQ1\tQ2\nKim\t14x14\t5M\nLee\t15x15\n",
        "Date,Email,Score,1. Output size,2. MACs\n1,Kim,5/5,14x14,5M\n2,Lee,5/5,15x15,\n",
        "id,1,2\nKim,14x14,5M\nLee,15x15,\n",
        "student,question,answer\nKim,1,14x14\nLee,1,15x15\nKim,2,5M\n",
    ],
)
def test_a_class_in_one_file(text):
    kim, lee = read_text(text, ".csv", IDS, "class.csv")
    assert (kim.name, kim.student) == ("class.csv (Kim)", "Kim")
    assert [(a.id, a.text) for a in kim.answers] == [("1", "14x14"), ("2", "5M")]
    assert [(a.id, a.text) for a in lee.answers] == [("1", "15x15")]
    assert (kim.remarks, lee.remarks) == ((), ())


def test_a_student_twice_and_a_strange_column_in_a_class():
    first, second = read_text("name,1,9\nKim,5,6\nKim,7,8\n", ".csv", IDS, "class.csv")
    assert codes(first) == ["E22"]
    assert codes(second) == ["E26"]
    assert first.name != second.name


def test_a_row_with_loose_commas_is_remarked_on():
    one, _ = read_text("name,1,2\nKim,112,896,000,5\nLee,5,6\n", ".csv", IDS, "class.csv")
    assert codes(one) == ["E22"]
    assert "5 cells" in one.remarks[0].message


def test_a_quote_that_never_closes_costs_one_line():
    one = sheet('id,answer\n1,"14x14\n2,5M\n3,6M\n', ".csv")
    assert {a.id: a.text for a in one.answers} == {"1": "14x14", "2": "5M", "3": "6M"}
    assert [(remark.code, remark.line) for remark in one.remarks] == [("E22", 2)]


def test_yaml_keeps_numbers_as_written():
    text = (
        "student: Lee\nanswers:\n  1: 112.90\n  Q2: 1e8\n  3: [14, 14,48]\n"
        "  4: {answer: 010}\n  5:\n    - 1_000\n    - 0x10\n"
    )
    one = sheet(text, ".yaml")
    assert [a.text for a in one.answers] == ["112.90", "1e8", "[14, 14,48]", "010", "[1_000, 0x10]"]
    assert [a.line for a in one.answers] == [3, 4, 5, 6, 7]
    assert (one.student, one.remarks) == ("Lee", ())


def test_json_keeps_numbers_as_written():
    text = (
        '{"name": "Lee",\n "answers": {"1": 112.90,\n "2": 1e8, "3": [14, 14, 48],\n'
        ' "4": {"answer": 123456789012345678901234567890}, "5": true}}'
    )
    one = sheet(text, ".json")
    assert [a.text for a in one.answers] == [
        *("112.90", "1e8", "[14, 14, 48]", "123456789012345678901234567890", "true"),
    ]
    assert [a.line for a in one.answers] == [2, 3, 3, 4, 4]
    assert one.student == "Lee"


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("- {question: 1, answer: 5}\n- {id: 2a, answer: 6}\n", ".yaml"),
        ("- 1: 5\n- 2a: 6\n", ".yaml"),
        ("1: 5\n2:\n  a: 6\n", ".yaml"),
        ("{'1': 5, '2a': 6,}", ".json"),
        ('[{"question": "1", "answer": 5}, {"question": "2(a)", "answer": 6}]', ".json"),
    ],
)
def test_other_structures(text, suffix):
    assert answers(text, suffix, PARTS) == {"1": "5", "2a": "6"}


def test_a_list_of_layers_in_yaml_is_a_table():
    one = sheet(
        "3:\n  - {layer: conv1, params: 9,MACs: 5}\n  - {layer: pool, params: 0}\n", ".yaml"
    )
    (table,) = one.tables
    assert (table.id, table.columns) == ("3", ("layer", "params", "macs"))
    assert table.rows == (("conv1", "9", "5"), ("pool", "0", ""))
    assert table.lines == (2, 3)


def notebook(*cells):
    return json.dumps({"cells": list(cells), "nbformat": 4}, indent=1)


def code(source, *outputs, tags=()):
    metadata = {"tags": list(tags)}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": list(outputs)}


def result(text):
    return {"output_type": "execute_result", "data": {"text/plain": [text], "text/html": "<b>"}}


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (code("# q3\n5*5", result("25")), "25"),
        (code(["# Q3\n", "x = '14x14x48'\n", "x"], result("'14x14x48'")), "14x14x48"),
        (code("14*14", result("196"), tags=["archcalc:3"]), "196"),
        (code("14*14", tags=["q3"]), "14*14"),
        (code("# q3: the MACs\nmacs = 14*14*48  # a product"), "14*14*48"),
        (code("## Question 3\nprint(14*14)"), "14*14"),
        (code("# q3\nprint('a')\nprint(5)", printed("a\n5\n")), "5"),
        (code("# q3\n5", printed("warning", "stderr")), "5"),
        (code("# 3번\n(14, 14, 48)"), "(14, 14, 48)"),
        ({"cell_type": "markdown", "source": "## Question 3\n112.9M"}, "112.9M"),
        ({"cell_type": "markdown", "source": ["- 3: 112.9M"]}, "112.9M"),
        (
            {
                "cell_type": "markdown",
                "metadata": {"tags": ["archcalc:3"]},
                "source": "so\nAnswer: 5",
            },
            "5",
        ),
    ],
)
def test_a_notebook_cell_answers_question_3(cell, text):
    one = sheet(notebook(cell), ".ipynb")
    assert [(a.id, a.text) for a in one.answers] == [("3", text)]
    assert one.answers[0].line > 1
    assert one.remarks == ()


def test_code_overrules_the_statement_of_its_question():
    statement = {"cell_type": "markdown", "source": "## Question 3\nMACs of conv 5x5x48"}
    one = sheet(notebook(statement, code("# q3\n5", result("5"))), ".ipynb")
    assert [(a.id, a.text) for a in one.answers] == [("3", "5")]
    assert one.remarks == ()


def test_a_cell_for_an_unknown_question_is_a_remark():
    one = sheet(
        notebook(code("# q9\n5"), code("5", tags=["archcalc:8"]), code("# q1\n5")), ".ipynb"
    )
    assert codes(one) == ["E22", "E22"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', "not json", '{"cells": [}'])
def test_what_is_no_notebook(text):
    with pytest.raises(ArchcalcError) as caught:
        read_text(text, ".ipynb", IDS, "kim.ipynb")
    assert (caught.value.code, bool(caught.value.help)) == ("E22", True)


KOREAN = "이름: 김철수\n문제 1: 약 112.9M\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (KOREAN.encode(), ""),
        (KOREAN.encode("utf-8-sig"), ""),
        (KOREAN.encode("utf-16"), ""),
        (b"\xfe\xff" + KOREAN.encode("utf-16-be"), ""),
        (KOREAN.encode("cp949"), "cp949"),
        (KOREAN.encode("utf-8-sig"), "cp949"),
        (KOREAN.replace("\n", "\r\n").encode(), ""),
        (KOREAN.replace("\n", "\r").encode(), ""),
    ],
)
def test_encodings(tmp_path, data, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    (one,) = read(str(path), IDS, encoding=encoding)
    assert (one.name, one.student) == ("a.txt", "김철수")
    assert [(a.id, a.text, a.line) for a in one.answers] == [("1", "약 112.9M", 2)]


@pytest.mark.parametrize(
    ("data", "encoding", "message", "help"),
    [
        (b"1: 5\n\xb1\xe8: 6", "", "(byte 0xB1 at 5, line 2); it looks like cp949", "cp949"),
        (b"1: 5\n2: \xff", "", "(byte 0xFF at 8, line 2)", "save it as UTF-8"),
        (b"\xff\xfe1", "", "is not utf-16", "--encoding"),
        ("1: 5".encode("utf-16-le"), "", "looks like utf-16-le", "utf-16-le"),
        (b"1: 5", "klingon", 'no encoding is called "klingon"', "cp949"),
        (b"1: 5", "hex", "hex", "cp949"),
        (b"%PDF-1.4", "", "is a PDF", "text"),
        (b"PK\x03\x04..", "", "office document", "text"),
    ],
)
def test_other_bytes_are_named_not_guessed(tmp_path, data, encoding, message, help):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(ArchcalcError) as caught:
        read(str(path), IDS, encoding=encoding)
    assert caught.value.code == "E35"
    assert message in caught.value.message
    assert help in caught.value.help


def test_files_that_cannot_be_read(tmp_path):
    large = tmp_path / "large.txt"
    large.write_bytes(b"1: " + b"9" * 10_000_000)
    for path, code_ in [(large, "E44"), (tmp_path, "E33"), (tmp_path / "none.md", "E33")]:
        with pytest.raises(ArchcalcError) as caught:
            read(str(path), IDS)
        assert caught.value.code == code_
    with pytest.raises(ArchcalcError):
        read("a\0b", IDS)


def test_null_bytes_are_left_out_with_a_remark(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"1: 11\x002.9M\n2: 5\n")
    (one,) = read(str(path), IDS)
    assert [a.text for a in one.answers] == ["112.9M", "5"]
    assert codes(one) == ["E35"]


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("1: {}\n2: 5", ".txt"),
        ("## 1\n{}\n## 2\n5", ".md"),
        ("1,{}\n2,5", ".csv"),
        ("| q | answer |\n|--|--|\n|1|{}|\n|2|5|", ".md"),
        ("1: {}\n2: 5", ".yaml"),
    ],
)
def test_a_long_cell_is_cut_and_the_rest_stays(text, suffix):
    one = sheet(text.format("9" * 900_000), suffix)
    assert [(a.id, len(a.text)) for a in one.answers] == [("1", 2000), ("2", 1)]
    assert codes(one) == ["E44"]


def test_many_lines_and_many_remarks_end():
    one = sheet("x\n" * 6000 + "1: 5\n")
    assert (one.answers, codes(one)[0]) == ((), "E44")
    assert len(sheet("9: 1\n" * 4000).remarks) <= 52
    long = "name,1\n" + "Kim,5\n" * 6000
    assert len(read_text(long, ".csv", IDS, "class.csv")) < 5001
    wide = sheet("1,2," * 100_000, ".csv")
    assert "E44" in codes(wide)


@pytest.mark.parametrize(
    ("text", "suffix", "code_"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ".yaml", "E22"),
        ("!!python/object/apply:os.system ['x']", ".yaml", "E22"),
        ("[" * 5000, ".yaml", "E44"),
        ("- a\n" * 30_000, ".yaml", "E44"),
        ("[" * 100_000, ".json", "E44"),
        ("[" * 60 + "]" * 60, ".json", "E44"),
        ("[" + "1," * 50_000 + "1]", ".json", "E44"),
        ('{"1": ', ".json", "E22"),
        ("9" * (2**20 + 1), ".txt", "E44"),
    ],
)
def test_bombs_are_refused(text, suffix, code_):
    with pytest.raises(ArchcalcError) as caught:
        read_text(text, suffix, IDS, f"kim{suffix}")
    assert caught.value.code == code_


@pytest.mark.parametrize(
    "bad", ["1: !!python/name:os.system x", "1: &a x", "1: @5", "1: a: b", "\t1: x", '1: "x']
)
def test_what_yaml_refuses_costs_its_line_only(bad):
    one = sheet(f"2: 112.90 # about\n{bad}\n3: '5M'\n", ".yaml")
    found = {a.id: a.text for a in one.answers}
    assert (found["2"], found["3"]) == ("112.90", "5M")
    assert "E22" in codes(one)


def test_script_and_bars_come_out_as_they_are_written():
    text = "1: <script>alert(1)</script>\n2: a|b`c`\n3: 9^9^9\n"
    assert [a.text for a in sheet(text).answers] == ["<script>alert(1)</script>", "a|b`c`", "9^9^9"]


def test_halves_of_characters_do_not_get_through():
    one = sheet('{"student": "\\ud800", "1": "5\\u0000\\udfff"}', ".json")
    assert (one.student, one.answers[0].text) == ("�", "5�")


def test_nothing_found_is_said():
    for suffix in (".txt", ".md", ".csv", ".yaml"):
        one = sheet("", suffix)
        assert (one.answers, codes(one)) == ((), ["E22"])
    assert codes(sheet("# only a comment\n", ".yaml")) == ["E22"]
    assert sheet("", ids=()).remarks == ()


def test_an_unknown_suffix_is_text():
    assert answers("1: 5", ".rtf") == answers("1: 5", "") == answers("1: 5", ".TXT") == {"1": "5"}


def test_the_folder_lists_the_formats():
    assert {".txt", ".md", ".markdown", ".csv", ".tsv", ".yaml", ".yml", ".json", ".ipynb"} == {
        *FORMATS
    }


@pytest.mark.parametrize(
    ("name", "texts"),
    {
        "layer": "Layer|층|레이어",
        "output": "output|Output Shape|output size (HxWxC)|size|출력|출력 크기",
        "params": "params|Parameters|# params|#Params|number of parameters|파라미터|매개변수 수",
        "weights": "weights|가중치",
        "macs": "MACs|mult-adds|Mult-Adds (M)|연산량|곱셈-덧셈|곱셈-덧셈 수",
        "flops": "FLOPs|FLOPs (total)",
        "units": "units|neurons|# units",
        "activations": "activations",
        "connections": "connections|Connections",
        "receptive_field": "receptive field|RF|rf|r|r_out|수용 영역|수용영역",
        "jump": "jump|j|j_out|stride product",
        "kernel": "kernel|K|kernel size",
        "padding": "padding|P",
        "stride": "stride|S",
        "input": "n_in|input|입력",
        "size": "n_out",
        "memory": "memory|Memory (MB)|bytes|메모리",
        "answer": "answer|**Answer**|답|정답",
        "question": "question|문제|id|번호|#|No.",
        "student": "student|name|이름|학번|Student ID|e-mail",
    }.items(),
)
def test_headings(name, texts):
    for text in texts.split("|"):
        assert heading(text) == name, text
    assert heading("colour") is heading("") is heading("x" * 10_000) is None


PIECES = st.sampled_from(
    [
        *("\n", "# ", "## Question 3", "Q3", "문제 3", "번", "|", "|---|---|\n", "```\n", "<!--"),
        *("-->", "Answer:", "답:", "=", ":", ".", ")", "(", "1", "2", "(a)", "112.9M", '"', "'"),
        *("{", "}", "[", "]", "- ", "**", "`", "  ", "\t", ";", ",", "&a", "*a", "!!x", "\0"),
        *("\ud800", "\u2028", "Name: Kim", "student", "answer", "layer", "id", '{"cells":', "\\"),
        *("²", "①", "٣", "half ½", "\r", "\ufeff", "---\n", "%"),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))


@pytest.mark.parametrize("suffix", [*FORMATS, ".foo"])
@settings(max_examples=150, deadline=None)
@given(
    text=TEXTS,
    ids=st.sampled_from([IDS, PARTS, (), ("a", "A", "Q1", "1", "(1)"), ("", "²", "x" * 300)]),
)
def test_any_text_ends_in_sheets_or_a_clean_message(suffix, text, ids):
    refusal = None
    found = []
    try:
        found = read_text(text, suffix, ids, f"kim{suffix}")
    except ArchcalcError as error:
        refusal = error
    assert found or (refusal and refusal.code != "E00" and refusal.message)
    for one in found:
        one.student.encode()
        assert one.student
        assert {a.id for a in one.answers} <= {*ids}
        assert all(0 < len(a.text) <= 2000 and 0 <= a.line <= a.end_line for a in one.answers)
        for table in one.tables:
            assert len(table.lines) == len(table.rows)
            assert {len(row) for row in table.rows} <= {len(table.head)}
            assert len(table.columns) == len(table.head)


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(
        st.from_regex(r"[1-9][0-9]{0,6}(\.[0-9]{1,3})?[KMG]?", fullmatch=True),
        min_size=1,
        max_size=5,
    )
)
def test_every_format_says_the_same(values):
    pairs = dict(zip(IDS, values, strict=False))
    lines = [f"{id}: {text}" for id, text in pairs.items()]
    head = f"| {' | '.join(pairs)} |\n|{'--|' * len(pairs)}\n| {' | '.join(values)} |"
    for text, suffix in [
        ("\n".join(lines), ".txt"),
        ("\n".join(f"## Question {id}\n{text}" for id, text in pairs.items()), ".md"),
        ("\n".join(f"{id}. {text}" for id, text in pairs.items()), ".md"),
        (head, ".md"),
        ("\n".join(["id,answer", *(f"{id},{text}" for id, text in pairs.items())]), ".csv"),
        ("\n".join(lines), ".yaml"),
        (json.dumps(pairs), ".json"),
        (notebook(*(code(f"# q{id}\n{text}") for id, text in pairs.items())), ".ipynb"),
    ]:
        assert answers(text, suffix) == pairs, suffix
