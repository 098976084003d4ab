//! The platform and the wallets behind it, written from the platform's document alone. It reads requests and
//! writes responses as text, and shares no code with the library.

mod sentences;
mod text;

pub use sentences::Says;
pub use text::{gbk, mark};

use crate::Ms;
use crate::hash::mix;

/// An operation, as the platform reads it from a request's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Charge this code.
    Micropay {
        /// The auth code.
        code: u64,
        /// The amount.
        fen: i64,
        /// Whether to leave out the receipt.
        plain: bool,
    },
    /// Query an order by auth code.
    QueryCode {
        /// The auth code.
        code: u64,
    },
    /// Query an order by number.
    QueryOrder {
        /// The order.
        dm: u64,
    },
    /// Refund this order.
    Refund {
        /// The order.
        dm: u64,
        /// The amount.
        fen: i64,
    },
    /// Show this bill.
    Read {
        /// The order.
        dm: u64,
    },
}

/// A parsed request with the device that sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParsedRequest {
    /// The device.
    pub device: u32,
    /// The operation it asks for.
    pub ask: Ask,
}

impl ParsedRequest {
    /// Parses the parameters of a request; `None` if they violate the document.
    pub fn read<'a>(params: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut action, mut device, mut code, mut order, mut total, mut refund) = ("", "", "", "", "", "");
        let (mut plain, mut signed) = (false, false);
        for (name, value) in params {
            match name {
                "action" => action = value,
                "device_id" => device = value,
                "authcode" => code = value,
                "dm_id" => order = value,
                "total" => total = value,
                "refund" => refund = value,
                "noremind" => plain = true,
                "sign" => signed = value.len() == 40,
                _ => {}
            }
        }
        if !signed {
            return None;
        }
        let dm = || order.strip_prefix("dm").and_then(|number| number.parse().ok());
        let ask = match action {
            "micropay" => Ask::Micropay { code: code.parse().ok()?, fen: text::fen(total)?, plain },
            "query" if order.is_empty() => Ask::QueryCode { code: code.parse().ok()? },
            "query" => Ask::QueryOrder { dm: dm()? },
            "refund" => Ask::Refund { dm: dm()?, fen: text::fen(refund)? },
            "read" => Ask::Read { dm: dm()? },
            _ => return None,
        };
        Some(Self { device: device.parse().ok()?, ask })
    }
}

/// The attempt or refund that a request belongs to. The platform never looks at it; the oracle does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The till.
    pub till: u8,
    /// The bill, or the refund's number.
    pub number: u16,
    /// The attempt on the bill; 0 for a refund.
    pub attempt: u8,
}

/// The behaviour of a customer when the phone asks for the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Habit {
    /// Pays without being asked.
    Pays,
    /// Types the password, and pays after this long.
    PaysAfter(Ms),
    /// Looks at it, and declines after this long.
    DeclinesAfter(Ms),
    /// Puts the phone away.
    Never,
    /// Has no money.
    NoMoney,
    /// Types the password; the first card fails after the first time, and a second card pays after the
    /// second.
    SecondCard(Ms, Ms),
    /// Shows a picture of an old code.
    OldCode,
}

/// A customer's code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wallet {
    /// The behaviour of its owner.
    pub habit: Habit,
    /// When the code was shown, if it was.
    pub shown: Option<Ms>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// The device that charged.
    pub device: u32,
    /// The code.
    pub code: u64,
    /// The amount.
    pub fen: i64,
    /// Who asked for it.
    pub origin: Origin,
    /// When it was made.
    pub made: Ms,
    /// When it ends, and whether it is then paid.
    pub end: Option<(Ms, bool)>,
    /// From this moment until its end the platform reports it as failed, although the customer is choosing
    /// another card.
    pub first_card: Option<Ms>,
    /// Whether the wallet declined it at once, which does not use up its code.
    pub refused: bool,
    /// Its refunds.
    pub refunds: Vec<Line>,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The amount.
    pub fen: i64,
    /// When.
    pub at: Ms,
    /// When the bill starts to show it.
    pub shown: Ms,
    /// Who asked for it; `None` for the back office.
    pub origin: Option<Origin>,
}

