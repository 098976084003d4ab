//! The queue of faults that are still to be injected.

use tokio::sync::watch;

use super::{Fault, FaultOrder, FaultTarget, HELD};
use crate::call::Call;

#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    orders: Vec<FaultOrder>,
    release: watch::Sender<()>,
}

impl FaultQueue {
    pub(crate) fn add(&mut self, order: FaultOrder) {
        if order.times != Some(0) {
            self.orders.push(order);
        }
    }

    pub(crate) fn orders(&self) -> &[FaultOrder] {
        &self.orders
    }

    pub(crate) fn remove(&mut self, on: FaultTarget, kind: &str) {
        self.orders.retain(|order| order.on != on || order.fault.name() != kind);
        if kind == HELD {
            self.release.send_replace(());
        }
    }

    pub(crate) fn clear(&mut self) {
        self.orders.clear();
        self.release.send_replace(());
    }

    /// Changes when held responses may be released.
    pub(crate) fn release(&self) -> watch::Receiver<()> {
        self.release.subscribe()
    }

    /// The fault for this request: the oldest one that hits it and has nothing left to skip. Faults behind
    /// that one do not see the request.
    pub(crate) fn take(&mut self, call: Call) -> Option<Fault> {
        let index = self.orders.iter_mut().position(|order| order.on.hits(call) && !skipped(order))?;
        let order = &mut self.orders[index];
        let fault = order.fault.clone();
        match &mut order.times {
            Some(1) => drop(self.orders.remove(index)),
            Some(times) => *times -= 1,
            None => {}
        }
        Some(fault)
    }
}

fn skipped(order: &mut FaultOrder) -> bool {
    let skipped = order.skip > 0;
    order.skip = order.skip.saturating_sub(1);
    skipped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(orders: impl IntoIterator<Item = FaultOrder>) -> FaultQueue {
        let mut queue = FaultQueue::default();
        orders.into_iter().for_each(|order| queue.add(order));
        queue
    }

    #[test]
    fn skips_then_fires_so_often() {
        let mut queue = queue([FaultOrder::once(Call::Query, Fault::Html).after(1).times(2)]);
        let fired: Vec<bool> = (0..4).map(|_| queue.take(Call::Query).is_some()).collect();
        assert_eq!(fired, [false, true, true, false]);
        assert!(queue.orders().is_empty());
    }

    #[test]
    fn hits_only_its_target() {
        let mut queue = queue([FaultOrder::once(Call::Query, Fault::Html)]);
        assert_eq!(queue.take(Call::Read), None);
        assert_eq!(queue.take(Call::Query), Some(Fault::Html));
    }

    #[test]
    fn a_lasting_order_stays_and_older_ones_come_first() {
        let always = FaultOrder::always(FaultTarget::Any, Fault::Html);
        let mut queue = queue([FaultOrder::once(Call::Time, Fault::Gbk), always]);
        assert_eq!(queue.take(Call::Time), Some(Fault::Gbk));
        assert_eq!(queue.take(Call::Time), Some(Fault::Html));
        assert_eq!(queue.take(Call::Time), Some(Fault::Html));
        queue.clear();
        assert_eq!(queue.take(Call::Time), None);
    }

    #[test]
    fn one_kind_is_taken_back_alone() {
        let mut queue = queue([
            FaultOrder::always(Call::Query, Fault::Html),
            FaultOrder::once(Call::Query, Fault::Gbk),
            FaultOrder::once(Call::Time, Fault::Html),
        ]);
        queue.remove(Call::Query.into(), "html");
        assert_eq!(queue.take(Call::Query), Some(Fault::Gbk));
        assert_eq!(queue.take(Call::Time), Some(Fault::Html));
    }

    #[test]
    fn an_order_for_no_request_is_none() {
        assert!(queue([FaultOrder::once(Call::Time, Fault::Gbk).times(0)]).orders().is_empty());
    }
}
