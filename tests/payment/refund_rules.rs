//! Single rules of a refund, one story each.

use wsy::payment::Delivery;
use wsy::payment::policy::Policy;
use wsy::payment::refund::{
    Action, Amount, Before, Doubt, Event, Known, Outcome, Record, Refund, Rejection, Said,
};
use wsy::protocol::amount::Fen;
use wsy::protocol::bill::{Bill, BillResponse, Line};
use wsy::protocol::response::{Order, PayResponse};

fn line(pay_id: &str, total_fen: i64) -> Line {
    Line {
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        total_fen,
        pay_time: "2018-04-21 20:38:55".to_owned(),
        pay_id: pay_id.to_owned(),
        ..Line::default()
    }
}

fn bill(refunds: &[(&str, i64)]) -> Event {
    let mut lines = vec![line("4200", 1000)];
    lines.extend(refunds.iter().map(|(id, fen)| line(id, -fen)));
    Event::Bill(Delivery::Response(Ok(BillResponse::Found(Bill {
        dm_id: "dm1".to_owned(),
        pay_total_fen: 1000,
        refunded_fen: refunds.iter().map(|(_, fen)| fen).sum(),
        pay_name: "微信".to_owned(),
        lines,
        ..Bill::default()
    }))))
}

/// A bill whose lines show less than its refund total.
fn discounted(refunded_fen: i64, refunds: &[(&str, i64)]) -> Event {
    let Event::Bill(Delivery::Response(Ok(BillResponse::Found(whole)))) = bill(refunds) else {
        unreachable!()
    };
    Event::Bill(Delivery::Response(Ok(BillResponse::Found(Bill { refunded_fen, ..whole }))))
}

#[test]
fn a_bill_that_does_not_add_up_shows_an_accepted_refund_by_its_total_and_nothing_else() {
    let after = |said: Said, refunded_fen: i64, refunds: &[(&str, i64)]| {
        let known = Known { said, quiet: 10_000_000, ..Known::default() };
        let amount = Fen::new(100).unwrap();
        let (mut refund, _) =
            Refund::resume("dm1", amount, Before::default(), known, true, Policy::default(), 0);
        refund.on(0, discounted(refunded_fen, refunds))
    };
    let accepted = || Said::Accepted(String::new());
    let shown = after(accepted(), 100, &[("r", 90)]);
    assert!(matches!(shown, Action::Persist(Record::Refunded(lines)) if lines[0].total_fen == -90));
    for (said, refunded_fen, refunds) in [
        (Said::Nothing, 100, &[("r", 90)][..]),
        (Said::Declined, 100, &[("r", 90)]),
        (accepted(), 200, &[("r", 90)]),
        (accepted(), 100, &[]),
        (accepted(), 100, &[("r", 45), ("s", 45)]),
        // A total beyond the refunds is not a discount.
        (accepted(), 100, &[("r", 110)]),
        // Nor does it prove that there was none.
        (Said::Nothing, 50, &[]),
    ] {
        let action = after(said.clone(), refunded_fen, refunds);
        assert!(matches!(action, Action::Wait { .. }), "{said:?} {refunded_fen} {refunds:?}: {action:?}");
    }
}

#[test]
fn nothing_is_refunded_of_a_bill_that_does_not_add_up() {
    let amount = Amount::Exactly(Fen::new(100).unwrap());
    let (mut refund, _) = Refund::begin("dm1", amount, Before::default(), Policy::default(), 0);
    let action = refund.on(0, discounted(400, &[("r", 360)]));
    assert!(matches!(action, Action::Wait { .. }), "{action:?}");
}

fn accepted() -> Event {
    let order = Order { dm_id: "dm1".to_owned(), total_fen: Some(-100), ..Order::default() };
    Event::Refund(Delivery::Response(Ok(PayResponse::Done(order))))
}

fn failed(info: &str) -> Event {
    let order = Order { info: info.to_owned(), ..Order::default() };
    Event::Refund(Delivery::Response(Ok(PayResponse::Failed(order))))
}

fn declined() -> Event {
    failed("超过退款期限")
}