/// The state of an order at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The customer is still paying.
    Paying,
    /// Paid.
    Paid,
    /// Failed.
    Failed,
}

impl Order {
    /// Returns its state at a moment.
    pub fn at(&self, now: Ms) -> Standing {
        match self.end {
            Some((at, paid)) if at <= now => {
                if paid {
                    Standing::Paid
                } else {
                    Standing::Failed
                }
            }
            _ => Standing::Paying,
        }
    }

    /// Whether it is paid, or will be.
    pub const fn captures(&self) -> bool {
        matches!(self.end, Some((_, true)))
    }

    /// Returns what is left of it once every accepted refund is made.
    pub fn left(&self) -> i64 {
        self.fen - self.refunds.iter().map(|line| line.fen).sum::<i64>()
    }
}

/// How a platform words failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wording {
    /// A decline as the wallets' tables do; an order that was begun, as the document does.
    #[default]
    Mixed,
    /// As the wallets' tables do.
    Tables,
    /// As the document does: 支付失败 whatever the reason. Such a platform never hides an order from a query
    /// by its code.
    Document,
    /// In sentences that are in no table.
    Unlisted,
}

/// Where platforms may differ because the document leaves it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Whether the response "still paying" names the device.
    pub paying_names_device: bool,
    /// Whether a bill's last tag is closed.
    pub closes: bool,
    /// Whether a declined charge creates an order, which the response names.
    pub declines_make_orders: bool,
    /// Whether a used code is reported as a dead one. Such a platform never hides an order from a query by
    /// its code.
    pub used_is_dead: bool,
    /// Whether an order is shown only to the device that charged it.
    pub shows_own_device: bool,
    /// How it words failures.
    pub wording: Wording,
    /// Whether its sentences vary, and the number of a failed order is sometimes left out.
    pub varies: bool,
}

/// The view of the platform from which a request is answered, with the anomaly of the response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// How old the state is that the platform sees.
    pub age: Ms,
    /// Whether it does not see the order at all.
    pub blind: bool,
    /// Selects one of several sentences.
    pub mood: u64,
    /// The anomaly.
    pub anomaly: Anomaly,
}

/// An anomaly of a response, or of what the platform does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Anomaly {
    /// None.
    #[default]
    None,
    /// It executes the request after a while, but reports a failure at once.
    Doubtful {
        /// In which words.
        says: Says,
        /// How long it takes.
        after: Ms,
        /// The order that the response names; if `None`, its own or none.
        names: Option<u64>,
    },
    /// The query fails.
    Fails {
        /// In which words.
        says: Says,
        /// The order that the response names.
        names: Option<u64>,
    },
    /// The refund is reported as being processed, and is made after this long, or never.
    Pends(Option<Ms>),
    /// The refund is declined for good.
    Declines,
    /// The refund becomes two lines of the bill.
    Split,
    /// The bill shows this much more than was paid.
    Larger(i64),
    /// The code is charged although it is too old.
    Undead,
}

/// The meaning of a response for the order that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It is paid or being paid, or a refund of it is accepted.
    Confirms,
    /// It failed, in words that prove nothing.
    Vague,
    /// It failed because of trouble, which proves something about an order that is known to be the charge's.
    Troubled,
    /// It failed, in words of no table, which prove something about such an order if it was never being paid.
    Unlisted,
    /// Anything else.
    Other,
}

/// A response and its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The response.
    pub body: Vec<u8>,
    /// Its meaning.
    pub meaning: Meaning,
    /// The order that the meaning is about.
    pub order: Option<usize>,
}

