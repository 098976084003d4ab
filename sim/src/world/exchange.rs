//! Requests on their way to the platform, and answers on their way back.

use wsy::payment::Delivery;
use wsy::payment::evidence::Tie;
use wsy::protocol::request::Request;

use super::{Event, Who, World};
use crate::Ms;
use crate::disk::{ChargeRow, ChargeState};
use crate::faults::{FailPoint, Fault, FaultInjector};
use crate::hash;
use crate::oracle::{Checked, Violation};
use crate::plan::Loss;
use crate::platform::{
    Ask, Gist, Letter, Order, Origin, Reply, Says, Standing, Twist, View, gbk, number, order_named,
};

/// Longest time for an answer.
const ANSWER: Ms = 30_000;
/// Longest time for a connection.
const CONNECT: Ms = 10_000;
/// The library gives an exchange at least this.
const LEAST: Ms = 1_000;
/// What is done of a request whose exchange is answered is done by then after it left: the quiet time of 60 s, as a till's
/// clock measures it that gains 4 %.
const TAKES: Ms = 57_000;
/// The same where the exchange broke off: 120 s. A system was seen to go on sending for 96 s.
const HELD: Ms = 112_000;
/// A refund is made by then after its request left, or never.
const REFUND_TAKES: Ms = 240_000;
/// A bill lags behind a refund no longer.
const BILL_LAG: Ms = 600_000;
/// A bill lags behind a refund that was accepted no longer.
const LONG_LAG: Ms = 86_400_000;
/// Later than every quiet time.
pub(super) const TOO_LATE: Ms = 1_800_000;
/// That a code's order is there is denied so often at most: less often than the library wants to hear it.
const MISLED: u32 = 2;

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    who: Who,
    exchange: u32,
    letter: Letter,
    about: Origin,
    point: FailPoint,
    occasion: u64,
    /// Whether its answer is heard by nobody.
    deaf: bool,
    /// When its first byte left.
    sent: Ms,
    /// When the exchange ends at the latest.
    ends: Ms,
    /// It was held back for longer than any premise has it.
    too_late: bool,
}

/// What a run is told by an answer that it hears.
#[derive(Clone, Copy, Debug)]
pub struct News {
    pub(super) about: Origin,
    pub(super) letter: Letter,
    /// It speaks for the payment or the refund that it is about.
    pub(super) speaks: bool,
    /// It is the answer to a charge, and names the order that failed.
    pub(super) names: bool,
}

const fn endpoint(ask: Ask) -> usize {
    match ask {
        Ask::Micropay { .. } => 0,
        Ask::QueryCode { .. } => 1,
        Ask::QueryOrder { .. } => 2,
        Ask::Refund { .. } => 3,
        Ask::Read { .. } => 4,
    }
}

