//! The facts in the Rust source: the table of codes in `src/till/code.rs`, that of the fields in
//! `src/capi/names.rs`, the numbers in `src/capi/numbers.rs`, and the `# Stdcall` sections of the functions
//! of `src/capi`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, ExprLit, Ident, Item, Lit, LitInt, LitStr, Meta, Token};

use kit::error::Error;
use kit::workspace;

/// The heading in a doc comment for the languages of the stdcall face, whose text runs to its end.
pub const STDCALL: &str = "# Stdcall";

/// A row of the table of codes.
#[derive(Debug)]
pub struct Code {
    /// Its name in C.
    pub name: String,
    pub number: i32,
    /// Its effect on the customer's money, as replies have it.
    pub money: String,
    /// Its description in wsy.h.
    pub doc: String,
    /// The event, and the next steps of the cashier and the programmer, in Chinese and in English.
    pub zh: [String; 3],
    pub en: [String; 3],
}

/// A number that a caller chooses.
#[derive(Debug)]
pub struct Number {
    pub name: String,
    pub value: i32,
    pub doc: String,
    pub chinese: String,
}

/// A field or a list of replies.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    /// number, fen, yuan, text or list.
    pub kind: String,
    /// The replies and lists that contain it.
    pub within: String,
    pub zh: String,
    pub en: String,
}

/// The table of codes.
pub fn codes() -> Result<Vec<Code>, Error> {
    table("src/till/code.rs", "codes")
}

/// The table of fields.
pub fn fields() -> Result<Vec<Field>, Error> {
    table("src/capi/names.rs", "names")
}

/// The rows of a macro call in a file.
fn table<Row: Parse>(place: &str, name: &str) -> Result<Vec<Row>, Error> {
    let path = workspace::root().join(place);
    let table = parse(&path)?.into_iter().find_map(|item| match item {
        Item::Macro(item) if item.mac.path.is_ident(name) => Some(item.mac),
        _ => None,
    });
    let table = table.ok_or_else(|| Error::Check(format!("{place} has no table {name}!")))?;
    table.parse_body::<Table<Row>>().map(|table| table.0).map_err(not_rust(&path))
}

/// The numbers that are not codes.
pub fn numbers() -> Result<Vec<Number>, Error> {
    let constants =
        parse(&workspace::root().join("src/capi/numbers.rs"))?.into_iter().filter_map(|item| match item {
            Item::Const(item) => Some(item),
            _ => None,
        });
    let number = |item: syn::ItemConst| {
        let value = match &*item.expr {
            Expr::Lit(ExprLit { lit: Lit::Int(digits), .. }) => digits.base10_parse().ok()?,
            _ => return None,
        };
        let [doc, .., chinese] = &doc(&item.attrs)[..] else { return None };
        Some(Number { name: item.ident.to_string(), value, doc: doc.clone(), chinese: chinese.clone() })
    };
    constants.map(number).collect::<Option<_>>().ok_or_else(|| {
        Error::Check(
            "src/capi/numbers.rs: each is a plain number, with a line of English and one of Chinese"
                .to_owned(),
        )
    })
}

/// The `# Stdcall` section of a function.
#[derive(Debug)]
pub struct Section {
    /// The module of `src/capi` that the function is in.
    pub module: String,
    pub lines: Vec<String>,
}

/// The `# Stdcall` sections of the functions, by name.
pub fn sections() -> Result<HashMap<String, Section>, Error> {
    let folder = workspace::root().join("src/capi");
    let mut sections = HashMap::new();
    for entry in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
        let entry = entry.map_err(Error::file("read", &folder))?;
        let path = entry.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for item in parse(&path)? {
            let Item::Fn(function) = item else { continue };
            let mut lines = doc(&function.attrs);
            if let Some(heading) = lines.iter().position(|line| line == STDCALL) {
                let section = Section { module: module.clone(), lines: lines.split_off(heading + 1) };
                sections.insert(function.sig.ident.to_string(), section);
            }
        }
    }
    Ok(sections)
}

fn parse(path: &Path) -> Result<Vec<Item>, Error> {
    syn::parse_file(&workspace::read(path)?).map(|file| file.items).map_err(not_rust(path))
}

fn not_rust(path: &Path) -> impl Fn(syn::Error) -> Error {
    move |reason| Error::Check(format!("{} cannot be read: {reason}", path.display()))
}

/// The lines of a doc comment.
fn doc(attributes: &[Attribute]) -> Vec<String> {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect()
}

struct Table<Row>(Vec<Row>);

impl<Row: Parse> Parse for Table<Row> {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut rows = Vec::new();
        while !input.is_empty() {
            rows.push(input.parse()?);
        }
        Ok(Self(rows))
    }
}

impl Parse for Code {
    /// `/// Done.`, `Ok = 0, NotMoved, zh "完成。" / "可以继
    /// 续。" / "…", en "Done." / "You can carry on." / "…";`
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let doc = doc(&input.call(Attribute::parse_outer)?).join(" ");
        let name: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        let sign = if input.parse::<Option<Token![-]>>()?.is_some() { -1 } else { 1 };
        let number = sign * input.parse::<LitInt>()?.base10_parse::<i32>()?;
        input.parse::<Token![,]>()?;
        let money = words(&input.parse::<Ident>()?.to_string());
        input.parse::<Token![,]>()?;
        let zh = sentences(input)?;
        input.parse::<Token![,]>()?;
        let en = sentences(input)?;
        input.parse::<Token![;]>()?;
        let kind = if number < -100 { "ERR_" } else { "" };
        let name = format!("WSY_{kind}{}", words(&name.to_string()).to_ascii_uppercase());
        Ok(Self { name, number, money, doc, zh, en })
    }
}

impl Parse for Field {
    /// `DAY "day", text, "day, reconciliation", zh "日期", en "the day";`
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Ident>()?;
        let name = input.parse::<LitStr>()?.value();
        input.parse::<Token![,]>()?;
        let kind = input.parse::<Ident>()?.to_string();
        input.parse::<Token![,]>()?;
        let within = input.parse::<LitStr>()?.value();
        input.parse::<Token![,]>()?;
        let zh = sentence(input)?;
        input.parse::<Token![,]>()?;
        let en = sentence(input)?;
        input.parse::<Token![;]>()?;
        Ok(Self { name, kind, within, zh, en })
    }
}

/// A text after the word for its language.
fn sentence(input: ParseStream) -> syn::Result<String> {
    input.parse::<Ident>()?;
    Ok(input.parse::<LitStr>()?.value())
}

fn sentences(input: ParseStream) -> syn::Result<[String; 3]> {
    let happened = sentence(input)?;
    input.parse::<Token![/]>()?;
    let next = input.parse::<LitStr>()?.value();
    input.parse::<Token![/]>()?;
    Ok([happened, next, input.parse::<LitStr>()?.value()])
}

/// `NotMoved` as `not_moved`.
fn words(name: &str) -> String {
    let letter = |(index, letter): (usize, char)| {
        let blank = if index > 0 && letter.is_ascii_uppercase() { "_" } else { "" };
        format!("{blank}{}", letter.to_ascii_lowercase())
    };
    name.chars().enumerate().map(letter).collect()
}