impl Reply {
    const fn of(body: Vec<u8>) -> Self {
        Self { body, meaning: Meaning::Other, order: None }
    }
}

/// How long a code can be charged after it was shown, in ms: "about a minute"; nobody knows exactly.
pub const CODE_LIFE: Ms = 100_000;
/// The number of the first order.
const FIRST_ORDER: u64 = 2_034_140_001;

/// The platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Platform {
    /// Every order.
    pub orders: Vec<Order>,
    /// Every customer's code.
    pub wallets: Vec<Wallet>,
    style: Style,
}

/// Returns the digits of a wallet's code.
pub const fn code(wallet: usize) -> u64 {
    280_000_000_000_000_000 + wallet as u64
}

/// Returns the number of an order.
pub const fn number(order: usize) -> u64 {
    FIRST_ORDER + order as u64
}

/// Returns the order that a `dm_id` names.
pub fn order_named(dm_id: &str) -> Option<usize> {
    let number: u64 = dm_id.strip_prefix("dm")?.parse().ok()?;
    usize::try_from(number.checked_sub(FIRST_ORDER)?).ok()
}

impl Platform {
    /// A platform with these customers.
    pub const fn new(wallets: Vec<Wallet>, style: Style) -> Self {
        Self { orders: Vec::new(), wallets, style }
    }

    /// Shows a wallet's code to a scanner and returns its digits. A code that was already shown keeps its
    /// time.
    pub fn show(&mut self, wallet: usize, now: Ms) -> u64 {
        if let Some(wallet) = self.wallets.get_mut(wallet) {
            wallet.shown.get_or_insert(now);
        }
        code(wallet)
    }

    /// Executes a request and answers it.
    pub fn take(&mut self, now: Ms, parsed: ParsedRequest, origin: Origin, view: View) -> Vec<u8> {
        self.answer(now, parsed, origin, view).body
    }

    /// The same, with the meaning of the response.
    pub fn answer(&mut self, now: Ms, parsed: ParsedRequest, origin: Origin, view: View) -> Reply {
        let seen = now.saturating_sub(view.age);
        let question = |found: Option<usize>| match (view.anomaly, found.filter(|_| !view.blind)) {
            (Anomaly::Fails { says, names }, _) => {
                Reply::of(text::failed(says.sentence(view.mood), names, None))
            }
            (_, Some(order)) => self.standing(order, seen, false, view.mood),
            (_, None) => Reply::of(text::failed(Says::NotThere.sentence(view.mood), None, None)),
        };
        match parsed.ask {
            Ask::Micropay { code, fen, plain } => {
                let order = Order {
                    device: parsed.device,
                    code,
                    fen,
                    origin,
                    made: now,
                    end: Some((now, false)),
                    first_card: None,
                    refused: true,
                    refunds: Vec::new(),
                };
                self.micropay(now, order, plain, view)
            }
            Ask::QueryCode { code } => question(self.order_of(code, parsed.device, seen)),
            Ask::QueryOrder { dm } => {
                question(self.order(dm, seen).filter(|at| self.shows(*at, parsed.device)))
            }
            Ask::Refund { dm, fen } => self.refund(now, dm, fen, origin, view),
            Ask::Read { dm } => Reply::of(self.bill(dm, seen, view)),
        }
    }

    fn shows(&self, order: usize, device: u32) -> bool {
        !self.style.shows_own_device || self.orders.get(order).is_some_and(|order| order.device == device)
    }

    /// Returns the greatest age of the state from which a query by code is answered. Where a used code is
    /// reported as a dead one, or like any other failure, an order is visible by its code before that can
    /// count.
    pub fn longest_lag(&self, by_code: bool) -> Ms {
        match (by_code, self.style) {
            (true, Style { wording: Wording::Document, .. }) => 900,
            (true, Style { used_is_dead: true, .. }) => 4_500,
            _ => 10_000,
        }
    }

