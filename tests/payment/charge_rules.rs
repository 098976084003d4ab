//! Single rules of a charge, one story each.

use wsy::non_empty::NonEmpty;
use wsy::payment::charge::{Action, Amount, Charge, Doubt, Event, NotPaid, Outcome, Question, Record};
use wsy::payment::evidence::{Evidence, FirstFailure, Said, Tie};
use wsy::payment::policy::Policy;
use wsy::payment::{Cause, Delivery, LedgerError, Millis, PersistError, Stage};
use wsy::protocol::amount::Fen;
use wsy::protocol::response::{Order, PayResponse, ResponseError, TotalFee};
use wsy::protocol::sentences;

const TOTAL: i32 = 100;

fn order(dm_id: &str, total_fen: i64) -> Order {
    Order {
        dm_id: dm_id.to_owned(),
        total_fen: Some(total_fen),
        device_id: "D1".to_owned(),
        ..Order::default()
    }
}

fn paid() -> PayResponse {
    PayResponse::Done(order("dm1", 100))
}

/// `ok="0"` with a sentence, about an order or none.
fn says(info: &str, dm_id: &str) -> PayResponse {
    PayResponse::Failed(Order {
        dm_id: dm_id.to_owned(),
        info: info.to_owned(),
        class: sentences::class(info),
        ..Order::default()
    })
}

fn not_found() -> PayResponse {
    says("订单不存在", "")
}

fn failed(dm_id: &str) -> PayResponse {
    says("支付失败", dm_id)
}

fn used() -> PayResponse {
    says("授权码已使用", "")
}

fn customer_paying(dm_id: &str) -> PayResponse {
    PayResponse::Paying(order(dm_id, 100))
}

fn response(response: PayResponse) -> Event {
    Event::Delivered(Delivery::Response(Ok(response)))
}

fn lost() -> Event {
    Event::Delivered(Delivery::MaybeSent("closed".to_owned()))
}

fn reset() -> Event {
    Event::Delivered(Delivery::Reset("closed".to_owned()))
}

fn written() -> Event {
    Event::Persisted(Ok(()))
}

/// A charge whose intent is written and whose request is on its way.
fn sent() -> Charge {
    let (mut charge, action) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    assert_eq!(action, Action::Persist(Record::Intent));
    assert_eq!(charge.on(0, written()), Action::Send(Question::Micropay));
    charge
}

/// How a play ended: what was reported, when, and everything that was written.
struct End {
    outcome: Outcome,
    at: u64,
    written: Vec<Record>,
    asked: Vec<Question>,
}

impl End {
    fn person(&self) -> Option<&str> {
        self.written.iter().rev().find_map(|record| match record {
            Record::NeedsPerson(_, why) => Some(why.as_str()),
            _ => None,
        })
    }

    fn known(&self) -> Evidence {
        let known = |record: &Record| match record {
            Record::Known(evidence) | Record::NeedsPerson(evidence, _) => Some(evidence.clone()),
            _ => None,
        };
        self.written.iter().rev().find_map(known).unwrap()
    }

    #[track_caller]
    fn is_declined(&self) {
        assert!(matches!(self.outcome, Outcome::NotPaid(NotPaid::Declined(_))), "{:?}", self.outcome);
    }

    #[track_caller]
    fn is_unknown(&self) {
        assert!(matches!(self.outcome, Outcome::Unknown(_)), "{:?}", self.outcome);
    }
}

/// Plays a charge to its end: every write succeeds, `reply` answers every request given its time and the
/// number before it.
fn play(
    mut charge: Charge,
    mut action: Action,
    mut now: u64,
    mut reply: impl FnMut(u64, usize, &Question) -> Event,
) -> End {
    let (mut records, mut asked) = (Vec::new(), Vec::new());
    for _ in 0..1_000 {
        let event = match action {
            Action::Persist(record) => {
                records.push(record);
                written()
            }
            Action::Send(question) => {
                now += 10;
                let event = reply(now, asked.len(), &question);
                asked.push(question);
                event
            }
            Action::Wait { until } => {
                now = now.max(until);
                Event::Woke
            }
            Action::Reveal(outcome) => return End { outcome, at: now, written: records, asked },
        };
        action = charge.on(now, event);
    }
    panic!("no end");
}

/// Plays a new charge.
fn charge(reply: impl FnMut(u64, usize, &Question) -> Event) -> End {
    let (charge, action) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    play(charge, action, 0, reply)
}

/// Plays a charge whose responses come one after the other, the last one forever.
fn told(responses: &[PayResponse]) -> End {
    charge(|_, n, _| response(responses[n.min(responses.len() - 1)].clone()))
}

/// Continues a charge about which this is known.
fn resumed(evidence: Evidence, is_witness: bool, reply: impl FnMut(u64, usize, &Question) -> Event) -> End {
    let total = Fen::new(TOTAL).unwrap();
    let (charge, action) =
        Charge::resume(total, "D1", evidence.clone(), &evidence, is_witness, Policy::default(), 500_000);
    play(charge, action, 500_000, reply)
}

const QUIET: u64 = 60_000;

#[test]
fn a_paid_response_is_written_before_it_is_told() {
    let mut charge = sent();
    let action = charge.on(10, response(paid()));
    assert_eq!(action, Action::Persist(Record::Paid(order("dm1", 100))));
    assert_eq!(charge.on(10, written()), Action::Reveal(Outcome::Paid(order("dm1", 100))));
}

#[test]
fn without_an_intent_nothing_is_sent() {
    let (mut charge, _) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    let error = PersistError::Storage(LedgerError::Full(Cause::new("no space")));
    let action = charge.on(0, Event::Persisted(Err(error.clone())));
    assert_eq!(action, Action::Reveal(Outcome::NotRecorded(error)));
}

