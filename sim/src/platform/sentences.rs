//! The platform's sentences for people: those of the wallets' public tables and of the gateways in between,
//! as seen in public reports, and some that are in no table.

/// The statement of a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Says {
    /// Paid.
    Paid,
    /// The customer is paying.
    Paying,
    /// It failed, in the document's own word.
    Failed,
    /// The wallet has declined for good.
    Final,
    /// It failed, and the sentence mentions the customer's own device.
    CustomersDevice,
    /// It failed, and the sentence blames trouble.
    FailedByTrouble,
    /// The code can no longer be charged.
    DeadCode,
    /// The code, or the order, was used before.
    EarlierUse,
    /// Something is out of order, and nobody knows what became of it.
    Trouble,
    /// It is in no table.
    #[default]
    Unlisted,
    /// No such order.
    NotThere,
    /// The query failed.
    QuestionFails,
    /// Refunded.
    Refunded,
    /// The refund is being made.
    RefundPends,
    /// The refund is declined for good.
    RefundFinal,
    /// More than is left to refund.
    RefundTooMuch,
    /// The refund failed, in words of no table.
    RefundUnlisted,
    /// The order is not paid.
    OrderNotPaid,
    /// Maintenance.
    Maintenance,
    /// The sign is wrong.
    Sign,
    /// The device is unknown.
    NoDevice,
}

impl Says {
    /// The possible statements about a charge whose outcome nobody knows.
    pub const DOUBTFUL: [Self; 4] = [Self::Trouble, Self::EarlierUse, Self::Unlisted, Self::NotThere];

    /// Returns its sentences.
    pub const fn sentences(self) -> &'static [&'static str] {
        match self {
            Self::Paid => &["支付成功"],
            Self::Paying => &[
                "用户支付中",
                "用户支付中，需要输入密码",
                "需要用户输入支付密码",
                "等待用户付款",
                "order success pay inprocess",
                "请在手机终端上确认支付",
            ],
            Self::Failed => &["支付失败"],
            Self::Final => &[
                "余额不足",
                "不支持卡类型",
                "支付帐号错误",
                "商户无权限",
                "买家余额不足",
                "用户银行卡余额不足",
                "余额支付功能关闭",
                "买家付款日限额超限",
                "买家付款月额度超限",
                "商户收款额度超限",
                "订单总金额超过限额",
                "买卖家不能相同",
                "买家状态非法",
                "买家未通过人行认证",
                "商家账号被冻结",
                "无权限使用接口",
                "应用APP_ID填写错误",
                "唤起移动收银台失败",
                "用户的无线支付开关关闭",
                "支付有风险",
                "没用可用的支付工具",
                "用户取消",
                "交易已取消",
                "订单已关闭",
                "订单已撤销",
                "交易已经关闭",
                "订单超时未支付已关闭",
                "密码错误次数过多",
                "银行卡交易受限",
                "超出单笔限额",
                "终端交易限额",
            ],
            Self::CustomersDevice => &["当前设备环境异常", "您的终端存在安全隐患"],
            Self::FailedByTrouble => &["支付失败:银行系统异常", "支付失败：系统繁忙"],
            Self::DeadCode => &[
                "授权码无效",
                "二维码已过期，请用户在微信上刷新后再试",
                "请扫描微信支付被扫条码/二维码",
                "授权码检验错误",
                "支付授权码无效",
            ],
            Self::EarlierUse => &[
                "授权码已使用",
                "订单已支付",
                "该订单已支付",
                "商户订单号重复",
                "每个二维码仅限使用一次，请刷新再试",
                "授权码参数错误",
                "交易已被支付",
                "交易信息被篡改",
                "交易买家不匹配",
            ],
            Self::Trouble => &[
                "接口返回错误",
                "系统超时",
                "银行系统异常",
                "银行端超时",
                "交易错误",
                "Service Currently Unavailable",
                "服务暂不可用",
                "通道异常，请稍后重试",
                "网络异常，请查询订单",
                "网络超时，请稍后查询支付结果",
                "通讯异常",
                "支付结果未知，请稍后查询",
                "支付处理中，请勿重复支付",
                "系统正忙",
                "网关超时",
                "cURL error 28: Operation timed out",
                "连接微信服务器失败",
                "微信返回数据异常",
                "未知错误",
                "支付失败,请撤销订单",
            ],
            Self::Unlisted => &[
                "交易被拒绝(E1023)",
                "支付未成功",
                "errcode 40013",
                "收款暂时没有完成",
                "请联系发卡行",
                "PAY_ERR",
                "",
            ],
            Self::NotThere => &[
                "订单不存在",
                "此交易订单号不存在",
                "交易不存在",
                "查无此订单",
                "未找到订单",
                "未查询到该交易",
            ],
            Self::QuestionFails => &["查询失败，请稍后重试", "查询过于频繁", "系统正忙", "网关超时"],
            Self::Refunded => &["退款成功"],
            Self::RefundPends => &["退款处理中，请稍后查询", "退款申请已提交", "退款处理中"],
            Self::RefundFinal => &["超过退款期限", "商户余额不足"],
            Self::RefundTooMuch => &["退款金额超出", "可退金额不足", "订单已全额退款"],
            Self::RefundUnlisted => &["退款失败", "系统正忙", "REFUND_ERR 7", "网络超时，请稍后查询"],
            Self::OrderNotPaid => &["订单未支付"],
            Self::Maintenance => &["系统维护中", "系统繁忙，请稍后再试"],
            Self::Sign => &["签名错误"],
            Self::NoDevice => &["设备不存在"],
        }
    }

    /// Returns one of its sentences.
    pub fn sentence(self, mood: u64) -> &'static str {
        let all = self.sentences();
        usize::try_from(mood % all.len() as u64).ok().and_then(|at| all.get(at)).copied().unwrap_or_default()
    }

    /// Writes a rejection of a request, which says nothing about a payment.
    pub fn refusal(self, mood: u64) -> Vec<u8> {
        format!("<dm ok=\"0\" info=\"{}\" />", self.sentence(mood)).into_bytes()
    }
}