/// Receives the acceptance, and writes it down.
fn hear_accepted(refund: &mut Refund, event: Event) -> Action {
    let action = refund.on(10, event);
    let Action::Persist(Record::Known(Known { said: Said::Accepted(_), .. })) = action else {
        panic!("{action:?}")
    };
    refund.on(10, written())
}

/// Receives the decline, and writes it down.
fn hear_declined(refund: &mut Refund) -> Action {
    let action = refund.on(10, declined());
    assert!(
        matches!(action, Action::Persist(Record::Known(Known { said: Said::Declined, .. }))),
        "{action:?}"
    );
    refund.on(10, written())
}

fn lost() -> Event {
    Event::Refund(Delivery::Reset("closed".to_owned()))
}

fn written() -> Event {
    Event::Persisted(Ok(()))
}

/// A refund of 1 yuan in progress, of a bill with these refunds before.
fn sent(before: &[(&str, i64)]) -> Refund {
    let (mut refund, action) = Refund::begin(
        "dm1",
        Amount::Exactly(Fen::new(100).unwrap()),
        Before::default(),
        Policy::default(),
        0,
    );
    assert_eq!(action, Action::ReadBill);
    assert_eq!(refund.amount().get(), 100);
    assert!(matches!(refund.on(0, bill(before)), Action::Persist(Record::Intent(..))));
    assert_eq!(refund.on(0, written()), Action::SendRefund);
    refund
}

/// Shows the same bill until it ends; returns when and how.
fn show(refund: &mut Refund, mut action: Action, refunds: &[(&str, i64)]) -> (u64, Action) {
    let mut now = 10;
    loop {
        action = match action {
            Action::ReadBill => refund.on(now, bill(refunds)),
            Action::Wait { until } => {
                now = until;
                refund.on(now, Event::Woke)
            }
            end => return (now, end),
        };
    }
}

#[test]
fn the_bill_proves_an_accepted_refund() {
    let mut refund = sent(&[("a", 100)]);
    let action = hear_accepted(&mut refund, accepted());
    let (_, end) = show(&mut refund, action, &[("a", 100), ("b", 100)]);
    assert_eq!(end, Action::Persist(Record::Refunded(vec![line("b", -100)])));
}

#[test]
fn the_bill_proves_a_refund_whose_response_was_lost() {
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("a", 100)]);
    assert_eq!(end, Action::Persist(Record::Refunded(vec![line("a", -100)])));
}

/// The only new line of the bill was made at this time, after this long; the refund was sent at 20:00:05 and
/// got no response.
fn shown_a_line_of(pay_time: &str, quiet: u64, sent_time: &str) -> Action {
    let known = Known { quiet, sent_time: sent_time.to_owned(), ..Known::default() };
    let fen = Fen::new(100).unwrap();
    let (mut refund, _) = Refund::resume("dm1", fen, Before::default(), known, true, Policy::default(), 0);
    let Event::Bill(Delivery::Response(Ok(BillResponse::Found(mut bill)))) = bill(&[("a", 100)]) else {
        panic!("no bill")
    };
    bill.lines = vec![Line { pay_time: pay_time.to_owned(), ..line("a", -100) }];
    refund.on(0, Event::Bill(Delivery::Response(Ok(BillResponse::Found(bill)))))
}

#[test]
fn a_line_that_is_older_than_the_refund_is_neither_its_proof_nor_its_absence() {
    let (sent, quiet_time) = ("2018-04-21 20:00:05", Policy::default().refund_quiet_ms);
    let old = "2018-04-21 19:59:04";
    assert!(matches!(shown_a_line_of(old, 0, sent), Action::Wait { .. }));
    assert!(matches!(shown_a_line_of(old, quiet_time, sent), Action::Persist(Record::Conflict(_))));
    // The platform's clocks may be a minute apart; and an unknown time proves nothing.
    for (pay_time, sent) in
        [("2018-04-21 19:59:05", sent), ("2018-04-21 20:00:09", sent), (old, ""), ("", sent)]
    {
        let action = shown_a_line_of(pay_time, 0, sent);
        assert!(matches!(action, Action::Persist(Record::Refunded(_))), "{pay_time} {sent}: {action:?}");
    }
}

