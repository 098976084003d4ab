//! The page's files, embedded in the program: nothing is read from disk or fetched from elsewhere.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! assets {
    ($($name:literal: $media_type:ident,)*) => {
        &[$(
            Asset { name: $name, media_type: $media_type, text: include_str!(concat!("../../web/", $name)) },
        )*]
    };
}

const ASSETS: &[Asset] = assets! {
    "index.html": HTML,
    "icon.svg": SVG,
    "style.css": CSS,
    "report.css": CSS,
    "main.js": JS,
    "api.js": JS,
    "dom.js": JS,
    "text.js": JS,
    "zh.js": JS,
    "en.js": JS,
    "phone.js": JS,
    "book.js": JS,
    "bill.js": JS,
    "requests.js": JS,
    "trouble.js": JS,
    "receipt.js": JS,
    "checklist.js": JS,
    "report.js": JS,
};

pub(super) async fn index() -> Response {
    serve("index.html")
}

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    serve(&name)
}

fn serve(name: &str) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.media_type)], asset.text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