#[test]
fn a_paid_outcome_that_cannot_be_written_is_not_told() {
    let mut charge = sent();
    charge.on(10, response(paid()));
    let action = charge
        .on(10, Event::Persisted(Err(PersistError::Storage(LedgerError::Full(Cause::new("no space"))))));
    assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::NotRecorded(_)))), "{action:?}");
}

#[test]
fn not_found_is_believed_only_after_the_quiet_time_and_three_times() {
    let unreadable = || Event::Delivered(Delivery::Response(Err(ResponseError::NotThePlatform)));
    let mut after_quiet = 0;
    let end = charge(|now, n, _| {
        after_quiet += u32::from(n > 0 && now > QUIET + 20);
        if n == 0 { unreadable() } else { response(not_found()) }
    });
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::NotFound));
    assert_eq!(after_quiet, 3);
    assert!(end.at < QUIET + 12_000, "{}", end.at);
}

#[test]
fn a_lost_response_costs_a_cashier_the_quiet_time_where_the_connection_was_reset() {
    let end = charge(|_, n, _| if n == 0 { reset() } else { response(not_found()) });
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::NotFound));
    assert!((QUIET + 10_000..QUIET + 12_000).contains(&end.at), "{}", end.at);
    // An exchange that ends in a cancellation is reset too, and the next run has only the rest to wait for.
    let mut cancelled = sent();
    cancelled.cancel();
    let Action::Persist(Record::Known(known)) = cancelled.on(10, reset()) else { panic!("nothing was kept") };
    let end = resumed(known, true, |_, _, _| response(not_found()));
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::NotFound));
    assert!(end.at < 500_000 + QUIET + 12_000, "{}", end.at);
    // Without a reset, as behind a proxy, bytes may leave for longer than the caller waits.
    let end = charge(|_, n, _| if n == 0 { lost() } else { response(not_found()) });
    end.is_unknown();
    let end = resumed(end.known(), true, |_, _, _| response(not_found()));
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::NotFound));
    assert!(end.at < 511_000, "{}", end.at);
}

#[test]
fn a_final_decline_is_told_after_a_second_once_a_question_agrees() {
    for sentence in ["余额不足", "支付失败", "支付失败：余额不足", "支付失败:用户取消支付"]
    {
        for by_code in [not_found(), says("未支付", ""), failed("dm1"), says("授权码已过期", "")] {
            let end = told(&[says(sentence, "dm1"), by_code]);
            assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::Declined(sentence.to_owned())));
            assert!((1_000..1_500).contains(&end.at), "{}", end.at);
            assert_eq!(end.asked, [Question::Micropay, Question::ByAuthCode]);
        }
    }
}

#[test]
fn a_dead_code_is_believed_after_two_questions() {
    let end = told(&[says("支付授权码无效", ""), not_found()]);
    end.is_declined();
    assert!((6_000..7_000).contains(&end.at), "{}", end.at);
}

#[test]
fn a_decline_that_no_question_responses_waits_for_one() {
    let end = charge(|_, n, _| match n {
        0 => response(says("余额不足", "")),
        1 => lost(),
        2 => response(says("系统繁忙", "")),
        3 => response(PayResponse::Refused("签名错误".to_owned())),
        4 => response(says("此卡暂时停用", "")),
        _ => response(not_found()),
    });
    end.is_declined();
    assert_eq!(end.asked.len(), 6);
}

#[test]
fn what_is_not_final_waits_for_the_quiet_time() {
    for sentence in [
        "网络超时，请稍后查询支付结果",
        "接口返回错误",
        "银行端超时",
        "通道异常，请稍后重试",
        "支付结果未知，请稍后查询",
        "交易已被支付",
        "每个二维码仅限使用一次，请刷新再试",
        "Service Currently Unavailable",
        "授权码已使用",
        "支付失败,请撤销订单",
        "支付失败:银行系统异常",
        "当前设备环境异常",
        "没有听说过",
        "",
    ] {
        for dm_id in ["", "dm1"] {
            let end = told(&[says(sentence, dm_id), not_found()]);
            assert!(matches!(end.outcome, Outcome::NotPaid(_)), "{sentence}: {:?}", end.outcome);
            assert!(end.at > QUIET + 10_000, "{sentence} at {}", end.at);
            // The money is taken three seconds later.
            let late = charge(|now, n, _| match n {
                0 => response(says(sentence, dm_id)),
                _ if now < 3_000 => response(not_found()),
                _ => response(paid()),
            });
            assert!(matches!(late.outcome, Outcome::Paid(_)), "{sentence}: {:?}", late.outcome);
        }
    }
}

#[test]
fn our_order_that_fails_with_a_sentence_of_trouble_is_believed_after_the_quiet_time() {
    for sentence in ["支付失败:银行系统异常", "当前设备环境异常"] {
        let end = told(&[says(sentence, "dm1")]);
        assert!(matches!(end.outcome, Outcome::NotPaid(_)), "{sentence}: {:?}", end.outcome);
        assert!(end.at > QUIET, "{}", end.at);
        told(&[says(sentence, "")]).is_unknown();
    }
}

#[test]
fn a_decline_of_a_second_delivery_does_not_hide_that_the_first_was_paid() {
    let end = told(&[used(), paid()]);
    assert_eq!(end.outcome, Outcome::Paid(order("dm1", 100)));
}

