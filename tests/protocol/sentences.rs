//! The wording of each class, from the wallets' tables and public reports.

use wsy::protocol::response::{self, PayResponse};
use wsy::protocol::sentences::{Class, RefundClass, Taught, class, refund_class};

const WORDINGS: [(Class, &[&str]); 10] = [
    (
        Class::PaidOtherwise,
        &[
            "转入退款",
            "已退款",
            "订单已退款，请勿重复操作",
            "订单已全额退款",
            "该订单已全部退款",
            "订单已部分退款",
            "已经退款",
            "退款成功",
            "正在退款",
            "订单退款中",
        ],
    ),
    (
        Class::Paying,
        &[
            "用户支付中，需要输入密码",
            "需要用户输入支付密码",
            "等待用户付款",
            "order success pay inprocess",
            "支付中",
            "USERPAYING",
        ],
    ),
    (
        Class::EarlierUse,
        &[
            "订单已支付",
            "该订单已支付",
            "商户订单号重复",
            "每个二维码仅限使用一次，请刷新再试",
            "授权码参数错误",
            "交易已被支付",
            "交易信息被篡改",
            "交易买家不匹配",
            "授权码已使用",
            "ORDERPAID",
            "订单已经支付",
            "该订单已付款",
            "银行卡已扣款",
            "扣款成功，请勿重复提交",
            "付款成功",
            "交易成功",
            "TRADE_SUCCESS",
        ],
    ),
    (
        Class::Trouble,
        &[
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
            "查询失败，请稍后重试",
            "查询过于频繁",
            "退款处理中，请稍后查询",
            "支付处理中，请勿重复支付",
            "系统正忙",
            "网关超时",
            "cURL error 28: Operation timed out",
            "连接微信服务器失败",
            "微信返回数据异常",
            "未知错误",
            "支付失败,请撤销订单",
            "支付失败，请稍后查询",
            "SYSTEMERROR",
            "支付失败:结果未知",
        ],
    ),
    (Class::TroubledFailure, &["支付失败:银行系统异常", "支付失败：系统繁忙"]),
    (
        Class::Refusal,
        &[
            "签名错误",
            "无效请求",
            "参数错误",
            "缺少参数",
            "参数无效",
            "订单信息中包含违禁词",
            "设备不存在",
            "终端已删除",
            "设备密钥错误",
            "秘钥不正确",
            "SIGNERROR",
            "APPID_NOT_EXIST",
            "MCHID_NOT_EXIST",
            "APPID_MCHID_NOT_MATCH",
            "XML_FORMAT_ERROR",
            "NOT_UTF8",
            "LACK_PARAMS",
            "设备未授权收款",
        ],
    ),
    (
        Class::DeadCode,
        &[
            "二维码已过期，请用户在微信上刷新后再试",
            "请扫描微信支付被扫条码/二维码",
            "授权码检验错误",
            "支付授权码无效",
            "授权码已过期",
            "AUTHCODEEXPIRE",
        ],
    ),
    (
        Class::Final,
        &[
            "余额不足",
            "不支持卡类型",
            "订单已关闭",
            "订单已撤销",
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
            "交易已经关闭",
            "没用可用的支付工具",
            "用户取消",
            "交易已取消",
            "订单超时未支付已关闭",
            "密码错误次数过多",
            "银行卡交易受限",
            "超出单笔限额",
            "支付失败：余额不足",
            "支付失败:用户取消支付",
            "终端交易限额",
            "NOTENOUGH",
        ],
    ),
    (
        Class::NotThere,
        &["订单不存在", "此交易订单号不存在", "交易不存在", "查无此单", "未找到订单", "未查询到该笔交易"],
    ),
    (
        Class::Unlisted,
        &["", "没有听说过", "当前设备环境异常", "支付失败:当前设备环境异常", "通道已关闭", "支付中心升级"],
    ),
];

#[test]
fn every_wording_is_of_its_class() {
    for (wanted, sentences) in WORDINGS {
        for sentence in sentences {
            assert_eq!(class(sentence), wanted, "{sentence}");
        }
    }
    for bare in ["支付失败", " 支付失败！", "支付失败。"] {
        assert_eq!(class(bare), Class::Bare, "{bare}");
    }
    for sentence in ["未支付", "该订单未支付成功", "银行卡未扣款成功"] {
        assert_eq!(class(sentence), Class::Unpaid, "{sentence}");
    }
}

#[test]
fn a_class_denies_or_not_and_is_final_or_not() {
    use Class::*;
    let all = [
        PaidOtherwise,
        Paying,
        EarlierUse,
        Trouble,
        TroubledFailure,
        Refusal,
        DeadCode,
        Final,
        Bare,
        Unpaid,
        NotThere,
        Unlisted,
    ];
    for class in all {
        assert_eq!(class.is_final(), matches!(class, Final | Bare));
        assert_eq!(class.denies(), matches!(class, DeadCode | Final | Bare | Unpaid | NotThere));
    }
}

