//! Checks that every block is closed, in the right order.

use crate::source::{Code, Language};

/// The errors in the blocks of a source text.
pub fn complaints(language: Language, text: &str) -> Vec<String> {
    let mut open: Vec<&'static str> = Vec::new();
    let mut wrong = Vec::new();
    for line in statements(language, &Code::new(language, text)) {
        if let Some(close) = opens(language, &line) {
            open.push(close);
        } else if let Some(close) = closes(language, &line) {
            match open.last() {
                // In VB6 a bare End is a block's end in the form's layout, and a statement elsewhere.
                Some(&expected) if close == "End" && expected != "End" => {}
                Some(&expected) if expected == close => {
                    open.pop();
                }
                expected => wrong.push(format!("{line}, expected {expected:?}")),
            }
        } else if let Some(needed) = belongs(language, &line)
            && open.last() != Some(&needed)
        {
            wrong.push(format!("{line}, outside of its block"));
        }
    }
    wrong.extend(open.into_iter().map(|close| format!("no {close}")));
    wrong
}

/// In PowerBuilder a script begins on the line of its head, after a semicolon.
fn statements(language: Language, code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for line in code.lines() {
        match line.split_once(';') {
            Some((head, first)) if language == Language::PowerBuilder => {
                found.push(format!("{head};"));
                found.push(first.trim().to_owned());
            }
            _ => found.push(line),
        }
    }
    found
}

/// The end of the block that a line opens.
fn opens(language: Language, line: &str) -> Option<&'static str> {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    match language {
        Language::Vb6 => match () {
            () if line.starts_with("#If ") => Some("#End If"),
            () if line.starts_with("If ") && line.ends_with(" Then") => Some("End If"),
            () if line.starts_with("Select Case ") => Some("End Select"),
            () if line.starts_with("For ") => Some("Next"),
            () if starts(&["Private Sub ", "Public Sub "]) => Some("End Sub"),
            () if starts(&["Private Function ", "Public Function "]) => Some("End Function"),
            () if line.starts_with("Begin ") => Some("End"),
            () => None,
        },
        Language::PowerBuilder => match () {
            () if line.starts_with("if ") && line.ends_with(" then") => Some("end if"),
            () if line.starts_with("for ") => Some("next"),
            () if line.starts_with("choose case ") => Some("end choose"),
            () if line == "forward" => Some("end forward"),
            () if starts(&["forward prototypes", "type prototypes"]) => Some("end prototypes"),
            () if line == "type variables" => Some("end variables"),
            () if starts(&["type ", "global type "]) => Some("end type"),
            () if line.starts_with("public function ") && line.ends_with(';') => Some("end function"),
            () if line.starts_with("public subroutine ") && line.ends_with(';') => Some("end subroutine"),
            () if line.starts_with("event ") && line.ends_with(';') => Some("end event"),
            () if line.starts_with("on ") => Some("end on"),
            () => None,
        },
        Language::Epl => match () {
            () if line.starts_with(".如果真 ") => Some(".如果真结束"),
            () if line.starts_with(".如果 ") => Some(".如果结束"),
            () if line.starts_with(".判断开始 ") => Some(".判断结束"),
            () if line.starts_with(".计次循环首 ") => Some(".计次循环尾"),
            () => None,
        },
        Language::FoxPro => match () {
            () if line.starts_with("IF ") => Some("ENDIF"),
            () if line == "DO CASE" => Some("ENDCASE"),
            () if line.starts_with("FOR ") => Some("ENDFOR"),
            () if line.starts_with("FUNCTION ") => Some("ENDFUNC"),
            () if line.starts_with("PROCEDURE ") => Some("ENDPROC"),
            () if line.starts_with("DEFINE CLASS ") => Some("ENDDEFINE"),
            () => None,
        },
    }
}

fn closes(language: Language, line: &str) -> Option<&'static str> {
    let words: &[&'static str] = match language {
        Language::Vb6 => &["#End If", "End If", "End Select", "Next", "End Sub", "End Function", "End"],
        Language::PowerBuilder => &[
            "end if",
            "next",
            "end choose",
            "end forward",
            "end prototypes",
            "end variables",
            "end type",
            "end function",
            "end subroutine",
            "end event",
            "end on",
        ],
        Language::Epl => &[".如果真结束", ".如果结束", ".判断结束", ".计次循环尾"],
        Language::FoxPro => &["ENDIF", "ENDCASE", "ENDFOR", "ENDFUNC", "ENDPROC", "ENDDEFINE"],
    };
    let whole = |word: &&&str| {
        let rest = line.strip_prefix(**word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    words.iter().find(whole).copied()
}

/// The block that must directly enclose a line.
fn belongs(language: Language, line: &str) -> Option<&'static str> {
    let (choice, branch): (&[&str], &[&str]) = match language {
        Language::Vb6 => (&["Case "], &["ElseIf ", "Else"]),
        Language::PowerBuilder => (&["case "], &["elseif ", "else"]),
        Language::Epl => (&[".判断 ", ".默认"], &[".否则"]),
        Language::FoxPro => (&["CASE ", "OTHERWISE"], &["ELSE"]),
    };
    let (of_choice, of_branch) = match language {
        Language::Vb6 => ("End Select", "End If"),
        Language::PowerBuilder => ("end choose", "end if"),
        Language::Epl => (".判断结束", ".如果结束"),
        Language::FoxPro => ("ENDCASE", "ENDIF"),
    };
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    if starts(choice) {
        Some(of_choice)
    } else if starts(branch) {
        Some(of_branch)
    } else {
        None
    }
}