#[test]
fn one_response_about_an_auth_code_is_not_enough_to_be_paid_and_not_forgotten() {
    let end = charge(|_, n, _| match n {
        0 => response(says("系统超时", "")),
        1 => response(paid()),
        _ => response(not_found()),
    });
    end.is_unknown();
    assert!(end.person().is_some());
    assert_eq!((end.known().said, end.known().tie), (Said::Paid, Tie::Seen));
    let end = told(&[says("系统超时", ""), paid()]);
    assert!(matches!(end.outcome, Outcome::Paid(_)));
    assert_eq!(end.asked.len(), 3);
}

/// An order that the customer was paying, and then these responses to queries.
fn after_paying(responses: &[PayResponse]) -> End {
    let mut all = vec![customer_paying("dm1")];
    all.extend_from_slice(responses);
    told(&all)
}

#[test]
fn the_failure_of_our_order_is_told_when_it_was_said_twice_and_the_code_agrees() {
    let end = after_paying(&[says("支付失败：用户已取消", "dm1")]);
    end.is_declined();
    let by_order = || Question::ByOrder { dm_id: "dm1".to_owned() };
    assert_eq!(end.asked, [Question::Micropay, by_order(), by_order(), Question::ByAuthCode]);
    assert!((6_000..7_000).contains(&end.at), "{}", end.at);
    let bare = after_paying(&[failed("dm1")]);
    bare.is_declined();
    assert!((35_000..37_000).contains(&bare.at), "{}", bare.at);
    // The customer takes another card in between.
    let cancelled = || says("支付失败：用户已取消", "dm1");
    let end = after_paying(&[failed("dm1"), customer_paying("dm1"), paid()]);
    assert!(matches!(end.outcome, Outcome::Paid(_)));
    let end = after_paying(&[cancelled(), cancelled(), customer_paying("dm1"), paid()]);
    assert!(matches!(end.outcome, Outcome::Paid(_)), "{:?}", end.outcome);
    // Said immediately and again within a second, as a cancelled wait could cause.
    let mut machine = sent();
    machine.on(10, response(customer_paying("dm1")));
    machine.on(10, written());
    machine.on(5_010, Event::Woke);
    machine.on(5_020, response(cancelled()));
    machine.on(5_020, written());
    machine.on(5_030, Event::Woke);
    assert!(matches!(machine.on(5_040, response(cancelled())), Action::Wait { .. }));
}

/// The record written when our order is said to have failed, in response to one query of a call that then
/// ends.
#[test]
fn a_failure_that_was_taken_back_stays_so_though_that_could_not_be_written() {
    let kept = Evidence { first_failure: failure("dm1", 2_000), ..ours(90_000) };
    let heard = Evidence { first_failure: None, ..kept.clone() };
    assert_eq!(kept.clone().with(&heard).first_failure, None);
    assert_eq!(kept.clone().with(&kept).first_failure, failure("dm1", 2_000));
    let another = Evidence { first_failure: failure("dm9", 3_000), ..kept.clone() };
    assert_eq!(kept.with(&another).first_failure, None);
}

fn failure(dm_id: &str, at: u64) -> Option<FirstFailure> {
    Some(FirstFailure { dm_id: NonEmpty::of(dm_id), at })
}

fn failed_once(known: &Evidence, answered: PayResponse, at: Millis) -> Evidence {
    let (mut charge, action) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), known, true, Policy::default(), at);
    assert!(matches!(action, Action::Send(Question::ByOrder { .. })), "{action:?}");
    charge.cancel();
    match charge.on(at + 10, response(answered)) {
        Action::Persist(Record::Known(evidence) | Record::NeedsPerson(evidence, _)) => evidence,
        action => panic!("{action:?}"),
    }
}

/// Our order, which the customer was said to be paying, after this long.
fn ours(quiet: Millis) -> Evidence {
    let (said, tie, dm_id) = (Said::Paying, Tie::Own, NonEmpty::of("dm1"));
    Evidence { said, tie, dm_id, ended: true, quiet, ..Evidence::default() }
}

#[test]
fn a_failure_is_remembered_over_calls_that_are_too_short_for_two() {
    // Even if watching on teaches nothing.
    for quiet in [2_000, 10 * QUIET, 20 * QUIET] {
        let mut known = failed_once(&ours(quiet), failed("dm1"), 0);
        let first = known.first_failure.clone().unwrap().at;
        assert_eq!(first, quiet.min(10 * QUIET) + 10);
        // A later call counts the time that has passed since.
        known.quiet += 29_000;
        known = failed_once(&known, failed("dm1"), 7);
        assert_eq!(known.first_failure, failure("dm1", first));
        known.quiet += 1_000;
        let (mut charge, _) =
            Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, Policy::default(), 0);
        assert_eq!(charge.on(10, response(failed("dm1"))), Action::Send(Question::ByAuthCode), "{quiet}");
        let action = charge.on(20, response(not_found()));
        assert!(matches!(action, Action::Persist(Record::NotPaid(NotPaid::Declined(_)))), "{action:?}");
    }
}

#[test]
fn a_failure_counts_from_its_response_however_long_that_took() {
    // In a recovery, the query waits while those of other charges are answered.
    let known = ours(2_000);
    let (mut charge, _) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, Policy::default(), 0);
    charge.on(31_000, response(failed("dm1")));
    assert_eq!(charge.on(31_000, written()), Action::Wait { until: 61_000 });
    charge.on(61_000, Event::Woke);
    assert_eq!(charge.on(61_010, response(failed("dm1"))), Action::Send(Question::ByAuthCode));
}

#[test]
fn a_second_failure_comes_no_sooner_for_having_been_watched_for_long() {
    let known = ours(20 * QUIET);
    let (mut charge, _) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, Policy::default(), 0);
    charge.on(10, response(failed("dm1")));
    assert_eq!(charge.on(10, written()), Action::Wait { until: 30_010 });
    charge.on(29_000, Event::Woke);
    assert!(matches!(charge.on(29_010, response(failed("dm1"))), Action::Wait { .. }));
}

