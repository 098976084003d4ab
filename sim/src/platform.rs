//! The platform and the wallets behind it, written from the platform's document alone. It reads requests and writes
//! answers as text, and shares no code with the library.

mod text;

pub use text::{Phrase, gbk};

use crate::Ms;

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

    fn left(&self, now: Ms) -> i64 {
        self.fen - self.refunds.iter().filter(|line| line.at <= now).map(|line| line.fen).sum::<i64>()
    }
}

/// What differs between platforms, and the document leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Style {
    /// The answer "still paying" names the device.
    pub paying_names_device: bool,
    /// A bill's last tag is closed.
    pub closes: bool,
    /// A declined charge makes an order, which the answer names.
    pub declines_make_orders: bool,
    /// A code that was used is answered as one that is dead. Such a platform hides no order from a question by its code.
    pub used_is_dead: bool,
}

/// What a question is answered from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// So old is what the platform sees.
    pub age: Ms,
    /// It does not see the order at all.
    pub blind: bool,
}

/// How long a code can be charged after it was shown, in ms: "about a minute".
pub const CODE_LIFE: Ms = 45_000;
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
        let seen = now.saturating_sub(view.age);
        match letter.ask {
            Ask::Micropay { code, fen, plain } => self.micropay(now, letter.device, code, fen, plain, origin),
            Ask::QueryCode { code } => match self.order_of(code, seen).filter(|_| !view.blind) {
                Some(order) => self.standing(order, seen, false),
                None => text::failed(Phrase::NotFound, None, 0),
            },
            Ask::QueryOrder { dm } => match self.order(dm, seen).filter(|_| !view.blind) {
                Some(order) => self.standing(order, seen, false),
                None => text::failed(Phrase::NotFound, None, 0),
            },
            Ask::Refund { dm, fen } => self.refund(now, dm, fen, origin),
            Ask::Read { dm } => self.bill(dm, seen),
        }
    }

    /// Whether a question by a code is always answered from what is there.
    pub const fn hides_nothing(&self) -> bool {
        self.style.used_is_dead
    }

    /// The answer to a paid order, whoever asks.
    pub fn paid_answer(&self, order: usize, more_fen: i64) -> Vec<u8> {
        match self.orders.get(order) {
            Some(found) => text::paid(number(order), found, found.fen + more_fen, false),
            None => text::failed(Phrase::NotFound, None, 0),
        }
    }

    /// The bill of an order, whoever asks.
    pub fn bill_answer(&self, order: usize, now: Ms) -> Vec<u8> {
        self.bill(number(order), now)
    }

    /// The back office refunds a part of an order; `false` if that is not possible.
    pub fn refund_in_back_office(&mut self, order: usize, fen: i64, now: Ms) -> bool {
        let Some(order) = self.orders.get_mut(order) else { return false };
        let possible = order.at(now) == Standing::Paid && fen <= order.left(now);
        if possible {
            order.refunds.push(Line { fen, at: now, origin: None });
        }
        possible
    }

    /// An order that has not ended by a moment does so then; one that had no end is `paid`, or not.
    pub fn end_by(&mut self, order: usize, at: Ms, paid: bool) {
        if let Some(order) = self.orders.get_mut(order) {
            order.end = Some(order.end.map_or((at, paid), |(ends, paid)| (ends.min(at), paid)));
        }
    }

    fn micropay(
        &mut self,
        now: Ms,
        device: u32,
        code: u64,
        fen: i64,
        plain: bool,
        origin: Origin,
    ) -> Vec<u8> {
        let wallet = usize::try_from(code - self::code(0)).ok().and_then(|at| self.wallets.get(at)).cloned();
        let used = self.orders.iter().any(|order| order.code == code && !order.refused);
        let Some(wallet) = wallet else { return text::failed(Phrase::BadCode, None, 0) };
        let expired = wallet.shown.is_none_or(|shown| now > shown + CODE_LIFE);
        let mut order = Order {
            device,
            code,
            fen,
            origin,
            made: now,
            end: Some((now, false)),
            refused: true,
            refunds: Vec::new(),
        };
        let declined = match wallet.habit {
            _ if used && self.style.used_is_dead => Some(Phrase::BadCode),
            _ if used => Some(Phrase::Used),
            _ if expired => Some(Phrase::BadCode),
            Habit::NoMoney => Some(Phrase::NoMoney),
            _ => None,
        };
        if let Some(phrase) = declined {
            if !self.style.declines_make_orders {
                return text::failed(phrase, None, 0);
            }
            self.orders.push(order);
            let at = self.orders.len() - 1;
            return text::failed(phrase, Some(number(at)), device);
        }
        order.refused = false;
        order.end = match wallet.habit {
            Habit::Pays => Some((now, true)),
            Habit::PaysAfter(ms) => Some((now + ms, true)),
            Habit::DeclinesAfter(ms) => Some((now + ms, false)),
            Habit::Never | Habit::NoMoney => None,
        };
        self.orders.push(order);
        self.standing(self.orders.len() - 1, now, plain)
    }

    /// The order that the platform names for a code: the one that is paid, or may be, before one that failed.
    fn order_of(&self, code: u64, now: Ms) -> Option<usize> {
        let of_code = |(_, order): &(usize, &Order)| order.code == code && order.made <= now;
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

    fn standing(&self, at: usize, now: Ms, plain: bool) -> Vec<u8> {
        let order = &self.orders[at];
        match order.at(now) {
            Standing::Paid => text::paid(number(at), order, order.fen, plain),
            Standing::Paying => text::paying(number(at), order, self.style),
            Standing::Failed => text::failed(Phrase::Failed, Some(number(at)), order.device),
        }
    }

    fn refund(&mut self, now: Ms, dm: u64, fen: i64, origin: Origin) -> Vec<u8> {
        let Some(at) = self.order(dm, now) else { return text::failed(Phrase::NotFound, None, 0) };
        let order = &mut self.orders[at];
        if order.at(now) != Standing::Paid || fen <= 0 || fen > order.left(now) {
            // What exactly it says depends on the platform's mood.
            let phrase = if (dm + fen.unsigned_abs()).is_multiple_of(2) {
                Phrase::RefundTooLate
            } else {
                Phrase::RefundFailed
            };
            return text::failed(phrase, Some(dm), 0);
        }
        order.refunds.push(Line { fen, at: now, origin: Some(origin) });
        text::refunded(dm, fen, now)
    }

    fn bill(&self, dm: u64, now: Ms) -> Vec<u8> {
        match self.order(dm, now).map(|at| &self.orders[at]) {
            Some(order) if order.at(now) == Standing::Paid => text::bill(dm, order, now, self.style),
            Some(_) => text::failed(Phrase::OrderNotPaid, None, 0),
            None => text::failed(Phrase::NotFound, None, 0),
        }
    }
}

#[cfg(test)]
mod tests;