#[test]
fn the_time_of_sending_is_kept_with_what_is_known() {
    let mut refund = sent(&[]);
    refund.sent_at("2018-04-21 20:00:05");
    let Action::Persist(Record::Known(known)) = refund.on(10, declined()) else { panic!("not written") };
    assert_eq!(known.sent_time, "2018-04-21 20:00:05");
}

#[test]
fn an_accepted_refund_that_the_bill_does_not_show_is_unknown() {
    let mut refund = sent(&[]);
    let action = hear_accepted(&mut refund, accepted());
    let (now, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Persist(Record::Known(Known { said: Said::Accepted(_), .. }))), "{end:?}");
    assert!(now >= Policy::default().deadline_ms);
    assert_eq!(refund.on(now, written()), Action::Reveal(Outcome::Unknown(Doubt::Accepted)));
}

/// Continues a refund of 1 yuan about which this is known, and shows the same bill until it ends.
fn go_on(known: Known, before: &str, is_witness: bool, refunds: &[(&str, i64)]) -> (u64, Action) {
    let (fen, before) = (Fen::new(100).unwrap(), Before::from_text(before));
    let (mut refund, action) = Refund::resume("dm1", fen, before, known, is_witness, Policy::default(), 10);
    show(&mut refund, action, refunds)
}

#[test]
fn a_lost_refund_is_given_up_only_after_the_quiet_time_which_is_summed_over_runs() {
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (mut all, mut end) = show(&mut refund, action, &[]);
    while let Action::Persist(Record::Known(known)) = end {
        let (now, next) = go_on(known, "", true, &[]);
        (all, end) = (all + now, next);
    }
    assert!(matches!(end, Action::Persist(Record::NotRefunded(_))), "{end:?}");
    assert!(all >= Policy::default().refund_quiet_ms, "given up at {all}");
}

#[test]
fn what_says_nothing_of_a_refund_is_as_good_as_no_response() {
    for sentence in [
        "退款失败",
        "退款金额超出",
        "可退金额不足",
        "订单已全额退款",
        "系统繁忙",
        "商户余额不足",
        "订单未支付",
        "商户余额不足，系统异常",
        "",
    ] {
        let mut refund = sent(&[]);
        let action = refund.on(10, failed(sentence));
        let (_, end) = show(&mut refund, action, &[]);
        assert!(
            matches!(end, Action::Persist(Record::Known(Known { said: Said::Nothing, .. }))),
            "{sentence}"
        );
    }
    let refused = Event::Refund(Delivery::Response(Ok(PayResponse::Refused("签名错误".to_owned()))));
    let mut refund = sent(&[]);
    let action = refund.on(10, refused);
    assert!(matches!(show(&mut refund, action, &[]).1, Action::Persist(Record::Known(_))));
}

#[test]
fn an_acceptance_is_never_not_refunded() {
    for sentence in ["退款处理中，请稍后查询", "退款申请已提交"] {
        let mut refund = sent(&[]);
        let action = hear_accepted(&mut refund, failed(sentence));
        let (_, end) = show(&mut refund, action, &[]);
        assert!(matches!(end, Action::Persist(Record::Known(_))), "{sentence} {end:?}");
    }
    let paying = Event::Refund(Delivery::Response(Ok(PayResponse::Paying(Order::default()))));
    hear_accepted(&mut sent(&[]), paying);
    let known =
        Known { said: Said::Accepted(String::new()), quiet: 86_400_000, unseen: 9, ..Known::default() };
    // A response to another run is not forgotten, even if nothing could be counted any longer.
    let (_, end) = go_on(Known { unseen: 0, ..known }, "", true, &[]);
    assert!(matches!(end, Action::Persist(Record::Known(_))), "{end:?}");
}