#[test]
fn what_speaks_for_the_payment_or_does_not_know_the_order_ends_a_failure() {
    let known = Evidence { first_failure: failure("dm1", 2_000), ..ours(90_000) };
    for answered in [customer_paying("dm1"), says("已退款", "dm1"), says("订单不存在", "dm1")] {
        let known = failed_once(&known, answered.clone(), 0);
        assert_eq!(known.first_failure, None, "{answered:?}");
    }
    // It is written before the next query: a crash must not count the old failure.
    let (mut charge, _) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, Policy::default(), 0);
    let action = charge.on(10, response(customer_paying("dm1")));
    assert!(
        matches!(action, Action::Persist(Record::Known(Evidence { first_failure: None, .. }))),
        "{action:?}"
    );
}

#[test]
fn an_order_that_fails_with_trouble_after_it_was_paid_for_is_believed_after_the_quiet_time() {
    let end = charge(|_, n, question| match (n, question) {
        (0, _) => response(customer_paying("dm1")),
        (_, Question::ByOrder { .. }) => response(says("支付失败:银行系统异常", "dm1")),
        _ => response(not_found()),
    });
    end.is_declined();
    assert!(end.at > QUIET, "{}", end.at);
    assert_eq!(end.asked.last(), Some(&Question::ByAuthCode));
}

#[test]
fn a_decline_that_names_another_device_is_not_ours() {
    let declined = |device_id: &str| {
        PayResponse::Failed(Order {
            info: "余额不足".to_owned(),
            class: sentences::class("余额不足"),
            device_id: device_id.to_owned(),
            ..Order::default()
        })
    };
    assert!(told(&[declined("D1"), not_found()]).at < QUIET);
    let end = told(&[declined("D2"), not_found()]);
    assert!(end.at > QUIET, "{}", end.at);
}

#[test]
fn a_question_that_fails_but_says_that_the_customer_is_paying_is_no_denial() {
    let still = "用户支付中，需要输入密码";
    let end = after_paying(&[says(still, "dm1"), says(still, "dm1"), paid()]);
    assert!(matches!(end.outcome, Outcome::Paid(_)), "{:?}", end.outcome);
    after_paying(&[says(still, "dm1")]).is_unknown();
}

#[test]
fn what_a_question_fails_with_is_no_failure_of_the_payment() {
    for responses in [
        vec![says("查询失败，请稍后重试", "dm1")],
        vec![says("查询过于频繁", "dm1")],
        vec![says("订单不存在", "dm1")],
        vec![says("订单不存在", "")],
        vec![says("余额不足", "dm2")],
        vec![says("该订单已支付", "dm1")],
        vec![says("支付失败", "")],
        vec![says("没有听说过", "dm1")],
        vec![PayResponse::Done(order("dm1", 101)), not_found()],
        vec![PayResponse::Done(order("dm2", 100))],
        vec![says("已退款", "dm1")],
        vec![PayResponse::Done(Order { total_fen: None, ..order("dm1", 0) })],
    ] {
        let end = after_paying(&responses);
        end.is_unknown();
        let again = resumed(end.known(), true, |_, _, _| response(not_found()));
        again.is_unknown();
        assert!(again.person().is_some(), "{responses:?}");
    }
}

#[test]
fn another_amount_then_nothing_needs_a_person() {
    let end = told(&[PayResponse::Done(order("dm1", 101)), not_found()]);
    end.is_unknown();
    assert_eq!(end.person(), Some("asked for 1.00 yuan, answered 1.01"));
    assert_eq!(end.known().said, Said::PaidOtherwise);
}

fn with_fee(total_fen: i64, total_fee: TotalFee) -> Order {
    Order { total_fee, ..order("dm1", total_fen) }
}

#[test]
fn a_response_says_one_amount_none_or_two() {
    assert_eq!(Amount::of(&with_fee(100, TotalFee::None)), Amount::Said(100));
    assert_eq!(Amount::of(&with_fee(100, TotalFee::Fen(100))), Amount::Said(100));
    assert_eq!(Amount::of(&Order { total_fen: None, ..with_fee(0, TotalFee::Fen(100)) }), Amount::Missing);
    for fee in [TotalFee::Fen(1), TotalFee::Fen(10_000), TotalFee::Fen(0), TotalFee::Unreadable] {
        assert!(matches!(Amount::of(&with_fee(100, fee)), Amount::Contradicted(_)), "{fee:?}");
    }
}

#[test]
fn a_response_that_names_two_amounts_speaks_for_the_payment_and_decides_nothing() {
    for kind in [PayResponse::Done, PayResponse::Paying] {
        for (total, fee) in [(100, TotalFee::Fen(1)), (1, TotalFee::Fen(100)), (100, TotalFee::Unreadable)] {
            let end = told(&[kind(with_fee(total, fee)), not_found()]);
            end.is_unknown();
            assert!(end.person().is_some_and(|why| why.contains("total_fee")), "{:?}", end.person());
            assert!(end.known().said >= Said::Paying);
            // A consistent response decides.
            let end =
                told(&[kind(with_fee(total, fee)), PayResponse::Done(with_fee(100, TotalFee::Fen(100)))]);
            assert!(matches!(end.outcome, Outcome::Paid(_)), "{:?}", end.outcome);
        }
    }
}

