//! The cases that every till has to handle, each judged by the requests that a till really sent.
//!
//! Only the wire is visible here. A till that shows the wrong thing to its cashier goes unnoticed; one that
//! charges twice, refunds twice or stops querying does not.

use serde::Serialize;

use super::received::{Reach, Received, parse, reach, received};
use crate::{call::Call, moment::Moment, money::Fen, trace::Trace};

/// A case, and the result of the last time that a till met it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Case {
    pub name: &'static str,
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// No till has met it yet.
    Open,
    /// Met, and handled correctly.
    Seen,
    /// Met, and money was put at risk.
    Wrong,
    /// A person has confirmed that the till handled it without a request to the platform.
    ByHand,
}

/// An event that decided a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    pub what: What,
    /// The request's number.
    pub n: u64,
    pub at_ms: Moment,
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Charged,
    ResponseLost,
    ToldPaid,
    ToldFailed,
    ToldPaying,
    Asked,
    Restarted,
    ChargedAgain,
    Refunded,
    RefundLost,
    ReadBill,
    RefundedAgain,
    CodeRefused,
    DeviceRefused,
    ActivatedAgain,
    ClockAhead,
    AskedTheTime,
}

/// The result of a case.
type Finding = (Verdict, Vec<Step>);

/// Above this a clock is wrong, not just late.
const WRONG_CLOCK_S: u64 = 60;

/// All cases, in the order in which a till is best taken through them.
pub(super) fn cases(traces: &[&Trace], refused_at_till: bool) -> Vec<Case> {
    let received: Vec<_> = traces.iter().map(|trace| received(trace)).collect();
    let log = Log { traces, received: &received };
    let charges: Vec<_> = log.charges().collect();
    let request = |judge: &dyn Fn(usize, &Trace) -> Option<Finding>| {
        traces.iter().enumerate().rev().find_map(|(at, trace)| judge(at, trace))
    };
    let by_hand = refused_at_till.then(|| (Verdict::ByHand, Vec::new()));
    let found = [
        ("paid", last(&charges, Charge::paid)),
        ("declined", last(&charges, Charge::declined)),
        ("password", last(&charges, Charge::password)),
        ("cancelled", last(&charges, Charge::cancelled)),
        ("lost_response", last(&charges, Charge::lost_response)),
        ("recovery", last(&charges, Charge::recovery)),
        ("partial_refund", request(&|at, trace| log.partial_refund(at, trace, &charges))),
        ("lost_refund", request(&|at, trace| log.lost_refund(at, trace))),
        ("second_scan", request(&|at, trace| log.second_scan(at, trace, &charges)).or(by_hand)),
        ("device_deleted", request(&|at, trace| log.device_deleted(at, trace))),
        ("clock_wrong", last(&charges, Charge::clock_wrong)),
    ];
    found
        .into_iter()
        .map(|(name, finding)| {
            let (verdict, steps) = finding.unwrap_or((Verdict::Open, Vec::new()));
            Case { name, verdict, steps }
        })
        .collect()
}

/// The latest result of a case.
fn last<'a>(charges: &[Charge<'a>], judge: fn(&Charge<'a>) -> Option<Finding>) -> Option<Finding> {
    charges.iter().rev().find_map(judge)
}

fn step(what: What, trace: &Trace, detail: impl Into<String>) -> Step {
    Step { what, n: trace.n, at_ms: trace.at, detail: detail.into() }
}

fn param<'a>(trace: &'a Trace, name: &str) -> &'a str {
    trace.params.get(name).unwrap_or_default()
}

fn lost(trace: &Trace) -> bool {
    reach(trace.fault.as_ref()) != Reach::Whole
}

/// The tills' requests in order, and the response that each of them received.
#[derive(Clone, Copy)]
struct Log<'a> {
    traces: &'a [&'a Trace],
    received: &'a [Option<Received>],
}

