//! Counts what a call leaves to do. The message says so, so that nobody reads "done" while something is open.

use crate::till::code::Language;
use crate::till::sentences::Words;

/// How many things are left to do, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// One if the till is not activated, so that nothing is charged.
    pub inactive: usize,
    /// One if the platform does not accept the device, so that nothing is charged.
    pub disowned: usize,
    /// One if the platform has moved to a server that is not allowed, so that nothing is charged.
    pub moved: usize,
    /// Charges without a verdict.
    pub charges: usize,
    /// Refunds without a verdict.
    pub refunds: usize,
    /// Bills that are to be voided and are not voided yet.
    pub undoing: usize,
    /// Paid bills that may not have been reported as paid to anybody.
    pub unfinished: usize,
    /// Refunds that only a person can decide.
    pub persons: usize,
    /// Bills that the customer is still paying, according to the platform.
    pub paying: usize,
    /// Bills that the platform gave no usable response about.
    pub unanswered: usize,
    /// Differences from the platform that raise no alarm.
    pub differences: usize,
    /// Alarms that nobody has acknowledged.
    pub alarms: usize,
}

/// One kind of open item: the count, the advice for the cashier and the hint for the programmer.
type Part = (String, &'static str, &'static str);

impl Left {
    /// The texts about what is left; `None` if nothing is.
    pub fn words(&self, language: Language) -> Option<Words> {
        let (parts, comma, stop, space) = match language {
            Language::Zh => (self.zh(), "，", "。", ""),
            Language::En => (self.en(), ", ", ".", " "),
        };
        if parts.is_empty() {
            return None;
        }
        let join = |of: fn(&Part) -> &str, by| parts.iter().map(of).collect::<Vec<_>>().join(by);
        Some(Words {
            message: (join(|(count, ..)| count, comma) + stop).into(),
            advice: join(|(_, advice, _)| advice, space).into(),
            hint: join(|(.., hint)| hint, space).into(),
        })
    }

    fn zh(&self) -> Vec<Part> {
        let parts = [
            (
                self.inactive,
                "这台收银机还没有激活，不能收款",
                "请用商户后台提供的激活码激活。",
                "调用 wsy_activate，或用 wsy_set_device 填入设备编号和密钥。",
            ),
            (
                self.disowned,
                "平台不认可这台收银机，暂时不能收款",
                "请店长在商户后台获取激活码，重新激活这台收银机。",
                "用新的激活码调用 wsy_activate；如果后台已恢复这台设备，调用 wsy_config(1)。",
            ),
            (
                self.moved,
                "平台换了服务器，新地址不在允许的范围内，暂时不能收款",
                "请联系收银软件的技术支持。",
                "向平台核实新地址（字段 info）：属实的，加入选项 allowed_hosts；要继续用原地址收款，设置 keep_server=1。",
            ),
            (
                self.charges + self.refunds,
                "还有 # 笔未查清",
                "没有查清的单先不要再收款，也不要再退款，稍候再查一次。",
                "wsy_unresolved 列出未查清的单，wsy_recover 查清它们。",
            ),
            (
                self.undoing,
                "有 # 单还没有撤销完",
                "没有撤销完的单，请再撤销一次。",
                "对没有撤销完的单再调用一次 wsy_void。",
            ),
            (
                self.unfinished,
                "有 # 单已收款而商品可能还没有交付",
                "核对这些单的商品是否已交付；没有交付的，查一下这一单再交付。",
                "这些单在列表 unfinished 中；对每一单调用 wsy_settle，返回 == WSY_PAID 时交付商品。",
            ),
            (
                self.persons,
                "有 # 笔退款需要人工核对",
                "需要人工核对的退款，请店长到商户后台核对，不要直接再退。",
                "需要人工核对的退款在列表 refund 中，state 为 conflict。",
            ),
            (
                self.paying,
                "有 # 单平台显示顾客还在支付",
                "顾客还在支付的单，不要另外收款，也不要交付商品，稍后再对一次账。",
                "这些单在列表 paying 中；稍后再调用一次 wsy_reconcile。",
            ),
            (
                self.unanswered,
                "有 # 单没有得到平台的答复",
                "没有得到答复的单，稍后再对一次账。",
                "没有得到答复的单在列表 unanswered 中；稍后再调用一次 wsy_reconcile。",
            ),
            (
                self.differences,
                "有 # 处与平台不一致",
                "请店长查看不一致的地方。",
                "不一致的地方在列表 difference 中。",
            ),
            (
                self.alarms,
                "有 # 条警报",
                "请店长查看警报，逐条处理并确认。",
                "wsy_alarms 列出警报，处理完用 wsy_acknowledge 确认。",
            ),
        ];
        let counted = |(count, says, advice, hint): (usize, &str, _, _)| {
            (count > 0).then(|| (says.replace('#', &count.to_string()), advice, hint))
        };
        parts.into_iter().filter_map(counted).collect()
    }

