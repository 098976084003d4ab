//! The choices that the platform's document leaves open, as far as requests depend on them. The default of
//! each is what the document makes more likely; `docs/protocol.md` explains how to find out which one is
//! true.

/// How requests are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The case of the digits in a payment call's sign.
    pub sign_case: SignCase,
    /// The name of the payment type in a query.
    pub query_pay_type: QueryPayType,
    /// The form of the order number in a reprint.
    pub reprint_number: ReprintNumber,
    /// The form of a list of bar codes.
    pub gs1_list: Gs1List,
}

/// The case of the hexadecimal digits in a payment call's sign. The document's samples have both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignCase {
    /// Upper case, as in its appendix.
    #[default]
    Upper,
    /// Lower case.
    Lower,
}

/// The name of the payment type in a query, which may leave it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryPayType {
    /// `paytype`, as in the document's samples.
    #[default]
    Paytype,
    /// `pay_type`, as in its tables.
    PayType,
    /// It is left out.
    None,
}

/// The form of the order number in a reprint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReprintNumber {
    /// Without `dm`, as in the document's sample.
    #[default]
    Bare,
    /// Whole.
    Whole,
}

/// The form of a list of bar codes, form 2 of the goods detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gs1List {
    /// Twenty dashes before it and a line end after it, as in the document's appendix.
    #[default]
    Appendix,
    /// An empty line before it and nothing after it, as in section 3.1.
    Section,
}

impl Dialect {
    /// Sets one of them by the name of its option. An error lists the valid values; `None` for an unknown
    /// name.
    pub fn set(&mut self, name: &str, value: &str) -> Option<Result<(), &'static str>> {
        Some(match name {
            "sign_case" => choose(&mut self.sign_case, value, SignCase::parse, "upper or lower"),
            "query_pay_type" => {
                choose(&mut self.query_pay_type, value, QueryPayType::parse, "paytype, pay_type or none")
            }
            "reprint_number" => {
                choose(&mut self.reprint_number, value, ReprintNumber::parse, "bare or whole")
            }
            "gs1_list" => choose(&mut self.gs1_list, value, Gs1List::parse, "appendix or section"),
            _ => return None,
        })
    }
}

fn choose<T>(
    chosen: &mut T,
    value: &str,
    parse: impl Fn(&str) -> Option<T>,
    all: &'static str,
) -> Result<(), &'static str> {
    *chosen = parse(value).ok_or(all)?;
    Ok(())
}

impl SignCase {
    fn parse(value: &str) -> Option<Self> {
        match value {
            "upper" => Some(Self::Upper),
            "lower" => Some(Self::Lower),
            _ => None,
        }
    }
}

impl QueryPayType {
    fn parse(value: &str) -> Option<Self> {
        match value {
            "paytype" => Some(Self::Paytype),
            "pay_type" => Some(Self::PayType),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

impl ReprintNumber {
    fn parse(value: &str) -> Option<Self> {
        match value {
            "bare" => Some(Self::Bare),
            "whole" => Some(Self::Whole),
            _ => None,
        }
    }
}

impl Gs1List {
    fn parse(value: &str) -> Option<Self> {
        match value {
            "appendix" => Some(Self::Appendix),
            "section" => Some(Self::Section),
            _ => None,
        }
    }
}
