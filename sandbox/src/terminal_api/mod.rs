//! The terminal API: receives a till's request, applies its fault and responds.

mod pages;

use std::{sync::Arc, time::Duration};

use axum::{
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, header::DATE},
    response::Response,
};
use tokio::sync::watch;

use crate::{
    book::BookError,
    call::{Call, Endpoint},
    document::{Document, said},
    fault::{Acting, Fault, Plan, Reply, Says, Substitute},
    journal::RequestEntry,
    moment::Moment,
    money::Fen,
    platform::{Arrival, Params},
    shared::Shared,
    trace::{self, Sent, Trace},
    wire::{Delivery, Line, LineHandle},
};

/// Larger than any request of a till.
const MAX_BODY: usize = 1 << 20;

/// Responds to a request to any address outside the control API.
pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(LineHandle(line)): ConnectInfo<LineHandle>,
    request: Request,
) -> Response {
    let Some(endpoint) = Endpoint::from_path(request.uri().path()) else {
        let n = note_unknown(&shared, &line, &request);
        return traced(&shared, n, pages::error(404)).await;
    };
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        line.order(Delivery::Whole);
        return pages::error(400);
    };
    let request = Request::from_parts(head, ());
    let arrival = Arrival::new(endpoint, &request, &body);
    let only = shared.platform().settings.methods.only(arrival.call);
    if let Some(only) = only.filter(|only| only != request.method()) {
        let n = note(&shared, &line, &request, &arrival, None);
        trace(&shared, n, Sent::new(&request, &body), &arrival, None);
        line.order(Delivery::Whole);
        shared.journal().note_status(n, 405);
        return with_date(&shared, traced(&shared, n, pages::not_allowed(&only)).await);
    }
    // Both under one lock, so that a held response misses no release.
    let (fault, release) = {
        let mut queue = shared.queue();
        (queue.take(arrival.call), queue.release())
    };
    let n = note(&shared, &line, &request, &arrival, fault.as_ref());
    trace(&shared, n, Sent::new(&request, &body), &arrival, fault.as_ref());
    let visit = Visit { shared: Arc::clone(&shared), line, arrival, n, release };
    let plan = visit.take(fault.map_or_else(Plan::normal, Plan::from));
    // A platform finishes what it began when the till hangs up. So must this, but the handler's future is
    // dropped then.
    let answered = tokio::spawn(async move {
        let response = traced(&shared, n, plan.await).await;
        with_date(&shared, response)
    });
    match answered.await {
        Ok(response) => response,
        Err(ended) if ended.is_cancelled() => {
            // The sandbox is stopping: like a machine that is switched off, it sends nothing more.
            std::future::pending().await
        }
        Err(_) => pages::error(500),
    }
}

/// Records what the console shows of a request.
fn trace(shared: &Shared, n: u64, request: Sent, arrival: &Arrival, fault: Option<&Fault>) {
    let params = arrival.params.clone().unwrap_or_default().without_secret("key");
    let (skew_s, empty_values, key) = {
        let platform = shared.platform();
        let device = params.get("device_id").map(|id| platform.book.device_even_deleted(id));
        // If the book cannot be read, the till gets that error anyway.
        let device = device.and_then(Result::ok).flatten();
        let settings = &platform.settings;
        (settings.clock_skew_s, settings.readings.empty_values, device.map(|device| device.key))
    };
    shared.traces().note(Trace {
        n,
        at: Moment::now(),
        call: arrival.call,
        skew_s,
        empty_values,
        request,
        params,
        key,
        fault: fault.cloned(),
        acted: false,
        meant: None,
        response: None,
    });
    shared.beat();
}

