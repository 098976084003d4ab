//! A reply under construction.

use std::borrow::Cow;
use std::sync::Arc;

use crate::capi::fields::{Fields, Value};
use crate::capi::names::{self, Name};
use crate::capi::pointers::Out;
use crate::capi::reply::{REPLIES, Reply, wsy_reply};
use crate::chain::chain;
use crate::driver;
use crate::protocol::response::Content;
use crate::protocol::text::Charset;
use crate::till::Error;
use crate::till::code::{Code, Language};
use crate::till::sentences::{Left, Own, Words, own};

/// A reply under construction.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The code that the call returns.
    pub code: Code,
    /// The reason, as given by the platform, the network or the disk.
    detail: String,
    /// The sentences that replace the code's own where those do not fit: in Chinese and in English.
    words: Option<[Words; 2]>,
    /// The fields besides those of every reply.
    pub fields: Fields,
    /// Lists of items.
    lists: Vec<(&'static str, Vec<Fields>)>,
}

impl Draft {
    /// A draft with nothing but a code.
    pub fn new(code: Code) -> Self {
        Self { code, detail: String::new(), words: None, fields: Fields::default(), lists: Vec::new() }
    }

    /// Adds the reason.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Replaces the code's own sentences.
    pub fn says(mut self, own: &Own) -> Self {
        self.words = Some(Language::BOTH.map(|language| own.words(language)));
        self
    }

    /// Replaces the code's own sentences, if there are others.
    pub fn says_if(self, own: Option<&Own>) -> Self {
        match own {
            Some(own) => self.says(own),
            None => self,
        }
    }

    /// Replaces the code's own sentences with what remains to be done, if anything does.
    pub fn left(mut self, left: &Left) -> Self {
        if let [Some(zh), Some(en)] = Language::BOTH.map(|language| left.words(language)) {
            self.words = Some([zh, en]);
        }
        self
    }

    /// The sentence for the cashier about what happened.
    pub fn sentence(&self, language: Language) -> Cow<'static, str> {
        match (&self.words, language) {
            (Some([zh, _]), Language::Zh) => zh.message.clone(),
            (Some([_, en]), Language::En) => en.message.clone(),
            (None, _) => self.code.sentence(language).into(),
        }
    }

    /// Adds a field.
    pub fn field(mut self, name: Name, value: impl Into<Value>) -> Self {
        self.fields = self.fields.with(name, value);
        self
    }

    /// Adds several fields.
    pub fn fields(mut self, fields: Fields) -> Self {
        self.fields = self.fields.and(fields);
        self
    }

    /// Adds a receipt as it came, and as plain lines.
    pub fn receipt(mut self, printinfo: impl Into<Value>) -> Self {
        self.fields = self.fields.receipt(printinfo);
        self
    }

    /// Adds the platform's whole response, in separate lists: no name of the platform's replaces one of the
    /// library's.
    pub fn content(self, content: Option<&Content>) -> Self {
        let paylist = content.iter().flat_map(|content| &content.paylist);
        self.field(names::CANVAS, content.map_or_else(String::new, |content| content.canvas.clone()))
            .list(names::LIST_RESPONSE, content.map(|content| Fields::as_named(&content.attributes)))
            .list(names::LIST_PAYLIST, paylist.map(Fields::as_named))
    }

    /// Adds a list.
    pub fn list(mut self, name: Name, items: impl IntoIterator<Item = Fields>) -> Self {
        self.lists.push((name.as_str(), items.into_iter().collect()));
        self
    }

    /// Turns it into a reply, hands that to a caller that wants one, and returns the call's code.
    pub fn give(self, charset: Charset, to: &Out<*mut wsy_reply>) -> Code {
        let Self { code, detail, words, fields, lists } = self;
        if to.is_null() {
            return code;
        }
        let own = || Language::BOTH.map(|language| Words::of_code(code, language));
        let [zh, en] = words.unwrap_or_else(own);
        let fields = Fields::with_capacity(64)
            .with(names::CODE, code.number())
            .with(names::MONEY, code.money().word())
            .with(names::MESSAGE_ZH, zh.message)
            .with(names::MESSAGE_EN, en.message)
            .with(names::ADVICE_ZH, zh.advice)
            .with(names::ADVICE_EN, en.advice)
            .with(names::HINT_ZH, zh.hint)
            .with(names::HINT_EN, en.hint)
            .with(names::DETAIL, detail)
            // Fields from the platform must not replace those of the library.
            .and(fields);
        to.write(REPLIES.add(Arc::new(Reply { charset, code, fields, lists })));
        code
    }

    fn of_driver(self, error: &driver::Error) -> Self {
        use driver::Error;
        match error {
            Error::RefundTooMuch { refundable_fen } => self.field(names::REFUNDABLE_FEN, *refundable_fen),
            Error::AmountDiffers { recorded_fen, .. } | Error::RefundDiffers { recorded_fen, .. } => {
                self.field(names::RECORDED_FEN, *recorded_fen)
            }
            Error::AuthCodeUsed { out_trade_no } | Error::StillOpen { out_trade_no, .. } => {
                self.field(names::OUT_TRADE_NO, out_trade_no)
            }
            Error::RefundOpen(out_refund_no) => self.field(names::OUT_REFUND_NO, out_refund_no),
            Error::Refused(info) => self.field(names::INFO, info),
            _ => self,
        }
    }
}

impl From<&Error> for Draft {
    fn from(error: &Error) -> Self {
        let detail = chain(error);
        let own = own::of_error(error, &detail);
        let draft = Self::new(error.code()).detail(detail).says_if(own);
        match error {
            Error::Driver(error) => draft.of_driver(error),
            Error::ActivateAgain(info) | Error::ActivationRefused(info) => draft.field(names::INFO, info),
            Error::NoReceipt { stored: Some(stored) } => draft.receipt(stored),
            _ => draft,
        }
    }
}
