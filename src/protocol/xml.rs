//! A small bounded tree of an XML answer. Tolerant where the platform is careless (missing end tags, unknown
//! content: note 8), strict where an attacker would be clever (DOCTYPE, entities, size, depth).

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

const MAX_DEPTH: usize = 16;
const MAX_ELEMENTS: usize = 4096;
/// The largest answer that is looked at, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// An element with what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its attributes in the order of the document, entities resolved, line breaks as they came.
    pub attributes: Vec<(String, String)>,
    /// Its child elements.
    pub children: Vec<Element>,
    /// Its own text.
    pub text: String,
    /// Whether its end was seen, and not only that of the document.
    pub closed: bool,
}

/// Why an answer is no XML that is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed where it matters.
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    /// A DOCTYPE, or an entity that XML does not define.
    #[error("a DOCTYPE or an unknown entity")]
    Forbidden,
    /// Larger or deeper than any answer of the platform.
    #[error("too large or too deep")]
    TooLarge,
    /// No element at all.
    #[error("no element")]
    Empty,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All children of that name.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.name == name)
    }
}

/// Reads the first element of a document.
pub fn parse(text: &str) -> Result<Element, XmlError> {
    if text.len() > MAX_BYTES {
        return Err(XmlError::TooLarge);
    }
    // Not in XML, and a caller's C would take it for the end of the text.
    if text.contains('\0') {
        return Err(malformed("a zero byte"));
    }
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0usize;
    loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => {
                elements += 1;
                if open.len() == MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err(XmlError::TooLarge);
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > MAX_ELEMENTS {
                    return Err(XmlError::TooLarge);
                }
                let element = Element { closed: true, ..element(&start)? };
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
            Event::End(end) => {
                // Only a tag that is open can be closed; what was left open inside it ends with it.
                let name = end.name();
                let at = open.iter().rposition(|e| e.name == AsRef::<str>::as_ref(&name));
                if let Some(at) = at {
                    open[at..].iter_mut().for_each(|element| element.closed = true);
                    if let Some(root) = fold(&mut open, at) {
                        return Ok(root);
                    }
                }
            }
            Event::Text(text) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text);
                }
            }
            Event::CData(text) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let source = format!("&{};", &*reference);
                let resolved = resolve(&source)?;
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&resolved);
                }
            }
            Event::DocType(_) => return Err(XmlError::Forbidden),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return fold(&mut open, 0).ok_or(XmlError::Empty),
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> XmlError {
    XmlError::Malformed(error.to_string())
}

fn element(start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        let value = resolve(&attribute.value)?;
        attributes.push((AsRef::<str>::as_ref(&attribute.key).to_owned(), value.into_owned()));
    }
    Ok(Element { name: AsRef::<str>::as_ref(&start.name()).to_owned(), attributes, ..Element::default() })
}

/// Resolves entities. An `&` that begins none is text: the platform's XML is written by hand, and a shop's
/// name or an address may have one (note 8).
fn resolve(raw: &str) -> Result<Cow<'_, str>, XmlError> {
    if let Ok(value) = unescape(raw) {
        return Ok(value);
    }
    let mut mended = String::with_capacity(raw.len() + 16);
    for (at, c) in raw.char_indices() {
        mended.push(c);
        if c == '&' && !begins_entity(&raw[at + 1..]) {
            mended.push_str("amp;");
        }
    }
    let value = unescape(&mended).map_err(|_| XmlError::Forbidden)?;
    Ok(Cow::Owned(value.into_owned()))
}

fn begins_entity(rest: &str) -> bool {
    let name = rest.strip_prefix('#').unwrap_or(rest);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    length > 0 && name[length..].starts_with(';')
}

/// Closes the open elements from `at` on; returns the root once that is closed.
fn fold(open: &mut Vec<Element>, at: usize) -> Option<Element> {
    while open.len() > at {
        let closed = open.pop()?;
        match open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => return Some(closed),
        }
    }
    None
}