#[test]
fn a_refund_that_is_open_for_a_day_needs_a_person() {
    const DAY: u64 = 86_400_000;
    for said in [Said::Nothing, Said::Declined, Said::Accepted(String::new())] {
        let known = |quiet| Known { said: said.clone(), quiet, ..Known::default() };
        assert_eq!(known(DAY - 1).needs_person(), None);
        assert!(known(DAY).needs_person().is_some());
        // Nothing decides it, and the day is summed over the runs.
        let (_, end) = go_on(known(DAY - 60_000), "gone", true, &[]);
        let Action::Persist(Record::Known(known)) = end else { panic!("{end:?}") };
        assert_eq!(known.quiet, DAY);
        assert!(known.needs_person().is_some());
    }
}

#[test]
fn a_line_belongs_to_one_refund() {
    // The reading before was older than the first refund, which owns the line.
    let owned = Before::marks([&line("a", -100)]);
    let amount = Amount::Exactly(Fen::new(100).unwrap());
    let (mut refund, _) = Refund::begin("dm1", amount, owned.clone(), Policy::default(), 0);
    assert!(matches!(refund.on(0, bill(&[])), Action::Wait { .. }));
    assert_eq!(refund.on(0, Event::Woke), Action::ReadBill);
    let action = refund.on(0, bill(&[("a", 100)]));
    assert_eq!(action, Action::Persist(Record::Intent(owned, Fen::new(100).unwrap())));
    refund.on(0, written());
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("a", 100)]);
    assert!(matches!(end, Action::Persist(Record::Known(_))), "{end:?}");
    let twice = Before::marks([&line("a", -100), &line("a", -100)]);
    let once = Before::marks([&line("a", -100)]);
    assert_eq!(once.and(&twice), twice);
    assert_eq!(once.plus(&once), twice);
}

#[test]
fn a_refund_in_several_lines_is_one_only_if_it_was_accepted() {
    let split = [("a", 60), ("b", 40)];
    let mut refund = sent(&[]);
    let action = hear_accepted(&mut refund, accepted());
    let (_, end) = show(&mut refund, action, &split);
    assert_eq!(end, Action::Persist(Record::Refunded(vec![line("a", -60), line("b", -40)])));
    for said in [|refund: &mut Refund| refund.on(10, lost()), hear_declined] {
        let mut refund = sent(&[]);
        let action = said(&mut refund);
        let (_, end) = show(&mut refund, action, &split);
        assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
    }
}