#[test]
fn what_a_library_was_taught_overrides_nothing_that_is_careful() {
    let lines = |text: &[&str]| text.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let taught = Taught {
        final_ones: lines(&["失败", "此卡停用", "系统异常", "订单已支付", "签名错误", "用户支付中"]),
        absent_ones: lines(&["没有这张单", "余额不足", "系统正忙"]),
        device_ones: lines(&["机具未开通", "用户支付中", "订单不存在"]),
    };
    assert!(!taught.is_empty() && Taught::default().is_empty());
    for (sentence, wanted) in [
        ("失败", Class::Final),
        (" 此卡停用 ", Class::Final),
        ("此卡停用，请稍后再试", Class::Trouble),
        ("此卡停用了", Class::Unlisted),
        ("支付失败", Class::Bare),
        ("系统异常", Class::Trouble),
        ("订单已支付", Class::EarlierUse),
        ("签名错误", Class::Refusal),
        ("用户支付中", Class::Paying),
        ("没有这张单", Class::NotThere),
        ("余额不足", Class::Final),
        ("系统正忙", Class::Trouble),
        (" 机具未开通 ", Class::Refusal),
        ("订单不存在", Class::NotThere),
    ] {
        assert_eq!(taught.class(sentence), wanted, "{sentence}");
    }
    let read = |body: &str| response::pay(body.as_bytes()).unwrap().taught(&taught);
    let failed = read("<dm ok=\"0\" info=\"此卡停用\"/>");
    assert!(matches!(failed, PayResponse::Failed(order) if order.class == Class::Final));
    assert!(matches!(read("<dm ok=\"-1\" info=\"此卡停用\" dm_id=\"dm1\"/>"), PayResponse::Paying(_)));
    for ok in ["0", "-1"] {
        let refused = read(&format!("<dm ok=\"{ok}\" info=\"机具未开通\"/>"));
        assert_eq!(refused, PayResponse::Refused("机具未开通".to_owned()));
    }
    assert!(matches!(read("<dm ok=\"-1\" info=\"用户支付中\"/>"), PayResponse::Paying(_)));
    assert!(matches!(read("<dm ok=\"1\" info=\"机具未开通\"/>"), PayResponse::Done(_)));
    // A response that names an order is not a refusal, whatever the options say.
    let of_order = read("<dm ok=\"0\" info=\"机具未开通\" dm_id=\"dm1\"/>");
    assert!(matches!(of_order, PayResponse::Failed(order) if order.class == Class::Unlisted));
    let of_order = read("<dm ok=\"0\" info=\"签名错误\" dm_id=\"dm1\"/>");
    assert!(matches!(of_order, PayResponse::Failed(order) if order.class == Class::Unlisted));
}

#[test]
fn a_refund_that_was_answered_with_a_sentence_is_accepted_declined_or_neither() {
    for (sentence, wanted) in [
        ("退款处理中，请稍后查询", RefundClass::Accepted),
        ("退款申请已提交", RefundClass::Accepted),
        ("超过退款期限", RefundClass::Final),
        ("退款失败：商户余额不足", RefundClass::EarlierUse),
        ("订单未支付", RefundClass::EarlierUse),
        ("商户余额不足，系统异常", RefundClass::EarlierUse),
        ("退款金额超出", RefundClass::EarlierUse),
        ("可退金额不足", RefundClass::EarlierUse),
        ("订单已全额退款", RefundClass::EarlierUse),
        ("退款金额超过可退金额", RefundClass::EarlierUse),
        ("退款失败", RefundClass::Nothing),
        ("系统繁忙", RefundClass::Nothing),
        ("", RefundClass::Nothing),
    ] {
        assert_eq!(refund_class(sentence), wanted, "{sentence}");
    }
}

#[test]
fn the_response_to_a_refund_is_unlisted_only_if_neither_table_knows_its_sentence() {
    for (sentence, unlisted) in [
        ("退款申请已提交", false),
        ("超过退款期限", false),
        ("退款金额超出", false),
        ("系统繁忙", false),
        ("订单不存在", false),
        ("退款失败", true),
        ("没有听说过", true),
    ] {
        let body = format!("<dm ok=\"0\" info=\"{sentence}\"/>");
        let Ok(PayResponse::Failed(order)) = response::refund(body.as_bytes()) else { panic!("{sentence}") };
        assert_eq!(order.class == Class::Unlisted, unlisted, "{sentence}");
    }
    let refused = response::refund("<dm ok=\"0\" info=\"签名错误\"/>".as_bytes());
    assert_eq!(refused, Ok(PayResponse::Refused("签名错误".to_owned())));
}
