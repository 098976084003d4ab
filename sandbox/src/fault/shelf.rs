//! The orders for faults that are still to be carried out.

use tokio::sync::watch;

use super::{Fault, FaultOrder, FaultTarget, HELD};
use crate::platform::Call;

#[derive(Debug, Default)]
pub(crate) struct Shelf {
    orders: Vec<FaultOrder>,
    release: watch::Sender<()>,
}

impl Shelf {
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

    /// Changes when the answers that are held from now on may go.
    pub(crate) fn release(&self) -> watch::Receiver<()> {
        self.release.subscribe()
    }

    /// The fault for this request. The oldest order that hits it and has nothing left to skip is the one;
    /// orders behind that one do not see the request.
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

    fn shelf(orders: impl IntoIterator<Item = FaultOrder>) -> Shelf {
        let mut shelf = Shelf::default();
        orders.into_iter().for_each(|order| shelf.add(order));
        shelf
    }

    #[test]
    fn skips_then_fires_so_often() {
        let mut shelf = shelf([FaultOrder::once(Call::Query, Fault::Html).after(1).times(2)]);
        let fired: Vec<bool> = (0..4).map(|_| shelf.take(Call::Query).is_some()).collect();
        assert_eq!(fired, [false, true, true, false]);
        assert!(shelf.orders().is_empty());
    }

    #[test]
    fn hits_only_its_target() {
        let mut shelf = shelf([FaultOrder::once(Call::Query, Fault::Html)]);
        assert_eq!(shelf.take(Call::Read), None);
        assert_eq!(shelf.take(Call::Query), Some(Fault::Html));
    }

    #[test]
    fn a_lasting_order_stays_and_older_ones_come_first() {
        let always = FaultOrder::always(FaultTarget::Any, Fault::Html);
        let mut shelf = shelf([FaultOrder::once(Call::Time, Fault::Gbk), always]);
        assert_eq!(shelf.take(Call::Time), Some(Fault::Gbk));
        assert_eq!(shelf.take(Call::Time), Some(Fault::Html));
        assert_eq!(shelf.take(Call::Time), Some(Fault::Html));
        shelf.clear();
        assert_eq!(shelf.take(Call::Time), None);
    }

    #[test]
    fn one_kind_is_taken_back_alone() {
        let mut shelf = shelf([
            FaultOrder::always(Call::Query, Fault::Html),
            FaultOrder::once(Call::Query, Fault::Gbk),
            FaultOrder::once(Call::Time, Fault::Html),
        ]);
        shelf.remove(Call::Query.into(), "html");
        assert_eq!(shelf.take(Call::Query), Some(Fault::Gbk));
        assert_eq!(shelf.take(Call::Time), Some(Fault::Html));
    }

    #[test]
    fn an_order_for_no_request_is_none() {
        assert!(shelf([FaultOrder::once(Call::Time, Fault::Gbk).times(0)]).orders().is_empty());
    }
}
