//! How a platform reads what its document leaves open, as far as requests differ by it. The first of each is what the document
//! makes likelier; `docs/protocol.md` says how to find out which is true.

/// How requests are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The digits of a payment call's sign.
    pub sign_case: SignCase,
    /// What a query calls the payment type.
    pub query_pay_type: QueryPayType,
    /// The order's number in a reprint.
    pub reprint_number: ReprintNumber,
    /// A list of bar codes.
    pub gs1_list: Gs1List,
}

/// The hexadecimal digits of a payment call's sign. The document's samples have both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignCase {
    /// Capitals, as in its appendix.
    #[default]
    Upper,
    /// Small letters.
    Lower,
}

/// What a query calls the payment type, which it need not name.
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

/// The order's number in a reprint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReprintNumber {
    /// Without `dm`, as in the document's sample.
    #[default]
    Bare,
    /// Whole.
    Whole,
}

/// A list of bar codes, form 2 of the goods detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gs1List {
    /// Twenty dashes before it and a line end after it, as in the document's appendix.
    #[default]
    Appendix,
    /// An empty line before it and nothing after it, as in section 3.1.
    Section,
}

impl Dialect {
    /// Sets one of them by the name of its option. An error says which values there are; `None` for a name that is none.
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
