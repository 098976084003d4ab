//! `wsy-sandbox serve` runs the platform; `wsy-sandbox ctl` controls it.

mod args;
mod client;
mod ctl;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use args::UsageError;
use pico_args::Arguments;
use wsy_sandbox::{Options, Sandbox, StartError, Storage};

const USAGE: &str = "\
usage: wsy-sandbox serve [--listen ADDR:PORT] [--book FILE] [--seed-demo] [--allow-network]
       wsy-sandbox ctl --base URL [--token TOKEN] COMMAND

";

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\n\n{USAGE}{commands}", commands = ctl::COMMANDS)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot wait for signals or write to the standard output: {0}")]
    System(#[from] io::Error),
    #[error(transparent)]
    Control(#[from] client::ClientError),
}

fn main() -> ExitCode {
    match run(Arguments::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("wsy-sandbox: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Arguments) -> Result<(), Failure> {
    match args::next_word(&mut args)?.as_str() {
        "serve" => serve(args),
        "ctl" => ctl::run(args),
        other => Err(UsageError::UnknownWord(other.to_owned()).into()),
    }
}

fn serve(args: Arguments) -> Result<(), Failure> {
    let options = serve_options(args)?;
    let signals = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    signals.block_on(async {
        // Before the line that says it is listening: whoever reads it may stop the sandbox at once.
        let stop = stop_signal()?;
        let sandbox = Sandbox::start(options)?;
        // In one write: whoever reads the first line may not wait for the second.
        let lines = format!("wsy-sandbox listening on {}\nconsole: {}\n", sandbox.base(), sandbox.console());
        io::stdout().write_all(lines.as_bytes())?;
        io::stdout().flush()?;
        stop.await;
        sandbox.stop();
        Ok(())
    })
}

fn serve_options(mut args: Arguments) -> Result<Options, UsageError> {
    let mut options = Options::default();
    if let Some(listen) = args::take_value(&mut args, "--listen", str::parse)? {
        options.listen = listen;
    }
    if let Some(file) = args::take_path(&mut args, "--book")? {
        options.book = Storage::File(file);
    }
    options.seed_demo = args.contains("--seed-demo");
    options.allow_network = args.contains("--allow-network");
    args::finish(args)?;
    Ok(options)
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(poll_fn(move |context| match (interrupt.poll_recv(context), terminate.poll_recv(context)) {
        (Poll::Pending, Poll::Pending) => Poll::Pending,
        _ => Poll::Ready(()),
    }))
}

#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
