//! Payments over a line to the platform: from the scan to the verdict.

mod line;
mod run;
mod tun;

use std::time::Duration;

use crate::build::{Payers, Programs};
use crate::table::{Goal, Row};
use kit::error::Error;
use kit::say;
use line::{Line, Quality};
use run::{Job, Payer, Run, Scheme, THINKING};

const CALLS: u16 = 50;
/// In the rows about lost packets: 1,000 payments.
const MANY_TILLS: u16 = 20;
/// The round trip of the rows with goals, in ms.
const USUAL_MS: u64 = 60;
const LOST_PERCENT: u8 = 2;
const SCHEMES: [Scheme; 2] = [Scheme::Http, Scheme::Https];
const ALONE: [Payer; 4] = [Payer::Prepared, Payer::Unprepared, Payer::Curl, Payer::Requests];

/// Measures the rows about it. Where no line can be made, the row says why.
pub fn rows(programs: &Programs, payers: &Payers) -> Result<Vec<Row>, Error> {
    if let Err(reason) = Line::new(quality(USUAL_MS, 0), 0) {
        let reason = reason.to_string().replace(['\n', '|'], " ");
        return Ok(vec![Row::plain("payments over a line", format!("did not run: {reason}"))]);
    }
    say::line(format_args!("lines of {USUAL_MS} ms"));
    let mut all = run::all(programs, payers, &usual())?;
    let mut rows = goals(&all)?;

    say::line(format_args!("{MANY_TILLS} tills at once"));
    // One after the other: twenty at once leave the machine little rest.
    let mut many = Vec::new();
    for payer in [Payer::Prepared, Payer::Curl] {
        many.extend(run::all(programs, payers, &[lossy(payer)])?);
    }
    rows.extend(lost(&many)?);

    for (round_trip_ms, lost) in
        [(30, [0, LOST_PERCENT].as_slice()), (60, &[LOST_PERCENT]), (120, &[0, LOST_PERCENT])]
    {
        say::line(format_args!("lines of {round_trip_ms} ms, also with lost packets"));
        all.extend(run::all(programs, payers, &pairs(round_trip_ms, lost))?);
    }
    rows.push(truth(all.iter().chain(&many)));
    rows.push(connections(&all)?);
    rows.extend(cells(&all)?);
    Ok(rows)
}

const fn quality(round_trip_ms: u64, lost_percent: u8) -> Quality {
    Quality { round_trip: Duration::from_millis(round_trip_ms), lost_percent }
}

const fn alone(quality: Quality, scheme: Scheme, payer: Payer) -> Job {
    Job { quality, scheme, payer, tills: 1, calls: CALLS }
}

const fn lossy(payer: Payer) -> Job {
    Job { tills: MANY_TILLS, ..alone(quality(USUAL_MS, LOST_PERCENT), Scheme::Http, payer) }
}

/// Every program with and without TLS.
fn pairs(round_trip_ms: u64, lost: &[u8]) -> Vec<Job> {
    let schemes = lost.iter().flat_map(|lost| SCHEMES.map(|scheme| (*lost, scheme)));
    let jobs = |(lost, scheme)| ALONE.map(|payer| alone(quality(round_trip_ms, lost), scheme, payer));
    schemes.flat_map(jobs).collect()
}

/// Everything that the rows with goals need, but for the lost packets.
fn usual() -> Vec<Job> {
    let by_name = ALONE.map(|payer| alone(quality(USUAL_MS, 0), Scheme::HttpsByName, payer));
    [pairs(USUAL_MS, &[0]), by_name.to_vec(), SCHEMES.map(refund).to_vec()].concat()
}

const fn refund(scheme: Scheme) -> Job {
    alone(quality(USUAL_MS, 0), scheme, Payer::Refunder)
}

fn of(runs: &[Run], job: Job) -> Result<&Run, Error> {
    let missing = || Error::Check(format!("nothing was measured for {job:?}"));
    runs.iter().find(|run| run.job == job).ok_or_else(missing)
}