/// The `Date` header has the time of the platform's own clock.
fn with_date(shared: &Shared, mut response: Response) -> Response {
    let date = shared.platform().shown(Moment::now()).http_date();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

async fn traced(shared: &Shared, n: u64, response: Response) -> Response {
    let (response, copy) = trace::copied(response).await;
    if let Some(copy) = copy {
        shared.traces().note_response(n, copy);
    }
    shared.beat();
    response
}

fn note_unknown<B>(shared: &Shared, line: &Line, request: &Request<B>) -> u64 {
    let params = Params::parse(request.uri().query().unwrap_or_default());
    let arrival = Arrival { call: Call::Unknown, params, host: None };
    let n = note(shared, line, request, &arrival, None);
    trace(shared, n, Sent::new(request, &[]), &arrival, None);
    line.order(Delivery::Whole);
    shared.journal().note_status(n, 404);
    n
}

fn note<B>(
    shared: &Shared,
    line: &Line,
    request: &Request<B>,
    arrival: &Arrival,
    fault: Option<&Fault>,
) -> u64 {
    let params = arrival.params.clone().unwrap_or_default();
    shared.journal().note(|n| RequestEntry {
        n,
        at_ms: Moment::now(),
        connection: line.id,
        endpoint: request.uri().path().to_owned(),
        action: arrival.call,
        method: request.method().to_string(),
        params: params.without_secret("key"),
        acted: false,
        fault: fault.map(Fault::name),
        status: None,
    })
}

/// One request on its way through the platform.
#[derive(Clone)]
struct Visit {
    shared: Arc<Shared>,
    line: Arc<Line>,
    arrival: Arrival,
    n: u64,
    release: watch::Receiver<()>,
}

impl Visit {
    async fn take(mut self, plan: Plan) -> Response {
        match plan {
            Plan::Ignored(substitute) => self.substitute_reply(substitute),
            Plan::Late(wait) => self.act_late(wait),
            Plan::Says(says) => self.say(&says),
            Plan::Held => {
                let document = self.act_once();
                // An error means that the queue is gone, and nothing could release the response.
                let _ = self.release.changed().await;
                self.reply_with(document, Reply::Own, Delivery::Whole)
            }
            Plan::Acted { before, acting, after, reply, delivery } => {
                tokio::time::sleep(before).await;
                let document = self.act(acting).await;
                tokio::time::sleep(after).await;
                self.reply_with(document, reply, delivery)
            }
        }
    }

    fn reply_with(
        &self,
        document: Result<Document, BookError>,
        reply: Reply,
        delivery: Delivery,
    ) -> Response {
        match document {
            Ok(document) => self.reply(document, reply, delivery),
            Err(_) => self.substitute_reply(Substitute::ErrorPage(500)),
        }
    }

    fn act_late(self, wait: Duration) -> Response {
        self.line.order(Delivery::Nothing);
        self.act_without_reply(wait);
        pages::nothing()
    }

    /// Acts after a delay; only the console shows the outcome. Requests still waiting when the sandbox stops
    /// are never processed.
    fn act_without_reply(&self, wait: Duration) {
        let visit = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            if let Ok(document) = visit.act_once() {
                visit.shared.traces().note_meant(visit.n, document.body());
            }
        });
    }

    fn say(&self, says: &Says) -> Response {
        match says.acts_ms {
            Some(0) => match self.act_once() {
                Ok(document) => self.shared.traces().note_meant(self.n, document.body()),
                Err(_) => return self.substitute_reply(Substitute::ErrorPage(500)),
            },
            Some(ms) => self.act_without_reply(Duration::from_millis(ms)),
            None => {}
        }
        // Release the lock before the response is built.
        let own = self.shared.platform().asked_for(&self.arrival);
        match own {
            Ok(own) => self.substitute_reply(Substitute::Verbatim(said(says, own))),
            Err(_) => self.substitute_reply(Substitute::ErrorPage(500)),
        }
    }

    async fn act(&self, acting: Acting) -> Result<Document, BookError> {
        match acting {
            Acting::Once => self.act_once(),
            Acting::AsOf(lag) => self.act_as_of(Some(lag)),
            Acting::Twice { first_responds, apart } => self.act_twice(first_responds, apart).await,
            Acting::WithBackOffice { refund, after } => {
                if !after {
                    self.back_office_refund(refund)?;
                }
                let document = self.act_once();
                if after {
                    self.back_office_refund(refund)?;
                }
                document
            }
        }
    }

    async fn act_twice(&self, first_responds: bool, apart: Duration) -> Result<Document, BookError> {
        let first = self.act_once();
        if first_responds && !apart.is_zero() {
            self.act_without_reply(apart);
            return first;
        }
        tokio::time::sleep(apart).await;
        let second = self.act_once();
        if first_responds { second.and(first) } else { first.and(second) }
    }

    fn act_once(&self) -> Result<Document, BookError> {
        self.act_as_of(None)
    }

    fn act_as_of(&self, lag: Option<Duration>) -> Result<Document, BookError> {
        let document = self.shared.platform().answer(&self.arrival, Moment::now(), lag);
        self.shared.journal().note_acted(self.n);
        self.shared.traces().note_acted(self.n);
        self.shared.beat();
        document
    }

    fn back_office_refund(&self, refund: Fen) -> Result<(), BookError> {
        self.shared.platform().back_office_refund(&self.arrival, refund, Moment::now())
    }

    fn reply(&self, document: Document, reply: Reply, delivery: Delivery) -> Response {
        if !matches!(reply, Reply::Own | Reply::FollowedBy(_)) {
            self.shared.traces().note_meant(self.n, document.body());
        }
        let response = match reply {
            Reply::Substitute(substitute) => return self.substitute_reply(substitute),
            Reply::Own => pages::platform(&document),
            Reply::WithTotal(total) => pages::platform(&document.with_total(&total)),
            Reply::WithDmId(dm_id) => pages::platform(&document.with_dm_id(&dm_id)),
            Reply::StillPaying => pages::platform(&document.still_paying()),
            Reply::Gbk => pages::platform_in_gbk(&document),
            Reply::Padded(bytes) => pages::padded(&document, bytes),
            Reply::FollowedBy(body) => {
                let delivery =
                    Delivery::Followed { body: document.body().len() as u64, by: pages::raw(&body) };
                return self.send(pages::platform(&document), delivery);
            }
        };
        self.send(response, delivery)
    }

    fn substitute_reply(&self, substitute: Substitute) -> Response {
        let response = match substitute {
            Substitute::Nothing => {
                self.line.order(Delivery::Nothing);
                return pages::nothing();
            }
            Substitute::Refusal(refusal) => pages::refusal(&self.arrival, &refusal),
            Substitute::Verbatim(body) => pages::verbatim(body),
            Substitute::LoginPage => pages::login(),
            Substitute::ErrorPage(code) => pages::error(code),
            Substitute::Redirect(location) => pages::redirect(&location),
            Substitute::Garbage { seed, bytes } => pages::garbage(seed, bytes),
        };
        self.send(response, Delivery::Whole)
    }

    fn send(&self, response: Response, delivery: Delivery) -> Response {
        self.shared.journal().note_status(self.n, response.status().as_u16());
        self.line.order(delivery);
        response
    }
}
