//! The small worlds.

use crate::platform::Habit;

/// What happens in a small world, in any order.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// In words.
    pub name: String,
    /// The bill and the wallet of each charge.
    pub charges: [(u16, usize); 2],
    /// What the customers do; `Never` stands for one who pays or declines at any moment, or never.
    pub habits: [Habit; 2],
    /// Whether the second charge is insisted on.
    pub insist: bool,
    /// Crashes.
    pub crashes: u8,
    /// Network faults.
    pub faults: u8,
}

/// What the two charges share.
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

/// Crashes and network faults.
type Trouble = &'static [(u8, u8)];

/// Every small world: the more goes on at once, the less trouble can be closed in seconds.
const WORLDS: [(Pair, Customers, Trouble); 15] = [
    (Pair::Nothing, Customers::BothPay, &[(2, 0), (0, 1)]),
    (Pair::Nothing, Customers::FirstIsAsked, &[(1, 0)]),
    (Pair::Nothing, Customers::FirstHasNoMoney, &[(1, 0), (0, 1)]),
    (Pair::Code, Customers::BothPay, &[(2, 1), (1, 2), (0, 3)]),
    (Pair::Code, Customers::FirstIsAsked, &[(1, 1)]),
    (Pair::Code, Customers::FirstHasNoMoney, &[(2, 2)]),
    (Pair::Bill, Customers::BothPay, &[(2, 1), (0, 3)]),
    (Pair::Bill, Customers::FirstIsAsked, &[(1, 1)]),
    (Pair::Bill, Customers::FirstHasNoMoney, &[(2, 1), (0, 2)]),
    (Pair::BillInsisting, Customers::BothPay, &[(2, 1)]),
    (Pair::BillInsisting, Customers::FirstIsAsked, &[(1, 0), (0, 1)]),
    (Pair::BillInsisting, Customers::FirstHasNoMoney, &[(1, 1), (0, 2)]),
    (Pair::Both, Customers::BothPay, &[(2, 1), (1, 2), (0, 3)]),
    (Pair::Both, Customers::FirstIsAsked, &[(2, 1)]),
    (Pair::Both, Customers::FirstHasNoMoney, &[(2, 3)]),
];

/// Every small world.
pub fn all() -> Vec<Scenario> {
    let each = |(pair, customers, trouble): &(Pair, Customers, Trouble)| {
        trouble
            .iter()
            .map(|(crashes, faults)| scenario(*pair, *customers, *crashes, *faults))
            .collect::<Vec<_>>()
    };
    WORLDS.iter().flat_map(each).collect()
}

fn scenario(pair: Pair, customers: Customers, crashes: u8, faults: u8) -> Scenario {
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
    let name = format!("{shared}; {who}; {crashes} crashes, {faults} network faults");
    let insist = matches!(pair, Pair::BillInsisting);
    Scenario { name, charges, habits: [first, Habit::Pays], insist, crashes, faults }
}
