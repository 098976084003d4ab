//! Parses an XML response into a small bounded tree. Tolerant where the platform is careless (missing end
//! tags, unknown content: note 8), strict where an attacker would be clever (DOCTYPE, entities, size, depth).
//!
//! A child with its own `xmlns` belongs to another vocabulary, such as the pop-up's `Canvas`: it is kept as
//! unparsed text. It is more than half of a response.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};

const MAX_DEPTH: usize = 16;
const MAX_ELEMENTS: usize = 4096;
/// More attributes than any element of the platform has.
const MOST_KEPT: usize = 256;
/// The largest response that is parsed, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// An element with its content, which borrows from the document's text where possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its attributes in document order, with entities resolved and line breaks unchanged.
    pub attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// Its child elements.
    pub children: Vec<Element<'a>>,
    /// Its complete child elements of other vocabularies: their names, and their unparsed text.
    pub foreign: Vec<(&'a str, &'a str)>,
    /// Its own text.
    pub text: Cow<'a, str>,
    /// Whether its own end tag was found, rather than the end of the document.
    pub closed: bool,
}

/// Why a response is not accepted as XML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed where it matters.
    #[error("it is not well-formed: {0}")]
    Malformed(String),
    /// A DOCTYPE, or an entity that XML does not define.
    #[error("it has a DOCTYPE or unknown entity")]
    Forbidden,
    /// Larger or deeper than any response of the platform.
    #[error("it is too large or too deep")]
    TooLarge,
    /// No element at all.
    #[error("it has no element")]
    Empty,
}

impl<'a> Element<'a> {
    /// Returns the value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_ref())
    }

    /// Returns its attributes as owned values: as many as any response has, but not as many as somebody may
    /// make up.
    pub fn owned_attributes(&self) -> Vec<(String, String)> {
        self.attributes
            .iter()
            .take(MOST_KEPT)
            .map(|(name, value)| ((*name).to_owned(), value.to_string()))
            .collect()
    }

    /// Returns the first child with this name.
    pub fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|c| c.name == name)
    }

    /// Returns all children with this name.
    pub fn children(&self, name: &str) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// Returns the first child of another vocabulary with this name, as unparsed text.
    pub fn foreign(&self, name: &str) -> Option<&'a str> {
        self.foreign.iter().find(|(n, _)| *n == name).map(|(_, source)| *source)
    }

    fn add_text(&mut self, more: Cow<'a, str>) {
        if self.text.is_empty() {
            self.text = more;
        } else {
            self.text.to_mut().push_str(&more);
        }
    }
}

/// Adds the end tag of `dm` to an XML response that a platform sends without it. Leaves other texts
/// unchanged.
pub fn with_end_tag(mut body: Vec<u8>) -> Vec<u8> {
    let text = body.trim_ascii();
    if text.starts_with(b"<") && !text.ends_with(b"</dm>") {
        body.extend(b"</dm>");
    }
    body
}

/// Parses the first element of a document.
pub fn parse(text: &str) -> Result<Element<'_>, XmlError> {
    parse_first(text).map(|(root, _)| root)
}

/// Parses the first element of a document, and also returns the text that follows it.
pub fn parse_first(text: &str) -> Result<(Element<'_>, &str), XmlError> {
    if text.len() > MAX_BYTES {
        return Err(XmlError::TooLarge);
    }
    // XML does not allow it, and a caller in C would take it for the end of the text.
    if text.contains('\0') {
        return Err(malformed("a zero byte"));
    }
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open = Open::default();
    let mut elements = 0usize;
    let root = loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => {
                elements += 1;
                if open.elements.len() == MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err(XmlError::TooLarge);
                }
                let tag = tag(&start, before(text, reader.buffer_position(), ">")?)?;
                open.begin(tag)?;
            }
            Event::Empty(start) => {
                elements += 1;
                if open.elements.len() == MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err(XmlError::TooLarge);
                }
                let read = before(text, reader.buffer_position(), "/>")?;
                let tag = tag(&start, read)?;
                let at = open.elements.len();
                open.begin(tag)?;
                let read = text.get(..read.len() + "/>".len()).unwrap_or_default();
                if let Some(root) = open.end(at, read) {
                    break root;
                }
            }
            Event::End(end) => {
                let read = usize::try_from(reader.buffer_position()).ok().and_then(|at| text.get(..at));
                // Only an open tag can be closed; elements left open inside it end with it.
                let name = end.name();
                let at = open.elements.iter().rposition(|e| e.name == AsRef::<str>::as_ref(&name));
                if let Some(root) = at.and_then(|at| open.end(at, read.unwrap_or_default())) {
                    break root;
                }
            }
            Event::Text(text) => open.add_text(text.into_inner()),
            Event::CData(text) => open.add_text(text.into_inner()),
            Event::GeneralRef(reference) => {
                let source = format!("&{};", &*reference);
                open.add_text(resolve(Cow::Owned(source))?);
            }
            Event::DocType(_) => return Err(XmlError::Forbidden),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break open.fold(0, "").ok_or(XmlError::Empty)?,
        }
    };
    let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
    Ok((root, text.get(end..).unwrap_or_default()))
}

