use wsy::protocol::xml::{Element, MAX_BYTES, XmlError, parse};

fn names<'a>(element: &Element<'a>) -> Vec<&'a str> {
    element.children.iter().map(|c| c.name).collect()
}

#[test]
fn elements_left_open_end_with_the_document() {
    let root = parse("<dm ok='1'><a><b>text").unwrap();
    assert_eq!(root.attribute("ok"), Some("1"));
    assert_eq!(root.child("a").unwrap().child("b").unwrap().text, "text");
}

#[test]
fn an_end_tag_closes_what_was_left_open_inside() {
    let root = parse("<dm><list><pay><id>1</list><Canvas/></dm>").unwrap();
    assert_eq!(names(&root), ["list", "Canvas"]);
    assert_eq!(root.child("list").unwrap().child("pay").unwrap().child("id").unwrap().text, "1");
}

#[test]
fn an_end_tag_that_closes_nothing_is_ignored() {
    let root = parse("</x><dm></br><a/></dm>").unwrap();
    assert_eq!(names(&root), ["a"]);
}

#[test]
fn what_follows_the_first_element_is_not_looked_at() {
    let root = parse("<dm ok='0'/><dm ok='1'/>").unwrap();
    assert_eq!(root.attribute("ok"), Some("0"));
    assert_eq!(parse("<dm></dm><!DOCTYPE x>").unwrap().name, "dm");
}

#[test]
fn text_cdata_and_entities_make_one_text() {
    let root = parse("<dm>a&lt;b&#20184;&#x6b3e;<![CDATA[<&c>]]><x>no</x>d</dm>").unwrap();
    assert_eq!(root.text, "a<b付款<&c>d");
}

#[test]
fn an_ampersand_that_begins_no_entity_is_text() {
    let root = parse("<dm info='M&M & co' u='a?b=1&c=2;d'>M&M's & co; A&amp;B &</dm>").unwrap();
    assert_eq!(root.attribute("info"), Some("M&M & co"));
    assert_eq!(root.attribute("u"), Some("a?b=1&c=2;d"));
    assert_eq!(root.text, "M&M's & co; A&B &");
    let root = parse("<dm a='&;&#;'>&;&#;</dm>").unwrap();
    assert_eq!((root.attribute("a"), root.text.as_ref()), (Some("&;&#;"), "&;&#;"));
}

#[test]
fn attributes_keep_line_breaks_and_lose_entities() {
    let root = parse("<dm a=\"1\r\n2\n3\" b='&quot;&#10;&amp;lt;'/>").unwrap();
    assert_eq!(root.attribute("a"), Some("1\r\n2\n3"));
    assert_eq!(root.attribute("b"), Some("\"\n&lt;"));
}

#[test]
fn attributes_need_no_blank_between_them() {
    let root = parse("<dm a=\"1\"b=\"2\"c='3'/>").unwrap();
    assert_eq!(["a", "b", "c"].map(|n| root.attribute(n).unwrap()), ["1", "2", "3"]);
}

#[test]
fn children_are_found_by_name_in_order() {
    let root = parse("<dm><pay n='1'/><x/><pay n='2'/></dm>").unwrap();
    let found: Vec<_> = root.children("pay").filter_map(|p| p.attribute("n")).collect();
    assert_eq!(found, ["1", "2"]);
    assert_eq!(root.child("pay").unwrap().attribute("n"), Some("1"));
    assert!(root.child("y").is_none());
}

#[test]
fn declarations_comments_and_instructions_are_passed_over() {
    let root =
        parse("<?xml version='1.0' encoding='GBK'?>\n<!-- <no/> --><?x y?><dm><!-- a --></dm>").unwrap();
    assert_eq!((root.name, root.children.len(), root.text.as_ref()), ("dm", 0, ""));
}

#[test]
fn a_doctype_and_unknown_entities_are_forbidden() {
    for text in [
        "<!DOCTYPE dm [<!ENTITY x 'y'>]><dm>&x;</dm>",
        "<dm><!DOCTYPE dm></dm>",
        "<dm>&x;</dm>",
        "<dm a='&x;'/>",
        "<dm a='b & c &x;'/>",
        "<dm>&#xD800;</dm>",
        "<dm a='&#x110000;'/>",
    ] {
        assert_eq!(parse(text), Err(XmlError::Forbidden), "{text}");
    }
}

#[test]
fn an_entity_is_resolved_once() {
    assert_eq!(parse("<dm>&amp;lt;</dm>").unwrap().text, "&lt;");
}

#[test]
fn a_tag_that_does_not_end_is_malformed() {
    for text in ["<dm ok=\"1", "<dm", "<", "<dm a=\"1\" a=\"2\"/>", "<dm><![CDATA[x", "<dm><!-- x"] {
        assert!(matches!(parse(text), Err(XmlError::Malformed(_))), "{text}");
    }
}

#[test]
fn no_element_is_empty() {
    for text in ["", "  ", "text", "<?xml version='1.0'?>", "</dm>"] {
        assert_eq!(parse(text), Err(XmlError::Empty), "{text:?}");
    }
}

#[test]
fn depth_is_bounded() {
    assert!(parse(&"<a>".repeat(16)).is_ok());
    assert_eq!(parse(&"<a>".repeat(17)), Err(XmlError::TooLarge));
    assert_eq!(parse(&"<a>".repeat(100_000)), Err(XmlError::TooLarge));
}

