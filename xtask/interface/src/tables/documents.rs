//! The tables of all codes in the documents.

use crate::face::Face;
use crate::source::Code;

/// For `docs/errors.md`.
pub fn english(face: &Face) -> String {
    table(face, "code | number | money | what happened | what to do", |code| &code.en)
}

/// For `docs/errors.zh-CN.md`.
pub fn chinese(face: &Face) -> String {
    table(face, "返回码 | 编号 | money | 发生了什么 | 该怎么做", |code| &code.zh)
}

fn table(face: &Face, head: &str, sentences: fn(&Code) -> &[String; 2]) -> String {
    let row = |code: &Code| {
        let [happened, next] = sentences(code);
        format!("| `{}` | {} | {} | {happened} | {next} |\n", code.name, code.number, code.money)
    };
    let rows: String = face.codes.iter().map(row).collect();
    format!("\n| {head} |\n| --- | --- | --- | --- | --- |\n{rows}\n")
}
