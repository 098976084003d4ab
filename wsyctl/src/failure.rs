//! Why a command did nothing. Every one of these guarantees that no money moved.

use std::path::PathBuf;

use serde_json::json;
use wsy::chain::chain;
use wsy::till::Error;
use wsy::till::code::{Code, Language, Money};
use wsy::till::sentences::{Own, own};

use crate::report::{Exit, Report};
use crate::wording::{self, pick};

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is not valid.
    #[error("{0}")]
    Usage(String),
    /// No data folder was named.
    #[error("--folder, WSY_FOLDER")]
    NoFolder,
    /// There is no ledger in the folder; looking does not create one.
    #[error("{}", .0.display())]
    NoLedger(PathBuf),
    /// A file for the response cannot be written.
    #[error("could not write the file {}", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// The library's.
    #[error(transparent)]
    Till(#[from] Error),
    /// An error of the library during a void.
    #[error(transparent)]
    Void(Error),
}

impl From<pico_args::Error> for Failure {
    fn from(error: pico_args::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Failure {
    /// The event and the advice.
    pub fn sentences(&self, language: Language) -> (&'static str, &'static str) {
        let (zh, en) = match self {
            Self::Usage(_) => (
                ("命令写得不对，什么也没有做。", "用 wsyctl help 查看用法。"),
                ("The command line is not understood; nothing was done.", "See wsyctl help."),
            ),
            Self::NoFolder => (
                (
                    "没有指定数据文件夹，什么也没有做。",
                    "用 --folder 或环境变量 WSY_FOLDER 指定收银机的数据文件夹。",
                ),
                (
                    "No data folder was named; nothing was done.",
                    "Name the till's data folder with --folder or in WSY_FOLDER.",
                ),
            ),
            Self::NoLedger(_) => (
                (
                    "这个目录里没有账本，什么也没有做。",
                    "检查目录是否写对；新的收银机先用 wsyctl activate 激活。",
                ),
                (
                    "There is no ledger in this folder; nothing was done.",
                    "Check the folder's name; activate a new till first with wsyctl activate.",
                ),
            ),
            Self::File(..) => (
                ("文件无法写入。", "检查路径、磁盘空间和写权限。没有动用款项。"),
                (
                    "The file cannot be written.",
                    "Check the path, the free space and the permissions. No money moved.",
                ),
            ),
            Self::Till(error) => {
                return match own::of_error(error, &chain(error)) {
                    Some(own) => {
                        let [message, advice] =
                            [own.message, own.advice].map(|[zh, en]| pick(language, zh, en));
                        (message, advice)
                    }
                    None => (error.code().sentence(language), wording::advice(error.code(), language)),
                };
            }
            Self::Void(error) => {
                let (code, own) = (error.code(), own::of_void_error(error));
                let message = own.map(|own| pick(language, own.message[0], own.message[1]));
                let advice = wording::advice_of_void(code, own, language);
                return (message.unwrap_or_else(|| code.sentence(language)), advice);
            }
        };
        pick(language, zh, en)
    }

    /// The hint for the programmer of a till; empty if the library was not called.
    fn hint(&self, language: Language) -> &'static str {
        match self {
            Self::Till(error) => hint(own::of_error(error, &chain(error)), error, language),
            Self::Void(error) => hint(own::of_void_error(error), error, language),
            _ => "",
        }
    }

    /// The number of the library's code; 0 if the library was not called.
    pub fn code(&self) -> i32 {
        match self {
            Self::Till(error) | Self::Void(error) => error.code().number(),
            _ => Code::Ok.number(),
        }
    }

    /// Reports it as the outcome of a command.
    pub fn report(&self, language: Language) -> Report {
        let (message, advice) = self.sentences(language);
        let exit = match self {
            Self::Usage(_) | Self::NoFolder => Exit::Usage,
            _ => Exit::Error,
        };
        Report::new(exit)
            .line(message)
            .line(wording::money(Money::NotMoved, language))
            .line(chain(self))
            .line(format!("{}{advice}", pick(language, "怎么办：", "What to do: ")))
            .field("code", self.code())
            .field("money", Money::NotMoved.word())
            .field("message", message)
            .field("advice", advice)
            .hint(self.hint(language))
            .field("detail", json!(chain(self)))
    }
}

fn hint(own: Option<&'static Own>, error: &Error, language: Language) -> &'static str {
    own.map_or_else(|| error.code().hint(language), |own| pick(language, own.hint[0], own.hint[1]))
}
