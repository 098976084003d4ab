//! The small worlds.

use crate::platform::Habit;

/// The events of a small world, which may happen in any order.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name in words.
    pub name: String,
    /// The bill and the wallet of each charge.
    pub charges: [(u16, usize); 2],
    /// The habits of the customers; `Never` stands for one who pays or declines at any moment, or not at all.
    pub habits: [Habit; 2],
    /// Whether the second charge insists.
    pub insist: bool,
    /// The number of crashes.
    pub crashes: u8,
    /// The number of network faults.
    pub faults: u8,
    /// Whether the first bill is voided at some moment, or an order of it refunded.
    pub then: Then,
}

/// Later events of the first bill, once it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// An order of it is refunded in part.
    Refund,
    /// It is voided.
    Void,
    /// Both, in either order.
    Both,
}

/// The properties that the two charges share.
#[derive(Clone, Copy)]
enum Pair {
    Nothing,
    Code,
    Bill,
    BillInsisting,
    Both,
}

#[derive(Clone, Copy)]
enum Customers {
    BothPay,
    FirstIsAsked,
    FirstHasNoMoney,
}

/// The scenario of some worlds, and the crashes and faults of each of them.
type World = (Pair, Customers, Then, Trouble);

/// Crashes and network faults.
type Trouble = &'static [(u8, u8)];

/// Every small world: the more happens at once, the fewer faults can be explored in seconds.
const WORLDS: [World; 23] = [
    (Pair::Nothing, Customers::BothPay, Then::Refund, &[(2, 0), (0, 1)]),
    (Pair::Nothing, Customers::FirstIsAsked, Then::Refund, &[(1, 0)]),
    (Pair::Nothing, Customers::FirstHasNoMoney, Then::Refund, &[(1, 0), (0, 1)]),
    (Pair::Code, Customers::BothPay, Then::Refund, &[(2, 1), (1, 2), (0, 3)]),
    (Pair::Code, Customers::FirstIsAsked, Then::Refund, &[(1, 1)]),
    (Pair::Code, Customers::FirstHasNoMoney, Then::Refund, &[(2, 2)]),
    (Pair::Bill, Customers::BothPay, Then::Refund, &[(2, 1), (0, 3)]),
    (Pair::Bill, Customers::FirstIsAsked, Then::Refund, &[(1, 1)]),
    (Pair::Bill, Customers::FirstHasNoMoney, Then::Refund, &[(2, 1), (0, 2)]),
    (Pair::BillInsisting, Customers::BothPay, Then::Refund, &[(2, 1)]),
    (Pair::BillInsisting, Customers::FirstIsAsked, Then::Refund, &[(1, 0), (0, 1)]),
    (Pair::BillInsisting, Customers::FirstHasNoMoney, Then::Refund, &[(1, 1), (0, 2)]),
    (Pair::Both, Customers::BothPay, Then::Refund, &[(2, 1), (1, 2), (0, 3)]),
    (Pair::Both, Customers::FirstIsAsked, Then::Refund, &[(2, 1)]),
    (Pair::Both, Customers::FirstHasNoMoney, Then::Refund, &[(2, 3)]),
    (Pair::Nothing, Customers::FirstIsAsked, Then::Void, &[(0, 0)]),
    (Pair::Bill, Customers::BothPay, Then::Void, &[(1, 1)]),
    (Pair::Bill, Customers::FirstIsAsked, Then::Void, &[(1, 0), (0, 1)]),
    (Pair::Bill, Customers::FirstHasNoMoney, Then::Both, &[(1, 0), (0, 1)]),
    (Pair::BillInsisting, Customers::BothPay, Then::Void, &[(1, 0), (0, 1)]),
    (Pair::BillInsisting, Customers::BothPay, Then::Both, &[(0, 0)]),
    (Pair::BillInsisting, Customers::FirstIsAsked, Then::Void, &[(0, 0)]),
    (Pair::Both, Customers::BothPay, Then::Both, &[(1, 0), (0, 1)]),
];

/// The worlds with two attempts on one bill, a refund and a void that can be explored fully in half an hour
/// and 16 GiB.
const LARGE: [World; 4] = [
    (Pair::Bill, Customers::BothPay, Then::Both, &[(2, 1), (1, 2)]),
    (Pair::Bill, Customers::FirstIsAsked, Then::Both, &[(1, 1)]),
    (Pair::BillInsisting, Customers::BothPay, Then::Both, &[(1, 1)]),
    (Pair::BillInsisting, Customers::FirstIsAsked, Then::Both, &[(1, 0), (0, 1)]),
];

/// Every small world.
pub fn small() -> Vec<Scenario> {
    scenarios(&WORLDS)
}

/// The largest worlds that can be explored fully, the slowest first.
pub fn large() -> Vec<Scenario> {
    scenarios(&LARGE)
}

fn scenarios(worlds: &[World]) -> Vec<Scenario> {
    let each = |(pair, customers, then, trouble): &World| {
        let of = |(crashes, faults): &(u8, u8)| scenario(*pair, *customers, *then, *crashes, *faults);
        trouble.iter().map(of).collect::<Vec<_>>()
    };
    worlds.iter().flat_map(each).collect()
}

fn scenario(pair: Pair, customers: Customers, then: Then, crashes: u8, faults: u8) -> Scenario {
    let (shared, charges) = match pair {
        Pair::Nothing => ("two bills, two codes", [(1, 0), (2, 1)]),
        Pair::Code => ("two bills, one code", [(1, 0), (2, 0)]),
        Pair::Bill => ("one bill, two codes", [(1, 0), (1, 1)]),
        Pair::BillInsisting => ("one bill, two codes, insisting", [(1, 0), (1, 1)]),
        Pair::Both => ("one bill, one code", [(1, 0), (1, 0)]),
    };
    let (who, first) = match customers {
        Customers::BothPay => ("both pay", Habit::Pays),
        Customers::FirstIsAsked => ("the first is asked", Habit::Never),
        Customers::FirstHasNoMoney => ("the first has no money", Habit::NoMoney),
    };
    let what = match then {
        Then::Refund => "a refund",
        Then::Void => "a void",
        Then::Both => "a refund and a void",
    };
    let name = format!("{shared}; {who}; {what}; {crashes} crashes, {faults} network faults");
    let insist = matches!(pair, Pair::BillInsisting);
    Scenario { name, charges, habits: [first, Habit::Pays], insist, crashes, faults, then }
}