#[test]
fn the_number_of_elements_is_bounded() {
    assert_eq!(parse(&format!("<dm>{}", "<a/>".repeat(4_095))).unwrap().children.len(), 4_095);
    assert_eq!(parse(&format!("<dm>{}", "<a/>".repeat(4_096))), Err(XmlError::TooLarge));
    assert_eq!(parse(&format!("<dm>{}", "<a></a>".repeat(4_096))), Err(XmlError::TooLarge));
}

#[test]
fn the_size_is_bounded() {
    let fill = |size: usize| format!("<dm>{}", "x".repeat(size - 4));
    assert_eq!(parse(&fill(MAX_BYTES)).unwrap().text.len(), MAX_BYTES - 4);
    assert_eq!(parse(&fill(MAX_BYTES + 1)), Err(XmlError::TooLarge));
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_full_of_attributes_or_ampersands_is_read_in_no_time() {
    let before = processor_time();
    let attributes: String = (0..60_000).map(|n| format!(" a{n}=''")).collect();
    assert_eq!(parse(&format!("<dm{attributes}/>")).unwrap().attributes.len(), 60_000);
    let ampersands = "&".repeat(MAX_BYTES / 2);
    assert_eq!(
        parse(&format!("<dm a='{ampersands}'/>")).unwrap().attribute("a").unwrap().len(),
        MAX_BYTES / 2
    );
    assert_eq!(parse(&format!("<dm>{ampersands}")).unwrap().text.len(), MAX_BYTES / 2);
    let letters = format!("&{}", "a".repeat(MAX_BYTES / 2));
    assert_eq!(
        parse(&format!("<dm a='{letters}'/>")).unwrap().attribute("a").unwrap().len(),
        MAX_BYTES / 2 + 1
    );
    let took = processor_time().saturating_sub(before);
    assert!(took.as_secs() < 5, "{took:?}");
}

/// The CPU time that this thread has used so far. The wall clock goes on while others work.
#[cfg(target_os = "linux")]
fn processor_time() -> std::time::Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    std::time::Duration::from_nanos(said.split_whitespace().next().unwrap().parse().unwrap())
}

#[test]
fn a_child_of_another_vocabulary_is_kept_as_it_came_and_not_looked_into() {
    let root = parse(
        "<dm ok=\"1\">a<Canvas xmlns=\"urn:x\" Width=\"1\"><dm ok=\"0\"/><pay>b</pay>c&amp;</Canvas>d<pay>e</pay></dm>",
    )
    .unwrap();
    assert_eq!(names(&root), ["pay"]);
    assert_eq!((root.text.as_ref(), root.attribute("ok")), ("ad", Some("1")));
    assert_eq!(root.children[0].text, "e");
    let canvas = "<Canvas xmlns=\"urn:x\" Width=\"1\"><dm ok=\"0\"/><pay>b</pay>c&amp;</Canvas>";
    assert_eq!(root.foreign, [("Canvas", canvas)]);
    let root = parse("<dm>微<Canvas xmlns=\"urn:x\"/><pay/><Grid  xmlns=\"urn:x\" ></Grid ></dm>").unwrap();
    assert_eq!(names(&root), ["pay"]);
    assert_eq!(root.foreign("Canvas"), Some("<Canvas xmlns=\"urn:x\"/>"));
    assert_eq!(root.foreign("Grid"), Some("<Grid  xmlns=\"urn:x\" ></Grid >"));
    assert_eq!(root.foreign("pay"), None);
}

#[test]
fn another_vocabulary_ends_with_what_it_stands_in() {
    let root = parse("<dm><list><Canvas xmlns=\"urn:x\"><pay><id></list><pay/></dm>").unwrap();
    assert_eq!(names(&root), ["list", "pay"]);
    assert!(root.closed && root.children[0].children.is_empty());
    // It is not whole.
    assert!(root.children[0].foreign.is_empty() && root.foreign.is_empty());
    let cut_off = parse("<dm><pay/><Canvas xmlns=\"urn:x\"><pay/>").unwrap();
    assert_eq!(names(&cut_off), ["pay"]);
    assert!(!cut_off.closed);
}

#[test]
fn the_document_itself_may_have_a_namespace() {
    let root = parse("<dm xmlns=\"urn:x\"><pay/></dm>").unwrap();
    assert_eq!(names(&root), ["pay"]);
}

#[test]
fn depth_is_bounded_in_another_vocabulary_too() {
    let deep = format!("<dm><Canvas xmlns=\"urn:x\">{}", "<a>".repeat(20));
    assert_eq!(parse(&deep), Err(XmlError::TooLarge));
}

#[test]
fn a_response_gets_the_end_tag_that_a_platform_leaves_out() {
    let closed =
        |text: &str| String::from_utf8(wsy::protocol::xml::with_end_tag(text.as_bytes().to_vec())).unwrap();
    for (text, whole) in [
        ("<dm ok=\"1\">\n", "<dm ok=\"1\">\n</dm>"),
        (" <dm ok=\"1\"></dm>\n", " <dm ok=\"1\"></dm>\n"),
        ("<dm ok=\"0\" />", "<dm ok=\"0\" /></dm>"),
        ("a receipt", "a receipt"),
        ("", ""),
    ] {
        assert_eq!(closed(text), whole);
    }
    // A value that is cut off stays so.
    assert!(wsy::protocol::xml::parse(&closed("<dm ok=\"1\" total=\"0.0")).is_err());
}

#[test]
fn no_more_attributes_are_kept_than_any_response_has() {
    let many: String = (0..300).map(|n| format!(" a{n}=\"\"")).collect();
    let text = format!("<dm{many} last=\"1\"/>");
    let root = wsy::protocol::xml::parse(&text).unwrap();
    assert_eq!((root.attribute("last"), root.owned_attributes().len()), (Some("1"), 256));
}
