//! How the platform reads what its document leaves open. Each question has two readings; the default is the
//! library's.

use serde::{Deserialize, Serialize};

/// One reading for each question that the document leaves open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readings {
    /// How an empty value is signed.
    pub empty_values: EmptyValues,
    /// How the hexadecimal digits of a sign are written.
    pub sign_case: SignCase,
    /// The name of the payment type in `query`. The other name is refused.
    pub query_pay_type: QueryPayType,
    /// The number that `reprint` takes.
    pub reprint_number: ReprintNumber,
    /// How a list of bar codes is written.
    pub gs1_list: Gs1List,
    /// The kind of regular expressions in the config.
    pub patterns: Patterns,
    /// The wording of refusals.
    pub refusals: Refusals,
    /// How the lines of a bill show a discount.
    pub bill_lines: BillLines,
    /// Whether the config's templates have line breaks where the document's print of them has.
    pub template_breaks: TemplateBreaks,
}

/// How an empty value is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyValues {
    /// Signed as `name=`.
    #[default]
    Signed,
    /// Left out.
    LeftOut,
}

/// How the hexadecimal digits of a sign are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignCase {
    /// In either case.
    #[default]
    Any,
    /// In upper case, as in the document's samples of `micropay`.
    Upper,
    /// In lower case, as in its samples of `query`, `refund` and `read`.
    Lower,
}

/// The name of the payment type in `query`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryPayType {
    /// `paytype`, as in the document's samples.
    #[default]
    Paytype,
    /// `pay_type`, as in its tables.
    PayType,
}

/// The number that `reprint` takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReprintNumber {
    /// Without `dm`, as in the document's sample.
    #[default]
    Bare,
    /// With `dm`, as its table says.
    Whole,
}

/// How a list of bar codes (form 2 of the goods detail) is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gs1List {
    /// Either way.
    #[default]
    Any,
    /// With a line of twenty dashes, and a line end after the last code, as in the document's appendix.
    Appendix,
    /// With an empty line in place of the dashes, and nothing after the last code, as in its section 3.1.
    Section,
}

/// The kind of regular expressions in the config.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patterns {
    /// Readable by any engine.
    #[default]
    Plain,
    /// Readable only by Perl and PHP.
    Perl,
}

/// The wording of refusals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusals {
    /// The document's, or similar.
    #[default]
    Document,
    /// Other words, which are in no list.
    Other,
}

/// How the lines of a bill show a discount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillLines {
    /// Whole amounts: the lines add up to the totals above them.
    #[default]
    Whole,
    /// Each amount less a discount of a tenth, while the totals are whole.
    Discounted,
}

/// Whether the config's templates have line breaks where the document's print of them has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateBreaks {
    /// They have.
    #[default]
    AsPrinted,
    /// They do not: the breaks belong to the printed page, and a template is one line.
    None,
}
