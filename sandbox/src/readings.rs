//! How the platform reads what its document leaves open. Each has two readings; the first is the one that the library starts from.

use serde::{Deserialize, Serialize};

/// One reading of each question that the document leaves open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readings {
    /// What an empty value is in a sign.
    pub empty_values: EmptyValues,
    /// How the hexadecimal digits of a sign have to be written.
    pub sign_case: SignCase,
    /// What `query` calls the payment type. A name that it does not have is refused.
    pub query_pay_type: QueryPayType,
    /// Which numbers `reprint` knows.
    pub reprint_number: ReprintNumber,
    /// How a list of bar codes has to be written.
    pub gs1_list: Gs1List,
    /// Which regular expressions the config has.
    pub patterns: Patterns,
    /// In which words requests are refused.
    pub refusals: Refusals,
    /// What the lines of a bill show of a discount.
    pub bill_lines: BillLines,
    /// Whether the config's templates have line breaks where the document's print of them has.
    pub template_breaks: TemplateBreaks,
}

/// What an empty value is in a sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyValues {
    /// A part of it: `name=`.
    #[default]
    Signed,
    /// No part of it.
    LeftOut,
}

/// How the hexadecimal digits of a sign have to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignCase {
    /// In either case.
    #[default]
    Any,
    /// In capitals, as in the document's samples of `micropay`.
    Upper,
    /// In small letters, as in its samples of `query`, `refund` and `read`.
    Lower,
}

/// What `query` calls the payment type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryPayType {
    /// `paytype`, as in the document's samples.
    #[default]
    Paytype,
    /// `pay_type`, as in its tables.
    PayType,
}

/// Which numbers `reprint` knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReprintNumber {
    /// Those without `dm`, as in the document's sample.
    #[default]
    Bare,
    /// Whole ones, as its table says.
    Whole,
}

/// How a list of bar codes (form 2 of the goods detail) has to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gs1List {
    /// Anyhow.
    #[default]
    Any,
    /// With a rule of twenty dashes, and a line end after the last code, as in the document's appendix.
    Appendix,
    /// With an empty line in place of the rule, and nothing after the last code, as in its section 3.1.
    Section,
}

/// Which regular expressions the config has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patterns {
    /// Such as any engine reads.
    #[default]
    Plain,
    /// Such as only Perl and PHP read.
    Perl,
}

/// In which words requests are refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusals {
    /// The document's, and such as are like them.
    #[default]
    Document,
    /// Others, which no list has.
    Other,
}

/// What the lines of a bill show of a discount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillLines {
    /// Whole amounts: the lines add up to the totals above them.
    #[default]
    Whole,
    /// What is left of each amount after a discount of a tenth, while the totals are whole.
    Discounted,
}

/// Whether the config's templates have line breaks where the document's print of them has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateBreaks {
    /// They have.
    #[default]
    AsPrinted,
    /// Those are the page's own: a template is one line.
    None,
}
