//! `activate [CODE]`: makes this folder a device of the platform.

use pico_args::Arguments;

use wsy::till::host_id::HostId;

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let code: Option<String> = args.opt_free_from_str()?;
    args::finish(args)?;
    let ask =
        wording::pick(common.language, "请输入后台给出的激活码：", "Type the code from the back office:");
    let code = args::secret(code, ask)?;
    let device = desk::open_or_make(common, Talk::Platform)?.activate(&code, &HostId::of_this_machine())?;
    let line = wording::pick(
        common.language,
        format!("激活成功，设备编号 {}。", device.id),
        format!("Activated as device {}.", device.id),
    );
    Ok(Report::new(Exit::Good).line(line).field("device_id", device.id))
}
