//! Requests on their way to the platform, and answers on their way back.

use wsy::payment::Delivery;
use wsy::protocol::request::Request;

use super::{Event, Who, World};
use crate::Ms;
use crate::faults::{Fault, Spot};
use crate::hash;
use crate::oracle::{Checked, Violation};
use crate::platform::{Ask, Letter, Origin, Phrase, Standing, View, gbk, order_named};

/// Longest time for an answer.
const ANSWER: Ms = 30_000;
/// Longest time for a connection.
const CONNECT: Ms = 10_000;
/// The library gives an exchange at least this.
const LEAST: Ms = 1_000;
/// The network holds no request back for longer after its last byte.
const HELD: Ms = 45_000;
/// What the platform shows is never older.
const LAG: Ms = 10_000;
/// A bill lags behind a refund no longer.
const BILL_LAG: Ms = 600_000;
/// That a code's order is there is denied so often at most: less often than the library wants to hear it.
const MISLED: u32 = 2;

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    who: Who,
    exchange: u32,
    letter: Letter,
    about: Origin,
    spot: Spot,
    occasion: u64,
    /// Whether its answer is heard by nobody.
    deaf: bool,
    /// When the exchange ends at the latest.
    ends: Ms,
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
    pub(super) fn dispatch(&mut self, who: Who, request: &Request, left: Ms, spot: Spot) -> Checked {
        let occasion = self.occasion(who);
        let place = &self.places[usize::from(who.till)];
        let Some(run) = place.till.run(who.run) else { return Ok(()) };
        let (about, resumed, exchange) = (place.till.origin(run), run.is_resumed(), run.steps);
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
            if self.fate.fires(fault, spot, occasion) {
                self.hear_later(who, exchange, ms, Delivery::NotSent(fault.word().to_owned()));
                return Ok(());
            }
        }
        let ends = self.now + ANSWER.min(left).max(LEAST);
        if self.down[endpoint(letter.ask)] {
            self.fate.marks.hit(Fault::Outage, spot);
            let delivery = match hash::mix(occasion) % 2 {
                0 => Delivery::NotSent("the endpoint is down".to_owned()),
                _ => return self.offer_and_lose(who, exchange, letter, about, resumed, ends),
            };
            self.hear_later(who, exchange, 100, delivery);
            return Ok(());
        }
        self.offered(who, letter, about, resumed)?;
        self.note(|| format!("till {} run {}: sends {:?} for {about:?}", who.till, who.run, letter.ask));
        self.dies_in_flight(who, spot, occasion, ends);
        self.cancelled_in_flight(who, spot, occasion);
        let flight = Flight { who, exchange, letter, about, spot, occasion, deaf: false, ends };
        self.fly(flight);
        Ok(())
    }

    fn offered(&mut self, who: Who, letter: Letter, about: Origin, resumed: bool) -> Checked {
        self.counts.requests += 1;
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
        self.queue.push(ends, Event::Hear(who, exchange, Delivery::MaybeSent("no answer".to_owned())));
        Ok(())
    }

    /// What the network does to a request.
    fn fly(&mut self, flight: Flight) {
        let Flight { who, exchange, spot, occasion, ends, .. } = flight;
        let throw = |n: Ms| self.fate.throw(occasion ^ 0x51, n);
        let (quick, cut) = (5 + throw(400), 1 + throw(2_000));
        // Its last byte may leave as late as the exchange ends.
        let late = 1 + throw(HELD) + self.fate.throw(occasion ^ 0x56, ends - self.now + 1);
        if self.fate.fires(Fault::CutInRequest, spot, occasion) {
            self.hear_later(who, exchange, cut, Delivery::MaybeSent("reset".to_owned()));
            return;
        }
        // However the exchange goes, it ends.
        self.queue
            .push(ends, Event::Hear(who, exchange, Delivery::MaybeSent("no answer in time".to_owned())));
        if self.fate.fires(Fault::RequestLost, spot, occasion) {
            return;
        }
        if self.fate.fires(Fault::RequestLate, spot, occasion) {
            self.queue.push(self.now + late, Event::Arrive(Box::new(flight)));
            return;
        }
        if self.fate.fires(Fault::Twice, spot, occasion) {
            self.oracle.doubled(flight.about, flight.letter.ask);
            // Either of the two answers may be the one that is heard.
            let first_is_deaf = hash::mix(occasion).is_multiple_of(2);
            self.queue
                .push(self.now + quick, Event::Arrive(Box::new(Flight { deaf: first_is_deaf, ..flight })));
            self.queue
                .push(self.now + late, Event::Arrive(Box::new(Flight { deaf: !first_is_deaf, ..flight })));
            return;
        }
        self.queue.push(self.now + quick, Event::Arrive(Box::new(flight)));
    }

    fn hear_later(&mut self, who: Who, exchange: u32, ms: Ms, delivery: Delivery<Vec<u8>>) {
        self.queue.push(self.now + ms, Event::Hear(who, exchange, delivery));
    }

    /// A request is at the platform's door.
    pub(super) fn arrive(&mut self, flight: Flight) -> Checked {
        let Flight { letter, about, spot, occasion, .. } = flight;
        self.mix(61, u64::from(flight.who.run) << 8 | u64::from(flight.who.till));
        if self.places[usize::from(about.till)].deleted {
            self.fate.marks.hit(Fault::DeviceDeleted, spot);
            self.answer(flight, Phrase::NoDevice.refusal());
            return Ok(());
        }
        if self.fate.fires(Fault::GatewayBefore, spot, occasion) {
            self.answer_lost(flight, "HTTP 502");
            return Ok(());
        }
        let in_maintenance = self.fate.fires(Fault::Maintenance, spot, occasion);
        // The platform speaks of its trouble after it has acted as well.
        let acts_all_the_same = in_maintenance && hash::mix(occasion ^ 0x57).is_multiple_of(2);
        if self.fate.fires(Fault::SignError, spot, occasion) {
            self.answer(flight, Phrase::Sign.refusal());
            return Ok(());
        }
        if in_maintenance && !acts_all_the_same {
            self.answer(flight, Phrase::Maintenance.refusal());
            return Ok(());
        }
        let view = self.view(letter.ask, spot, occasion);
        let orders = self.platform.orders.len();
        let lines = self.refund_lines(letter.ask);
        let mut body = self.platform.take(self.now, letter, about, view);
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
            self.answer(flight, Phrase::Maintenance.refusal());
            return Ok(());
        }
        if let Some(other) = self.swapped(letter, spot, occasion) {
            self.oracle.misled(about, letter.ask);
            body = other;
        }
        self.way_back(flight, body);
        Ok(())
    }

    fn refund_lines(&self, ask: Ask) -> usize {
        let Ask::Refund { dm, .. } = ask else { return 0 };
        let order = order_named(&format!("dm{dm}")).and_then(|at| self.platform.orders.get(at));
        order.map_or(0, |order| order.refunds.len())
    }

    /// From what the platform answers a question.
    fn view(&mut self, ask: Ask, spot: Spot, occasion: u64) -> View {
        let mut view = View::default();
        if self.platform.hides_nothing() && matches!(ask, Ask::QueryCode { .. }) {
            return view;
        }
        if self.fate.fires(Fault::Stale, spot, occasion) {
            let lag = if spot.reads() { BILL_LAG } else { LAG };
            view.age = self.fate.throw(occasion ^ 0x52, lag);
        }
        let order = match ask {
            Ask::QueryCode { code } => self.platform.orders.iter().position(|order| order.code == code),
            Ask::QueryOrder { dm } => order_named(&format!("dm{dm}")),
            _ => None,
        };
        let Some(order) = order else { return view };
        let code = self.platform.orders.get(order).map_or(0, |order| order.code);
        let misled = self.misled.get(&code).copied().unwrap_or_default();
        view.blind = misled < MISLED && self.fate.fires(Fault::Blind, spot, occasion);
        self.misled.insert(code, misled + u32::from(view.blind));
        view
    }

    /// An answer that is not the one to this request. It differs in what the protocol gives to tell it by: the amount,
    /// the order that was asked about, or the device.
    fn swapped(&mut self, letter: Letter, spot: Spot, occasion: u64) -> Option<Vec<u8>> {
        let of_code = |code: u64| self.platform.orders.iter().position(|order| order.code == code);
        let own = match letter.ask {
            Ask::Micropay { code, .. } | Ask::QueryCode { code } => of_code(code),
            Ask::QueryOrder { dm } | Ask::Refund { dm, .. } | Ask::Read { dm } => {
                order_named(&format!("dm{dm}"))
            }
        };
        let own_fen = match letter.ask {
            Ask::Micropay { fen, .. } => Some(fen),
            _ => own.and_then(|at| self.platform.orders.get(at)).map(|order| order.fen),
        };
        let (now, device) = (self.now, letter.device);
        if self.fate.fires(Fault::WrongAmount, spot, occasion) {
            return own.map(|at| self.platform.paid_answer(at, 1));
        }
        let orders: Vec<usize> = (0..self.platform.orders.len()).filter(|at| Some(*at) != own).collect();
        let paid = |at: &usize| self.platform.orders[*at].at(now) == Standing::Paid;
        let throw = usize::try_from(self.fate.throw(occasion ^ 0x53, 1 << 20)).unwrap_or_default();
        let pick = |from: Vec<usize>| from.get(throw % from.len().max(1)).copied();
        if spot.reads() {
            let other = pick(orders.into_iter().filter(paid).collect());
            let wrong = self.fate.fires(Fault::WrongOrder, spot, occasion)
                || self.fate.fires(Fault::OthersAnswer, spot, occasion);
            return other.filter(|_| wrong).map(|at| self.platform.bill_answer(at, now));
        }
        let told_apart = |at: &usize| {
            let order = &self.platform.orders[*at];
            own_fen.is_some_and(|fen| order.fen != fen) || order.device != device
        };
        let others = if self.fate.fires(Fault::WrongOrder, spot, occasion) {
            orders.into_iter().filter(paid).collect()
        } else if self.fate.fires(Fault::OthersAnswer, spot, occasion) {
            orders.into_iter().filter(paid).filter(told_apart).collect()
        } else {
            return None;
        };
        Some(self.platform.paid_answer(pick(others)?, 0))
    }

    /// What the network does to an answer.
    fn way_back(&mut self, flight: Flight, mut body: Vec<u8>) {
        let Flight { spot, occasion, ends, .. } = flight;
        if self.fate.fires(Fault::GatewayAfter, spot, occasion) {
            return self.answer_lost(flight, "HTTP 504");
        }
        if self.fate.fires(Fault::AnswerLost, spot, occasion) {
            return self.answer_lost(flight, "reset");
        }
        if self.fate.fires(Fault::TooLarge, spot, occasion) {
            return self.answer_lost(flight, "too large");
        }
        if self.fate.fires(Fault::LoginPage, spot, occasion) {
            body = b"<html><body>Welcome! Please log in.</body></html>".to_vec();
        }
        if self.fate.fires(Fault::Malformed, spot, occasion) {
            body = b"<dm ok=\"1\" info=\"<<\" dm_id=dm1 total='".to_vec();
        }
        if self.fate.fires(Fault::Truncated, spot, occasion) {
            let cut =
                usize::try_from(self.fate.throw(occasion ^ 0x54, body.len() as u64)).unwrap_or_default();
            body.truncate(cut);
        }
        if self.fate.fires(Fault::GbkLabel, spot, occasion) {
            body = gbk(&body);
        }
        if self.fate.fires(Fault::AnswerLate, spot, occasion) {
            return;
        }
        if self.fate.fires(Fault::Trickle, spot, occasion) && !flight.deaf {
            let at = ends.saturating_sub(1).max(self.now);
            self.queue.push(at, Event::Hear(flight.who, flight.exchange, Delivery::Answer(body)));
            return;
        }
        self.answer(flight, body);
    }

    fn answer(&mut self, flight: Flight, body: Vec<u8>) {
        if !flight.deaf {
            let ms = 5 + self.fate.throw(flight.occasion ^ 0x55, 300);
            self.hear_later(flight.who, flight.exchange, ms, Delivery::Answer(body));
        }
    }

    fn answer_lost(&mut self, flight: Flight, reason: &str) {
        if !flight.deaf {
            self.hear_later(flight.who, flight.exchange, 20, Delivery::MaybeSent(reason.to_owned()));
        }
    }
}
