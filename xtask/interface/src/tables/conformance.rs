//! The table of `docs/protocol.md`: where each parameter and each value of a response in the platform's
//! document is sent or kept, how a caller reaches it, and which test shows that. Its rows are in
//! `docs/conformance.tsv`; the names in them are checked here.

use std::collections::BTreeSet;
use std::fs;

use kit::error::Error;
use kit::workspace;

use crate::source::Field;

const PLACE: &str = "docs/conformance.tsv";

/// One parameter, or one value of a response.
pub struct Row {
    section: String,
    kind: Kind,
    name: String,
    reach: Vec<Reach>,
    test: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Request,
    Response,
}

/// How a caller reaches it.
enum Reach {
    /// The library sends or handles it by itself.
    Own(String),
    /// The code that the call returns.
    Code,
    /// Kept in a file of the data folder, and never exposed.
    Kept(String),
    Argument {
        function: String,
        argument: String,
    },
    Parameter(String),
    Option(String),
    Call(String),
    Field(String),
    /// An attribute of the platform's config.
    Config(String),
    /// An attribute in the list `response`.
    Response(String),
    Item {
        list: String,
        name: String,
    },
}

/// Reads the rows and checks the names in them.
pub fn rows(header: &str, fields: &[Field]) -> Result<Vec<Row>, Error> {
    let text = workspace::read(&workspace::root().join(PLACE))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let rows = lines.map(Row::parse).collect::<Result<Vec<_>, _>>()?;
    let known = Known { header, fields };
    for row in &rows {
        for reach in &row.reach {
            known.check(reach).map_err(|what| wrong(&row.name, &what))?;
        }
        is_test(&row.test).map_err(|what| wrong(&row.name, &what))?;
    }
    let mut seen = BTreeSet::new();
    match rows.iter().find(|row| !seen.insert((&row.section, row.kind == Kind::Request, &row.name))) {
        Some(row) => Err(wrong(&row.name, "is listed twice")),
        None => Ok(rows),
    }
}

/// For `docs/protocol.md`.
pub fn table(rows: &[Row]) -> String {
    written(rows, "section | in the document | how a caller reaches it | test", |reach| match reach {
        Reach::Own(what) => format!("sent by the library ({what})"),
        Reach::Code => "the code that the call returns".to_owned(),
        Reach::Kept(file) => format!("kept in `{file}`, never handed out"),
        Reach::Argument { function, argument } => format!("`{argument}` of `{function}`"),
        Reach::Parameter(name) => format!("parameter `{name}`"),
        Reach::Option(name) => format!("option `{name}`"),
        Reach::Call(name) => format!("`{name}`"),
        Reach::Field(name) => format!("field `{name}`"),
        Reach::Config(name) => format!("`{name}` of `wsy_config`"),
        Reach::Response(name) => format!("`{name}` in the list `response`"),
        Reach::Item { list, name } => format!("`{name}` in the list `{list}`"),
    })
}

/// For `docs/protocol.zh-CN.md`.
pub fn table_zh(rows: &[Row]) -> String {
    written(rows, "章节 | 文档中的名称 | 怎样给出或取到 | 测试", |reach| match reach {
        Reach::Own(what) => format!("本库自己发送（{what}）"),
        Reach::Code => "调用的返回码".to_owned(),
        Reach::Kept(file) => format!("存在 `{file}`，不给出"),
        Reach::Argument { function, argument } => format!("`{function}` 的 `{argument}`"),
        Reach::Parameter(name) => format!("参数 `{name}`"),
        Reach::Option(name) => format!("选项 `{name}`"),
        Reach::Call(name) => format!("`{name}`"),
        Reach::Field(name) => format!("字段 `{name}`"),
        Reach::Config(name) => format!("`wsy_config` 的 `{name}`"),
        Reach::Response(name) => format!("列表 `response` 的 `{name}`"),
        Reach::Item { list, name } => format!("列表 `{list}` 的 `{name}`"),
    })
}

fn written(rows: &[Row], head: &str, say: impl Fn(&Reach) -> String) -> String {
    let rule = vec!["---"; head.split(" | ").count()].join(" | ");
    let line = |row: &Row| {
        let arrow = if row.kind == Kind::Request { "→" } else { "←" };
        let reach: Vec<String> = row.reach.iter().map(&say).collect();
        let (section, name, test) = (&row.section, &row.name, &row.test);
        format!("| {section} {arrow} | `{name}` | {} | `{test}` |\n", reach.join("; "))
    };
    format!("\n| {head} |\n| {rule} |\n{}\n", rows.iter().map(line).collect::<String>())
}