impl<'a> Log<'a> {
    fn received(self, at: usize) -> Option<&'a Received> {
        self.received.get(at)?.as_ref()
    }

    fn after(self, at: usize) -> impl Iterator<Item = (usize, &'a Trace)> {
        self.traces.iter().copied().enumerate().skip(at + 1)
    }

    fn charges(self) -> impl Iterator<Item = Charge<'a>> {
        let traces = self.traces.iter().copied().enumerate();
        let micropays = traces.filter(|(_, trace)| trace.call == Call::Micropay);
        micropays.map(move |(at, trace)| Charge::new(self, at, trace))
    }

    fn partial_refund(self, at: usize, trace: &Trace, charges: &[Charge<'_>]) -> Option<Finding> {
        if trace.call != Call::Refund || !self.received(at)?.paid() {
            return None;
        }
        let bill = Some(param(trace, "dm_id"));
        let charge = charges.iter().find(|charge| charge.dm_id.as_deref() == bill)?;
        let (amount, total) = (param(trace, "refund"), param(charge.trace, "total"));
        let part = amount.parse::<Fen>().ok()? < total.parse::<Fen>().ok()?;
        part.then(|| (Verdict::Seen, vec![step(What::Refunded, trace, format!("{amount} / {total}"))]))
    }

    /// A refund whose response was lost may be sent again only after the bill was read.
    fn lost_refund(self, at: usize, trace: &Trace) -> Option<Finding> {
        if trace.call != Call::Refund || !lost(trace) {
            return None;
        }
        let bill = param(trace, "dm_id");
        let mut steps = vec![step(What::RefundLost, trace, param(trace, "refund"))];
        for (later_at, later) in self.after(at).filter(|(_, later)| param(later, "dm_id") == bill) {
            match later.call {
                Call::Refund => {
                    steps.push(step(What::RefundedAgain, later, param(later, "refund")));
                    return Some((Verdict::Wrong, steps));
                }
                Call::Read if self.received(later_at).is_some_and(Received::paid) => {
                    steps.push(step(What::ReadBill, later, bill));
                    return Some((Verdict::Seen, steps));
                }
                _ => {}
            }
        }
        None
    }

    /// A code that was charged before, by a charge whose outcome the till knew.
    fn second_scan(self, at: usize, trace: &Trace, charges: &[Charge<'_>]) -> Option<Finding> {
        if trace.call != Call::Micropay || self.received(at)?.info != "授权码已使用" {
            return None;
        }
        let code = param(trace, "authcode");
        let first =
            charges.iter().find(|charge| charge.at < at && param(charge.trace, "authcode") == code)?;
        let decided = first.received_before(at).any(|(_, received)| received.decided());
        decided.then(|| (Verdict::Seen, vec![step(What::CodeRefused, trace, "")]))
    }

    fn device_deleted(self, at: usize, trace: &Trace) -> Option<Finding> {
        let info = &self.received(at)?.info;
        if info != "设备不存在" && info != "设备密钥错误" {
            return None;
        }
        let mut steps = vec![step(What::DeviceRefused, trace, info)];
        let activated = self.after(at).find(|(_, later)| later.call == Call::Activate);
        steps.extend(activated.map(|(_, later)| step(What::ActivatedAgain, later, "")));
        Some((Verdict::Seen, steps))
    }
}

/// A charge, and the till's later requests about it.
struct Charge<'a> {
    log: Log<'a>,
    at: usize,
    trace: &'a Trace,
    /// The bill's number, as soon as a response named it.
    dm_id: Option<String>,
}

impl<'a> Charge<'a> {
    fn new(log: Log<'a>, at: usize, trace: &'a Trace) -> Self {
        let code = param(trace, "authcode");
        let of_code = log.after(at).filter(|(_, other)| param(other, "authcode") == code);
        let named = |(at, other): (usize, &Trace)| {
            let meant = other.meant.as_deref().and_then(parse).and_then(|received| received.dm_id);
            meant.or_else(|| log.received(at)?.dm_id.clone())
        };
        let dm_id = std::iter::once((at, trace)).chain(of_code).find_map(named);
        Self { log, at, trace, dm_id }
    }

    fn is_mine(&self, trace: &Trace) -> bool {
        let bill = self.dm_id.as_deref().is_some_and(|dm_id| dm_id == param(trace, "dm_id"));
        bill || param(trace, "authcode") == param(self.trace, "authcode")
    }

    /// Later requests about this charge.
    fn later(&self) -> impl Iterator<Item = (usize, &'a Trace)> {
        self.log.after(self.at).filter(|(_, trace)| self.is_mine(trace))
    }

