//! The tables of all codes and of all fields in the documents.

use crate::source::{Code, Field};

/// For `docs/errors.md`.
pub fn codes(codes: &[Code]) -> String {
    table(
        "code | number | money | message: what happened | advice: what the cashier does | hint: what the programmer does",
        codes.iter().map(|code| row_of(code, &code.en)),
    )
}

/// For `docs/errors.zh-CN.md`.
pub fn codes_zh(codes: &[Code]) -> String {
    table(
        "返回码 | 编号 | money | 发生了什么（message） | 收银员怎么做（advice） | 程序员怎么做（hint）",
        codes.iter().map(|code| row_of(code, &code.zh)),
    )
}

fn row_of(code: &Code, [happened, next, hint]: &[String; 3]) -> String {
    format!("`{}` | {} | {} | {happened} | {next} | {hint}", code.name, code.number, code.money)
}

/// For `docs/fields.md`.
pub fn fields(fields: &[Field]) -> String {
    let row = |field: &Field| format!("`{}` | {} | {} | {}", field.name, field.kind, field.en, field.within);
    table("field | type | what it is | where", fields.iter().map(row))
}

/// For `docs/fields.zh-CN.md`.
pub fn fields_zh(fields: &[Field]) -> String {
    let row = |field: &Field| format!("`{}` | {} | {} | {}", field.name, field.kind, field.zh, field.within);
    table("字段 | 类型 | 含义 | 出现在", fields.iter().map(row))
}

fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let rule = vec!["---"; head.split(" | ").count()].join(" | ");
    let rows: String = rows.map(|row| format!("| {row} |\n")).collect();
    format!("\n| {head} |\n| {rule} |\n{rows}\n")
}
