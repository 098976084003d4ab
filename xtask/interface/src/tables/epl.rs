//! 易语言: the text that its editor takes from the clipboard, for the table of DLL commands and that of constants.

use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};
use kit::error::Error;

/// The names of the parameters, which are Chinese like everything in this language.
const NAMES: &str = "\
    alarm_id 警报号, attempt 第几次收款, auth_code 付款码, buffer 缓冲区, by 确认人, bytes 字节, client 收银台, code 返回码,
    code_page 代码页, count 项数, day 日期, decision 认定结果, device_id 设备号, dm_id 平台单号, fen 分, field 字段序号, folder 数据文件夹, font 字体文件,
    hostid 主机标识, index 序号, initkey 激活码, key 密钥, language 语言, list 列表名, name 名称, needed 所需大小,
    options 选项, out_refund_no 退款单号, out_trade_no 商户单号, params 参数表, path 文件, payment 付款,
    printer 打印机, receipt 小票, refresh 重新读取, refund_fen 退款金额分, reply 回复, size 缓冲区大小,
    timeout_ms 等待毫秒, total_fen 金额分, value 值, why 原因, width_mm 纸宽毫米, yuan 元";

/// No remark at the top: the editor takes nothing in these tables but the tables.
pub fn constants(face: &Face) -> String {
    ".版本 2\n\n".to_owned() + &face.constants.iter().map(constant).collect::<String>()
}

/// The table of DLL commands.
pub fn commands(face: &Face) -> Result<String, Error> {
    let commands: String = face.functions.iter().map(command).collect::<Result<_, _>>()?;
    Ok(".版本 2\n\n".to_owned() + &commands)
}

fn constant(item: &Constant) -> String {
    format!(".常量 {}, \"{}\", 公开, {}\n", item.name, item.value, item.chinese)
}

fn command(item: &Stdcall) -> Result<String, Error> {
    let name = &item.name;
    let params = item.params.iter().map(param).collect::<Result<String, _>>()?;
    Ok(format!(".DLL命令 {name}, 整数型, \"wsy.dll\", \"{name}\", 公开, {}\n{params}\n", item.chinese))
}

fn param(item: &Param) -> Result<String, Error> {
    let name = &item.name;
    let mut names = NAMES.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let chinese = names.find(|(english, _)| english == name).map(|(_, chinese)| chinese);
    let chinese = chinese.ok_or_else(|| {
        Error::Check(format!("no Chinese name for the parameter {name}: add it to NAMES in {}", file!()))
    })?;
    let kind = match item.kind {
        Kind::Text => "文本型, ",
        Kind::Buffer => "文本型, 传址",
        Kind::Bytes => "字节集, 传址",
        Kind::BytesIn => "字节集, ",
        Kind::HandleOut(_) | Kind::NumberOut => "整数型, 传址",
        // A handle or a number: the stdcall face has nothing else.
        _ => "整数型, ",
    };
    Ok(format!("    .参数 {chinese}, {kind}, {name}\n"))
}
