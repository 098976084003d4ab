//! `pay NUMBER YUAN [CODE]`: charges a bill.

use pico_args::Arguments;
use wsy::protocol::amount::{Fen, parse_yuan};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::request::{Extra, Goods};
use wsy::till::{ChargeRequest, Error, Insist, PayTypeChoice};

use crate::args::{self, Common};
use crate::commands::verdict;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::Report;
use crate::{interrupt, progress, wording};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let paytype: Option<String> = args.opt_value_from_str("--paytype")?;
    let out_trade_no: String = args.free_from_str()?;
    let total = amount(&args.free_from_str::<String>()?)?;
    let code: Option<String> = args.opt_free_from_str()?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let ask = wording::pick(common.language, "请扫描顾客的付款码：", "Scan the customer's payment code:");
    let auth_code = AuthCode::parse(&args::secret(code, ask)?).map_err(Error::from)?;
    let request = ChargeRequest {
        out_trade_no,
        auth_code,
        total,
        paytype: paytype.map_or(PayTypeChoice::ByCode, PayTypeChoice::Named),
        goods: Goods::default(),
        noremind: false,
        extra: Extra::default(),
        placeholders: Placeholders::default(),
        insist: Insist::No,
        deadline_ms: None,
    };
    let token = till.cancellation_token();
    interrupt::stops(&token, common.language);
    let report = progress::shown(&token, common.language, || till.charge(request, &token))?;
    Ok(verdict::charge(&report, common.language).told_by(till))
}

/// Reads an amount in yuan.
pub fn amount(yuan: &str) -> Result<Fen, Error> {
    let fen = i32::try_from(parse_yuan(yuan)?).map_err(|_| wsy::protocol::amount::AmountError::TooLarge)?;
    Ok(Fen::new(fen)?)
}