impl World<'_> {
    /// A run sends a request.
    pub(super) fn dispatch(&mut self, who: Who, request: &Request, left: Ms, point: FailPoint) -> Checked {
        let occasion = self.occasion(who);
        let place = &self.places[usize::from(who.till)];
        let Some(run) = place.till.run(who.run) else { return Ok(()) };
        let (about, resumed, exchange) = (place.till.origin(run), run.is_resumed(), run.steps);
        let limit = self.limits.get(&(who.till, who.run));
        if limit.is_some_and(|limit| place.clock.monotonic(self.now) >= *limit) {
            let text = format!("till {} asks about {about:?} when the time of its call is over", who.till);
            return Err(Violation { rule: 7, text });
        }
        let Some(letter) = Letter::read(request.params()) else {
            let text = format!("a request that the platform cannot read: {request:?}");
            return Err(Violation { rule: 3, text });
        };
        let never_sent = [
            (Fault::NameFails, 2_000),
            (Fault::Refused, 50),
            (Fault::BlackHole, CONNECT.min(left).max(LEAST)),
            (Fault::TlsFails, 400),
        ];
        for (fault, ms) in never_sent {
            if self.injector.fires(fault, point, occasion) {
                self.hear_later(who, exchange, ms, Delivery::NotSent(fault.word().to_owned()));
                return Ok(());
            }
        }
        let ends = self.now + ANSWER.min(left).max(LEAST);
        if self.down[endpoint(letter.ask)] {
            self.injector.marks.hit(Fault::Outage, point);
            let delivery = match hash::mix(occasion) % 2 {
                0 => Delivery::NotSent("the endpoint is down".to_owned()),
                _ => return self.offer_and_lose(who, exchange, letter, about, resumed, ends),
            };
            self.hear_later(who, exchange, 100, delivery);
            return Ok(());
        }
        self.offered(who, letter, about, resumed)?;
        self.note(|| format!("till {} run {}: sends {:?} for {about:?}", who.till, who.run, letter.ask));
        self.dies_in_flight(who, point, occasion, ends);
        self.cancelled_in_flight(who, point, occasion);
        let sent = self.now;
        if point.moves_money() {
            self.sent.insert(about, sent);
        }
        let flight = Flight {
            who,
            exchange,
            letter,
            about,
            point,
            occasion,
            deaf: false,
            sent,
            ends,
            too_late: false,
        };
        self.fly(flight);
        Ok(())
    }

    fn offered(&mut self, who: Who, letter: Letter, about: Origin, resumed: bool) -> Checked {
        self.counts.requests += 1;
        self.oracle.sent_by(about, letter);
        let ledger = &self.places[usize::from(who.till)].till.disk.ledger;
        self.oracle.offered(about, letter.ask, resumed, ledger)
    }

    fn offer_and_lose(
        &mut self,
        who: Who,
        exchange: u32,
        letter: Letter,
        about: Origin,
        resumed: bool,
        ends: Ms,
    ) -> Checked {
        self.offered(who, letter, about, resumed)?;
        let lost = lost(self.occasion(who), "no answer");
        self.queue.push(ends, Event::Hear(who, exchange, lost, None));
        Ok(())
    }

    /// What the network does to a request.
    fn fly(&mut self, flight: Flight) {
        let Flight { who, exchange, point, occasion, ends, .. } = flight;
        let throw = |n: Ms| self.injector.throw(occasion ^ 0x51, n);
        let (quick, cut) = (5 + throw(400), 1 + throw(2_000));
        let again = 1 + throw(TAKES);
        // Its last byte may leave as late as the exchange ends.
        let late = if is_reset(occasion) {
            again + self.injector.throw(occasion ^ 0x56, ends - self.now + 1)
        } else {
            1 + throw(HELD)
        };
        if self.loses(who.till, point, Loss::Request)
            || self.injector.fires(Fault::CutInRequest, point, occasion)
        {
            self.hear_later(who, exchange, cut, lost(occasion, "cut off"));
            return;
        }
        // However the exchange goes, it ends.
        self.queue.push(ends, Event::Hear(who, exchange, lost(occasion, "no answer in time"), None));
        if self.injector.fires(Fault::RequestLost, point, occasion) {
            return;
        }
        if self.plan.breaks && self.injector.fires(Fault::TooLate, point, occasion) {
            self.oracle.breaks(flight.about, flight.letter.ask);
            let at = self.now + HELD + self.injector.throw(occasion ^ 0x56, TOO_LATE);
            self.queue.push(at, Event::Arrive(Box::new(Flight { deaf: true, too_late: true, ..flight })));
            return;
        }
        if self.injector.fires(Fault::RequestLate, point, occasion) {
            self.queue.push(self.now + late, Event::Arrive(Box::new(flight)));
            return;
        }
        if self.injector.fires(Fault::Twice, point, occasion) {
            self.oracle.doubled(flight.about, flight.letter.ask);
            // Either of the two answers may be the one that is heard.
            let first_is_deaf = hash::mix(occasion).is_multiple_of(2);
            self.queue
                .push(self.now + quick, Event::Arrive(Box::new(Flight { deaf: first_is_deaf, ..flight })));
            self.queue
                .push(self.now + again, Event::Arrive(Box::new(Flight { deaf: !first_is_deaf, ..flight })));
            return;
        }
        self.queue.push(self.now + quick, Event::Arrive(Box::new(flight)));
    }

    /// Whether a charge of a till loses this, once.
    fn loses(&mut self, till: u8, point: FailPoint, loss: Loss) -> bool {
        let place = self.place(till);
        let loses = point == FailPoint::ChargeSend && place.loses == Some(loss);
        if loses {
            place.loses = None;
        }
        loses
    }

    fn hear_later(&mut self, who: Who, exchange: u32, ms: Ms, delivery: Delivery<Vec<u8>>) {
        self.queue.push(self.now + ms, Event::Hear(who, exchange, delivery, None));
    }

    /// A request is at the platform's door.
    pub(super) fn arrive(&mut self, flight: Flight) -> Checked {
        let Flight { letter, about, point, occasion, .. } = flight;
        self.mix(61, u64::from(flight.who.run) << 8 | u64::from(flight.who.till));
        let mood = self.injector.throw(occasion ^ 0x58, 1 << 40);
        if self.places[usize::from(about.till)].deleted {
            self.injector.marks.hit(Fault::DeviceDeleted, point);
            self.answer(flight, Says::NoDevice.refusal(mood), None);
            return Ok(());
        }
        if self.injector.fires(Fault::GatewayBefore, point, occasion) {
            self.answer_lost(flight, "HTTP 502");
            return Ok(());
        }
        let in_maintenance = self.injector.fires(Fault::Maintenance, point, occasion);
        // The platform speaks of its trouble after it has acted as well.
        let acts_all_the_same = in_maintenance && hash::mix(occasion ^ 0x57).is_multiple_of(2);
        if self.injector.fires(Fault::SignError, point, occasion) {
            self.answer(flight, Says::Sign.refusal(mood), None);
            return Ok(());
        }
        if in_maintenance && !acts_all_the_same {
            self.answer(flight, Says::Maintenance.refusal(mood), None);
            return Ok(());
        }
        let view = View { mood, ..self.view(&flight) };
        let orders = self.platform.orders.len();
        let lines = self.refund_lines(letter.ask);
        let mut reply = self.platform.answer(self.now, letter, about, view);
        self.note(|| format!("platform: {:?} of {about:?}", letter.ask));
        if self.platform.orders.len() > orders {
            self.captured(orders)?;
        }
        if self.refund_lines(letter.ask) > lines
            && let Ask::Refund { dm, .. } = letter.ask
            && let Some(order) = order_named(&format!("dm{dm}"))
        {
            let ledger = &self.places[usize::from(about.till)].till.disk.ledger;
            self.oracle.refunded(order, ledger, &self.platform)?;
        }
        if acts_all_the_same {
            self.answer(flight, Says::Maintenance.refusal(mood), None);
            return Ok(());
        }
        // After a decline, the order of another device is taken for why.
        if let Some(other) = self.swapped(letter, about, point, occasion)
            && (!point.asks() || self.may_deny(about))
        {
            self.oracle.misled(about, letter.ask);
            reply = other;
        } else {
            match reply.gist {
                Gist::Vague => self.oracle.misled(about, letter.ask),
                Gist::Troubled => self.oracle.troubled(about),
                Gist::Unlisted => self.oracle.unlisted(about),
                Gist::For | Gist::Else => {}
            }
        }
        self.way_back(flight, reply);
        Ok(())
    }

    fn refund_lines(&self, ask: Ask) -> usize {
        let Ask::Refund { dm, .. } = ask else { return 0 };
        let order = order_named(&format!("dm{dm}")).and_then(|at| self.platform.orders.get(at));
        order.map_or(0, |order| order.refunds.len())
    }

    /// From what the platform answers, and what is odd about it.
    fn view(&mut self, flight: &Flight) -> View {
        let Flight { letter, point, .. } = *flight;
        let twist = match letter.ask {
            Ask::Micropay { .. } => self.odd_charge(flight),
            Ask::Refund { dm, .. } => self.odd_refund(flight, dm),
            Ask::QueryCode { .. } | Ask::QueryOrder { .. } => return self.view_of_question(flight),
            Ask::Read { .. } => return self.view_of_bill(flight, point),
        };
        View { twist, ..View::default() }
    }

    fn odd_charge(&mut self, flight: &Flight) -> Twist {
        let Flight { about, point, occasion, letter, .. } = *flight;
        let throw = |injector: &FaultInjector, salt: u64, n: u64| injector.throw(occasion ^ salt, n);
        if flight.too_late {
            return Twist::Undead;
        }
        if self.plan.breaks && self.injector.fires(Fault::Lies, point, occasion) {
            self.oracle.breaks(about, letter.ask);
            let after = throw(&self.injector, 0x70, TAKES);
            return Twist::Doubtful { says: Says::Final, after, names: None };
        }
        let names_other = self.injector.fires(Fault::NamesOther, point, occasion);
        if !names_other && !self.injector.fires(Fault::Doubtful, point, occasion) {
            return Twist::None;
        }
        // By the end of the quiet time it is done, which begins with the end of the exchange.
        let waits = self.place(flight.who.till).till.run(flight.who.run).map(|run| run.steps);
        let left = match (waits == Some(flight.exchange), is_reset(occasion)) {
            (true, true) => TAKES,
            (false, true) => (flight.sent + TAKES).saturating_sub(self.now),
            (_, false) => (flight.sent + HELD).saturating_sub(self.now).min(TAKES),
        };
        let at_once = self.platform.hides_nothing() || throw(&self.injector, 0x71, 4) == 0;
        let after = if at_once { 0 } else { throw(&self.injector, 0x70, left + 1) };
        let pick = usize::try_from(throw(&self.injector, 0x72, 4)).unwrap_or_default();
        let says = Says::DOUBTFUL.get(pick).copied().unwrap_or_default();
        let names = if names_other { self.other_number(None, occasion) } else { None };
        if says == Says::EarlierUse {
            // Where the answers name no device, an order that is being paid may be why this charge was declined.
            self.oracle.misled(about, letter.ask);
        }
        Twist::Doubtful { says, after, names }
    }

    fn odd_refund(&mut self, flight: &Flight, dm: u64) -> Twist {
        let Flight { about, point, occasion, .. } = *flight;
        let left = (flight.sent + REFUND_TAKES).saturating_sub(self.now);
        let after = self.injector.throw(occasion ^ 0x70, left + 1);
        if self.injector.fires(Fault::Pends, point, occasion) {
            self.oracle.pends(about);
            let is_made = self.injector.throw(occasion ^ 0x71, 8) > 0;
            return Twist::Pends(is_made.then_some(after));
        }
        if self.injector.fires(Fault::RefundDeclined, point, occasion) {
            return Twist::Declines;
        }
        if self.injector.fires(Fault::Split, point, occasion) {
            self.oracle.split(about);
            return Twist::Split;
        }
        if self.injector.fires(Fault::Doubtful, point, occasion) {
            let says = match self.injector.throw(occasion ^ 0x72, 3) {
                0 => Says::RefundUnlisted,
                1 => Says::Trouble,
                _ => Says::RefundTooMuch,
            };
            let names = if self.injector.throw(occasion ^ 0x73, 8) == 0 {
                order_named(&format!("dm{dm}")).and_then(|own| self.other_number(Some(own), occasion))
            } else {
                None
            };
            let after = if self.injector.throw(occasion ^ 0x74, 2) == 0 { 0 } else { after };
            return Twist::Doubtful { says, after, names };
        }
        Twist::None
    }

    fn view_of_bill(&mut self, flight: &Flight, point: FailPoint) -> View {
        let Flight { about, occasion, .. } = *flight;
        let mut view = View::default();
        if self.injector.fires(Fault::Stale, point, occasion) {
            view.age = self.injector.throw(occasion ^ 0x52, BILL_LAG);
        }
        if self.oracle.has_spoken(about, true) && self.injector.fires(Fault::LongLag, point, occasion) {
            self.oracle.pends(about);
            self.platform.hide_refund(about, self.now + self.injector.throw(occasion ^ 0x75, LONG_LAG));
        }
        if self.injector.fires(Fault::LargerBill, point, occasion) {
            view.twist =
                Twist::Larger(1 + i64::try_from(self.injector.throw(occasion ^ 0x76, 500)).unwrap_or(0));
        }
        view
    }

    /// A question about a charge may be answered by somebody who does not know of it yet, or in words that deny it. Once the
    /// quiet time is over, that happens only so often.
    fn view_of_question(&mut self, flight: &Flight) -> View {
        let Flight { about, point, occasion, letter, .. } = *flight;
        let by_code = matches!(letter.ask, Ask::QueryCode { .. });
        let own = self.platform.orders.iter().position(|order| order.origin == about && !order.refused);
        if self.oracle.has_spoken(about, false) && self.injector.fires(Fault::Forgets, point, occasion) {
            self.forgotten.insert(about);
        }
        if self.forgotten.contains(&about) {
            self.oracle.misled(about, letter.ask);
            return View { blind: true, ..View::default() };
        }
        let mut view = View::default();
        if self.injector.fires(Fault::Stale, point, occasion) {
            view.age = self.injector.throw(occasion ^ 0x52, self.platform.longest_lag(by_code));
        }
        if by_code && self.platform.hides_nothing() {
            view.twist = self.failure_of_another(flight, own);
            return view;
        }
        view.blind = self.injector.fires(Fault::Blind, point, occasion);
        view.twist = self.odd_question(flight, own);
        let Some(order) = own.and_then(|at| self.platform.orders.get(at)) else { return view };
        let lags = order.made > self.now.saturating_sub(view.age);
        let denies = match view.twist {
            Twist::Fails { says, names } => {
                matches!(says, Says::NotThere | Says::Final | Says::Failed)
                    || (says == Says::Unlisted && names.is_some())
            }
            _ => view.blind || lags,
        };
        if denies && !self.may_deny(about) { View::default() } else { view }
    }

    /// A failure that names another order than the decline of this charge did, which tells the two apart.
    fn failure_of_another(&mut self, flight: &Flight, own: Option<usize>) -> Twist {
        let Flight { about, point, occasion, .. } = *flight;
        let named = self.row_of(about).map(|row| row.dm_id.clone()).unwrap_or_default();
        let other = self.other_number(own, occasion).filter(|other| format!("dm{other}") != named);
        if named.is_empty()
            || other.is_none()
            || !self.injector.fires(Fault::NamesOther, point, occasion)
            || !self.may_deny(about)
        {
            return Twist::None;
        }
        Twist::Fails { says: Says::Failed, names: other }
    }

    /// Whether a charge may be denied once more, if it is there. Until the quiet time is over it may be as often as one likes.
    fn may_deny(&mut self, about: Origin) -> bool {
        let (now, quiet) = (self.now, self.sent.get(&about).is_some_and(|sent| self.now < sent + TAKES));
        let is_own = |order: &Order| order.origin == about && !order.refused && order.made <= now;
        if quiet || !self.platform.orders.iter().any(is_own) {
            return true;
        }
        let misled = self.misled.entry(about).or_default();
        *misled += 1;
        *misled <= MISLED
    }

    /// A question that fails.
    fn odd_question(&mut self, flight: &Flight, own: Option<usize>) -> Twist {
        let Flight { point, occasion, .. } = *flight;
        let throw = self.injector.throw(occasion ^ 0x77, 1 << 20);
        if self.injector.fires(Fault::NamesOther, point, occasion) {
            let all =
                [Says::Final, Says::NotThere, Says::Trouble, Says::Unlisted, Says::Failed, Says::EarlierUse];
            let says =
                usize::try_from(throw % 6).ok().and_then(|at| all.get(at)).copied().unwrap_or_default();
            return match self.other_number(own, occasion) {
                Some(other) => Twist::Fails { says, names: Some(other) },
                None => Twist::None,
            };
        }
        if self.injector.fires(Fault::QuestionFails, point, occasion) {
            let all =
                [Says::QuestionFails, Says::QuestionFails, Says::NotThere, Says::Unlisted, Says::Trouble];
            let says =
                usize::try_from(throw % 5).ok().and_then(|at| all.get(at)).copied().unwrap_or_default();
            let names = own.filter(|_| (throw / 8).is_multiple_of(2)).map(number);
            return Twist::Fails { says, names };
        }
        Twist::None
    }

    /// The number of an order that is not this one.
    fn other_number(&self, own: Option<usize>, occasion: u64) -> Option<u64> {
        let all = self.platform.orders.len();
        let at = usize::try_from(self.injector.throw(occasion ^ 0x78, all.max(1) as u64)).ok()?;
        (all > 0 && Some(at) != own).then(|| number(at))
    }

    /// An answer that is not the one to this request. It differs in what the protocol gives to tell it by: the amount,
    /// the order that was asked about, the device, or that the order belongs to another bill of the same ledger.
    fn swapped(&mut self, letter: Letter, about: Origin, point: FailPoint, occasion: u64) -> Option<Reply> {
        let of_code = |code: u64| self.platform.orders.iter().position(|order| order.code == code);
        let own = match letter.ask {
            Ask::Micropay { code, .. } | Ask::QueryCode { code } => of_code(code),
            Ask::QueryOrder { dm } | Ask::Refund { dm, .. } | Ask::Read { dm } => {
                order_named(&format!("dm{dm}"))
            }
        };
        let row = self.row_of(about);
        let own_fen = row.map(|row| i64::from(row.fen));
        // The device that charged: the till may be another one by now.
        let device = row.map_or(letter.device, |row| row.device);
        let now = self.now;
        let other = |body: Vec<u8>| Some(Reply { body, gist: Gist::Else, order: None });
        if self.injector.fires(Fault::WrongAmount, point, occasion) {
            let at = own?;
            let body = self.platform.paid_answer(at, 1);
            return Some(Reply { body, gist: Gist::For, order: Some(at) });
        }
        if self.injector.fires(Fault::Leftover, point, occasion)
            && let Some(body) = self.leftover(letter.ask, own, own_fen, about)
        {
            return other(body);
        }
        let orders: Vec<usize> = (0..self.platform.orders.len()).filter(|at| Some(*at) != own).collect();
        let paid = |at: &usize| self.platform.orders[*at].at(now) == Standing::Paid;
        let throw = usize::try_from(self.injector.throw(occasion ^ 0x53, 1 << 20)).unwrap_or_default();
        let pick = |from: Vec<usize>| from.get(throw % from.len().max(1)).copied();
        if point.reads() {
            let at = pick(orders.into_iter().filter(paid).collect());
            let wrong = self.injector.fires(Fault::WrongOrder, point, occasion)
                || self.injector.fires(Fault::OthersAnswer, point, occasion);
            return at.filter(|_| wrong).and_then(|at| other(self.platform.bill_answer(at, now)));
        }
        if self.injector.fires(Fault::OthersOrder, point, occasion) {
            let bound = |at: &usize| self.is_bound_elsewhere(*at, about, letter.ask);
            let at = pick(orders.into_iter().filter(bound).collect())?;
            return other(self.platform.other_answer(at, throw as u64));
        }
        let told_apart = |at: &usize| {
            let order = &self.platform.orders[*at];
            own_fen.is_some_and(|fen| order.fen != fen) || order.device != device
        };
        let others = if self.injector.fires(Fault::WrongOrder, point, occasion) {
            orders.into_iter().filter(paid).collect()
        } else if self.injector.fires(Fault::OthersAnswer, point, occasion) {
            orders.into_iter().filter(paid).filter(told_apart).collect()
        } else {
            return None;
        };
        other(self.platform.paid_answer(pick(others)?, 0))
    }

    /// The row of a charge.
    fn row_of(&self, about: Origin) -> Option<&ChargeRow> {
        let rows = &self.places[usize::from(about.till)].till.disk.ledger.charges;
        rows.iter().find(|row| (row.bill, row.attempt) == (about.number, about.attempt))
    }

    /// Whether another bill has the order. An answer to a charge outranks what questions have tied.
    fn is_bound_elsewhere(&self, order: usize, about: Origin, ask: Ask) -> bool {
        let dm_id = format!("dm{}", number(order));
        let rows = &self.places[usize::from(about.till)].till.disk.ledger.charges;
        rows.iter().any(|row| {
            let binds = match ask {
                Ask::Micropay { .. } => row.evidence.tie == Tie::Own,
                _ => row.evidence.tie.binds(),
            };
            let belongs = row.state == ChargeState::Paid || binds;
            row.bill != about.number && row.dm_id == dm_id && belongs
        })
    }

    /// The answer to an earlier request of this till, where it can be told from the one that is waited for.
    fn leftover(
        &mut self,
        ask: Ask,
        own: Option<usize>,
        own_fen: Option<i64>,
        about: Origin,
    ) -> Option<Vec<u8>> {
        let (earlier, reply) = self.place(about.till).leftover.take()?;
        if earlier == ask {
            return None;
        }
        let fen = |at: usize| self.platform.orders.get(at).map(|order| order.fen);
        let told_apart = match (ask, reply.order) {
            (Ask::Read { .. }, _) => true,
            (_, Some(at)) => {
                // A failure names no amount.
                let differs = reply.gist == Gist::For && fen(at) != own_fen;
                Some(at) == own || differs || self.is_bound_elsewhere(at, about, ask)
            }
            (_, None) => false,
        };
        told_apart.then_some(reply.body)
    }

    /// What the network does to an answer.
    fn way_back(&mut self, flight: Flight, reply: Reply) {
        let Flight { point, occasion, ends, about, letter, .. } = flight;
        if self.injector.fires(Fault::GatewayAfter, point, occasion) {
            return self.answer_lost(flight, "HTTP 504");
        }
        if self.loses(about.till, point, Loss::Answer)
            || self.injector.fires(Fault::AnswerLost, point, occasion)
        {
            return self.answer_lost(flight, "reset");
        }
        if self.injector.fires(Fault::TooLarge, point, occasion) {
            return self.answer_lost(flight, "too large");
        }
        let is_own = |at: usize| self.platform.orders.get(at).is_some_and(|order| order.origin == about);
        let speaks = reply.gist == Gist::For
            && (matches!(letter.ask, Ask::Refund { .. }) || reply.order.is_some_and(is_own));
        let names = matches!(reply.gist, Gist::Troubled | Gist::Unlisted)
            && matches!(letter.ask, Ask::Micropay { .. })
            && reply.order.is_some_and(is_own);
        let mut news = Some(News { about, letter, speaks, names });
        self.place(about.till).leftover = Some((letter.ask, reply.clone()));
        let mut body = reply.body;
        if self.injector.fires(Fault::LoginPage, point, occasion) {
            news = None;
            body = b"<html><body>Welcome! Please log in.</body></html>".to_vec();
        }
        if self.injector.fires(Fault::Malformed, point, occasion) {
            news = None;
            body = b"<dm ok=\"1\" info=\"<<\" dm_id=dm1 total='".to_vec();
        }
        if self.injector.fires(Fault::Contradicts, point, occasion) {
            news = None;
            // It may mean that money was taken, and nobody can take that back alone.
            self.oracle.misled(about, letter.ask);
            body = contradicts(&body, hash::mix(occasion ^ 0x59).is_multiple_of(2));
        }
        if self.injector.fires(Fault::Truncated, point, occasion) {
            news = None;
            let cut =
                usize::try_from(self.injector.throw(occasion ^ 0x54, body.len() as u64)).unwrap_or_default();
            body.truncate(cut);
        }
        if self.injector.fires(Fault::GbkLabel, point, occasion) {
            body = gbk(&body);
        }
        if self.injector.fires(Fault::AnswerLate, point, occasion) {
            return;
        }
        if self.injector.fires(Fault::Trickle, point, occasion) && !flight.deaf {
            let at = ends.saturating_sub(1).max(self.now);
            self.queue.push(at, Event::Hear(flight.who, flight.exchange, Delivery::Answer(body), news));
            return;
        }
        self.answer(flight, body, news);
    }

    fn answer(&mut self, flight: Flight, body: Vec<u8>, news: Option<News>) {
        if !flight.deaf {
            let at = self.now + 5 + self.injector.throw(flight.occasion ^ 0x55, 300);
            self.queue.push(at, Event::Hear(flight.who, flight.exchange, Delivery::Answer(body), news));
        }
    }

    fn answer_lost(&mut self, flight: Flight, reason: &str) {
        if !flight.deaf {
            self.hear_later(flight.who, flight.exchange, 20, lost(flight.occasion, reason));
        }
    }
}

/// The same answer with an `ok` and an `OK` of which one says otherwise.
fn contradicts(body: &[u8], lower_lies: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let Some((ok, rest)) = text.strip_prefix("<dm ok=\"").and_then(|rest| rest.split_once('"')) else {
        return body.to_vec();
    };
    let other = if ok == "1" { "0" } else { "1" };
    let (lower, upper) = if lower_lies { (other, ok) } else { (ok, other) };
    format!("<dm ok=\"{lower}\" OK=\"{upper}\"{rest}").into_bytes()
}

/// An exchange without an answer. Most connections are reset then; the others lead through a proxy.
fn lost(occasion: u64, reason: &str) -> Delivery<Vec<u8>> {
    let reason = reason.to_owned();
    if is_reset(occasion) { Delivery::Reset(reason) } else { Delivery::MaybeSent(reason) }
}

const fn is_reset(occasion: u64) -> bool {
    !hash::mix(occasion ^ 0x58).is_multiple_of(4)
}