#[test]
fn what_speaks_for_the_payment_is_not_forgotten_by_a_restart() {
    for said in [Said::Paying, Said::PaidOtherwise, Said::Paid] {
        let known = Evidence { said, ended: true, ..Evidence::default() };
        let end = resumed(known, true, |_, _, _| response(not_found()));
        end.is_unknown();
        assert!(end.person().is_some());
    }
}

#[test]
fn the_first_response_of_the_customer_paying_is_written_down_before_anything_else() {
    let mut charge = sent();
    let action = charge.on(10, response(customer_paying("dm1")));
    let Action::Persist(Record::Known(known)) = action else { panic!("{action:?}") };
    assert_eq!((known.said, known.tie, known.order()), (Said::Paying, Tie::Own, Some("dm1")));
    assert!(matches!(charge.on(10, written()), Action::Wait { .. }));
    // A write that fails is tried again before the next wait.
    let mut charge = sent();
    charge.on(10, response(customer_paying("dm1")));
    let failed = Event::Persisted(Err(PersistError::Storage(LedgerError::Full(Cause::new("full")))));
    assert!(matches!(charge.on(10, failed), Action::Wait { .. }));
    assert!(matches!(charge.on(5_010, Event::Woke), Action::Persist(Record::Known(_))));
}

#[test]
fn paying_is_what_names_an_order_or_says_so() {
    let bare = |info: &str| {
        PayResponse::Paying(Order {
            info: info.to_owned(),
            class: sentences::class(info),
            ..Order::default()
        })
    };
    assert_eq!(told(&[bare("用户支付中"), not_found()]).known().said, Said::Paying);
    assert!(matches!(told(&[bare("系统繁忙"), not_found()]).outcome, Outcome::NotPaid(_)));
    assert!(matches!(told(&[used(), bare("系统繁忙"), not_found()]).outcome, Outcome::NotPaid(_)));
    let end = told(&[PayResponse::Paying(Order {
        info: "请在手机终端上确认支付".to_owned(),
        ..order("dm1", 100)
    })]);
    assert_eq!(end.known().order(), Some("dm1"));
    assert!(matches!(end.outcome, Outcome::Unknown(Doubt::Paying)));
    told(&[says("用户支付中，需要输入密码", "dm1"), not_found()]).is_unknown();
    told(&[says("转入退款", "dm1"), not_found()]).is_unknown();
    let other_amount = PayResponse::Paying(order("dm1", 101));
    assert_eq!(told(&[other_amount, not_found()]).known().order(), None);
}

#[test]
fn a_payment_is_bound_to_the_order_of_two_responses_about_its_code() {
    let end = charge(|_, n, _| match n {
        0 => lost(),
        1 | 2 => response(customer_paying("dm1")),
        3 => response(PayResponse::Done(order("dm2", 100))),
        _ => response(paid()),
    });
    assert_eq!(end.outcome, Outcome::Paid(order("dm1", 100)));
    let by_order = Question::ByOrder { dm_id: "dm1".to_owned() };
    assert_eq!(end.asked[3..], [by_order.clone(), by_order]);
}

#[test]
fn an_order_that_was_seen_paying_once_and_then_failed_is_bound_by_that() {
    let cancelled = || says("支付失败：用户已取消", "dm1");
    let end = charge(|_, n, _| match n {
        0 => lost(),
        1 => response(customer_paying("dm1")),
        _ => response(cancelled()),
    });
    end.is_declined();
    assert!(end.at < 20_000, "{}", end.at);
    // The failure of another order binds nothing.
    let end = charge(|_, n, _| match n {
        0 => lost(),
        1 => response(customer_paying("dm1")),
        _ => response(says("支付失败：用户已取消", "dm2")),
    });
    end.is_unknown();
}

#[test]
fn a_response_without_a_number_to_a_question_by_our_order_is_about_our_order() {
    let nameless = PayResponse::Done(Order { dm_id: String::new(), ..order("", 100) });
    let end = after_paying(std::slice::from_ref(&nameless));
    assert_eq!(end.outcome, Outcome::Paid(order("dm1", 100)));
    told(&[used(), nameless]).is_unknown();
}

#[test]
fn an_order_of_another_bill_says_nothing() {
    let elsewhere = || Event::Elsewhere("B7".to_owned());
    let end = charge(|_, n, _| if n < 4 { elsewhere() } else { response(not_found()) });
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::NotFound));
    let end = charge(|_, _, _| elsewhere());
    end.is_unknown();
    assert_eq!(end.person(), Some("the order belongs to the bill B7"));
    let taken = || Event::Persisted(Err(PersistError::OrderTaken("B7".to_owned())));
    let mut charge = sent();
    charge.on(10, response(paid()));
    let action = charge.on(10, taken());
    assert!(matches!(action, Action::Persist(Record::Known(Evidence { tie: Tie::None, .. }))), "{action:?}");
    let mut charge = sent();
    charge.on(10, response(customer_paying("dm1")));
    let action = charge.on(10, taken());
    assert!(matches!(action, Action::Persist(Record::Known(Evidence { tie: Tie::None, .. }))), "{action:?}");
}

/// A paid order of the right amount that another device made with the same code.
fn paid_elsewhere() -> PayResponse {
    PayResponse::Done(Order { device_id: "D2".to_owned(), ..order("dm9", 100) })
}

#[test]
fn a_code_that_has_paid_at_another_till_is_a_decline_here_once_that_is_certain() {
    let end = told(&[used(), paid_elsewhere()]);
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::Declined("授权码已使用".to_owned())));
    assert!(end.at >= QUIET, "believed at {}", end.at);
}

#[test]
fn one_response_about_another_till_does_not_confirm_a_decline() {
    // A repeated delivery was declined, and the response to the query is about somebody else's order.
    let end = told(&[failed("dm1"), paid_elsewhere(), paid()]);
    assert!(matches!(end.outcome, Outcome::Paid(_)), "{:?}", end.outcome);
}

