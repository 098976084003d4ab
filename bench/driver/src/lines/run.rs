//! One program that pays over a line of its own, and what became of each payment.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::line::{Line, PLATFORM, Quality};
use crate::build::{Payers, Programs};
use crate::counted::scratch_on_disk;
use crate::server::{Passed, Server};
use kit::error::Error;
use kit::process;

/// How long the platform takes for a payment or a refund.
pub const THINKING: Duration = Duration::from_millis(200);

/// The platform's name.
const NAME: &str = "pay.example.test";

/// Between two payments, beyond three round trips, which are enough to open a connection with TLS.
const PAUSE: Duration = Duration::from_millis(100);

/// The option with which the library opens a connection only when it needs one.
const UNPREPARED: &str = "prepare=0";

/// Between the starts of programs that run at the same time, so that they do not go in step.
const STAGGER: Duration = Duration::from_millis(70);

/// A program that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The till with a connection opened before each payment.
    Prepared,
    /// The till without.
    Unprepared,
    /// The first till, which refunds what it has paid.
    Refunder,
    /// libcurl with a new handle for each payment.
    Curl,
    /// Python with `requests.post`.
    Requests,
}

/// How the platform is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
    /// By its name; the others name its IP address.
    HttpsByName,
}

/// A program, a line and a platform to run together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub quality: Quality,
    pub scheme: Scheme,
    pub payer: Payer,
    /// How many pay at once; requests.post always pays alone.
    pub tills: u16,
    /// Payments, or refunds, at each till.
    pub calls: u16,
}

/// The outcome of a job.
#[derive(Clone, Debug)]
pub struct Run {
    pub job: Job,
    pub outcomes: Vec<Outcome>,
    /// Packets that asked for a connection.
    pub syns: u64,
    pub passed: Passed,
}

/// The report of a program about a payment or a refund.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub auth_code: String,
    pub verdict: String,
    /// From the scan to the verdict.
    pub ms: f64,
}

/// Runs them at the same time, each over a line of its own.
pub fn all(programs: &Programs, payers: &Payers, jobs: &[Job]) -> Result<Vec<Run>, Error> {
    thread::scope(|scope| {
        let mut started = Vec::new();
        for (at, job) in jobs.iter().enumerate() {
            started.push(scope.spawn(move || job.run(programs, payers, at as u64)));
            thread::sleep(STAGGER);
        }
        let panicked = |_| Error::Check("the benchmark of a line panicked".to_owned());
        started.into_iter().map(|run| run.join().map_err(panicked).flatten()).collect()
    })
}

impl Job {
    fn run(self, programs: &Programs, payers: &Payers, seed: u64) -> Result<Run, Error> {
        let line = Line::new(self.quality, seed)?;
        let folder = scratch_on_disk()?;
        let authority = folder.path().join("authority.pem");
        let mut server = programs.server_program(&line.platform.prefix());
        server.args(["--listen", PLATFORM, "--think", &THINKING.as_millis().to_string()]);
        let is_encrypted = self.scheme != Scheme::Http;
        if is_encrypted {
            server.arg("--authority").arg(&authority);
        }
        if self.scheme == Scheme::HttpsByName {
            server.args(["--name", NAME]);
        }
        let mut server = Server::start(server)?;
        let authority = is_encrypted.then_some(&*authority);
        let mut command = self.command(programs, payers, &line, folder.path(), server.base(), authority);
        let outcomes = Outcome::read(&process::output(&mut command)?)?;
        let expected = usize::from(self.tills) * usize::from(self.calls);
        if outcomes.len() != expected {
            return Err(Error::Check(format!("{} of {expected} payments were reported", outcomes.len())));
        }
        Ok(Run { job: self, outcomes, syns: line.syns(), passed: server.passed()? })
    }