#[test]
fn a_refund_may_be_split_among_other_new_lines() {
    let lines = [("a", 60), ("b", 12), ("c", 40), ("d", 500)];
    for said in [|refund: &mut Refund| refund.on(10, lost()), hear_declined] {
        let mut refund = sent(&[]);
        let action = said(&mut refund);
        let (_, end) = show(&mut refund, action, &lines);
        assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
        let mut refund = sent(&[]);
        let action = said(&mut refund);
        let (_, end) = show(&mut refund, action, &lines[..2]);
        assert!(!matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
    }
    // An accepted refund waits until no other line is new.
    let mut refund = sent(&[]);
    let action = hear_accepted(&mut refund, accepted());
    let (_, end) = show(&mut refund, action, &lines);
    assert!(matches!(end, Action::Persist(Record::Known(_))), "{end:?}");
}

#[test]
fn so_many_lines_may_be_anything() {
    let ids: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let lines: Vec<(&str, i64)> = (0..).zip(&ids).map(|(n, id)| (id.as_str(), 1 << n)).collect();
    let amount = Fen::new(1 << 25).unwrap();
    let known = Known::default();
    let (mut refund, _) = Refund::resume("dm1", amount, Before::default(), known, true, Policy::default(), 0);
    let end = refund.on(0, bill(&lines));
    assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
}

#[test]
fn of_several_lines_a_person_compares_even_where_one_has_the_time_of_the_acceptance() {
    let at = |id: &str, time: &str| Line { pay_time: time.to_owned(), ..line(id, -100) };
    let shown = |said: &str, lines: &[Line]| {
        let (fen, known) =
            (Fen::new(100).unwrap(), Known { said: Said::Accepted(said.to_owned()), ..Known::default() });
        let (mut refund, _) =
            Refund::resume("dm1", fen, Before::default(), known, true, Policy::default(), 0);
        refund.on(
            0,
            Event::Bill(Delivery::Response(Ok(BillResponse::Found(Bill {
                dm_id: "dm1".to_owned(),
                pay_total_fen: 1000,
                refunded_fen: lines.iter().map(|line| -line.total_fen).sum(),
                lines: lines.to_vec(),
                ..Bill::default()
            })))),
        )
    };
    let before = at("z", "2018-04-21 19:59:04");
    let (early, ours, late) =
        (at("a", "2018-04-21 20:00:00"), at("b", "2018-04-21 20:00:05"), at("c", "2018-04-21 20:00:09"));
    let time = "2018-04-21 20:00:05";
    let is_ours = |action: Action, line: &Line| {
        assert_eq!(action, Action::Persist(Record::Refunded(vec![line.clone()])))
    };
    let is_conflict = |action: Action| assert!(matches!(action, Action::Persist(Record::Conflict(_))));
    // A request that was delivered twice makes the second a second later, or more.
    is_conflict(shown(time, &[early.clone(), ours.clone()]));
    is_conflict(shown(time, &[ours.clone(), late.clone()]));
    is_ours(shown(time, std::slice::from_ref(&ours)), &ours);
    is_ours(shown(time, std::slice::from_ref(&late)), &late);
    is_ours(shown("", std::slice::from_ref(&early)), &early);
    is_ours(shown(time, std::slice::from_ref(&early)), &early);
    is_conflict(shown(time, &[early.clone(), late.clone()]));
    is_conflict(shown("", &[early, late.clone()]));
    // A line that is older than the acceptance is another's, however late the bill shows it.
    assert!(matches!(shown(time, std::slice::from_ref(&before)), Action::Wait { .. }));
    is_ours(shown(time, &[before.clone(), late.clone()]), &late);
    is_ours(shown("at noon", std::slice::from_ref(&before)), &before);
}

#[test]
fn a_reading_that_goes_back_in_time_counts_for_nothing() {
    let mut refund = sent(&[]);
    hear_declined(&mut refund);
    let mut now = 10;
    let mut action = refund.on(now, bill(&[("x", 250)]));
    for _ in 0..10 {
        let Action::Wait { until } = action else { panic!("{action:?}") };
        now = until;
        assert_eq!(refund.on(now, Event::Woke), Action::ReadBill);
        action = refund.on(now, bill(&[]));
    }
}

#[test]
fn an_absence_is_believed_from_the_place_alone_that_would_know() {
    let known = Known { said: Said::Declined, quiet: 900_000, ..Known::default() };
    assert!(matches!(go_on(known.clone(), "", false, &[]).1, Action::Persist(Record::Known(_))));
    assert!(matches!(go_on(known.clone(), "", true, &[]).1, Action::Persist(Record::NotRefunded(_))));
    assert!(matches!(go_on(known, "", false, &[("a", 100)]).1, Action::Persist(Record::Conflict(_))));
}

#[test]
fn a_reading_counts_from_its_response_however_long_that_took() {
    let known = Known { said: Said::Declined, ..Known::default() };
    let (fen, before) = (Fen::new(100).unwrap(), Before::default());
    let (mut refund, _) = Refund::resume("dm1", fen, before, known, true, Policy::default(), 0);
    assert_eq!(refund.on(4_900, bill(&[])), Action::Wait { until: 5_900 });
    refund.on(5_900, Event::Woke);
    assert_eq!(refund.on(5_950, bill(&[])), Action::Wait { until: 9_900 });
    assert_eq!(refund.known().unseen, 1);
    refund.on(9_900, Event::Woke);
    assert_eq!(refund.on(9_950, bill(&[])), Action::Wait { until: 14_950 });
    assert_eq!(refund.known().unseen, 2);
}

#[test]
fn what_is_left_of_a_bill_is_refunded_whatever_the_back_office_did() {
    let left = |refunds: &[(&str, i64)]| {
        let amount = Amount::Left { most: Fen::new(1000).unwrap(), charged_fen: 1000 };
        let (mut refund, _) = Refund::begin("dm1", amount, Before::default(), Policy::default(), 0);
        refund.on(0, bill(refunds))
    };
    assert!(matches!(left(&[("a", 300)]), Action::Persist(Record::Intent(_, fen)) if fen.get() == 700));
    assert!(matches!(left(&[]), Action::Persist(Record::Intent(_, fen)) if fen.get() == 1000));
}

#[test]
fn that_nothing_is_left_is_believed_when_another_reading_agrees() {
    let policy = Policy::default();
    let amounts = [
        Amount::Left { most: Fen::new(1000).unwrap(), charged_fen: 1000 },
        Amount::Exactly(Fen::new(300).unwrap()),
    ];
    let gone = || bill(&[("a", 1000)]);
    let rejected = |rejection| Action::Reveal(Outcome::Rejected(rejection));
    for amount in amounts {
        let begin = || Refund::begin("dm1", amount, Before::default(), policy, 0).0;
        let mut refund = begin();
        let Action::Wait { until } = refund.on(10, gone()) else { panic!("one reading is enough") };
        assert_eq!(until, 10 + policy.poll_ms);
        assert_eq!(refund.on(until, Event::Woke), Action::ReadBill);
        let mut other = refund.clone();
        assert_eq!(refund.on(until, gone()), rejected(Rejection::NothingLeft { paid_fen: 1000 }));
        // A reading that lacks the refund is older, and nothing is sent on it.
        assert!(matches!(other.on(until, bill(&[])), Action::Wait { .. }));
        let mut late = begin();
        let too_much = Rejection::TooMuch { refundable_fen: 0 };
        assert_eq!(late.on(policy.deadline_ms, gone()), rejected(too_much));
    }
}

#[test]
fn the_words_of_the_ledger_are_read_back() {
    for said in [Said::Nothing, Said::Declined, Said::Accepted("at noon".to_owned())] {
        assert_eq!(Said::read(said.word(), said.time().to_owned()), Some(said));
    }
    assert_eq!(Said::read("shouted", String::new()), None);
}

#[test]
fn a_declined_refund_is_believed_when_the_bill_agrees() {
    let mut refund = sent(&[]);
    let action = hear_declined(&mut refund);
    let (now, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Persist(Record::NotRefunded(_))), "{end:?}");
    assert!((10_000..13_000).contains(&now), "{now}");
}

