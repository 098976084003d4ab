//! Requests in flight to the platform, and responses in flight back.

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
    Anomaly, Ask, Meaning, Order, Origin, ParsedRequest, Reply, Says, Standing, View, gbk, number,
    order_named,
};

/// The longest time for a response.
const RESPONSE: Ms = 30_000;
/// The longest time for a connection.
const CONNECT: Ms = 10_000;
/// The least time that the library gives an exchange.
const LEAST: Ms = 1_000;
/// How long after it left a request takes effect at the latest if its exchange gets a response: the quiet
/// time of 60 s on a till's clock that gains 4 %.
const TAKES: Ms = 57_000;
/// The same where the exchange broke off: 120 s. One system was observed to keep sending for 96 s.
const HELD: Ms = 112_000;
/// How long after its request left a refund is made at the latest.
const REFUND_TAKES: Ms = 240_000;
/// How long a bill lags behind a refund at most.
const BILL_LAG: Ms = 600_000;
/// How long a bill lags behind an accepted refund at most.
const LONG_LAG: Ms = 86_400_000;
/// Later than every quiet time.
pub(super) const TOO_LATE: Ms = 1_800_000;
/// How often an existing order is denied to a query by its code at most: fewer denials than the library
/// requires.
const MISLED: u32 = 2;

/// A request in flight.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    who: Who,
    exchange: u32,
    parsed: ParsedRequest,
    about: Origin,
    point: FailPoint,
    occasion: u64,
    /// Whether nobody receives its response.
    deaf: bool,
    /// When its first byte left.
    sent: Ms,
    /// When the exchange ends at the latest.
    ends: Ms,
    /// Whether it was delayed beyond what the premises allow.
    too_late: bool,
}

