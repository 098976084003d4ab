//! TLS, with a certificate that is made at each start.

use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The configuration of a server with this name or address. Writes the certificate of its authority into a
/// file.
pub fn config(host: &str, authority: &Path) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
    let mut signing = CertificateParams::default();
    signing.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    signing.distinguished_name.push(DnType::CommonName, "the benchmark's authority");
    let signing_key = KeyPair::generate()?;
    fs::write(authority, signing.self_signed(&signing_key)?.pem())?;

    let mut own = CertificateParams::new(vec![host.to_owned()])?;
    own.distinguished_name.push(DnType::CommonName, "the benchmark's server");
    let own_key = KeyPair::generate()?;
    let certificate = own.signed_by(&own_key, &Issuer::from_params(&signing, &signing_key))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(own_key.serialize_der()).into(),
        )?;
    Ok(Arc::new(config))
}

/// The server's side of an encrypted connection.
pub fn encrypted(stream: TcpStream, config: Arc<ServerConfig>) -> Result<impl Read + Write, rustls::Error> {
    Ok(StreamOwned::new(ServerConnection::new(config)?, stream))
}