#[test]
fn what_the_bill_cannot_tell_is_a_conflict_and_not_a_guess() {
    let mut refund = sent(&[]);
    let action = hear_declined(&mut refund);
    let (_, end) = show(&mut refund, action, &[("a", 100)]);
    assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("a", 100), ("b", 100)]);
    assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
}

#[test]
fn a_refund_of_another_amount_made_elsewhere_is_not_ours() {
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("x", 250)]);
    assert!(matches!(end, Action::Persist(Record::Known(_))), "{end:?}");
}

#[test]
fn a_reading_that_lacks_an_earlier_refund_is_old_and_proves_nothing() {
    let mut refund = sent(&[("a", 100)]);
    let action = refund.on(10, lost());
    let (now, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Persist(Record::Known(Known { unseen: 0, .. }))), "{end:?}");
    assert!(matches!(refund.on(now, written()), Action::Reveal(Outcome::Unknown(_))));
}

#[test]
fn more_than_is_left_is_refused_with_nothing_written_or_sent() {
    let (mut refund, _) = Refund::begin(
        "dm1",
        Amount::Exactly(Fen::new(100).unwrap()),
        Before::default(),
        Policy::default(),
        0,
    );
    let action = refund.on(0, bill(&[("a", 950)]));
    let too_much = Rejection::TooMuch { refundable_fen: 50 };
    assert_eq!(action, Action::Reveal(Outcome::Rejected(too_much)));
}

