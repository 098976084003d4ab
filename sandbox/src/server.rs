//! Starting and stopping the sandbox.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use axum::{Router, middleware::from_fn_with_state};
use tokio::{runtime::Runtime, sync::oneshot};

use crate::{
    book::{Book, BookError, Storage},
    console::{self, CONSOLE, Console, Guard},
    control::{self, Control, ControlError},
    demo,
    platform::Platform,
    settings::Settings,
    shared::Shared,
    terminal_api,
    wire::{LineHandle, WireListener},
};

/// The options of [`Sandbox::start`].
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on. Port 0: any free one.
    pub listen: SocketAddr,
    /// Allow addresses that other machines can reach. The control API and the console then require a token.
    pub allow_network: bool,
    /// Where the book is kept.
    pub book: Storage,
    /// The platform's initial settings.
    pub settings: Settings,
    /// Put the demo's device, activation code and auth codes into the book.
    pub seed_demo: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            allow_network: false,
            book: Storage::default(),
            settings: Settings::default(),
            seed_demo: false,
        }
    }
}

/// The sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Other machines could reach the address.
    #[error("{0} can be reached from other machines; this must be allowed explicitly")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The book cannot be opened.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The demo's data could not be put into the book.
    #[error(transparent)]
    Demo(#[from] ControlError),
    /// The operating system refused to start a thread.
    #[error("cannot start the server's threads: {0}")]
    Threads(#[source] io::Error),
}

/// A running platform. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    control: Control,
    token: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Two are enough: one that waits for the disk does not hold up the other.
const WORKERS: usize = 2;

/// Nothing in the server blocks for longer.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

impl Sandbox {
    /// Starts a platform on its own threads. It is listening when this returns.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let listener = listen(&options)?;
        let addr = listener.local_addr().map_err(|error| StartError::Listen(options.listen, error))?;
        let shared = Arc::new(Shared::new(Platform {
            book: Book::open(&options.book)?,
            settings: options.settings,
            base: base(addr),
        }));
        let control = Control::new(Arc::clone(&shared));
        if options.seed_demo {
            demo::seed(&control)?;
        }
        let runtime = runtime().map_err(StartError::Threads)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(|error| StartError::Listen(addr, error))?
        };
        let listener = WireListener::new(listener, Arc::clone(&shared.traffic));
        let token = token(addr, &shared)?;
        let routes = routes(shared, control.clone(), token.clone());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("wsy-sandbox".into())
            .spawn(move || serve(runtime, listener, routes, stopped))
            .map_err(StartError::Threads)?;
        Ok(Self { addr, control, token, stop: Some(stop), thread: Some(thread) })
    }

    /// The listening address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base address for tills: `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        base(self.addr)
    }

    /// The console's address for a browser on this machine, including the token if the network is allowed.
    pub fn console(&self) -> String {
        let token = self.token.iter().map(|token| format!("?token={token}")).collect::<String>();
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            // The unspecified address stands for all of this machine's; a browser cannot connect to it.
            addr.set_ip(if addr.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
        }
        format!("{}{CONSOLE}{token}", base(addr))
    }

    /// The token that the control API and the console require when the network is allowed.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The control API.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops it: when this returns, the port is free and every connection is closed. Requests that a fault
    /// delayed are discarded.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Both fail only if the server has stopped already.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn listen(options: &Options) -> Result<TcpListener, StartError> {
    if !options.listen.ip().is_loopback() && !options.allow_network {
        return Err(StartError::NotLoopback(options.listen));
    }
    let listener = TcpListener::bind(options.listen);
    let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    listener.map_err(|error| StartError::Listen(options.listen, error))
}

fn base(addr: SocketAddr) -> String {
    format!("http://{addr}")
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_io().enable_time().build()
}

/// Clients on other machines need a token.
fn token(addr: SocketAddr, shared: &Shared) -> Result<Option<String>, BookError> {
    if addr.ip().is_loopback() { Ok(None) } else { shared.platform().book.new_token().map(Some) }
}

fn routes(shared: Arc<Shared>, control: Control, token: Option<String>) -> Router {
    let tills = Router::new().fallback(terminal_api::answer).with_state(Arc::clone(&shared));
    let guard = token.map_or(Guard::Loopback, Guard::Token);
    let console = console::routes(Console::new(shared));
    let ours = control::http::routes(control, console).layer(from_fn_with_state(guard, console::guard));
    Router::new().nest("/_sandbox", ours).merge(tills)
}

fn serve(runtime: Runtime, listener: WireListener, routes: Router, stopped: oneshot::Receiver<()>) {
    let service = routes.into_make_service_with_connect_info::<LineHandle>();
    // It never ends by itself.
    runtime.spawn(axum::serve(listener, service).into_future());
    // A dropped sender stops it, too.
    let _ = runtime.block_on(stopped);
    runtime.shutdown_timeout(STOP_TIMEOUT);
}
