//! The platform and the wallets behind it, written from the platform's document alone. It reads requests and writes
//! answers as text, and shares no code with the library.

mod sentences;
mod text;

pub use sentences::Says;
pub use text::{gbk, mark};

use crate::Ms;
use crate::hash::mix;

/// What a request asks, as the platform reads its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Charge this code.
    Micropay {
        /// The auth code.
        code: u64,
        /// The amount.
        fen: i64,
        /// Without receipt.
        plain: bool,
    },
    /// What became of this code?
    QueryCode {
        /// The auth code.
        code: u64,
    },
    /// What became of this order?
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

/// A request with the device that sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Letter {
    /// The device.
    pub device: u32,
    /// What it asks.
    pub ask: Ask,
}

impl Letter {
    /// Reads the parameters of a request; `None` if they are not what the document wants.
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

/// Which attempt or refund of which till a request belongs to. The platform never looks at it; the oracle does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The till.
    pub till: u8,
    /// The bill, or the refund's number.
    pub number: u16,
    /// The attempt on the bill; 0 for a refund.
    pub attempt: u8,
}

/// What a customer does when the phone asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Habit {
    /// Pays without being asked.
    Pays,
    /// Types the password, and pays after so long.
    PaysAfter(Ms),
    /// Looks at it, and declines after so long.
    DeclinesAfter(Ms),
    /// Puts the phone away.
    Never,
    /// Has no money.
    NoMoney,
    /// Types the password; the first card fails after so long, and a second one pays so much later.
    SecondCard(Ms, Ms),
    /// Shows a picture of an old code.
    OldCode,
}

/// A customer's code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wallet {
    /// What its owner does.
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
    /// When it ends, and whether it is paid then.
    pub end: Option<(Ms, bool)>,
    /// From then until its end the platform says that it has failed, though the customer is choosing another card.
    pub first_card: Option<Ms>,
    /// Whether the wallet declined it at once; its code is not used up by that.
    pub refused: bool,
    /// What was refunded of it.
    pub refunds: Vec<Line>,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The amount.
    pub fen: i64,
    /// When.
    pub at: Ms,
    /// Since when the bill shows it.
    pub shown: Ms,
    /// Who asked for it; `None` for the back office.
    pub origin: Option<Origin>,
}

/// How an order stands at a moment.
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
    /// How it stands at a moment.
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

    /// What is left of it, once every refund that was accepted is made.
    pub fn left(&self) -> i64 {
        self.fen - self.refunds.iter().map(|line| line.fen).sum::<i64>()
    }
}

/// How a platform words what failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wording {
    /// As the wallets' tables; of an order that was begun, as the document.
    #[default]
    Mixed,
    /// As the wallets' tables.
    Tables,
    /// As the document: 支付失败 whatever the reason. Such a platform hides no order from a question by its code.
    Document,
    /// In words that no table has.
    Unlisted,
}

/// What differs between platforms, and the document leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// The answer "still paying" names the device.
    pub paying_names_device: bool,
    /// A bill's last tag is closed.
    pub closes: bool,
    /// A declined charge makes an order, which the answer names.
    pub declines_make_orders: bool,
    /// A code that was used is answered as one that is dead. Such a platform hides no order from a question by its code.
    pub used_is_dead: bool,
    /// An order is shown to the device that charged, and to no other.
    pub shows_own_device: bool,
    /// How it words what failed.
    pub wording: Wording,
    /// Its sentences vary, and now and then it leaves out the number of an order that failed.
    pub varies: bool,
}

/// From what a request is answered, and what is odd about the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// So old is what the platform sees.
    pub age: Ms,
    /// It does not see the order at all.
    pub blind: bool,
    /// Which of several sentences it takes.
    pub mood: u64,
    /// What is odd.
    pub twist: Twist,
}

