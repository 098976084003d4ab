//! The three signatures of the platform: payment (appendix), config (section 2) and time (section 3).

use sha1::{Digest, Sha1};

/// The constant that signs a time request. The document prints it (section 3); it is not a secret.
const TIME_KEY: &str = "jdakjfakjfiariuq54n9fkjak9q9j4ro0o";

/// Returns the SHA-1 of some bytes in lower-case hex.
pub fn sha1_hex(bytes: &[u8]) -> String {
    hex::encode(Sha1::digest(bytes))
}

/// Signs the parameters of `op.php`: sorted by name, raw values, then the key; upper case as in the
/// document's own example.
pub fn payment<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>, key: &str) -> String {
    let mut sorted: Vec<_> = params.into_iter().collect();
    sorted.sort_unstable();
    let mut text = String::with_capacity(512);
    for (name, value) in sorted {
        text.extend([name, "=", value, "&"]);
    }
    text.extend(["key=", key]);
    sha1_hex(text.as_bytes()).to_ascii_uppercase()
}

/// Signs a request for the pay config.
pub fn config(device_id: &str, ver: &str, key: &str) -> String {
    sha1_hex(format!("{key}?device_id={device_id}&ver={ver}").as_bytes())
}

/// Signs a request for the platform's time.
pub fn time(device_id: &str) -> String {
    sha1_hex(format!("device_id={device_id}&key={TIME_KEY}").as_bytes())
}