    fn en(&self) -> Vec<Part> {
        let parts = [
            (
                self.inactive,
                "this till is not activated yet; nothing can be charged".to_owned(),
                "Activate it with a code from the back office.",
                "Call wsy_activate, or wsy_set_device with a device id and key.",
            ),
            (
                self.disowned,
                "the platform does not accept this till; nothing can be charged".to_owned(),
                "Ask the manager for an activation code from the back office, and activate this till again.",
                "Call wsy_activate with a new code, or wsy_config(1) once the back office has restored the device.",
            ),
            (
                self.moved,
                "the platform has moved to a server that is not allowed; nothing can be charged".to_owned(),
                "Call support.",
                "Ask the platform whether the new address (field info) is theirs: if so, add it to the option allowed_hosts. To keep charging at the old address, set keep_server=1.",
            ),
            (
                self.charges + self.refunds,
                self.open_en(),
                "Do not charge or refund unsettled bills again; check them again in a moment.",
                "wsy_unresolved lists what is not settled; wsy_recover settles it.",
            ),
            (
                self.undoing,
                plural(self.undoing, "bill is not voided yet", "bills are not voided yet"),
                "Void again the bills that are not voided yet.",
                "Call wsy_void again for each bill that is not voided.",
            ),
            (
                self.unfinished,
                plural(
                    self.unfinished,
                    "paid bill whose goods may not have been handed over",
                    "paid bills whose goods may not have been handed over",
                ),
                "Check whether the goods for those bills were handed over; if not, check the bill first.",
                "Those bills are in the list unfinished; call wsy_settle for each, and hand over the goods if it returns == WSY_PAID.",
            ),
            (
                self.persons,
                plural(
                    self.persons,
                    "refund has to be checked by a person",
                    "refunds have to be checked by a person",
                ),
                "Ask the manager to check those refunds in the back office; do not just refund again.",
                "The refunds that need a person are in the list refund, with the state conflict.",
            ),
            (
                self.paying,
                plural(
                    self.paying,
                    "bill that the customer is still paying, according to the platform",
                    "bills that the customers are still paying, according to the platform",
                ),
                "Do not charge again what the customer is still paying, and do not hand over goods for it; reconcile again later.",
                "Those bills are in the list paying; call wsy_reconcile again later.",
            ),
            (
                self.unanswered,
                plural(
                    self.unanswered,
                    "bill got no response from the platform",
                    "bills got no response from the platform",
                ),
                "Reconcile again later for the bills without a response.",
                "The bills without a response are in the list unanswered; call wsy_reconcile again later.",
            ),
            (
                self.differences,
                plural(self.differences, "difference from the platform", "differences from the platform"),
                "Ask the manager to look at the differences.",
                "The differences are in the list difference.",
            ),
            (
                self.alarms,
                plural(self.alarms, "alarm", "alarms"),
                "Ask the manager to deal with the alarms and acknowledge them.",
                "wsy_alarms lists the alarms; wsy_acknowledge acknowledges one.",
            ),
        ];
        parts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(_, says, advice, hint)| (says, advice, hint))
            .collect()
    }

    /// Counts what is not settled, by kind.
    fn open_en(&self) -> String {
        let charges = || plural(self.charges, "payment", "payments");
        let refunds = || plural(self.refunds, "refund", "refunds");
        let verb = if self.charges + self.refunds == 1 { "is" } else { "are" };
        let what = match (self.charges, self.refunds) {
            (_, 0) => charges(),
            (0, _) => refunds(),
            _ => format!("{} and {}", charges(), refunds()),
        };
        format!("{what} {verb} not settled yet")
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(left: Left) -> [String; 2] {
        [Language::Zh, Language::En].map(|language| left.words(language).unwrap().message.into_owned())
    }

    #[test]
    fn nothing_left_has_no_words() {
        assert_eq!(Left::default().words(Language::Zh), None);
        assert_eq!(Left::default().words(Language::En), None);
    }

    #[test]
    fn what_is_left_is_counted() {
        let some = Left { charges: 1, alarms: 2, ..Left::default() };
        assert_eq!(
            messages(some),
            ["还有 1 笔未查清，有 2 条警报。", "1 payment is not settled yet, 2 alarms."]
        );
        let more = Left { charges: 2, refunds: 1, undoing: 1, persons: 1, ..Left::default() };
        assert_eq!(
            messages(more),
            [
                "还有 3 笔未查清，有 1 单还没有撤销完，有 1 笔退款需要人工核对。",
                "2 payments and 1 refund are not settled yet, 1 bill is not voided yet, 1 refund has to be checked by a person."
            ]
        );
        let last = Left { refunds: 2, unanswered: 1, differences: 3, alarms: 1, ..Left::default() };
        assert_eq!(
            messages(last),
            [
                "还有 2 笔未查清，有 1 单没有得到平台的答复，有 3 处与平台不一致，有 1 条警报。",
                "2 refunds are not settled yet, 1 bill got no response from the platform, 3 differences from the platform, 1 alarm."
            ]
        );
    }

    #[test]
    fn each_kind_has_its_own_advice_and_hint() {
        let all = Left {
            inactive: 1,
            disowned: 1,
            moved: 1,
            charges: 1,
            refunds: 1,
            undoing: 1,
            unfinished: 1,
            persons: 1,
            paying: 1,
            unanswered: 1,
            differences: 1,
            alarms: 1,
        };
        let zh = all.words(Language::Zh).unwrap();
        assert_eq!(zh.message.matches('，').count(), 14);
        assert_eq!((zh.advice.matches('。').count(), zh.hint.matches('。').count()), (11, 11));
        let en = all.words(Language::En).unwrap();
        assert!(en.message.contains("1 payment and 1 refund are"));
        assert_eq!((en.advice.matches('.').count(), en.hint.matches('.').count()), (11, 12));
    }
}