/// What is odd about an answer, or about what the platform does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Twist {
    /// Nothing.
    #[default]
    None,
    /// It does what it is asked to after so long, and says at once that it failed.
    Doubtful {
        /// In which words.
        says: Says,
        /// After so long.
        after: Ms,
        /// The order that the answer names; if `None`, its own or none.
        names: Option<u64>,
    },
    /// The question fails.
    Fails {
        /// In which words.
        says: Says,
        /// The order that the answer names.
        names: Option<u64>,
    },
    /// The refund is said to be in processing, and made after so long, or never.
    Pends(Option<Ms>),
    /// The refund is declined for good.
    Declines,
    /// The refund becomes two lines of the bill.
    Split,
    /// The bill reads as larger by so much.
    Larger(i64),
    /// The code is charged although it is too old.
    Undead,
}

/// What an answer says about the order that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gist {
    /// That it is paid or being paid, or that a refund is accepted.
    For,
    /// That it failed, in words that prove nothing.
    Vague,
    /// That it failed by trouble, which proves something of an order that is known to be the charge's.
    Troubled,
    /// That it failed, in words of no table, which prove something of such an order while it was never being paid.
    Unlisted,
    /// Anything else.
    Else,
}

/// An answer, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub body: Vec<u8>,
    /// What it says.
    pub gist: Gist,
    /// The order that it says it of.
    pub order: Option<usize>,
}

impl Reply {
    const fn of(body: Vec<u8>) -> Self {
        Self { body, gist: Gist::Else, order: None }
    }
}

/// How long a code can be charged after it was shown, in ms: "about a minute", and nobody knows exactly.
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

/// The digits of a wallet's code.
pub const fn code(wallet: usize) -> u64 {
    280_000_000_000_000_000 + wallet as u64
}

/// The number of an order.
pub const fn number(order: usize) -> u64 {
    FIRST_ORDER + order as u64
}

/// The order that a `dm_id` names.
pub fn order_named(dm_id: &str) -> Option<usize> {
    let number: u64 = dm_id.strip_prefix("dm")?.parse().ok()?;
    usize::try_from(number.checked_sub(FIRST_ORDER)?).ok()
}

impl Platform {
    /// A platform with these customers.
    pub const fn new(wallets: Vec<Wallet>, style: Style) -> Self {
        Self { orders: Vec::new(), wallets, style }
    }

    /// Shows a wallet's code to a scanner, which gives its digits. A code that was shown stays as it was.
    pub fn show(&mut self, wallet: usize, now: Ms) -> u64 {
        if let Some(wallet) = self.wallets.get_mut(wallet) {
            wallet.shown.get_or_insert(now);
        }
        code(wallet)
    }

    /// Takes a request and answers it.
    pub fn take(&mut self, now: Ms, letter: Letter, origin: Origin, view: View) -> Vec<u8> {
        self.answer(now, letter, origin, view).body
    }

