//! Why the platform will not do what a request asks. None of these is a failed payment.

use crate::book::BookError;

/// The text is the `info` of the response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("请求方式错误")]
    WrongMethod,
    #[error("请求格式错误")]
    NotAForm,
    #[error("参数编码错误")]
    BadEncoding,
    #[error("参数重复: {0}")]
    Duplicate(String),
    #[error("缺少参数: {0}")]
    Missing(&'static str),
    #[error("参数错误: {0}")]
    Bad(&'static str),
    #[error("签名错误")]
    WrongSign,
    #[error("设备不存在")]
    UnknownDevice,
    #[error("设备密钥错误")]
    DeviceKey,
    #[error("初始密钥不存在!")]
    UnknownActivationCode,
    #[error("操作标识错误")]
    UnknownAction,
    #[error("设备未授权收款")]
    NotLicensed,
    #[error("金额错误")]
    BadAmount,
    #[error("支付类型错误")]
    UnknownPaytype,
    #[error("授权码与支付类型不符")]
    WrongAuthCodeForm,
    #[error("授权码无效")]
    UnknownAuthCode,
    #[error("授权码已过期")]
    ExpiredAuthCode,
    #[error("授权码已使用")]
    UsedAuthCode,
    #[error("订单不存在")]
    NoSuchBill,
    #[error("订单未支付")]
    NotPaid,
    #[error("退款金额超过可退金额")]
    OverRefund,
}

impl Refusal {
    /// The same refusal in other words. One that is about a payment keeps the document's words anyway.
    pub(crate) fn otherwise(&self) -> &'static str {
        match self {
            Self::WrongSign => "验签未通过",
            Self::UnknownDevice => "机具号无效",
            Self::DeviceKey => "机具未开通",
            Self::NoSuchBill => "没有相应的流水",
            _ => "请求未受理",
        }
    }
}

/// Why a rule stopped without a response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Book(#[from] BookError),
}