#[test]
fn a_failure_of_another_order_does_not_confirm_a_decline() {
    let end = told(&[failed("dm2"), failed("dm9"), paid()]);
    assert!(matches!(end.outcome, Outcome::Paid(_)), "{:?}", end.outcome);
    let end = told(&[failed("dm2"), failed("dm9")]);
    end.is_declined();
    assert!(end.at >= QUIET, "believed at {}", end.at);
}

#[test]
fn an_order_that_our_own_decline_named_is_ours_without_a_device() {
    let paying = || PayResponse::Paying(Order { device_id: String::new(), ..order("dm1", 100) });
    let end = told(&[says("该订单已支付", "dm1"), paying(), paying(), failed("dm1")]);
    end.is_declined();
}

#[test]
fn a_code_that_has_paid_at_another_till_is_not_paid_here_when_our_response_was_lost() {
    let end = charge(|_, n, _| if n == 0 { lost() } else { response(paid_elsewhere()) });
    end.is_unknown();
    assert!(end.person().is_some());
    told(&[paid_elsewhere()]).is_unknown();
    let paying_elsewhere = PayResponse::Paying(Order { device_id: "D2".to_owned(), ..order("dm9", 100) });
    assert!(matches!(told(&[paying_elsewhere, not_found()]).outcome, Outcome::NotPaid(_)));
}

#[test]
fn after_a_decline_a_paid_order_that_does_not_say_whose_it_is_needs_a_person() {
    let nobodys = |response: fn(Order) -> PayResponse| {
        response(Order { device_id: String::new(), ..order("dm9", 100) })
    };
    let end = told(&[failed("dm1"), nobodys(PayResponse::Done)]);
    end.is_unknown();
    assert!(end.person().is_some());
    let end = told(&[failed("dm1"), nobodys(PayResponse::Paying), not_found()]);
    end.is_unknown();
    assert_eq!(end.known().order(), None);
}

#[test]
fn responses_that_cannot_be_read_end_at_the_deadline_as_unknown() {
    let end = charge(|_, n, _| match n {
        0 => lost(),
        _ => Event::Delivered(Delivery::Response(Err(ResponseError::NotThePlatform))),
    });
    assert!(matches!(end.outcome, Outcome::Unknown(Doubt::Lost(_))));
    assert!((20..=30).contains(&end.asked.len()), "{} questions in 120 s", end.asked.len());
    assert_eq!(end.known().quiet, 120_000 - 10 + 10);
}

#[test]
fn a_refusal_decides_nothing_but_is_not_asked_about_for_two_minutes() {
    let end = told(&[PayResponse::Refused("签名错误".to_owned())]);
    assert!(matches!(end.outcome, Outcome::Unknown(Doubt::Refused(_))));
    assert!(end.at < 2_000);
}

#[test]
fn a_refusal_of_a_question_does_not_end_the_asking() {
    let end = charge(|_, n, _| match n {
        0 => lost(),
        1 => response(PayResponse::Refused("设备不存在".to_owned())),
        _ => response(paid()),
    });
    assert!(matches!(end.outcome, Outcome::Paid(_)));
}

#[test]
fn a_charge_that_left_no_byte_is_tried_again_and_then_told_as_not_sent() {
    let end = charge(|_, _, _| Event::Delivered(Delivery::NotSent("refused".to_owned())));
    assert_eq!(end.outcome, Outcome::NotSent("refused".to_owned()));
    assert_eq!(end.asked, [Question::Micropay, Question::Micropay, Question::Micropay]);
}

#[test]
fn a_cancel_before_the_send_sends_nothing() {
    let (mut charge, _) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    charge.cancel();
    assert!(matches!(charge.on(0, written()), Action::Persist(Record::NotSent(_))));
}

#[test]
fn a_cancel_after_the_send_still_hears_the_response_that_is_on_its_way() {
    let mut charge = sent();
    charge.cancel();
    assert!(matches!(charge.on(10, response(paid())), Action::Persist(Record::Paid(_))));
    let mut charge = sent();
    charge.cancel();
    assert!(matches!(charge.on(10, lost()), Action::Persist(Record::Known(_))));
    assert_eq!(charge.on(10, written()), Action::Reveal(Outcome::Unknown(Doubt::Cancelled)));
    let mut charge = sent();
    charge.on(10, lost());
    charge.cancel();
    assert!(matches!(charge.on(500, Event::Woke), Action::Persist(Record::Known(_))));
    let failed = Event::Persisted(Err(PersistError::Storage(LedgerError::Full(Cause::new("full")))));
    assert_eq!(charge.on(500, failed), Action::Reveal(Outcome::Unknown(Doubt::Cancelled)));
}

#[test]
fn after_a_crash_the_quiet_time_is_longer_and_it_is_summed_over_runs() {
    let mut end = resumed(Evidence::default(), true, |_, _, _| response(not_found()));
    end.is_unknown();
    assert!(end.known().quiet >= 120_000);
    assert!(!end.asked.contains(&Question::Micropay));
    end = resumed(end.known(), true, |_, _, _| response(not_found()));
    assert_eq!(end.outcome, Outcome::NotPaid(NotPaid::NotFound));
    assert!(end.at < 512_000, "{}", end.at);
}