/// The facts in a received response that matter to the oracle.
#[derive(Clone, Copy, Debug)]
pub struct News {
    pub(super) about: Origin,
    pub(super) parsed: ParsedRequest,
    /// Whether it confirms the payment or the refund that it is about.
    pub(super) confirms: bool,
    /// Whether it is the response to a charge and names the order that failed.
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
    /// Sends a request of a run.
    pub(super) fn dispatch(&mut self, who: Who, request: &Request, left: Ms, point: FailPoint) -> Checked {
        let occasion = self.occasion(who);
        let node = &self.nodes[usize::from(who.till)];
        let Some(run) = node.till.run(who.run) else { return Ok(()) };
        let (about, resumed, exchange) = (node.till.origin(run), run.is_resumed(), run.steps);
        let limit = self.limits.get(&(who.till, who.run));
        if limit.is_some_and(|limit| node.clock.monotonic(self.now) >= *limit) {
            let text = format!("till {} asks about {about:?} after the time limit of its call", who.till);
            return Err(Violation { rule: 7, text });
        }
        let Some(parsed) = ParsedRequest::read(request.params()) else {
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
        let ends = self.now + RESPONSE.min(left).max(LEAST);
        if self.down[endpoint(parsed.ask)] {
            self.injector.coverage.hit(Fault::Outage, point);
            let delivery = match hash::mix(occasion) % 2 {
                0 => Delivery::NotSent("the endpoint is down".to_owned()),
                _ => return self.offer_and_lose(who, exchange, parsed, about, resumed, ends),
            };
            self.hear_later(who, exchange, 100, delivery);
            return Ok(());
        }
        self.offered(who, parsed, about, resumed)?;
        self.note(|| format!("till {} run {}: sends {:?} for {about:?}", who.till, who.run, parsed.ask));
        self.dies_in_flight(who, point, occasion, ends);
        self.cancelled_in_flight(who, point, occasion);
        let sent = self.now;
        if point.moves_money() {
            self.sent.insert(about, sent);
        }
        let flight = Flight {
            who,
            exchange,
            parsed,
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

    fn offered(&mut self, who: Who, parsed: ParsedRequest, about: Origin, resumed: bool) -> Checked {
        self.counts.requests += 1;
        self.oracle.sent_by(about, parsed);
        let ledger = &self.nodes[usize::from(who.till)].till.disk.ledger;
        self.oracle.offered(about, parsed.ask, resumed, ledger)
    }

    fn offer_and_lose(
        &mut self,
        who: Who,
        exchange: u32,
        parsed: ParsedRequest,
        about: Origin,
        resumed: bool,
        ends: Ms,
    ) -> Checked {
        self.offered(who, parsed, about, resumed)?;
        let lost = lost(self.occasion(who), "no response");
        self.queue.push(ends, Event::Hear(who, exchange, lost, None));
        Ok(())
    }

    /// Injects the network's faults into a request.
    fn fly(&mut self, flight: Flight) {
        let Flight { who, exchange, point, occasion, ends, .. } = flight;
        let draw = |n: Ms| self.injector.draw(occasion ^ 0x51, n);
        let (quick, cut) = (5 + draw(400), 1 + draw(2_000));
        let again = 1 + draw(TAKES);
        // Its last byte may leave as late as the end of the exchange.
        let late = if is_reset(occasion) {
            again + self.injector.draw(occasion ^ 0x56, ends - self.now + 1)
        } else {
            1 + draw(HELD)
        };
        if self.loses(who.till, point, Loss::Request)
            || self.injector.fires(Fault::CutInRequest, point, occasion)
        {
            self.hear_later(who, exchange, cut, lost(occasion, "cut off"));
            return;
        }
        // In any case the exchange ends.
        self.queue.push(ends, Event::Hear(who, exchange, lost(occasion, "no response in time"), None));
        if self.injector.fires(Fault::RequestLost, point, occasion) {
            return;
        }
        if self.plan.breaks && self.injector.fires(Fault::TooLate, point, occasion) {
            self.oracle.breaks(flight.about, flight.parsed.ask);
            let at = self.now + HELD + self.injector.draw(occasion ^ 0x56, TOO_LATE);
            self.queue.push(at, Event::Arrive(Box::new(Flight { deaf: true, too_late: true, ..flight })));
            return;
        }
        if self.injector.fires(Fault::RequestLate, point, occasion) {
            self.queue.push(self.now + late, Event::Arrive(Box::new(flight)));
            return;
        }
        if self.injector.fires(Fault::Twice, point, occasion) {
            self.oracle.doubled(flight.about, flight.parsed.ask);
            // Either of the two responses may be the one that is received.
            let first_is_deaf = hash::mix(occasion).is_multiple_of(2);
            self.queue
                .push(self.now + quick, Event::Arrive(Box::new(Flight { deaf: first_is_deaf, ..flight })));
            self.queue
                .push(self.now + again, Event::Arrive(Box::new(Flight { deaf: !first_is_deaf, ..flight })));
            return;
        }
        self.queue.push(self.now + quick, Event::Arrive(Box::new(flight)));
    }

    /// Whether a charge of a till loses its request or its response, once.
    fn loses(&mut self, till: u8, point: FailPoint, loss: Loss) -> bool {
        let node = self.node(till);
        let loses = point == FailPoint::ChargeSend && node.loses == Some(loss);
        if loses {
            node.loses = None;
        }
        loses
    }

    fn hear_later(&mut self, who: Who, exchange: u32, ms: Ms, delivery: Delivery<Vec<u8>>) {
        self.queue.push(self.now + ms, Event::Hear(who, exchange, delivery, None));
    }

    /// Delivers a request to the platform.
    pub(super) fn arrive(&mut self, flight: Flight) -> Checked {
        let Flight { parsed, about, point, occasion, .. } = flight;
        self.mix(61, u64::from(flight.who.run) << 8 | u64::from(flight.who.till));
        let mood = self.injector.draw(occasion ^ 0x58, 1 << 40);
        if self.nodes[usize::from(about.till)].deleted {
            self.injector.coverage.hit(Fault::DeviceDeleted, point);
            self.answer(flight, Says::NoDevice.refusal(mood), None);
            return Ok(());
        }
        if self.injector.fires(Fault::GatewayBefore, point, occasion) {
            self.response_lost(flight, "HTTP 502");
            return Ok(());
        }
        let in_maintenance = self.injector.fires(Fault::Maintenance, point, occasion);
        // The platform may report its trouble after it has acted as well.
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
        let lines = self.refund_lines(parsed.ask);
        let mut reply = self.platform.answer(self.now, parsed, about, view);
        self.note(|| format!("platform: {:?} of {about:?}", parsed.ask));
        if self.platform.orders.len() > orders {
            self.captured(orders)?;
        }
        if self.refund_lines(parsed.ask) > lines
            && let Ask::Refund { dm, .. } = parsed.ask
            && let Some(order) = order_named(&format!("dm{dm}"))
        {
            let ledger = &self.nodes[usize::from(about.till)].till.disk.ledger;
            self.oracle.refunded(order, ledger, &self.platform)?;
        }
        if acts_all_the_same {
            self.answer(flight, Says::Maintenance.refusal(mood), None);
            return Ok(());
        }
        // After a decline, the order of another device would be taken as the reason.
        if let Some(other) = self.swapped(parsed, about, point, occasion)
            && (!point.asks() || self.may_deny(about))
        {
            self.oracle.misled(about, parsed.ask);
            reply = other;
        } else {
            match reply.meaning {
                Meaning::Vague => self.oracle.misled(about, parsed.ask),
                Meaning::Troubled => self.oracle.troubled(about),
                Meaning::Unlisted => self.oracle.unlisted(about),
                Meaning::Confirms | Meaning::Other => {}
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

    /// Returns the view from which the platform answers, with the anomaly of the response.
    fn view(&mut self, flight: &Flight) -> View {
        let Flight { parsed, point, .. } = *flight;
        let anomaly = match parsed.ask {
            Ask::Micropay { .. } => self.odd_charge(flight),
            Ask::Refund { dm, .. } => self.odd_refund(flight, dm),
            Ask::QueryCode { .. } | Ask::QueryOrder { .. } => return self.view_of_question(flight),
            Ask::Read { .. } => return self.view_of_bill(flight, point),
        };
        View { anomaly, ..View::default() }
    }

    fn odd_charge(&mut self, flight: &Flight) -> Anomaly {
        let Flight { about, point, occasion, parsed, .. } = *flight;
        let draw = |injector: &FaultInjector, salt: u64, n: u64| injector.draw(occasion ^ salt, n);
        if flight.too_late {
            return Anomaly::Undead;
        }
        if self.plan.breaks && self.injector.fires(Fault::Lies, point, occasion) {
            self.oracle.breaks(about, parsed.ask);
            let after = draw(&self.injector, 0x70, TAKES);
            return Anomaly::Doubtful { says: Says::Final, after, names: None };
        }
        let names_other = self.injector.fires(Fault::NamesOther, point, occasion);
        if !names_other && !self.injector.fires(Fault::Doubtful, point, occasion) {
            return Anomaly::None;
        }
        // The request takes effect by the end of the quiet time, which begins with the end of the exchange.
        let waits = self.node(flight.who.till).till.run(flight.who.run).map(|run| run.steps);
        let left = match (waits == Some(flight.exchange), is_reset(occasion)) {
            (true, true) => TAKES,
            (false, true) => (flight.sent + TAKES).saturating_sub(self.now),
            (_, false) => (flight.sent + HELD).saturating_sub(self.now).min(TAKES),
        };
        let at_once = self.platform.hides_nothing() || draw(&self.injector, 0x71, 4) == 0;
        let after = if at_once { 0 } else { draw(&self.injector, 0x70, left + 1) };
        let pick = usize::try_from(draw(&self.injector, 0x72, 4)).unwrap_or_default();
        let says = Says::DOUBTFUL.get(pick).copied().unwrap_or_default();
        let names = if names_other { self.other_number(None, occasion) } else { None };
        if says == Says::EarlierUse {
            // Where responses name no device, an order that is being paid may be the reason why this charge
            // was declined.
            self.oracle.misled(about, parsed.ask);
        }
        Anomaly::Doubtful { says, after, names }
    }

    fn odd_refund(&mut self, flight: &Flight, dm: u64) -> Anomaly {
        let Flight { about, point, occasion, .. } = *flight;
        let left = (flight.sent + REFUND_TAKES).saturating_sub(self.now);
        let after = self.injector.draw(occasion ^ 0x70, left + 1);
        if self.injector.fires(Fault::Pends, point, occasion) {
            self.oracle.pends(about);
            let is_made = self.injector.draw(occasion ^ 0x71, 8) > 0;
            return Anomaly::Pends(is_made.then_some(after));
        }
        if self.injector.fires(Fault::RefundDeclined, point, occasion) {
            return Anomaly::Declines;
        }
        if self.injector.fires(Fault::Split, point, occasion) {
            self.oracle.split(about);
            return Anomaly::Split;
        }
        if self.injector.fires(Fault::Doubtful, point, occasion) {
            let says = match self.injector.draw(occasion ^ 0x72, 3) {
                0 => Says::RefundUnlisted,
                1 => Says::Trouble,
                _ => Says::RefundTooMuch,
            };
            let names = if self.injector.draw(occasion ^ 0x73, 8) == 0 {
                order_named(&format!("dm{dm}")).and_then(|own| self.other_number(Some(own), occasion))
            } else {
                None
            };
            let after = if self.injector.draw(occasion ^ 0x74, 2) == 0 { 0 } else { after };
            return Anomaly::Doubtful { says, after, names };
        }
        Anomaly::None
    }

    fn view_of_bill(&mut self, flight: &Flight, point: FailPoint) -> View {
        let Flight { about, occasion, .. } = *flight;
        let mut view = View::default();
        if self.injector.fires(Fault::Stale, point, occasion) {
            view.age = self.injector.draw(occasion ^ 0x52, BILL_LAG);
        }
        if self.oracle.is_confirmed(about, true) && self.injector.fires(Fault::LongLag, point, occasion) {
            self.oracle.pends(about);
            self.platform.hide_refund(about, self.now + self.injector.draw(occasion ^ 0x75, LONG_LAG));
        }
        if self.injector.fires(Fault::LargerBill, point, occasion) {
            view.anomaly =
                Anomaly::Larger(1 + i64::try_from(self.injector.draw(occasion ^ 0x76, 500)).unwrap_or(0));
        }
        view
    }

    /// Returns the view for a query about a charge. It may be answered from a state that does not have the
    /// charge yet, or in words that deny it; after the quiet time, only a limited number of times.
    fn view_of_question(&mut self, flight: &Flight) -> View {
        let Flight { about, point, occasion, parsed, .. } = *flight;
        let by_code = matches!(parsed.ask, Ask::QueryCode { .. });
        let own = self.platform.orders.iter().position(|order| order.origin == about && !order.refused);
        if self.oracle.is_confirmed(about, false) && self.injector.fires(Fault::Forgets, point, occasion) {
            self.forgotten.insert(about);
        }
        if self.forgotten.contains(&about) {
            self.oracle.misled(about, parsed.ask);
            return View { blind: true, ..View::default() };
        }
        let mut view = View::default();
        if self.injector.fires(Fault::Stale, point, occasion) {
            view.age = self.injector.draw(occasion ^ 0x52, self.platform.longest_lag(by_code));
        }
        if by_code && self.platform.hides_nothing() {
            view.anomaly = self.failure_of_another(flight, own);
            return view;
        }
        view.blind = self.injector.fires(Fault::Blind, point, occasion);
        view.anomaly = self.odd_question(flight, own);
        let Some(order) = own.and_then(|at| self.platform.orders.get(at)) else { return view };
        let lags = order.made > self.now.saturating_sub(view.age);
        let denies = match view.anomaly {
            Anomaly::Fails { says, names } => {
                matches!(says, Says::NotThere | Says::Final | Says::Failed)
                    || (says == Says::Unlisted && names.is_some())
            }
            _ => view.blind || lags,
        };
        if denies && !self.may_deny(about) { View::default() } else { view }
    }

    /// Returns a failure that names another order than the decline of this charge did, which tells the two
    /// apart.
    fn failure_of_another(&mut self, flight: &Flight, own: Option<usize>) -> Anomaly {
        let Flight { about, point, occasion, .. } = *flight;
        let named = self.row_of(about).map(|row| row.dm_id.clone()).unwrap_or_default();
        let other = self.other_number(own, occasion).filter(|other| format!("dm{other}") != named);
        if named.is_empty()
            || other.is_none()
            || !self.injector.fires(Fault::NamesOther, point, occasion)
            || !self.may_deny(about)
        {
            return Anomaly::None;
        }
        Anomaly::Fails { says: Says::Failed, names: other }
    }

    /// Whether an existing charge may be denied once more. Before the quiet time is over there is no limit.
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

    /// Returns a query that fails.
    fn odd_question(&mut self, flight: &Flight, own: Option<usize>) -> Anomaly {
        let Flight { point, occasion, .. } = *flight;
        let draw = self.injector.draw(occasion ^ 0x77, 1 << 20);
        if self.injector.fires(Fault::NamesOther, point, occasion) {
            let all =
                [Says::Final, Says::NotThere, Says::Trouble, Says::Unlisted, Says::Failed, Says::EarlierUse];
            let says = usize::try_from(draw % 6).ok().and_then(|at| all.get(at)).copied().unwrap_or_default();
            return match self.other_number(own, occasion) {
                Some(other) => Anomaly::Fails { says, names: Some(other) },
                None => Anomaly::None,
            };
        }
        if self.injector.fires(Fault::QuestionFails, point, occasion) {
            let all =
                [Says::QuestionFails, Says::QuestionFails, Says::NotThere, Says::Unlisted, Says::Trouble];
            let says = usize::try_from(draw % 5).ok().and_then(|at| all.get(at)).copied().unwrap_or_default();
            let names = own.filter(|_| (draw / 8).is_multiple_of(2)).map(number);
            return Anomaly::Fails { says, names };
        }
        Anomaly::None
    }

    /// Returns the number of an order other than this one.
    fn other_number(&self, own: Option<usize>, occasion: u64) -> Option<u64> {
        let all = self.platform.orders.len();
        let at = usize::try_from(self.injector.draw(occasion ^ 0x78, all.max(1) as u64)).ok()?;
        (all > 0 && Some(at) != own).then(|| number(at))
    }

    /// Returns a response that belongs to another request. It differs in what the protocol offers to tell
    /// them apart: the amount, the order that was asked about, the device, or an order that belongs to
    /// another bill of the same ledger.
    fn swapped(
        &mut self,
        parsed: ParsedRequest,
        about: Origin,
        point: FailPoint,
        occasion: u64,
    ) -> Option<Reply> {
        let of_code = |code: u64| self.platform.orders.iter().position(|order| order.code == code);
        let own = match parsed.ask {
            Ask::Micropay { code, .. } | Ask::QueryCode { code } => of_code(code),
            Ask::QueryOrder { dm } | Ask::Refund { dm, .. } | Ask::Read { dm } => {
                order_named(&format!("dm{dm}"))
            }
        };
        let row = self.row_of(about);
        let own_fen = row.map(|row| i64::from(row.fen));
        // The device that charged; the till may be another one by now.
        let device = row.map_or(parsed.device, |row| row.device);
        let now = self.now;
        let other = |body: Vec<u8>| Some(Reply { body, meaning: Meaning::Other, order: None });
        if self.injector.fires(Fault::WrongAmount, point, occasion) {
            let at = own?;
            let body = self.platform.paid_response(at, 1);
            return Some(Reply { body, meaning: Meaning::Confirms, order: Some(at) });
        }
        if self.injector.fires(Fault::Leftover, point, occasion)
            && let Some(body) = self.leftover(parsed.ask, own, own_fen, about)
        {
            return other(body);
        }
        let orders: Vec<usize> = (0..self.platform.orders.len()).filter(|at| Some(*at) != own).collect();
        let paid = |at: &usize| self.platform.orders[*at].at(now) == Standing::Paid;
        let draw = usize::try_from(self.injector.draw(occasion ^ 0x53, 1 << 20)).unwrap_or_default();
        let pick = |from: Vec<usize>| from.get(draw % from.len().max(1)).copied();
        if point.reads() {
            let at = pick(orders.into_iter().filter(paid).collect());
            let wrong = self.injector.fires(Fault::WrongOrder, point, occasion)
                || self.injector.fires(Fault::OthersResponse, point, occasion);
            return at.filter(|_| wrong).and_then(|at| other(self.platform.bill_response(at, now)));
        }
        if self.injector.fires(Fault::OthersOrder, point, occasion) {
            let bound = |at: &usize| self.is_bound_elsewhere(*at, about, parsed.ask);
            let at = pick(orders.into_iter().filter(bound).collect())?;
            return other(self.platform.other_response(at, draw as u64));
        }
        let distinct: Vec<bool> = self
            .platform
            .orders
            .iter()
            .map(|order| own_fen.is_some_and(|fen| order.fen != fen) || order.device != device)
            .collect();
        let is_distinct = |at: &usize| distinct.get(*at).copied().unwrap_or_default();
        let others = if self.injector.fires(Fault::WrongOrder, point, occasion) {
            orders.into_iter().filter(paid).collect()
        } else if self.injector.fires(Fault::OthersResponse, point, occasion) {
            // One that nothing tells apart comes once at most, and only to a query.
            let may_look_alike =
                matches!(parsed.ask, Ask::QueryCode { .. }) && !self.looked_alike.contains(&about);
            orders.into_iter().filter(paid).filter(|at| may_look_alike || is_distinct(at)).collect()
        } else {
            return None;
        };
        let at = pick(others)?;
        if matches!(parsed.ask, Ask::QueryCode { .. }) && !is_distinct(&at) {
            self.looked_alike.insert(about);
            self.oracle.misled(about, parsed.ask);
        }
        other(self.platform.paid_response(at, 0))
    }

    /// Returns the row of a charge.
    fn row_of(&self, about: Origin) -> Option<&ChargeRow> {
        let rows = &self.nodes[usize::from(about.till)].till.disk.ledger.charges;
        rows.iter().find(|row| (row.bill, row.attempt) == (about.number, about.attempt))
    }

    /// Whether another bill has the order. A response to a charge outranks what queries have tied.
    fn is_bound_elsewhere(&self, order: usize, about: Origin, ask: Ask) -> bool {
        let dm_id = format!("dm{}", number(order));
        let rows = &self.nodes[usize::from(about.till)].till.disk.ledger.charges;
        rows.iter().any(|row| {
            let binds = match ask {
                Ask::Micropay { .. } => row.evidence.tie == Tie::Own,
                _ => row.evidence.tie.binds(),
            };
            let belongs = row.state == ChargeState::Paid || binds;
            row.bill != about.number && row.dm_id == dm_id && belongs
        })
    }

    /// Returns the response to an earlier request of this till, where it can be told from the expected one.
    fn leftover(
        &mut self,
        ask: Ask,
        own: Option<usize>,
        own_fen: Option<i64>,
        about: Origin,
    ) -> Option<Vec<u8>> {
        let (earlier, reply) = self.node(about.till).leftover.take()?;
        if earlier == ask {
            return None;
        }
        let fen = |at: usize| self.platform.orders.get(at).map(|order| order.fen);
        let is_distinct = match (ask, reply.order) {
            (Ask::Read { .. }, _) => true,
            (_, Some(at)) => {
                // A failure names no amount.
                let differs = reply.meaning == Meaning::Confirms && fen(at) != own_fen;
                Some(at) == own || differs || self.is_bound_elsewhere(at, about, ask)
            }
            (_, None) => false,
        };
        is_distinct.then_some(reply.body)
    }

    /// Injects the network's faults into a response.
    fn way_back(&mut self, flight: Flight, reply: Reply) {
        let Flight { point, occasion, ends, about, parsed, .. } = flight;
        if self.injector.fires(Fault::GatewayAfter, point, occasion) {
            return self.response_lost(flight, "HTTP 504");
        }
        if self.loses(about.till, point, Loss::Response)
            || self.injector.fires(Fault::ResponseLost, point, occasion)
        {
            return self.response_lost(flight, "reset");
        }
        if self.injector.fires(Fault::TooLarge, point, occasion) {
            return self.response_lost(flight, "too large");
        }
        let is_own = |at: usize| self.platform.orders.get(at).is_some_and(|order| order.origin == about);
        let confirms = reply.meaning == Meaning::Confirms
            && (matches!(parsed.ask, Ask::Refund { .. }) || reply.order.is_some_and(is_own));
        let names = matches!(reply.meaning, Meaning::Troubled | Meaning::Unlisted)
            && matches!(parsed.ask, Ask::Micropay { .. })
            && reply.order.is_some_and(is_own);
        let mut news = Some(News { about, parsed, confirms, names });
        self.node(about.till).leftover = Some((parsed.ask, reply.clone()));
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
            // It may mean that money was taken, which no till may take back alone.
            self.oracle.misled(about, parsed.ask);
            body = contradicts(&body, hash::mix(occasion ^ 0x59).is_multiple_of(2));
        }
        if self.injector.fires(Fault::Truncated, point, occasion) {
            news = None;
            let cut =
                usize::try_from(self.injector.draw(occasion ^ 0x54, body.len() as u64)).unwrap_or_default();
            body.truncate(cut);
        }
        if self.injector.fires(Fault::GbkLabel, point, occasion) {
            body = gbk(&body);
        }
        if self.injector.fires(Fault::ResponseLate, point, occasion) {
            return;
        }
        if self.injector.fires(Fault::Trickle, point, occasion) && !flight.deaf {
            let at = ends.saturating_sub(1).max(self.now);
            self.queue.push(at, Event::Hear(flight.who, flight.exchange, Delivery::Response(body), news));
            return;
        }
        self.answer(flight, body, news);
    }

    fn answer(&mut self, flight: Flight, body: Vec<u8>, news: Option<News>) {
        if !flight.deaf {
            let at = self.now + 5 + self.injector.draw(flight.occasion ^ 0x55, 300);
            self.queue.push(at, Event::Hear(flight.who, flight.exchange, Delivery::Response(body), news));
        }
    }

    fn response_lost(&mut self, flight: Flight, reason: &str) {
        if !flight.deaf {
            self.hear_later(flight.who, flight.exchange, 20, lost(flight.occasion, reason));
        }
    }
}

/// Returns the response with both an `ok` and an `OK`, one of which contradicts the other.
fn contradicts(body: &[u8], lower_lies: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let Some((ok, rest)) = text.strip_prefix("<dm ok=\"").and_then(|rest| rest.split_once('"')) else {
        return body.to_vec();
    };
    let other = if ok == "1" { "0" } else { "1" };
    let (lower, upper) = if lower_lies { (other, ok) } else { (ok, other) };
    format!("<dm ok=\"{lower}\" OK=\"{upper}\"{rest}").into_bytes()
}

/// An exchange without a response. Most connections are reset; the others lead through a proxy.
fn lost(occasion: u64, reason: &str) -> Delivery<Vec<u8>> {
    let reason = reason.to_owned();
    if is_reset(occasion) { Delivery::Reset(reason) } else { Delivery::MaybeSent(reason) }
}

const fn is_reset(occasion: u64) -> bool {
    !hash::mix(occasion ^ 0x58).is_multiple_of(4)
}
