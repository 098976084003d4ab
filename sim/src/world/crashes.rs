//! Processes that die and restart, machines that sleep, and all other incidents.

use std::rc::Rc;

use wsy::payment::Delivery;

use super::{Event, Incident, Who, World};
use crate::Ms;
use crate::faults::{FailPoint, Fault};
use crate::hash;
use crate::oracle::{Checked, Violation};
use crate::platform::{Standing, order_named};

/// How a run was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Not at all.
    None,
    /// Its process is stopped.
    Stopped,
    /// It has ended.
    Ended,
}

impl World<'_> {
    /// Decides what hits a run before its next step: the run or its whole process may end or stop.
    pub(super) fn interrupts(&mut self, who: Who) -> Result<Interrupt, Violation> {
        let node = &self.nodes[usize::from(who.till)];
        let Some(run) = node.till.run(who.run) else { return Ok(Interrupt::Ended) };
        let (point, occasion, epoch) = (run.point(), run.occasion(), node.epoch);
        let (about, refund, is_group) = (node.till.origin(run), run.refunds(), run.is_group());
        for (fault, power) in [(Fault::Kill, false), (Fault::PowerCut, true)] {
            if self.injector.fires(fault, point, occasion) {
                self.crash(who.till, epoch, power)?;
                return Ok(Interrupt::Ended);
            }
        }
        if self.injector.fires(Fault::Panic, point, occasion) {
            self.note(|| format!("till {} run {}: panics", who.till, who.run));
            if is_group {
                self.oracle.crashed(who.till);
            } else {
                self.oracle.forgets(about, refund);
            }
            self.node(who.till).till.forget(who.run);
            return Ok(Interrupt::Ended);
        }
        if self.injector.fires(Fault::Cancel, point, occasion) {
            self.note(|| format!("till {} run {}: is cancelled", who.till, who.run));
            if let Some(run) = self.node(who.till).till.run_mut(who.run) {
                run.cancelled = true;
            }
        }
        self.befalls(who, point, occasion);
        let stands = self.nodes[usize::from(who.till)].stopped > self.now;
        Ok(if stands { Interrupt::Stopped } else { Interrupt::None })
    }

    /// Injects faults around a run just before its next step.
    fn befalls(&mut self, who: Who, point: FailPoint, occasion: u64) {
        // A run that was stopped comes here again; that is another occasion.
        let occasion = occasion ^ hash::mix(self.now);
        let long = 1 + self.injector.draw(occasion ^ 0x62, 7_200_000);
        let Who { till, .. } = who;
        if self.plan.drifts.get(usize::from(till)).is_some_and(|drift| *drift != 0) {
            self.injector.coverage.hit(Fault::Drift, point);
        }
        if self.injector.fires(Fault::Stopped, point, occasion) {
            self.node(till).stopped = self.now + long;
        } else if self.injector.fires(Fault::Suspended, point, occasion) {
            let now = self.now;
            let node = self.node(till);
            node.stopped = now + long;
            node.clock.sleep(long);
        }
        if self.injector.fires(Fault::Closed, point, occasion) {
            self.close(till);
        }
        if self.injector.fires(Fault::WallStep, point, occasion) {
            let by = (long as i64 - 3_600_000).saturating_mul(100_000);
            self.node(till).clock.step_wall(by);
        }
        // The ledger's lock keeps a second process out, so it can do nothing at all.
        self.injector.fires(Fault::SecondProcess, point, occasion);
        if self.injector.fires(Fault::BackOffice, point, occasion) {
            self.back_office(till, 12);
        }
        if self.injector.fires(Fault::Lookalike, point, occasion) {
            self.lookalike(who);
        }
    }

    /// Decides whether the process dies while a request is in flight.
    pub(super) fn dies_in_flight(&mut self, who: Who, point: FailPoint, occasion: u64, ends: Ms) {
        let occasion = occasion ^ 0xf1;
        for (fault, power) in [(Fault::Kill, false), (Fault::PowerCut, true)] {
            if self.injector.fires(fault, point, occasion) {
                let at = self.now + self.injector.draw(occasion ^ 0x61, (ends - self.now).min(2_000) + 1);
                self.queue.push(at, Event::Crash { till: who.till, epoch: who.epoch, power });
            }
        }
    }

    /// Decides whether the caller cancels while a request is in flight.
    pub(super) fn cancelled_in_flight(&mut self, who: Who, point: FailPoint, occasion: u64) {
        if self.injector.fires(Fault::Cancel, point, occasion ^ 0xf2)
            && let Some(run) = self.node(who.till).till.run_mut(who.run)
        {
            run.cancelled = true;
        }
    }

    pub(super) fn crash(&mut self, till: u8, epoch: u32, power: bool) -> Checked {
        let node = &self.nodes[usize::from(till)];
        if node.epoch != epoch || !node.up || self.injector.is_healed() {
            return Ok(());
        }
        self.counts.crashes += 1;
        self.mark(if power { Fault::PowerCut } else { Fault::Kill }, till);
        self.mix(62, u64::from(till));
        self.note(|| format!("till {till}: {}", if power { "the power fails" } else { "killed" }));
        let draw = self.injector.draw(hash::of(&(till, epoch, "crash")), 1 << 16);
        let node = self.node(till);
        node.up = false;
        node.epoch += 1;
        node.stopped = 0;
        node.till.start();
        node.leftover = None;
        let lost = node.till.disk.crash(power, draw);
        let found = node.till.disk.changed();
        self.oracle.crashed(till);
        self.oracle.lost(till, &lost);
        for change in found {
            self.note(|| format!("till {till}: finds a write that could not be synced: {change:?}"));
            self.oracle.wrote(till, &change, &self.platform)?;
        }
        let down = 200 + self.injector.draw(hash::of(&(till, epoch, "down")), 60_000);
        self.queue.push(self.now + down, Event::Restart(till));
        Ok(())
    }

    pub(super) fn restart(&mut self, till: u8) -> Checked {
        let now = self.now;
        let node = self.node(till);
        if node.up {
            return Ok(());
        }
        node.up = true;
        node.clock.restart(now);
        let epoch = node.epoch;
        self.note(|| format!("till {till}: restarts and recovers"));
        self.recover(till, u64::from(epoch))
    }

    pub(super) fn incident(&mut self, at: usize) -> Checked {
        let Some(incident) = self.plan.incidents.get(at).copied() else { return Ok(()) };
        let (till, now) = (incident.till, self.now);
        self.mix(63, at as u64);
        self.note(|| format!("till {till}: {:?}", incident.what));
        let asleep = self.node(till).stopped > now;
        match incident.what {
            Incident::Stop(_) | Incident::Sleep(_) if asleep => {}
            Incident::Crash { power } => {
                let epoch = self.nodes[usize::from(till)].epoch;
                self.crash(till, epoch, power)?;
            }
            Incident::Stop(ms) => {
                self.mark(Fault::Stopped, till);
                self.node(till).stopped = now + ms;
            }
            Incident::Sleep(ms) => {
                self.mark(Fault::Suspended, till);
                let node = self.node(till);
                node.stopped = now + ms;
                node.clock.sleep(ms);
            }
            Incident::Close => self.close(till),
            Incident::WallStep(by) => {
                self.mark(Fault::WallStep, till);
                self.node(till).clock.step_wall(by);
            }
            Incident::DiskFull(ms) => self.spell(till, Fault::DiskFull, ms),
            Incident::DiskLocked(ms) => self.spell(till, Fault::DiskLocked, ms),
            Incident::Activate => {
                self.mark(Fault::Activated, till);
                self.oracle.moved(till);
                self.node(till).till.activate();
            }
            Incident::Move => {
                self.mark(Fault::Moved, till);
                self.oracle.moved(till);
                self.node(till).till.identity.server = "http://elsewhere";
            }
            Incident::DeviceDeleted(ms) => self.spell(till, Fault::DeviceDeleted, ms),
            Incident::Outage(endpoint, ms) => {
                self.down[usize::from(endpoint)] = true;
                self.queue.push(now + ms, Event::Restored(endpoint));
            }
            Incident::BackOffice(fen) => self.back_office(till, fen),
            Incident::Lose(loss) => self.node(till).loses = Some(loss),
            // The ledger's lock keeps it out, so it can do nothing at all.
            Incident::SecondProcess => self.mark(Fault::SecondProcess, till),
        }
        Ok(())
    }

    /// Starts a fault that lasts for a while.
    fn spell(&mut self, till: u8, fault: Fault, ms: Ms) {
        self.afflict(till, fault, true);
        self.queue.push(self.now + ms, Event::Over(till, fault));
    }

    pub(super) fn over(&mut self, till: u8, fault: Fault) {
        self.afflict(till, fault, false);
    }

    fn afflict(&mut self, till: u8, fault: Fault, on: bool) {
        let node = self.node(till);
        match fault {
            Fault::DiskFull => node.till.disk.full = on,
            Fault::DiskLocked => node.till.disk.locked = on,
            Fault::DeviceDeleted => node.deleted = on,
            _ => {}
        }
    }

    /// Closes the till: waits are cut short, and responses in flight are no longer received.
    fn close(&mut self, till: u8) {
        self.mark(Fault::Closed, till);
        let node = self.node(till);
        let epoch = node.epoch;
        let mut cut = Vec::new();
        for run in node.till.runs.iter_mut().map(Rc::make_mut) {
            run.cancelled = true;
            cut.push((Who { till, epoch, run: run.id }, run.exchange));
        }
        for (who, exchange) in cut {
            let event = match exchange {
                Some(exchange) => Event::Hear(who, exchange, Delivery::MaybeSent("closed".to_owned()), None),
                None => Event::Go(who),
            };
            self.queue.push(self.now, event);
        }
    }

    /// Lets the back office refund what a till is refunding, in the same amount: no line of the bill shows
    /// whose it is.
    fn lookalike(&mut self, who: Who) {
        let node = &self.nodes[usize::from(who.till)];
        let Some((dm_id, fen)) = node.till.run(who.run).and_then(crate::till::Run::refunding) else {
            return;
        };
        let order = order_named(dm_id);
        if let Some(order) = order
            && self.platform.refund_in_back_office(order, fen, self.now)
        {
            self.note(|| format!("back office: refunds {fen} of order {order}, as the till does"));
            self.oracle.lookalike(order, fen);
        }
    }

    fn back_office(&mut self, till: u8, fen: i64) {
        let ledger = &self.nodes[usize::from(till)].till.disk.ledger;
        let paid =
            |at: &usize| self.platform.orders.get(*at).is_some_and(|o| o.at(self.now) == Standing::Paid);
        // A bill that is being refunded, if there is one.
        let order = ledger
            .refunds
            .iter()
            .rev()
            .filter_map(|row| order_named(&row.dm_id))
            .chain(ledger.charges.iter().rev().filter_map(|row| order_named(&row.dm_id)))
            .find(paid);
        if let Some(order) = order
            && self.platform.refund_in_back_office(order, fen, self.now)
        {
            self.mark(Fault::BackOffice, till);
            self.note(|| format!("back office: refunds {fen} of order {order}"));
        }
    }
}