    fn command(
        self,
        programs: &Programs,
        payers: &Payers,
        line: &Line,
        folder: &Path,
        base: &str,
        authority: Option<&Path>,
    ) -> Command {
        let prefix = line.till.prefix();
        let pause = (3 * self.quality.round_trip + PAUSE).as_millis().to_string();
        let (calls, tills, first) = (self.calls.to_string(), self.tills.to_string(), "1");
        let till = |mode: &str, options: &[&str]| {
            let mut command = programs.till(&prefix);
            command.arg(mode).arg(folder).args([base, &calls, first, &tills, &pause]).args(options);
            if let Some(file) = authority {
                command.arg(process::with("ca_file=", file));
            }
            command
        };
        match self.payer {
            Payer::Prepared => till("scan", &[]),
            Payer::Unprepared => till("scan", &[UNPREPARED]),
            Payer::Refunder => till("scan-refund", &[]),
            Payer::Curl => {
                let mut command = payers.curl(&prefix);
                command.args([base, &calls, first, &tills, &pause]).args(authority);
                command
            }
            Payer::Requests => {
                let mut command = payers.python(&prefix);
                command.args([base, &calls, first, &pause]).args(authority);
                command
            }
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::HttpsByName => "https with a name to look up",
        })
    }
}

impl Run {
    /// The times of all payments, in ms, in order.
    fn sorted_ms(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.outcomes.iter().map(|outcome| outcome.ms).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    /// The time that this share of the payments took at most, in ms.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let times = self.sorted_ms();
        let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(at).copied().unwrap_or_default()
    }

    /// The median time less the platform's, in round trips.
    pub fn round_trips(&self) -> f64 {
        let thinking = THINKING.as_secs_f64() * 1e3;
        (self.percentile_ms(50) - thinking) / (self.job.quality.round_trip.as_secs_f64() * 1e3)
    }

    /// How many verdicts were these words.
    pub fn count(&self, verdict: &str) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.verdict == verdict).count()
    }

    /// How many verdicts are not what happened at the platform, which takes every payment that arrives; and
    /// how many payments arrived more than once.
    pub fn untrue(&self) -> usize {
        let delivered: HashSet<&str> = self.passed.delivered.iter().map(String::as_str).collect();
        let is_untrue = |outcome: &&Outcome| match &*outcome.verdict {
            "paid" | "refunded" => !delivered.contains(&*outcome.auth_code),
            "not_sent" => delivered.contains(&*outcome.auth_code),
            "unknown" => false,
            _ => true,
        };
        let twice = self.passed.delivered.len() - delivered.len();
        self.outcomes.iter().filter(is_untrue).count() + twice
    }
}

impl Outcome {
    /// Reads the lines that a program prints.
    fn read(text: &str) -> Result<Vec<Self>, Error> {
        let outcome = |line: &str| {
            let mut words = line.split(' ');
            let (auth_code, verdict) = (words.next()?.to_owned(), words.next()?.to_owned());
            Some(Self { auth_code, verdict, ms: words.next()?.parse().ok()? })
        };
        let not_one = |line: &str| Error::Check(format!("a program printed \"{line}\" about a payment"));
        text.lines().map(|line| outcome(line).ok_or_else(|| not_one(line))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Job, Outcome, Passed, Payer, Quality, Run, Scheme};

    fn run(printed: &str, delivered: &[&str]) -> Run {
        let delivered = delivered.iter().map(|code| (*code).to_owned()).collect();
        let quality = Quality { round_trip: Duration::from_millis(60), lost_percent: 0 };
        let outcomes = Outcome::read(printed).unwrap();
        let passed = Passed { delivered, ..Passed::default() };
        let job = Job { quality, scheme: Scheme::Http, payer: Payer::Prepared, tills: 1, calls: 1 };
        Run { job, outcomes, syns: 0, passed }
    }

    #[test]
    fn a_verdict_is_true_if_the_platform_agrees() {
        assert_eq!(run("1 paid 9\n2 not_sent 9\n3 unknown 9\n4 unknown 9", &["1", "4"]).untrue(), 0);
        assert_eq!(run("1 paid 9\n2 paid 9", &["1"]).untrue(), 1);
        assert_eq!(run("1 not_sent 9", &["1"]).untrue(), 1);
        assert_eq!(run("1 paid 9", &["1", "1"]).untrue(), 1);
        assert_eq!(run("1 -3 9", &["1"]).untrue(), 1);
    }

    #[test]
    fn times_are_counted_in_round_trips_beyond_the_platform() {
        let run = run("1 paid 500\n2 paid 260\n3 paid 263", &[]);
        assert_eq!(run.percentile_ms(50), 263.0);
        assert_eq!(run.percentile_ms(99), 500.0);
        assert!((run.round_trips() - 1.05).abs() < 1e-9);
    }

    #[test]
    fn other_lines_are_not_passed_over() {
        assert!(Outcome::read("1 paid 9\nno time").is_err());
    }
}