/// The elements without an end so far, the root first.
#[derive(Default)]
struct Open<'a> {
    elements: Vec<Element<'a>>,
    /// The depth of the element of another vocabulary, and where it begins in the text. Inside it only names
    /// are kept, to find its end.
    foreign: Option<(usize, usize)>,
}

impl<'a> Open<'a> {
    fn begin(&mut self, tag: Tag<'a>) -> Result<(), XmlError> {
        if self.foreign.is_some() {
            self.elements.push(Element { name: tag.name, ..Element::default() });
            return Ok(());
        }
        let begin = tag.begin;
        let element = tag.element()?;
        if !self.elements.is_empty() && element.attribute("xmlns").is_some() {
            self.foreign = Some((self.elements.len(), begin));
        }
        self.elements.push(element);
        Ok(())
    }

    /// Closes the elements starting at `at`, whose end is the end of `read`; returns the root once that is
    /// closed.
    fn end(&mut self, at: usize, read: &'a str) -> Option<Element<'a>> {
        self.elements[at..].iter_mut().for_each(|element| element.closed = true);
        self.fold(at, read)
    }

    fn fold(&mut self, at: usize, read: &'a str) -> Option<Element<'a>> {
        while self.elements.len() > at {
            let element = self.elements.pop()?;
            let depth = self.elements.len();
            let foreign = self.foreign.filter(|(of, _)| *of <= depth);
            match (self.elements.last_mut(), foreign) {
                // An element that was left open ends with its parent, and is incomplete.
                (Some(parent), Some((of, begin))) if of == depth && at == depth => {
                    parent.foreign.extend(read.get(begin..).map(|source| (element.name, source)));
                }
                (Some(_), Some(_)) => {}
                (Some(parent), None) => parent.children.push(element),
                (None, _) => return Some(element),
            }
            if foreign.is_some_and(|(of, _)| of == depth) {
                self.foreign = None;
            }
        }
        None
    }

    fn add_text(&mut self, more: Cow<'a, str>) {
        if let (None, Some(parent)) = (self.foreign, self.elements.last_mut()) {
            parent.add_text(more);
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> XmlError {
    XmlError::Malformed(error.to_string())
}

/// Returns the text up to the end of the tag that ends just before this position.
fn before<'a>(text: &'a str, position: u64, ending: &str) -> Result<&'a str, XmlError> {
    let read = usize::try_from(position).ok().and_then(|at| text.get(..at));
    read.and_then(|read| read.strip_suffix(ending)).ok_or_else(|| malformed("a tag without its end"))
}

/// The content of a tag between `<` and `>`.
struct Tag<'a> {
    name: &'a str,
    text: &'a str,
    /// Where the tag begins in the document, including its `<`.
    begin: usize,
}

/// Finds a tag that ends where `read` ends in `read` itself, which outlives the event.
fn tag<'a>(start: &BytesStart<'_>, read: &'a str) -> Result<Tag<'a>, XmlError> {
    let from = read.len().checked_sub(start.len()).filter(|from| read.get(*from..) == Some(&**start));
    let text =
        from.map(|from| &read[from..]).ok_or_else(|| malformed("a tag that is not where it was read"))?;
    let name = text.split_at(AsRef::<str>::as_ref(&start.name()).len()).0;
    Ok(Tag { name, text, begin: read.len().saturating_sub(text.len() + "<".len()) })
}

impl<'a> Tag<'a> {
    fn element(self) -> Result<Element<'a>, XmlError> {
        let mut attributes = Vec::new();
        for attribute in Attributes::new(self.text, self.name.len()) {
            let attribute = attribute.map_err(malformed)?;
            attributes.push((attribute.key.into_inner(), resolve(attribute.value)?));
        }
        Ok(Element { name: self.name, attributes, ..Element::default() })
    }
}

/// Resolves entities. An `&` that starts none is text: the platform's XML is written by hand, and a shop's
/// name or an address may contain one (note 8).
fn resolve(raw: Cow<'_, str>) -> Result<Cow<'_, str>, XmlError> {
    if !raw.contains('&') {
        return Ok(raw);
    }
    if let Ok(value) = unescape(&raw) {
        return Ok(Cow::Owned(value.into_owned()));
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