    fn questions(&self) -> impl Iterator<Item = (usize, &'a Trace)> {
        self.later().filter(|(_, trace)| matches!(trace.call, Call::Query | Call::Read))
    }

    /// All responses about the charge that the till received before this request, starting with the charge's
    /// own.
    fn received_before(&self, end: usize) -> impl Iterator<Item = (&'a Trace, &'a Received)> {
        let all = std::iter::once((self.at, self.trace)).chain(self.questions());
        all.filter(move |(at, _)| *at < end).filter_map(|(at, trace)| Some((trace, self.log.received(at)?)))
    }

    fn decision(&self) -> Option<(&'a Trace, &'a Received)> {
        self.received_before(usize::MAX).find(|(_, received)| received.decided())
    }

    /// The same code again, or the same amount from another code, before the till knew the outcome of the
    /// first charge.
    fn charged_again(&self) -> Option<&'a Trace> {
        if !lost(self.trace) && !self.waits_for_customer() {
            return None;
        }
        let known = self.decision().map_or(u64::MAX, |(trace, _)| trace.n);
        let same = |trace: &Trace, name| param(trace, name) == param(self.trace, name);
        let again =
            |trace: &Trace| same(trace, "authcode") || (same(trace, "device_id") && same(trace, "total"));
        let mut charges = self.log.after(self.at).map(|(_, trace)| trace);
        charges.find(|trace| trace.call == Call::Micropay && trace.n < known && again(trace))
    }

    /// The response to the charge itself.
    fn received(&self) -> Option<&'a Received> {
        self.log.received(self.at)
    }

    fn charged(&self) -> Step {
        step(What::Charged, self.trace, param(self.trace, "total"))
    }

    fn lost_step(&self) -> Step {
        let fault = self.trace.fault.as_ref().map(crate::fault::Fault::name).unwrap_or_default();
        step(What::ResponseLost, self.trace, fault)
    }

    /// The queries up to the one that got a response, as one step.
    fn asked(&self) -> Option<Step> {
        let last = self.decision().map_or(u64::MAX, |(trace, _)| trace.n);
        let asked = self.questions().map(|(_, trace)| trace).filter(|trace| trace.n <= last);
        let (count, first) =
            asked.fold((0, None), |(count, first), trace| (count + 1, first.or(Some(trace))));
        first.map(|first| step(What::Asked, first, format!("{count}")))
    }

    fn received_step((trace, received): (&Trace, &Received)) -> Step {
        if received.paid() {
            step(What::ToldPaid, trace, received.dm_id.clone().unwrap_or_default())
        } else {
            step(What::ToldFailed, trace, &received.info)
        }
    }

    /// The outcome: correct, or the same code charged again.
    fn finding(&self, begin: Vec<Step>) -> Option<Finding> {
        let mut steps = begin;
        if let Some(again) = self.charged_again() {
            steps.push(step(What::ChargedAgain, again, param(again, "total")));
            return Some((Verdict::Wrong, steps));
        }
        let decision = self.decision()?;
        steps.extend(self.asked());
        steps.push(Self::received_step(decision));
        Some((Verdict::Seen, steps))
    }

    fn paid(&self) -> Option<Finding> {
        let decision = self.decision().filter(|(_, received)| received.paid())?;
        Some((Verdict::Seen, vec![self.charged(), Self::received_step(decision)]))
    }

    /// Failed at once.
    fn declined(&self) -> Option<Finding> {
        self.received().filter(|received| received.failed())?;
        self.finding(vec![self.charged()])
    }

    fn waits_for_customer(&self) -> bool {
        self.received().is_some_and(Received::paying)
    }

    fn password(&self) -> Option<Finding> {
        let finding = self.waits_for_customer().then(|| self.waited())??;
        let paid = self.decision().is_some_and(|(_, received)| received.paid());
        (paid || finding.0 == Verdict::Wrong).then_some(finding)
    }

    fn cancelled(&self) -> Option<Finding> {
        self.decision().filter(|(_, received)| received.failed())?;
        self.waits_for_customer().then(|| self.waited())?
    }

    fn waited(&self) -> Option<Finding> {
        self.finding(vec![self.charged(), step(What::ToldPaying, self.trace, "")])
    }

    fn lost_response(&self) -> Option<Finding> {
        lost(self.trace).then(|| self.finding(vec![self.charged(), self.lost_step()]))?
    }

    /// A till reads its config when it starts: one that does so in the middle of a charge was interrupted.
    fn recovery(&self) -> Option<Finding> {
        let (decided, _) = self.decision()?;
        let device = param(self.trace, "device_id");
        let is_start = |trace: &Trace| trace.call == Call::Config && param(trace, "device_id") == device;
        let start = self.log.after(self.at).map(|(_, trace)| trace).find(|trace| is_start(trace))?;
        if start.n > decided.n {
            return None;
        }
        self.finding(vec![self.charged(), step(What::Restarted, start, "")])
    }

    fn clock_wrong(&self) -> Option<Finding> {
        let skew = self.trace.skew_s;
        if skew.unsigned_abs() < WRONG_CLOCK_S {
            return None;
        }
        let mut steps = vec![step(What::ClockAhead, self.trace, format!("{skew}"))];
        let mut others = self.log.traces.iter();
        let asked = others.find(|trace| trace.call == Call::Time && trace.skew_s == skew);
        steps.extend(asked.map(|trace| step(What::AskedTheTime, trace, "")));
        steps.push(self.charged());
        self.finding(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{console::testing::trace, fault::Fault, trace::Answered};

    const PAID: &str = r#"<dm ok="1" info="支付成功" dm_id="dm1"></dm>"#;
    const PAYING: &str = r#"<dm ok="-1" info="用户支付中，等待用户输入密码" dm_id="dm1" />"#;
    const FAILED: &str = r#"<dm ok="0" info="余额不足" dm_id="dm1" />"#;
    const USED: &str = r#"<dm ok="0" info="授权码已使用" />"#;
    const DELETED: &str = r#"<dm ok="0" info="设备不存在" />"#;

    #[derive(Default)]
    struct Story(Vec<Trace>);

    impl Story {
        fn then(mut self, call: Call, params: &str, response: &str) -> Self {
            let mut trace = trace(self.0.len() as u64 + 1, call, params);
            let body = response.to_owned();
            trace.response =
                Some(Answered { status: 200, content_type: "text/xml".into(), bytes: body.len(), body });
            self.0.push(trace);
            self
        }

        /// The response was lost in transit.
        fn lost(mut self, call: Call, params: &str, meant: &str) -> Self {
            self = self.then(call, params, "");
            let trace = self.0.last_mut().unwrap();
            trace.fault = Some(Fault::ResponseLost);
            trace.meant = Some(meant.to_owned());
            self
        }

        fn pay(self, response: &str) -> Self {
            self.then(Call::Micropay, "authcode=13&total=2.00&device_id=1", response)
        }

        fn query(self, response: &str) -> Self {
            self.then(Call::Query, "authcode=13", response)
        }

        fn cases(&self) -> Vec<Case> {
            cases(&self.0.iter().collect::<Vec<_>>(), false)
        }

        fn seen(&self) -> Vec<(&'static str, Verdict)> {
            let cases = self.cases().into_iter();
            cases.filter(|case| case.verdict != Verdict::Open).map(|case| (case.name, case.verdict)).collect()
        }
    }

    use Verdict::{Seen, Wrong};

    #[test]
    fn nothing_is_seen_before_anything_happened() {
        assert!(Story::default().seen().is_empty());
        assert_eq!(cases(&[], false).len(), 11);
    }

    #[test]
    fn paid_and_declined() {
        assert_eq!(Story::default().pay(PAID).seen(), [("paid", Seen)]);
        assert_eq!(Story::default().pay(FAILED).seen(), [("declined", Seen)]);
    }

    #[test]
    fn a_refused_request_is_no_decline() {
        assert!(Story::default().pay(r#"<dm ok="0" info="签名错误" />"#).seen().is_empty());
    }

    #[test]
    fn password_and_cancelled() {
        let asked = || Story::default().pay(PAYING).query(PAYING);
        assert!(asked().seen().is_empty(), "not before the till knows");
        assert_eq!(asked().query(PAID).seen(), [("paid", Seen), ("password", Seen)]);
        assert_eq!(asked().query(FAILED).seen(), [("cancelled", Seen)]);
        assert_eq!(asked().pay(USED).seen(), [("password", Wrong)]);
    }

    #[test]
    fn a_lost_response_is_asked_for_and_never_charged_again() {
        let lost = || Story::default().lost(Call::Micropay, "authcode=13&total=2.00&device_id=1", PAID);
        assert!(lost().seen().is_empty());
        assert_eq!(lost().query(PAID).seen(), [("paid", Seen), ("lost_response", Seen)]);
        assert_eq!(lost().pay(USED).seen(), [("lost_response", Wrong)]);
        assert!(lost().query(r#"<dm ok="0" info="订单不存在" />"#).seen().is_empty());
        let other =
            |params| lost().then(Call::Micropay, params, PAID).seen().contains(&("lost_response", Wrong));
        assert!(other("authcode=14&total=2.00&device_id=1"), "the same goods from another code");
        assert!(!other("authcode=14&total=2.00&device_id=2"), "another till's customer");
        assert!(!other("authcode=14&total=3.00&device_id=1"), "other goods");
    }

    #[test]
    fn a_start_in_the_middle_of_a_charge_is_a_recovery() {
        let cut_off = Story::default().pay(PAYING).then(Call::Config, "device_id=1", "<dm ok=\"1\">");
        assert_eq!(cut_off.query(PAID).seen(), [("paid", Seen), ("password", Seen), ("recovery", Seen)]);
        let later = Story::default().pay(PAID).then(Call::Config, "device_id=1", "<dm ok=\"1\">");
        assert_eq!(later.query(PAID).seen(), [("paid", Seen)]);
        let other = Story::default().pay(PAYING).then(Call::Config, "device_id=2", "<dm ok=\"1\">");
        assert_eq!(other.query(PAID).seen(), [("paid", Seen), ("password", Seen)]);
    }

    #[test]
    fn refunds() {
        let paid = || Story::default().pay(PAID);
        let refunded = r#"<dm ok="1" info="退款成功" dm_id="dm1">"#;
        let part = paid().then(Call::Refund, "dm_id=dm1&refund=0.50", refunded);
        assert_eq!(part.seen(), [("paid", Seen), ("partial_refund", Seen)]);
        let whole = paid().then(Call::Refund, "dm_id=dm1&refund=2", refunded);
        assert_eq!(whole.seen(), [("paid", Seen)]);
        let lost = || paid().lost(Call::Refund, "dm_id=dm1&refund=2", refunded);
        assert_eq!(lost().seen(), [("paid", Seen)]);
        assert_eq!(
            lost().then(Call::Read, "dm_id=dm1", PAID).seen(),
            [("paid", Seen), ("lost_refund", Seen)]
        );
        let again = lost().then(Call::Refund, "dm_id=dm1&refund=2", DELETED);
        assert!(again.seen().contains(&("lost_refund", Wrong)));
    }

    #[test]
    fn a_second_scan_is_refused_or_told_by_hand() {
        assert_eq!(Story::default().pay(PAID).pay(USED).seen(), [("paid", Seen), ("second_scan", Seen)]);
        let case = cases(&[], true).into_iter().find(|case| case.name == "second_scan").unwrap();
        assert_eq!(case.verdict, Verdict::ByHand);
    }

    #[test]
    fn a_deleted_device_and_what_came_of_it() {
        let story = Story::default().pay(DELETED).then(Call::Activate, "initkey=1", "");
        assert_eq!(story.seen(), [("device_deleted", Seen)]);
        let cases = story.cases();
        let steps: Vec<_> = cases[9].steps.iter().map(|step| step.what).collect();
        assert_eq!(steps, [What::DeviceRefused, What::ActivatedAgain]);
    }

    #[test]
    fn a_wrong_clock() {
        let mut story = Story::default().pay(PAID);
        story.0[0].skew_s = -3600;
        assert_eq!(story.seen(), [("paid", Seen), ("clock_wrong", Seen)]);
        story.0[0].skew_s = 30;
        assert_eq!(story.seen(), [("paid", Seen)]);
    }
}