#[test]
fn an_order_that_turns_up_late_and_has_failed_may_still_be_paid_with_another_card() {
    // The response was lost; after the quiet time the order exists, its first card declined.
    let paid_at = QUIET + 25_000;
    let end = charge(|now, n, _| match n {
        0 => reset(),
        _ if now < QUIET + 5_000 => response(not_found()),
        _ if now < paid_at => response(failed("dm1")),
        _ => response(paid()),
    });
    assert!(matches!(end.outcome, Outcome::Paid(_)), "{:?}", end.outcome);
    // It stays so: the customer has gone.
    let end = charge(|_, n, _| if n == 0 { reset() } else { response(failed("dm1")) });
    assert!(matches!(end.outcome, Outcome::NotPaid(_)), "{:?}", end.outcome);
    assert!((QUIET..2 * QUIET).contains(&end.at), "{}", end.at);
}

#[test]
fn a_second_card_is_waited_for_also_where_another_order_was_named_before() {
    // The charge was answered with somebody else's failure; the order of the code turns up after the quiet
    // time.
    let paid_at = QUIET + 25_000;
    let end = charge(|now, n, _| match n {
        0 => response(says("交易不存在", "dm9")),
        _ if now < QUIET + 5_000 => response(not_found()),
        _ if now < paid_at => response(failed("dm1")),
        _ => response(paid()),
    });
    assert!(!matches!(end.outcome, Outcome::NotPaid(_)), "{:?}", end.outcome);
}

#[test]
fn a_second_card_is_waited_for_from_the_first_failure_of_that_very_order() {
    // A failure of somebody else's order came half a minute before.
    let paid_at = QUIET + 15_000;
    let end = charge(|now, n, _| match n {
        0 => reset(),
        _ if now < QUIET / 2 => response(failed("dm9")),
        _ if now < QUIET => lost(),
        _ if now < paid_at => response(failed("dm1")),
        _ => response(paid()),
    });
    assert!(!matches!(end.outcome, Outcome::NotPaid(_)), "{:?}", end.outcome);
}

#[test]
fn a_second_card_is_waited_for_after_a_restart_that_followed_the_failure_of_another_order() {
    // An order of which nobody knows whose it was, as in a ledger of version 4, is another one, too.
    for before in ["dm9", ""] {
        let (first_failure, quiet) = (failure(before, QUIET - 20_000), QUIET + 10_000);
        let known = Evidence { first_failure, quiet, ended: true, ..Evidence::default() };
        let end = resumed(known, true, |now, _, _| match now {
            ..515_000 => response(failed("dm1")),
            _ => response(paid()),
        });
        assert!(!matches!(end.outcome, Outcome::NotPaid(_)), "{before}: {:?}", end.outcome);
    }
}

#[test]
fn a_failure_does_not_confirm_whose_a_paid_order_is() {
    // Both responses are somebody else's. By its number that order is paid, too.
    let end = charge(|_, n, question| match (n, question) {
        (0, _) => reset(),
        (1, Question::ByAuthCode) => response(paid()),
        (2, Question::ByAuthCode) => response(failed("dm1")),
        (_, Question::ByAuthCode) => response(not_found()),
        (_, Question::ByOrder { .. }) => response(paid()),
        (_, Question::Micropay) => panic!("charged again"),
    });
    assert!(matches!(end.outcome, Outcome::Unknown(_)), "{:?}", end.outcome);
}

#[test]
fn a_dead_code_is_not_believed_while_the_order_of_the_first_delivery_may_be_paid_with_another_card() {
    let dead = || response(says("支付授权码无效", ""));
    // The request was delivered twice: the response is the second delivery's, and the first waits for its
    // customer.
    let end = charge(|now, n, _| match n {
        0 => dead(),
        _ if now < 11_000 => response(failed("dm1")),
        _ => response(paid()),
    });
    assert!(!matches!(end.outcome, Outcome::NotPaid(_)), "{:?}", end.outcome);
    // If no order turns up it is as quick as before.
    let end = charge(|_, n, _| if n == 0 { dead() } else { response(not_found()) });
    assert!(matches!(end.outcome, Outcome::NotPaid(_)) && end.at < 10_000, "{:?} {}", end.outcome, end.at);
}

#[test]
fn denials_are_summed_over_runs_that_are_too_short_for_three() {
    let mut known = Evidence { ended: true, quiet: QUIET, ..Evidence::default() };
    for run in 1..=3 {
        let (mut charge, action) =
            Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, Policy::default(), 0);
        assert_eq!(action, Action::Send(Question::ByAuthCode));
        charge.cancel();
        match charge.on(10, response(not_found())) {
            Action::Persist(Record::Known(evidence)) if run < 3 => known = evidence,
            Action::Persist(Record::NotPaid(NotPaid::NotFound)) if run == 3 => {}
            action => panic!("{action:?}"),
        }
    }
}

#[test]
fn what_an_earlier_run_could_not_write_down_is_written_before_anything_is_asked() {
    let heard = Evidence { said: Said::Paying, ..Evidence::default() };
    let total = Fen::new(TOTAL).unwrap();
    let (_, action) =
        Charge::resume(total, "D1", heard.clone(), &Evidence::default(), true, Policy::default(), 0);
    assert_eq!(action, Action::Persist(Record::Known(heard)));
}

#[test]
fn an_absence_is_believed_from_the_place_alone_that_would_know() {
    let known = Evidence { ended: true, quiet: QUIET, ..Evidence::default() };
    let end = resumed(known.clone(), false, |_, _, _| response(not_found()));
    end.is_unknown();
    assert!(end.person().is_some());
    let paying = Evidence { said: Said::Paying, tie: Tie::Own, dm_id: NonEmpty::of("dm1"), ..known.clone() };
    resumed(paying, false, |_, _, _| response(says("用户取消", "dm1"))).is_unknown();
    let end = resumed(known, false, |_, _, _| response(paid()));
    assert!(matches!(end.outcome, Outcome::Paid(_)));
}