fn goals(runs: &[Run]) -> Result<Vec<Row>, Error> {
    let round_trips =
        |scheme, payer| of(runs, alone(quality(USUAL_MS, 0), scheme, payer)).map(Run::round_trips);
    let thinking = THINKING.as_millis();
    let mut rows = Vec::new();
    for (scheme, unprepared_limit, curl_limit) in [(Scheme::Http, 2.1, 0.55), (Scheme::Https, 3.2, 0.36)] {
        let [prepared, unprepared, curl, requests] = ALONE.map(|payer| round_trips(scheme, payer));
        let (prepared, curl) = (prepared?, curl?);
        let what =
            format!("scan to verdict at {USUAL_MS} ms, less the platform's {thinking} ms, in round trips");
        rows.extend([
            Row::at_most(format!("{what}: {scheme}, prepared"), 1.1, prepared, 2),
            Row::at_most(format!("{what}: {scheme}, not prepared"), unprepared_limit, unprepared?, 2),
            Row::plain(
                format!("the same for libcurl, a new handle for each payment / for requests.post: {scheme}"),
                format!("{curl:.2} / {:.2}", requests?),
            ),
            Row::at_most(format!("prepared, relative to libcurl: {scheme}"), curl_limit, prepared / curl, 2),
        ]);
    }
    let by_name =
        ALONE.map(|payer| round_trips(Scheme::HttpsByName, payer).map(|number| format!("{number:.2}")));
    rows.push(Row::plain(
        format!("the same for {}: prepared / not / libcurl / requests", Scheme::HttpsByName),
        by_name.into_iter().collect::<Result<Vec<_>, Error>>()?.join(" / "),
    ));
    for (scheme, limit) in [(Scheme::Http, 3.2), (Scheme::Https, 4.2)] {
        let what = format!(
            "a refund on a kept connection at {USUAL_MS} ms, less {thinking} ms, in round trips: {scheme}"
        );
        rows.push(Row::at_most(what, limit, of(runs, refund(scheme))?.round_trips(), 2));
    }
    Ok(rows)
}

fn lost(runs: &[Run]) -> Result<Vec<Row>, Error> {
    let [ours, theirs] = [Payer::Prepared, Payer::Curl].map(|payer| of(runs, lossy(payer)));
    let (ours, theirs) = (ours?, theirs?);
    let what = format!(
        "{} payments, {MANY_TILLS} at once, http at {USUAL_MS} ms with {LOST_PERCENT} % of the packets lost",
        ours.outcomes.len()
    );
    let p99 = |run: &Run| run.percentile_ms(99);
    let times = format!("{:.0} / {:.0}", p99(ours), p99(theirs));
    Ok(vec![
        Row::plain(format!("{what}: p99, ms, prepared / libcurl"), times),
        Row::at_most("p99 prepared, relative to libcurl", 1.0, p99(ours) / p99(theirs), 2),
    ])
}

fn is_ours(run: &&Run) -> bool {
    matches!(run.job.payer, Payer::Prepared | Payer::Unprepared | Payer::Refunder)
}

/// The verdicts of the library in all runs.
fn truth<'a>(runs: impl Iterator<Item = &'a Run>) -> Row {
    let ours: Vec<&Run> = runs.filter(is_ours).collect();
    let sum = |count: &dyn Fn(&Run) -> usize| ours.iter().map(|run| count(run)).sum::<usize>();
    let untrue = sum(&Run::untrue);
    let what = format!(
        "verdicts other than the truth, and payments delivered twice, of {} over all lines; unknown: {}",
        sum(&|run| run.outcomes.len()),
        sum(&|run| run.count("unknown")),
    );
    Row::with_goal(what, untrue, Goal::of("0", untrue == 0))
}

/// The connections of payments on a line that loses nothing.
fn connections(runs: &[Run]) -> Result<Row, Error> {
    let run = of(runs, alone(quality(USUAL_MS, 0), Scheme::Http, Payer::Prepared))?;
    let (paying, delivered) = (run.passed.paying, run.passed.delivered.len() as u64);
    // One for the config each time that the till is opened, and the connection that is ready at the end.
    const SPARE: u64 = 3;
    let spare = run.syns.saturating_sub(paying);
    let is_reached = paying == u64::from(CALLS) && delivered == paying && spare <= SPARE;
    let what = format!(
        "{CALLS} payments, prepared: connections asked for / connections with a payment / deliveries"
    );
    let figure = format!("{} / {paying} / {delivered}", run.syns);
    let goal = format!("{} or less / {CALLS} / {CALLS}", u64::from(CALLS) + SPARE);
    Ok(Row::with_goal(what, figure, Goal::of(&goal, is_reached)))
}

/// Every line, with every program.
fn cells(runs: &[Run]) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for (round_trip_ms, lost) in
        [30, USUAL_MS, 120].into_iter().flat_map(|ms| [0, LOST_PERCENT].map(|lost| (ms, lost)))
    {
        for scheme in SCHEMES {
            let figure = |payer| {
                let run = of(runs, alone(quality(round_trip_ms, lost), scheme, payer))?;
                Ok(format!("{:.0} ({:.0})", run.percentile_ms(50), run.percentile_ms(100)))
            };
            let figures = ALONE.map(figure).into_iter().collect::<Result<Vec<_>, Error>>()?;
            let what = format!(
                "{round_trip_ms} ms, {lost} % lost, {scheme}: ms, median (slowest): prepared / not / libcurl / requests"
            );
            rows.push(Row::plain(what, figures.join(" / ")));
        }
    }
    Ok(rows)
}