impl Row {
    fn parse(line: &str) -> Result<Self, Error> {
        let [section, kind, name, reach, test] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(wrong(line, "does not have five columns"));
        };
        let kind = match kind {
            "request" => Kind::Request,
            "response" => Kind::Response,
            other => {
                return Err(wrong(
                    name,
                    &format!("is neither \"request\" nor \"response\", but \"{other}\""),
                ));
            }
        };
        let reach = reach.split(", ").map(|reach| Reach::parse(reach).ok_or_else(|| wrong(name, reach)));
        let reach = reach.collect::<Result<Vec<_>, _>>()?;
        let [section, name, test] = [section, name, test].map(str::to_owned);
        Ok(Self { section, kind, name, reach, test })
    }
}

impl Reach {
    fn parse(text: &str) -> Option<Self> {
        if text == "code" {
            return Some(Self::Code);
        }
        let (kind, what) = text.split_once(':')?;
        let two = || what.split_once('.').map(|(one, two)| (one.to_owned(), two.to_owned()));
        let what = what.to_owned();
        Some(match kind {
            "own" => Self::Own(what),
            "kept" => Self::Kept(what),
            "argument" => {
                let (function, argument) = two()?;
                Self::Argument { function, argument }
            }
            "parameter" => Self::Parameter(what),
            "option" => Self::Option(what),
            "call" => Self::Call(what),
            "field" => Self::Field(what),
            "config" => Self::Config(what),
            "response" => Self::Response(what),
            "item" => {
                let (list, name) = two()?;
                Self::Item { list, name }
            }
            _ => return None,
        })
    }
}

/// The names that exist.
struct Known<'a> {
    header: &'a str,
    fields: &'a [Field],
}

impl Known<'_> {
    fn check(&self, reach: &Reach) -> Result<(), String> {
        let is_there = match reach {
            Reach::Argument { function, argument } => self.prototype(function).is_some_and(|prototype| {
                prototype.split(|c: char| !is_of_name(c)).any(|word| word == argument)
            }),
            Reach::Call(function) => self.prototype(function).is_some(),
            Reach::Option(name) => self.header.contains(&format!("\n *   {name} ")),
            // A parameter may be any that the platform takes, and so may the names in its config and
            // responses.
            Reach::Parameter(_) | Reach::Config(_) | Reach::Response(_) => true,
            Reach::Field(name) | Reach::Item { list: name, .. } => {
                self.fields.iter().any(|field| field.name == *name)
            }
            Reach::Own(_) | Reach::Code | Reach::Kept(_) => true,
        };
        let (Reach::Argument { function: name, .. }
        | Reach::Call(name)
        | Reach::Option(name)
        | Reach::Field(name)
        | Reach::Item { list: name, .. }) = reach
        else {
            return Ok(());
        };
        if is_there { Ok(()) } else { Err(format!("names {name}, which does not exist or has no such part")) }
    }

    fn prototype(&self, function: &str) -> Option<&str> {
        let from = self.header.find(&format!("int32_t {function}("))?;
        self.header[from..].split_once(';').map(|(prototype, _)| prototype)
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Checks a test name, `file.rs::function` below `tests`.
fn is_test(test: &str) -> Result<(), String> {
    let (file, function) = test.split_once("::").ok_or_else(|| format!("{test} is not a test"))?;
    let text =
        fs::read_to_string(workspace::root().join("tests").join(file)).map_err(|e| format!("{file}: {e}"))?;
    let is_there = text.contains(&format!("#[test]\nfn {function}()"));
    if is_there { Ok(()) } else { Err(format!("there is no test {test}")) }
}

fn wrong(name: &str, what: &str) -> Error {
    Error::Check(format!("{PLACE}: {name}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_names_has_to_be_there() {
        let header = " *   ver  the version\nint32_t wsy_read_bill(wsy_client *client, const char *dm_id);";
        let known = Known { header, fields: &[] };
        let check = |text: &str| known.check(&Reach::parse(text).unwrap()).is_ok();
        assert!(check("argument:wsy_read_bill.dm_id") && check("call:wsy_read_bill") && check("own:sign"));
        for missing in
            ["argument:wsy_read_bill.dm", "call:wsy_read", "field:dm_id", "item:pay.no", "option:vers"]
        {
            assert!(!check(missing), "{missing}");
        }
        assert!(Reach::parse("somehow").is_none() && Reach::parse("argument:all").is_none());
        assert!(Row::parse("1\trequest\tver\tcode").is_err() && Row::parse("1\tboth\tver\tcode\tx").is_err());
        assert!(is_test("capi/texts.rs::no_such_test").is_err() && is_test("capi/none.rs::x").is_err());
    }
}
