//! Future events, in the order of time; at the same moment, in the order in which they were pushed.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::Ms;

/// A queue of events.
pub struct Queue<E> {
    heap: BinaryHeap<Entry<E>>,
    serial: u64,
}

struct Entry<E> {
    at: Ms,
    serial: u64,
    event: E,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::with_capacity(64), serial: 0 }
    }
}

impl<E> Queue<E> {
    /// Adds an event.
    pub fn push(&mut self, at: Ms, event: E) {
        self.serial += 1;
        self.heap.push(Entry { at, serial: self.serial, event });
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<(Ms, E)> {
        self.heap.pop().map(|entry| (entry.at, entry.event))
    }
}

impl<E> Ord for Entry<E> {
    /// The heap pops the greatest element, so the earliest event is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.serial).cmp(&(self.at, self.serial))
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}
