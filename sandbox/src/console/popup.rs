//! The window that the platform's own client would show: the `Canvas` of a response, drawn as SVG.

use super::decode::{Element, elements};

/// Larger than any pop-up, and a limit for the picture.
const MAX_SIDE: u32 = 2000;
const LOGO: &str = "#07c160";

/// `None` if the response has no canvas.
pub(super) fn picture(response: &str) -> Option<String> {
    let elements = elements(response);
    let start = elements.iter().position(|element| element.name == "Canvas")?;
    let canvas = elements.get(start)?;
    let (width, height) = (number(canvas, "Width", 246), number(canvas, "Height", 200));
    let drawn: String = elements.iter().skip(start + 1).map(draw).collect();
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"'Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Zen Hei',sans-serif\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{drawn}</svg>"
    ))
}

fn draw(element: &Element) -> String {
    let (left, top) = (number(element, "Canvas.Left", 0), number(element, "Canvas.Top", 0));
    match element.name.as_str() {
        "TextBlock" => {
            let size = number(element, "FontSize", 14);
            let text = escaped(element.attribute("Text").unwrap_or_default());
            let color = color(element.attribute("Foreground").unwrap_or_default());
            format!(
                "<text x=\"{left}\" y=\"{}\" font-size=\"{size}\" fill=\"{color}\">{text}</text>",
                top + size
            )
        }
        // The image itself is on the client's disk; show a placeholder.
        "Image" => {
            let (width, height) = (number(element, "Width", 48), number(element, "Height", 48));
            format!(
                "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{LOGO}\" \
                 fill-opacity=\".25\"/>"
            )
        }
        _ => String::new(),
    }
}

fn number(element: &Element, name: &str, usual: u32) -> u32 {
    element.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(usual).min(MAX_SIDE)
}

/// Reads a colour such as `#FF6D6D6D`: opacity first.
fn color(text: &str) -> String {
    let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match digits {
        Some(digits) if digits.len() == 8 => format!("#{}", &digits[2..]),
        Some(digits) if digits.len() == 6 => format!("#{digits}"),
        _ => "#000".to_owned(),
    }
}

fn escaped(text: &str) -> String {
    let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canvas_is_drawn() {
        let svg = picture(
            "<dm ok=\"1\"><Canvas Height=\"170\" Width=\"246\"><TextBlock Canvas.Left=\"36\" Canvas.Top=\"59\" \
             FontSize=\"16\" Foreground=\"#FFC90202\" Text=\"a&lt;b\" /></Canvas>",
        )
        .unwrap();
        assert!(
            svg.contains("<text x=\"36\" y=\"75\" font-size=\"16\" fill=\"#C90202\">a&lt;b</text>"),
            "{svg}"
        );
    }

    #[test]
    fn what_is_no_number_or_color_does_no_harm() {
        let svg =
            picture("<Canvas Width=\"99999999\"><TextBlock Foreground=\"#'/><x\" Text=\"t\" /></Canvas>")
                .unwrap();
        assert!(svg.contains("width=\"2000\"") && svg.contains("fill=\"#000\""), "{svg}");
    }

    #[test]
    fn other_responses_have_none() {
        assert_eq!(picture("<dm ok=\"0\" />"), None);
    }
}