#[test]
fn a_bill_that_cannot_be_read_begins_no_refund() {
    let unread = || Event::Bill(Delivery::MaybeSent("reset".to_owned()));
    let (mut refund, _) = Refund::begin(
        "dm1",
        Amount::Exactly(Fen::new(100).unwrap()),
        Before::default(),
        Policy::default(),
        0,
    );
    let mut now = 0;
    let mut action = refund.on(now, unread());
    while let Action::Wait { until } = action {
        now = until;
        assert_eq!(refund.on(now, Event::Woke), Action::ReadBill);
        action = refund.on(now, unread());
    }
    assert!(matches!(action, Action::Reveal(Outcome::Rejected(Rejection::BillUnread(_)))));
}

/// A bill with refunds of 1 yuan: their numbers and minutes.
fn rewritten(refunds: &[(&str, u32)]) -> Bill {
    let lines: Vec<_> = refunds.iter().map(|(id, _)| (*id, 100)).collect();
    let Event::Bill(Delivery::Response(Ok(BillResponse::Found(mut shown)))) = bill(&lines) else {
        panic!("no bill")
    };
    for (line, (_, minute)) in shown.lines.iter_mut().skip(1).zip(refunds) {
        line.pay_time = format!("2018-04-21 20:{minute:02}:00");
    }
    shown
}

/// The result of a new refund of a bill that has these lines now, and had `known` when another refund was
/// made.
fn begun(known: &[(&str, u32)], shown: &[(&str, u32)]) -> (Refund, Action) {
    let others = Before::of(&rewritten(known));
    let amount = Amount::Exactly(Fen::new(100).unwrap());
    let (mut refund, mut action) = Refund::begin("dm1", amount, others, Policy::default(), 0);
    let mut now = 0;
    loop {
        let event = match action {
            Action::ReadBill => Event::Bill(Delivery::Response(Ok(BillResponse::Found(rewritten(shown))))),
            Action::Wait { until } => {
                now = until;
                Event::Woke
            }
            end => return (refund, end),
        };
        action = refund.on(now, event);
    }
}

#[test]
fn a_known_line_that_the_platform_rewrites_is_still_known() {
    for (known, shown) in [
        (&[("a", 1)][..], &[("a", 2)][..]),
        (&[("", 1)], &[("a", 1)]),
        (&[("a", 1)], &[("", 1)]),
        (&[("a", 1), ("b", 1)], &[("b", 3), ("a", 1)]),
        (&[("a", 1), ("", 1)], &[("c", 1), ("a", 1)]),
    ] {
        let (mut refund, action) = begun(known, shown);
        assert!(matches!(action, Action::Persist(Record::Intent(..))), "{action:?}");
        assert_eq!(refund.on(0, written()), Action::SendRefund);
        let action = hear_accepted(&mut refund, accepted());
        // Rewritten once more, it does not prove this one.
        assert_eq!(action, Action::ReadBill);
        let again: Vec<_> =
            shown.iter().map(|(id, minute)| (*id, if id.is_empty() { *minute } else { 9 })).collect();
        let mut both = again.clone();
        both.push(("new", 30));
        let response = |lines| Event::Bill(Delivery::Response(Ok(BillResponse::Found(rewritten(lines)))));
        let Action::Wait { until } = refund.on(10, response(&again)) else { panic!("proven by {again:?}") };
        assert_eq!(refund.on(until, Event::Woke), Action::ReadBill);
        let Action::Persist(Record::Refunded(lines)) = refund.on(until, response(&both)) else {
            panic!("not proven by {both:?}")
        };
        assert_eq!(lines.iter().map(|line| &*line.pay_id).collect::<Vec<_>>(), ["new"]);
    }
}

#[test]
fn a_bill_that_lacks_a_known_line_takes_no_refund_and_says_so() {
    for (known, shown) in [
        (&[("a", 1)][..], &[][..]),
        (&[("a", 1)], &[("b", 1)]),
        (&[("a", 1)], &[("b", 2)]),
        (&[("", 1)], &[("", 2)]),
        (&[("a", 1), ("b", 1)], &[("a", 2)]),
    ] {
        let (_, action) = begun(known, shown);
        assert_eq!(action, Action::Reveal(Outcome::Rejected(Rejection::BillLacks)), "{known:?} {shown:?}");
    }
    // Nothing is left of it, whoever refunded it and by which lines.
    let ten: Vec<_> = (0..10).map(|minute| ("x", minute)).collect();
    let (_, action) = begun(&[("a", 30)], &ten);
    let nothing_left = Rejection::NothingLeft { paid_fen: 1000 };
    assert_eq!(action, Action::Reveal(Outcome::Rejected(nothing_left)));
}

