//! `activate [CODE]`: makes this folder a device of the platform.

use std::thread;
use std::time::{Duration, Instant};

use pico_args::Arguments;
use wsy::till::host_id::HostId;
use wsy::till::{Error, Till};

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

/// How long to try to save a key that cannot be saved at once.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let code: Option<String> = args.opt_free_from_str()?;
    args::finish(args)?;
    let ask =
        wording::pick(common.language, "请输入后台给出的激活码：", "Type the code from the back office:");
    let code = args::secret(code, ask)?;
    let till = desk::open_or_make(common, Talk::Platform)?;
    let id = match till.activate(&code, &HostId::of_this_machine()) {
        Ok(device) => device.id,
        Err(error @ Error::DeviceNotSaved(_)) => {
            let wait = "密钥还没能存到磁盘，正在重试，请不要关闭……";
            eprintln!(
                "{}",
                wording::pick(common.language, wait, "The key is not saved yet; trying again ...")
            );
            saved_later(&till).ok_or(error)?
        }
        Err(error) => return Err(error.into()),
    };
    let line = wording::pick(
        common.language,
        format!("激活成功，设备编号 {id}。"),
        format!("Activated as device {id}."),
    );
    Ok(Report::new(Exit::Good).line(line).field("device_id", id))
}

/// Waits until the device is saved, for its code is used up and this program would take it along when it
/// ends.
fn saved_later(till: &Till) -> Option<String> {
    let until = Instant::now() + PATIENCE;
    while !till.is_device_saved() && Instant::now() < until {
        thread::sleep(Duration::from_millis(200));
        till.note_heard();
    }
    till.device_id().filter(|_| till.is_device_saved())
}
