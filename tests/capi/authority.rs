//! Certificates made for a test, and servers that show them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use tempfile::TempDir;

use crate::relay::read_message;

/// An authority that signs certificates.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    folder: TempDir,
}

/// The certificate of a server, and its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { params, key: KeyPair::generate().unwrap(), folder: TempDir::new().unwrap() }
    }

    /// The file of trusted certificates for a till.
    pub fn ca_file(&self) -> PathBuf {
        let file = self.folder.path().join("信任 ca.pem");
        std::fs::write(&file, self.params.self_signed(&self.key).unwrap().pem()).unwrap();
        file
    }

    pub fn certify(&self, hosts: &[&str]) -> Identity {
        self.certify_with(hosts, |_| {})
    }

    /// A certificate with something unusual.
    pub fn certify_with(&self, hosts: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = named("an example's server", hosts);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        Identity::new(vec![params.signed_by(&key, &issuer).unwrap().der().clone()], &key)
    }

    /// A certificate signed with the key of a server, which may not sign any.
    pub fn certify_by_a_server(&self, hosts: &[&str]) -> Identity {
        let (middle, middle_key) = (named("an example's other server", hosts), KeyPair::generate().unwrap());
        let issuer = Issuer::from_params(&self.params, &self.key);
        let middle_certificate = middle.signed_by(&middle_key, &issuer).unwrap();
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&middle, &middle_key);
        let certificate = named("an example's server", hosts).signed_by(&key, &issuer).unwrap();
        Identity::new(vec![certificate.der().clone(), middle_certificate.der().clone()], &key)
    }

    /// The authority's own certificate, shown as a server's.
    pub fn itself(&self) -> Identity {
        Identity::new(vec![self.params.self_signed(&self.key).unwrap().der().clone()], &self.key)
    }
}

impl Identity {
    fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Self {
        Self { chain, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() }
    }

    /// The settings of a server that shows it.
    pub fn settings(self, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
        let settings = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key);
        Arc::new(settings.unwrap())
    }

    /// A self-signed certificate.
    pub fn self_signed(hosts: &[&str]) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = named("an example's server", hosts).self_signed(&key).unwrap();
        Self::new(vec![certificate.der().clone()], &key)
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A TLS server in front of the platform. It counts the bytes that it could decrypt.
pub struct TlsServer {
    addr: SocketAddr,
    read: Arc<AtomicUsize>,
}

impl TlsServer {
    pub fn start(platform: SocketAddr, identity: Identity) -> Self {
        Self::start_with(platform, identity, rustls::ALL_VERSIONS)
    }

    /// Changes every response.
    pub fn start_saying(
        platform: SocketAddr,
        identity: Identity,
        say: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::begin(platform, identity, rustls::ALL_VERSIONS, Arc::new(say))
    }

    pub fn start_with(
        platform: SocketAddr,
        identity: Identity,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        Self::begin(platform, identity, versions, Arc::new(str::to_owned))
    }

    fn begin(
        platform: SocketAddr,
        identity: Identity,
        versions: &[&'static SupportedProtocolVersion],
        say: Arc<Say>,
    ) -> Self {
        let (config, read) = (identity.settings(versions), Arc::new(AtomicUsize::new(0)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { addr: listener.local_addr().unwrap(), read: read.clone() };
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let connection = ServerConnection::new(config.clone()).unwrap();
                let stream = Counting { stream: StreamOwned::new(connection, socket), read: read.clone() };
                let say = say.clone();
                thread::spawn(move || serve(stream, platform, &*say));
            }
        });
        server
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn base(&self) -> String {
        format!("https://{}", self.addr)
    }

    /// The number of decrypted bytes.
    pub fn read(&self) -> usize {
        self.read.load(Ordering::SeqCst)
    }
}

struct Counting {
    stream: StreamOwned<ServerConnection, TcpStream>,
    read: Arc<AtomicUsize>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.read.fetch_add(read, Ordering::SeqCst);
        Ok(read)
    }
}

/// Makes a response of the platform's one.
type Say = dyn Fn(&str) -> String + Send + Sync;

fn serve(mut till: Counting, platform: SocketAddr, say: &Say) {
    while let Some(request) = read_message(&mut till) {
        let Ok(mut platform) = TcpStream::connect(platform) else { return };
        platform.write_all(&request).unwrap();
        let Some(response) = read_message(&mut platform) else { return };
        let response = say(&String::from_utf8(response).unwrap()).into_bytes();
        if till.stream.write_all(&response).and_then(|()| till.stream.flush()).is_err() {
            return;
        }
    }
}

/// Passes on everything that the till sends, and as much of a server's data as `say` lets through.
pub fn between(
    server: SocketAddr,
    say: impl Fn(&mut TcpStream, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let say = Arc::new(say);
    thread::spawn(move || {
        for mut till in listener.incoming().map_while(Result::ok) {
            let say = say.clone();
            thread::spawn(move || {
                let mut server = TcpStream::connect(server).unwrap();
                let (mut from_till, mut to_server) = (till.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || io::copy(&mut from_till, &mut to_server));
                // Either may have hung up.
                let _ = say(&mut server, &mut till);
                let _ = till.shutdown(Shutdown::Both);
                let _ = server.shutdown(Shutdown::Both);
            });
        }
    });
    base
}