#[test]
fn what_was_watched_for_long_needs_a_person() {
    let known = Evidence { ended: true, quiet: 10 * QUIET, ..Evidence::default() };
    let end = resumed(known, true, |_, _, _| lost());
    assert!(end.person().is_some());
}

#[test]
fn a_driver_that_has_lost_track_gets_no_verdict() {
    let mut charge = sent();
    let action = charge.on(10, Event::Woke);
    assert!(matches!(action, Action::Reveal(Outcome::Unknown(_))), "{action:?}");
}

#[test]
fn a_charge_says_how_far_it_is() {
    let mut charge = sent();
    assert_eq!(charge.stage(), Stage::Sending);
    charge.on(10, lost());
    assert_eq!(charge.stage(), Stage::Asking);
    charge.on(1_010, Event::Woke);
    charge.on(1_020, response(customer_paying("dm1")));
    assert_eq!(charge.stage(), Stage::CustomerPaying);
    charge.on(1_020, written());
    charge.on(6_020, Event::Woke);
    charge.on(6_030, response(paid()));
    charge.on(6_030, written());
    assert_eq!(charge.stage(), Stage::Ended);
    assert_eq!(charge.left(100_000), 20_000);
}

#[test]
fn the_words_of_the_ledger_are_read_back() {
    for said in [Said::Nothing, Said::NotThere, Said::Declined, Said::EarlierUse, Said::Paying, Said::Paid] {
        assert_eq!(Said::read(said.word()), Some(said));
    }
    assert_eq!(Said::read("shouted"), None);
    for tie in [Tie::None, Tie::Declined, Tie::Seen, Tie::Asked, Tie::Own] {
        assert_eq!(Tie::read(tie.number()), Some(tie));
    }
}

#[test]
fn a_row_of_denials_that_was_broken_is_written_down_as_broken() {
    let known = Evidence {
        said: Said::EarlierUse,
        ended: true,
        quiet: 60_000,
        denials: 2,
        declined: true,
        ..Evidence::default()
    };
    let policy = Policy::default();
    let (mut charge, _) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, policy, 0);
    let Action::Persist(Record::Known(known)) = charge.on(10, response(used())) else {
        panic!("not written")
    };
    // The program is killed, and the next one hears a single denial.
    assert_eq!(known.denials, 0);
    let (mut charge, _) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", known.clone(), &known, true, policy, 0);
    assert!(matches!(charge.on(10, response(not_found())), Action::Wait { .. }));
}

#[test]
fn what_is_known_is_kept_though_its_order_is_taken() {
    let mut charge = sent();
    charge.cancel();
    let action = charge.on(10, response(customer_paying("dm1")));
    assert!(matches!(action, Action::Persist(Record::Known(Evidence { tie: Tie::Own, .. }))), "{action:?}");
    let action = charge.on(10, Event::Persisted(Err(PersistError::OrderTaken("B2".to_owned()))));
    let Action::Persist(Record::NeedsPerson(known, _)) = action else { panic!("{action:?}") };
    assert_eq!((known.said, known.tie), (Said::Paying, Tie::None));
    assert!(matches!(charge.on(10, written()), Action::Reveal(Outcome::Unknown(Doubt::Mismatch(_)))));
}

#[test]
fn a_response_whose_order_cannot_be_looked_up_is_remembered_and_asked_about() {
    for in_response_to_the_charge in [true, false] {
        let mut charge = sent();
        let mut action = if in_response_to_the_charge {
            charge.on(10, Event::Ownerless(Said::Paid))
        } else {
            let mut action = charge.on(10, reset());
            while let Action::Wait { until } = action {
                action = charge.on(until, Event::Woke);
            }
            assert_eq!(action, Action::Send(Question::ByAuthCode));
            charge.on(2_000, Event::Ownerless(Said::Paid))
        };
        // The response is recorded before the next query.
        let Action::Persist(Record::Known(evidence)) = action else { panic!("{action:?}") };
        assert_eq!(evidence.said, Said::Paid);
        action = charge.on(2_010, written());
        assert!(matches!(action, Action::Wait { .. }), "{action:?}");
    }
}

#[test]
fn a_decline_that_says_that_the_customer_pays_or_was_refunded_is_none() {
    for (info, said) in [("用户支付中", Said::Paying), ("转入退款", Said::PaidOtherwise)] {
        let end = told(&[says(info, "dm1"), not_found()]);
        end.is_unknown();
        assert_eq!(end.known().said, said, "{info}");
    }
}

#[test]
fn an_ok_that_says_that_the_customer_pays_or_was_refunded_is_not_paid_yet() {
    let with =
        |info: &str, class| PayResponse::Done(Order { info: info.to_owned(), class, ..order("dm1", 100) });
    for (doubtful, said) in [
        (with("用户支付中", sentences::Class::Paying), Said::Paying),
        (with("转入退款", sentences::Class::PaidOtherwise), Said::PaidOtherwise),
    ] {
        let end = told(&[doubtful, not_found()]);
        end.is_unknown();
        assert_eq!(end.known().said, said);
        assert!(end.person().is_some());
    }
}

#[test]
fn two_orders_that_a_code_has_paid_in_turn_are_a_persons() {
    let end = charge(|_, n, question| match question {
        Question::Micropay => lost(),
        _ => response(PayResponse::Done(order(if n % 2 == 0 { "dm1" } else { "dm2" }, 100))),
    });
    end.is_unknown();
    assert!(end.person().is_some_and(|why| why.contains("dm1") && why.contains("dm2")), "{:?}", end.person());
    // It asks no more often than it has time for.
    assert!(end.asked.len() < 100, "{}", end.asked.len());
}
