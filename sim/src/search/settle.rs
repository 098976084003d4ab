//! Checks that from every state at rest, without further faults, a recovery settles everything, and a second
//! one changes nothing.

use std::rc::Rc;

use super::moves::{Move, State};
use super::scenario::Scenario;
use crate::oracle::{Checked, Violation};

/// The most steps that a recovery takes.
const STEPS: usize = 2_000;

/// Checks that a state at rest settles, whatever the customers who were then asked do.
pub fn settles(state: &State, scenario: &Scenario) -> Checked {
    for paid in [true, false] {
        let mut state = state.clone();
        state.heal();
        for order in 0..state.platform.orders.len() {
            if state.platform.orders[order].end.is_none() {
                state.decide(order, paid)?;
            }
        }
        recover(&mut state, scenario)?;
        let (ledger, requests) = (state.till.disk.ledger.clone(), Rc::clone(&state.oracle));
        recover(&mut state, scenario)?;
        let open = ledger.charges.iter().any(|row| row.person);
        if !open && (state.till.disk.ledger != ledger || state.oracle != requests) {
            let text = "a second recovery changes the state again".to_owned();
            return Err(Violation { rule: 6, text });
        }
        state.oracle.at_rest(&[&state.till.disk.ledger], &state.platform, 0, 0)?;
    }
    Ok(())
}

fn recover(state: &mut State, scenario: &Scenario) -> Checked {
    state.recover()?;
    for _ in 0..STEPS {
        // A step, an arrival or a response before time passes: no fault is left.
        let Some(action) =
            state.moves(scenario).into_iter().find(|action| !matches!(action, Move::Decide(..)))
        else {
            return Ok(());
        };
        state.make(scenario, action)?;
    }
    Err(Violation { rule: 7, text: "a recovery does not end".to_owned() })
}