    /// The same, with what the answer says.
    pub fn answer(&mut self, now: Ms, letter: Letter, origin: Origin, view: View) -> Reply {
        let seen = now.saturating_sub(view.age);
        let question = |found: Option<usize>| match (view.twist, found.filter(|_| !view.blind)) {
            (Twist::Fails { says, names }, _) => {
                Reply::of(text::failed(says.sentence(view.mood), names, None))
            }
            (_, Some(order)) => self.standing(order, seen, false, view.mood),
            (_, None) => Reply::of(text::failed(Says::NotThere.sentence(view.mood), None, None)),
        };
        match letter.ask {
            Ask::Micropay { code, fen, plain } => {
                let order = Order {
                    device: letter.device,
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
            Ask::QueryCode { code } => question(self.order_of(code, letter.device, seen)),
            Ask::QueryOrder { dm } => {
                question(self.order(dm, seen).filter(|at| self.shows(*at, letter.device)))
            }
            Ask::Refund { dm, fen } => self.refund(now, dm, fen, origin, view),
            Ask::Read { dm } => Reply::of(self.bill(dm, seen, view)),
        }
    }

    fn shows(&self, order: usize, device: u32) -> bool {
        !self.style.shows_own_device || self.orders.get(order).is_some_and(|order| order.device == device)
    }

    /// How old the answer to a question by a code can be, at most. Where a code that was used is answered as a dead one, or
    /// as anything else that failed, an order is visible by its code before that can be believed.
    pub fn longest_lag(&self, by_code: bool) -> Ms {
        match (by_code, self.style) {
            (true, Style { wording: Wording::Document, .. }) => 900,
            (true, Style { used_is_dead: true, .. }) => 4_500,
            _ => 10_000,
        }
    }

    /// Whether a question by a code is always answered from what is there.
    pub fn hides_nothing(&self) -> bool {
        self.style.used_is_dead || self.style.wording == Wording::Document
    }

    /// The answer to a paid order, whoever asks.
    pub fn paid_answer(&self, order: usize, more_fen: i64) -> Vec<u8> {
        match self.orders.get(order) {
            Some(found) => text::paid(number(order), found, found.fen + more_fen, false),
            None => text::failed(Says::NotThere.sentence(0), None, None),
        }
    }

    /// An answer about an order that says that it is being paid, or something that is wrong, whoever asks.
    pub fn other_answer(&self, order: usize, mood: u64) -> Vec<u8> {
        match self.orders.get(order) {
            Some(found) if mood.is_multiple_of(3) => text::paid(number(order), found, found.fen, false),
            Some(found) if mood % 3 == 1 => {
                text::paying(number(order), found, Says::Paying.sentence(mood), self.style)
            }
            _ => text::failed(Says::Final.sentence(mood), Some(number(order)), None),
        }
    }

    /// The bill of an order, whoever asks.
    pub fn bill_answer(&self, order: usize, now: Ms) -> Vec<u8> {
        self.bill(number(order), now, View::default())
    }

    /// From then on the bill shows a refund, and not before.
    pub fn hide_refund(&mut self, origin: Origin, until: Ms) {
        let lines = self.orders.iter_mut().flat_map(|order| &mut order.refunds);
        lines.filter(|line| line.origin == Some(origin)).for_each(|line| line.shown = until);
    }

    /// The back office refunds a part of an order; `false` if that is not possible.
    pub fn refund_in_back_office(&mut self, order: usize, fen: i64, now: Ms) -> bool {
        let Some(order) = self.orders.get_mut(order) else { return false };
        let possible = order.at(now) == Standing::Paid && fen <= order.left();
        if possible {
            order.refunds.push(Line { fen, at: now, shown: now, origin: None });
        }
        possible
    }

    /// An order that has not ended by a moment does so then; one that had no end is `paid`, or not.
    pub fn end_by(&mut self, order: usize, at: Ms, paid: bool) {
        if let Some(order) = self.orders.get_mut(order) {
            order.end = Some(order.end.map_or((at, paid), |(ends, paid)| (ends.min(at), paid)));
        }
    }

    /// The words for something that failed.
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
        let expired = view.twist != Twist::Undead && wallet.shown.is_none_or(|shown| now > shown + CODE_LIFE);
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
                // What is true can be said in words that prove nothing.
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
                // In the words in which it answers the questions about that order.
                let (gist, body) = self.failure(at, &self.orders[at], view.mood / 10);
                return Reply { body, gist, order: Some(at) };
            }
            return Reply::of(text::failed(sentence, Some(number(at)), Some(device)));
        }
        let after = if let Twist::Doubtful { after, .. } = view.twist { after } else { 0 };
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
        // Where every decline is worded so, it is final if a question a second later does not speak for the payment.
        let is_final = self.style.wording == Wording::Document;
        if let (Habit::SecondCard(fails, _), false) = (wallet.habit, is_final) {
            order.first_card = Some(made + fails);
        }
        self.orders.push(order);
        let at = self.orders.len() - 1;
        if let Twist::Doubtful { says, names, .. } = view.twist {
            let named = names.or_else(|| (view.mood % 8 < 3).then(|| number(at)));
            return Reply::of(text::failed(says.sentence(view.mood), named, None));
        }
        self.standing(at, now, plain, view.mood)
    }

    /// The order that the platform names for a code: the one that is paid, or may be, before one that failed.
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
        let (gist, body) = match order.at(now) {
            Standing::Paid => (Gist::For, text::paid(number(at), order, order.fen, plain)),
            Standing::Paying if order.first_card.is_some_and(|failed| failed <= now) => {
                (Gist::Else, text::failed(Says::Failed.sentence(0), Some(number(at)), Some(order.device)))
            }
            Standing::Paying => {
                let mood = if self.style.varies { mood } else { 0 };
                (Gist::For, text::paying(number(at), order, Says::Paying.sentence(mood), self.style))
            }
            Standing::Failed => self.failure(at, order, mood),
        };
        Reply { body, gist, order: Some(at) }
    }

    /// Where sentences vary, an order that has failed is mostly spoken of in the same words all the same.
    fn failure(&self, at: usize, order: &Order, mood: u64) -> (Gist, Vec<u8>) {
        if !self.style.varies {
            let says = if self.style.wording == Wording::Tables { Says::Final } else { Says::Failed };
            let sentence = self.words(says, mood);
            let gist = if self.style.wording == Wording::Unlisted { Gist::Vague } else { Gist::Else };
            return (gist, text::failed(sentence, Some(number(at)), Some(order.device)));
        }
        let mood = if mood.is_multiple_of(8) { mood / 8 } else { mix(at as u64) };
        let (gist, says) = match mood % 8 {
            0 => (Gist::Unlisted, Says::CustomersDevice),
            1 => (Gist::Troubled, Says::FailedByTrouble),
            2 => (Gist::Vague, Says::Unlisted),
            3 | 4 => (Gist::Else, Says::Failed),
            _ => (Gist::Else, Says::Final),
        };
        let leaves_out = (mood / 8).is_multiple_of(8);
        let gist = match (gist, self.style.wording) {
            (_, Wording::Unlisted) | (Gist::Troubled | Gist::Unlisted, Wording::Document) => Gist::Vague,
            _ if leaves_out => Gist::Vague,
            _ => gist,
        };
        let named = (!leaves_out).then(|| number(at));
        (gist, text::failed(self.words(says, mood / 64), named, Some(order.device)))
    }

    fn refund(&mut self, now: Ms, dm: u64, fen: i64, origin: Origin, view: View) -> Reply {
        let Some(at) = self.order(dm, now) else {
            return Reply::of(text::failed(Says::NotThere.sentence(view.mood), None, None));
        };
        let order = &mut self.orders[at];
        if order.at(now) != Standing::Paid || fen <= 0 || fen > order.left() {
            let twin = order.refunds.iter().any(|line| line.origin == Some(origin));
            // What exactly it says depends on the platform's mood.
            let says = match view.mood % 4 {
                _ if order.at(now) != Standing::Paid => Says::OrderNotPaid,
                0 if !twin => Says::RefundFinal,
                1 => Says::RefundUnlisted,
                _ => Says::RefundTooMuch,
            };
            return Reply::of(text::failed(says.sentence(view.mood / 4), Some(dm), None));
        }
        let accepted = |body| Reply { body, gist: Gist::For, order: Some(at) };
        let mut line = |fen: i64, at: Ms| {
            order.refunds.push(Line { fen, at, shown: at, origin: Some(origin) });
        };
        match view.twist {
            Twist::Pends(after) => {
                if let Some(after) = after {
                    line(fen, now + after);
                }
                let ok = if view.mood.is_multiple_of(3) { -1 } else { 0 };
                accepted(text::pends(dm, Says::RefundPends.sentence(view.mood / 3), ok))
            }
            Twist::Doubtful { says, after, names } => {
                line(fen, now + after);
                let named = names.or_else(|| (view.mood % 8 < 5).then_some(dm));
                Reply::of(text::failed(says.sentence(view.mood), named, None))
            }
            Twist::Declines => {
                let named = (!(view.mood / 4).is_multiple_of(4)).then_some(dm);
                Reply::of(text::failed(Says::RefundFinal.sentence(view.mood), named, None))
            }
            Twist::Split if fen > 1 => {
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
        let more = if let Twist::Larger(fen) = view.twist { fen } else { 0 };
        match self.order(dm, now).map(|at| &self.orders[at]) {
            Some(order) if order.at(now) == Standing::Paid => text::bill(dm, order, now, more, self.style),
            Some(_) => text::failed(Says::OrderNotPaid.sentence(view.mood), None, None),
            None => text::failed(Says::NotThere.sentence(view.mood), None, None),
        }
    }
}

#[cfg(test)]
mod tests;