    /// Whether a query by code is always answered from the current state.
    pub fn hides_nothing(&self) -> bool {
        self.style.used_is_dead || self.style.wording == Wording::Document
    }

    /// Writes the response for a paid order, whoever asks.
    pub fn paid_response(&self, order: usize, more_fen: i64) -> Vec<u8> {
        match self.orders.get(order) {
            Some(found) => text::paid(number(order), found, found.fen + more_fen, false),
            None => text::failed(Says::NotThere.sentence(0), None, None),
        }
    }

    /// Writes a response about an order that is being paid or in some anomalous state, whoever asks.
    pub fn other_response(&self, order: usize, mood: u64) -> Vec<u8> {
        match self.orders.get(order) {
            Some(found) if mood.is_multiple_of(3) => text::paid(number(order), found, found.fen, false),
            Some(found) if mood % 3 == 1 => {
                text::paying(number(order), found, Says::Paying.sentence(mood), self.style)
            }
            _ => text::failed(Says::Final.sentence(mood), Some(number(order)), None),
        }
    }

    /// Writes the bill of an order, whoever asks.
    pub fn bill_response(&self, order: usize, now: Ms) -> Vec<u8> {
        self.bill(number(order), now, View::default())
    }

    /// Hides a refund from the bill until a moment.
    pub fn hide_refund(&mut self, origin: Origin, until: Ms) {
        let lines = self.orders.iter_mut().flat_map(|order| &mut order.refunds);
        lines.filter(|line| line.origin == Some(origin)).for_each(|line| line.shown = until);
    }

    /// Refunds a part of an order in the back office; `false` if that is not possible.
    pub fn refund_in_back_office(&mut self, order: usize, fen: i64, now: Ms) -> bool {
        let Some(order) = self.orders.get_mut(order) else { return false };
        let possible = order.at(now) == Standing::Paid && fen <= order.left();
        if possible {
            order.refunds.push(Line { fen, at: now, shown: now, origin: None });
        }
        possible
    }

    /// Ends an order at a moment if it has not ended by then; one without an end becomes `paid`, or not.
    pub fn end_by(&mut self, order: usize, at: Ms, paid: bool) {
        if let Some(order) = self.orders.get_mut(order) {
            order.end = Some(order.end.map_or((at, paid), |(ends, paid)| (ends.min(at), paid)));
        }
    }

