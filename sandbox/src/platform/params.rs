//! Request parameters: URL-encoded text, strictly decoded, in the order of the request.

use serde::{Serialize, Serializer};

use super::refusal::Refusal;

/// A request's parameters, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Empty pairs are skipped: the document's sample has one straight after the `?`.
    pub(crate) fn parse(encoded: &str) -> Result<Self, Refusal> {
        let pairs = encoded.split('&').filter(|pair| !pair.is_empty());
        pairs.map(decode_pair).collect::<Result<_, _>>().map(Self)
    }

    /// The value of the first parameter with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Names and values, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn present(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or(Refusal::Missing(name))
    }

    pub(crate) fn refuse_duplicates(&self) -> Result<(), Refusal> {
        let mut names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Refusal::Duplicate(pair[0].to_owned())),
            None => Ok(()),
        }
    }

    /// A copy in which a secret that does not belong here is masked.
    pub(crate) fn without_secret(&self, secret: &str) -> Self {
        let blot = |value: &str, name: &str| {
            if name == secret { "***".to_owned() } else { value.to_owned() }
        };
        Self(self.iter().map(|(name, value)| (name.to_owned(), blot(value, name))).collect())
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

fn decode_pair(pair: &str) -> Result<(String, String), Refusal> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok((decode(name)?, decode(value)?))
}

fn decode(text: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(rest.next())? << 4 | hex_digit(rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Refusal::BadEncoding)
}

fn hex_digit(byte: Option<u8>) -> Result<u8, Refusal> {
    let digit =
        byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
    digit.ok_or(Refusal::BadEncoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Params {
        Params::parse(text).unwrap()
    }

    #[test]
    fn decodes_in_order() {
        let params = parse("&b=%E5%BE%AE+x&a=1%2B1&reprint&noremind=");
        let pairs: Vec<_> = params.iter().collect();
        assert_eq!(pairs, [("b", "微 x"), ("a", "1+1"), ("reprint", ""), ("noremind", "")]);
    }

    #[test]
    fn refuses_broken_encoding() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%FF", "%=1"] {
            assert_eq!(Params::parse(text), Err(Refusal::BadEncoding), "{text}");
        }
    }

    #[test]
    fn tells_missing_empty_and_duplicate_apart() {
        let params = parse("a=&b=1&b=2");
        assert_eq!(params.present("a"), Ok(""));
        assert_eq!(params.required("a"), Err(Refusal::Missing("a")));
        assert_eq!(params.present("c"), Err(Refusal::Missing("c")));
        assert_eq!(params.refuse_duplicates(), Err(Refusal::Duplicate("b".into())));
    }

    #[test]
    fn shows_itself_as_an_ordered_map() {
        assert_eq!(serde_json::to_string(&parse("b=1&a=2")).unwrap(), r#"{"b":"1","a":"2"}"#);
    }
}
