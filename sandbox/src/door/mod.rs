//! Where tills come in: takes a request through its course and answers it.

mod pages;

use std::{sync::Arc, time::Duration};

use axum::{
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    response::Response,
};

use crate::{
    answer::Answer,
    book::BookError,
    fault::{Acting, Course, Fault, Instead, Reply},
    journal::RequestEntry,
    moment::Moment,
    platform::{Arrival, Call, Endpoint, Params},
    shared::Shared,
    wire::{Delivery, Line, LineHandle},
};

/// More than any till has to say.
const MAX_BODY: usize = 1 << 20;

/// Answers a request to any address that is not the control API's.
pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(LineHandle(line)): ConnectInfo<LineHandle>,
    request: Request,
) -> Response {
    let Some(endpoint) = Endpoint::from_path(request.uri().path()) else {
        return unknown_address(&shared, &line, &request);
    };
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        line.order(Delivery::Whole);
        return pages::error(400);
    };
    let request = Request::from_parts(head, ());
    let arrival = Arrival::new(endpoint, &request, &body);
    let fault = shared.shelf().take(arrival.call);
    let params = arrival.params.clone().unwrap_or_default();
    let n = note(&shared, &line, &request, arrival.call, &params, fault.as_ref());
    let visit = Visit { shared, line, arrival, n };
    // A platform goes on with what it began when the till hangs up; so must this, whose future then is dropped.
    let course = tokio::spawn(visit.take(fault.map_or_else(Course::usual, Course::from)));
    match course.await {
        Ok(response) => response,
        Err(ended) if ended.is_cancelled() => {
            // The sandbox is stopping: like a machine that is switched off, it says nothing more.
            std::future::pending().await
        }
        Err(_) => pages::error(500),
    }
}

fn unknown_address<B>(shared: &Shared, line: &Line, request: &Request<B>) -> Response {
    let params = Params::parse(request.uri().query().unwrap_or_default()).unwrap_or_default();
    let n = note(shared, line, request, Call::Unknown, &params, None);
    line.order(Delivery::Whole);
    shared.journal().note_status(n, 404);
    pages::error(404)
}

fn note<B>(
    shared: &Shared,
    line: &Line,
    request: &Request<B>,
    action: Call,
    params: &Params,
    fault: Option<&Fault>,
) -> u64 {
    shared.journal().note(|n| RequestEntry {
        n,
        at_ms: Moment::now(),
        connection: line.id,
        endpoint: request.uri().path().to_owned(),
        action,
        method: request.method().to_string(),
        params: params.without_secret("key"),
        acted: false,
        fault: fault.map(Fault::name),
        status: None,
    })
}

/// One request on its way through the platform.
struct Visit {
    shared: Arc<Shared>,
    line: Arc<Line>,
    arrival: Arrival,
    n: u64,
}

impl Visit {
    async fn take(self, course: Course) -> Response {
        match course {
            Course::Ignored(instead) => self.reply_instead(instead),
            Course::Late(wait) => self.act_late(wait),
            Course::Acted { before, acting, after, reply, delivery } => {
                tokio::time::sleep(before).await;
                let answer = self.act(acting);
                tokio::time::sleep(after).await;
                match answer {
                    Ok(answer) => self.reply(answer, reply, delivery),
                    Err(_) => self.reply_instead(Instead::ErrorPage(500)),
                }
            }
        }
    }

    /// What is still waiting when the sandbox stops is never acted on.
    fn act_late(self, wait: Duration) -> Response {
        self.line.order(Delivery::Nothing);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            // Nobody is left to be told.
            let _ = self.act(Acting::Once);
        });
        pages::nothing()
    }

    fn act(&self, acting: Acting) -> Result<Answer, BookError> {
        let first = self.act_once();
        match acting {
            Acting::Once => first,
            Acting::TwiceAnsweringFirst => self.act_once().and(first),
            Acting::TwiceAnsweringSecond => first.and(self.act_once()),
        }
    }

    fn act_once(&self) -> Result<Answer, BookError> {
        let answer = self.shared.platform().answer(&self.arrival, Moment::now());
        self.shared.journal().note_acted(self.n);
        answer
    }

    fn reply(&self, answer: Answer, reply: Reply, delivery: Delivery) -> Response {
        let response = match reply {
            Reply::Instead(instead) => return self.reply_instead(instead),
            Reply::Own => pages::platform(&answer),
            Reply::WithTotal(total) => pages::platform(&answer.with_total(&total)),
            Reply::WithDmId(dm_id) => pages::platform(&answer.with_dm_id(&dm_id)),
            Reply::StillPaying => pages::platform(&answer.still_paying()),
            Reply::Gbk => pages::platform_in_gbk(&answer),
            Reply::Padded(bytes) => pages::padded(&answer, bytes),
        };
        self.send(response, delivery)
    }

    fn reply_instead(&self, instead: Instead) -> Response {
        let response = match instead {
            Instead::Nothing => {
                self.line.order(Delivery::Nothing);
                return pages::nothing();
            }
            Instead::Refusal(refusal) => pages::refusal(&self.arrival, &refusal),
            Instead::Verbatim(body) => pages::verbatim(body),
            Instead::LoginPage => pages::login(),
            Instead::ErrorPage(code) => pages::error(code),
            Instead::Redirect(location) => pages::redirect(&location),
            Instead::Garbage { seed, bytes } => pages::garbage(seed, bytes),
        };
        self.send(response, Delivery::Whole)
    }

    fn send(&self, response: Response, delivery: Delivery) -> Response {
        self.shared.journal().note_status(self.n, response.status().as_u16());
        self.line.order(delivery);
        response
    }
}