    /// Returns the words for a failure.
    fn words(&self, says: Says, mood: u64) -> &'static str {
        match self.style.wording {
            Wording::Mixed | Wording::Tables => says.sentence(mood),
            Wording::Document => Says::Failed.sentence(mood),
            Wording::Unlisted => Says::Unlisted.sentence(mood),
        }
    }

    fn micropay(&mut self, now: Ms, mut order: Order, plain: bool, view: View) -> Reply {
        let wallet = usize::try_from(order.code - code(0)).ok().and_then(|at| self.wallets.get(at)).cloned();
        let used = self.orders.iter().any(|other| other.code == order.code && !other.refused);
        let Some(wallet) = wallet else {
            return Reply::of(text::failed(self.words(Says::DeadCode, view.mood), None, None));
        };
        let expired =
            view.anomaly != Anomaly::Undead && wallet.shown.is_none_or(|shown| now > shown + CODE_LIFE);
        let declined = match wallet.habit {
            _ if used && self.style.used_is_dead => Some(Says::DeadCode),
            _ if used => Some(Says::EarlierUse),
            _ if expired => Some(Says::DeadCode),
            Habit::OldCode => Some(Says::DeadCode),
            Habit::NoMoney => Some(Says::Final),
            _ => None,
        };
        if let Some(says) = declined {
            let sentence = match self.style.varies && view.mood.is_multiple_of(5) {
                // A payment that succeeded can be reported in words that prove nothing.
                true => Says::DOUBTFUL[(view.mood / 5 % 4) as usize].sentence(view.mood),
                false => self.words(says, view.mood),
            };
            if !self.style.declines_make_orders {
                return Reply::of(text::failed(sentence, None, None));
            }
            let device = order.device;
            self.orders.push(order);
            let at = self.orders.len() - 1;
            if says == Says::Final && self.style.varies && view.mood % 10 == 3 {
                // In the same words as queries about that order are answered.
                let (meaning, body) = self.failure(at, &self.orders[at], view.mood / 10);
                return Reply { body, meaning, order: Some(at) };
            }
            return Reply::of(text::failed(sentence, Some(number(at)), Some(device)));
        }
        let after = if let Anomaly::Doubtful { after, .. } = view.anomaly { after } else { 0 };
        let made = now + after;
        order.refused = false;
        order.made = made;
        order.end = match wallet.habit {
            Habit::Pays => Some((made, true)),
            Habit::PaysAfter(ms) => Some((made + ms, true)),
            Habit::DeclinesAfter(ms) => Some((made + ms, false)),
            Habit::SecondCard(fails, pays) => Some((made + fails + pays, true)),
            Habit::Never | Habit::NoMoney | Habit::OldCode => None,
        };
        // Where every decline is worded alike, it is final if a query a second later does not confirm the
        // payment.
        let is_final = self.style.wording == Wording::Document;
        if let (Habit::SecondCard(fails, _), false) = (wallet.habit, is_final) {
            order.first_card = Some(made + fails);
        }
        self.orders.push(order);
        let at = self.orders.len() - 1;
        if let Anomaly::Doubtful { says, names, .. } = view.anomaly {
            let named = names.or_else(|| (view.mood % 8 < 3).then(|| number(at)));
            return Reply::of(text::failed(says.sentence(view.mood), named, None));
        }
        self.standing(at, now, plain, view.mood)
    }

    /// Returns the order that the platform names for a code: one that is paid, or may be, before one that
    /// failed.
    fn order_of(&self, code: u64, device: u32, now: Ms) -> Option<usize> {
        let of_code = |(at, order): &(usize, &Order)| {
            order.code == code && order.made <= now && self.shows(*at, device)
        };
        let weight = |(at, order): &(usize, &Order)| match order.at(now) {
            Standing::Paid => (2, *at),
            Standing::Paying => (1, *at),
            Standing::Failed => (0, *at),
        };
        self.orders.iter().enumerate().filter(of_code).max_by_key(weight).map(|(at, _)| at)
    }

    fn order(&self, dm: u64, now: Ms) -> Option<usize> {
        let at = usize::try_from(dm.checked_sub(FIRST_ORDER)?).ok()?;
        self.orders.get(at).filter(|order| order.made <= now).map(|_| at)
    }

    fn standing(&self, at: usize, now: Ms, plain: bool, mood: u64) -> Reply {
        let order = &self.orders[at];
        let (meaning, body) = match order.at(now) {
            Standing::Paid => (Meaning::Confirms, text::paid(number(at), order, order.fen, plain)),
            Standing::Paying if order.first_card.is_some_and(|failed| failed <= now) => {
                (Meaning::Other, text::failed(Says::Failed.sentence(0), Some(number(at)), Some(order.device)))
            }
            Standing::Paying => {
                let mood = if self.style.varies { mood } else { 0 };
                (Meaning::Confirms, text::paying(number(at), order, Says::Paying.sentence(mood), self.style))
            }
            Standing::Failed => self.failure(at, order, mood),
        };
        Reply { body, meaning, order: Some(at) }
    }

    /// Even where sentences vary, a failed order is mostly reported in the same words.
    fn failure(&self, at: usize, order: &Order, mood: u64) -> (Meaning, Vec<u8>) {
        if !self.style.varies {
            let says = if self.style.wording == Wording::Tables { Says::Final } else { Says::Failed };
            let sentence = self.words(says, mood);
            let meaning =
                if self.style.wording == Wording::Unlisted { Meaning::Vague } else { Meaning::Other };
            return (meaning, text::failed(sentence, Some(number(at)), Some(order.device)));
        }
        let mood = if mood.is_multiple_of(8) { mood / 8 } else { mix(at as u64) };
        let (meaning, says) = match mood % 8 {
            0 => (Meaning::Unlisted, Says::CustomersDevice),
            1 => (Meaning::Troubled, Says::FailedByTrouble),
            2 => (Meaning::Vague, Says::Unlisted),
            3 | 4 => (Meaning::Other, Says::Failed),
            _ => (Meaning::Other, Says::Final),
        };
        let leaves_out = (mood / 8).is_multiple_of(8);
        let meaning = match (meaning, self.style.wording) {
            (_, Wording::Unlisted) | (Meaning::Troubled | Meaning::Unlisted, Wording::Document) => {
                Meaning::Vague
            }
            _ if leaves_out => Meaning::Vague,
            _ => meaning,
        };
        let named = (!leaves_out).then(|| number(at));
        (meaning, text::failed(self.words(says, mood / 64), named, Some(order.device)))
    }

    fn refund(&mut self, now: Ms, dm: u64, fen: i64, origin: Origin, view: View) -> Reply {
        let Some(at) = self.order(dm, now) else {
            return Reply::of(text::failed(Says::NotThere.sentence(view.mood), None, None));
        };
        let order = &mut self.orders[at];
        if order.at(now) != Standing::Paid || fen <= 0 || fen > order.left() {
            let twin = order.refunds.iter().any(|line| line.origin == Some(origin));
            // The exact words depend on the view's mood.
            let says = match view.mood % 4 {
                _ if order.at(now) != Standing::Paid => Says::OrderNotPaid,
                0 if !twin => Says::RefundFinal,
                1 => Says::RefundUnlisted,
                _ => Says::RefundTooMuch,
            };
            return Reply::of(text::failed(says.sentence(view.mood / 4), Some(dm), None));
        }
        let accepted = |body| Reply { body, meaning: Meaning::Confirms, order: Some(at) };
        let mut line = |fen: i64, at: Ms| {
            order.refunds.push(Line { fen, at, shown: at, origin: Some(origin) });
        };
        match view.anomaly {
            Anomaly::Pends(after) => {
                if let Some(after) = after {
                    line(fen, now + after);
                }
                let ok = if view.mood.is_multiple_of(3) { -1 } else { 0 };
                accepted(text::pends(dm, Says::RefundPends.sentence(view.mood / 3), ok))
            }
            Anomaly::Doubtful { says, after, names } => {
                line(fen, now + after);
                let named = names.or_else(|| (view.mood % 8 < 5).then_some(dm));
                Reply::of(text::failed(says.sentence(view.mood), named, None))
            }
            Anomaly::Declines => {
                let named = (!(view.mood / 4).is_multiple_of(4)).then_some(dm);
                Reply::of(text::failed(Says::RefundFinal.sentence(view.mood), named, None))
            }
            Anomaly::Split if fen > 1 => {
                line(fen - fen / 4 - 1, now);
                line(fen / 4 + 1, now);
                accepted(text::refunded(dm, fen, now))
            }
            _ => {
                line(fen, now);
                accepted(text::refunded(dm, fen, now))
            }
        }
    }

    fn bill(&self, dm: u64, now: Ms, view: View) -> Vec<u8> {
        let more = if let Anomaly::Larger(fen) = view.anomaly { fen } else { 0 };
        match self.order(dm, now).map(|at| &self.orders[at]) {
            Some(order) if order.at(now) == Standing::Paid => text::bill(dm, order, now, more, self.style),
            Some(_) => text::failed(Says::OrderNotPaid.sentence(view.mood), None, None),
            None => text::failed(Says::NotThere.sentence(view.mood), None, None),
        }
    }
}

#[cfg(test)]
mod tests;