#[test]
fn a_line_that_two_refunds_know_in_two_forms_is_one_line() {
    let known = |lines| Before::of(&rewritten(lines));
    let older = known(&[("", 1), ("b", 1)]);
    let newer = known(&[("a", 1), ("b", 2)]);
    assert_eq!(older.and(&newer), newer);
    // The form seen last counts.
    let last = known(&[("a", 7), ("b", 7)]);
    assert_eq!(older.and(&newer).and(&last), last);
}

#[test]
fn a_resumed_refund_reads_and_never_sends() {
    let (_, end) = go_on(Known::default(), "", true, &[("a", 100)]);
    assert_eq!(end, Action::Persist(Record::Refunded(vec![line("a", -100)])));
}

#[test]
fn the_refunds_before_survive_the_ledger() {
    let Event::Bill(Delivery::Response(Ok(BillResponse::Found(bill)))) = bill(&[("a|b\nc", 1), ("d", 2)])
    else {
        panic!("no bill");
    };
    let before = Before::of(&bill);
    assert_eq!(Before::from_text(&before.to_text()), before);
    assert_eq!(before.amounts().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_bill_that_is_not_there_begins_no_refund() {
    let (mut refund, _) = Refund::begin(
        "dm1",
        Amount::Exactly(Fen::new(100).unwrap()),
        Before::default(),
        Policy::default(),
        0,
    );
    let nothing = Event::Bill(Delivery::Response(Ok(BillResponse::NotFound("账单不存在".to_owned()))));
    let rejected = Outcome::Rejected(Rejection::NoBill("账单不存在".to_owned()));
    assert_eq!(refund.on(0, nothing), Action::Reveal(rejected));
}

#[test]
fn a_report_of_what_was_not_asked_for_decides_nothing() {
    for event in [written(), accepted(), declined(), lost()] {
        let (mut refund, _) = Refund::begin(
            "dm1",
            Amount::Exactly(Fen::new(100).unwrap()),
            Before::default(),
            Policy::default(),
            0,
        );
        let action = refund.on(0, event);
        assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::NotShown(_)))), "{action:?}");
    }
}

#[test]
fn a_refund_that_cannot_be_sent_before_its_deadline_was_not_sent() {
    let mut refund = sent(&[]);
    let late = Policy::default().deadline_ms;
    let action = refund.on(late, Event::Refund(Delivery::NotSent("refused".to_owned())));
    assert!(matches!(action, Action::Persist(Record::NotSent(_))), "{action:?}");
}

#[test]
fn a_response_about_another_order_says_nothing_of_the_refund() {
    type About = fn(Order) -> PayResponse;
    for response in [PayResponse::Done as About, PayResponse::Paying, PayResponse::Failed] {
        let order =
            Order { dm_id: "dm9".to_owned(), info: "超过退款期限".to_owned(), ..Order::default() };
        let mut refund = sent(&[]);
        // Nothing to write down.
        assert_eq!(refund.on(10, Event::Refund(Delivery::Response(Ok(response(order))))), Action::ReadBill);
        let (_, end) = show(&mut refund, Action::ReadBill, &[]);
        assert!(matches!(end, Action::Persist(Record::Known(Known { said: Said::Nothing, .. }))), "{end:?}");
    }
}

#[test]
fn a_bill_that_does_not_show_the_payment_does_not_tell_what_is_left() {
    // This much is left of a larger charge.
    let amount = Amount::Left { most: Fen::new(500).unwrap(), charged_fen: 1001 };
    let (mut refund, _) = Refund::begin("dm1", amount, Before::default(), Policy::default(), 0);
    assert!(matches!(refund.on(0, bill(&[])), Action::Wait { .. }));
}
