//! Receipts from the ledger, in columns and as pictures.

use std::fs;

use wsy_sandbox::{Behaviour, Call, Fault};

use crate::build::root;
use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn font() -> String {
    root().join("tests/vectors/receipt-font.ttf").to_str().unwrap().to_owned()
}

/// The width and height in the header of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(PNG) && &png[12..16] == b"IHDR");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

fn columns(line: &str) -> usize {
    line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[test]
fn the_ledger_has_the_receipt_that_the_platform_sent_and_marks_a_copy() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let paid = shop.sell("B1", 1234);
        shop.silent(|| {
            let found = shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
            assert_eq!((found.text("printinfo"), &found.receipt), (paid.text("printinfo"), &paid.receipt));
            let copy = shop.till.find_receipt("B1", &[("copy", "1")], 1).is(codes::OK);
            let rest = copy.text("receipt").strip_prefix("补打\n").unwrap();
            assert_eq!(rest.trim_start(), paid.text("receipt"));
        });
    }
}

#[test]
fn a_bill_without_a_receipt_gets_one_after_the_template() {
    let shop = Setup::default()
        .config(
            "payremind_template",
            r"\x1b\x40\x1b\x61\x01凭证\x1b\x40单号 {no}\x1b\x40桌 {tableno}\x1b\x40金额 {total}",
        )
        .config("payremind_template_popup", "收款 {total}")
        .config("qrcode_template", "")
        .open();
    let paid = shop.till.micropay("B1", &shop.wechat(), 1234, &[("noremind", "1")]).is(codes::PAID);
    assert_eq!(paid.receipt, None);
    let kind =
        |kind| shop.till.find_receipt("B1", &[("kind", kind)], 0).is(codes::OK).text("receipt").to_owned();
    assert_eq!(kind("receipt"), "凭证\n单号 B1\n金额 12.34");
    assert_eq!(kind("popup"), "收款 12.34");
    assert!(kind("invitation").contains("12.34"));
    for wrong in [&[("kind", "bill")], &[("copy", "yes")], &[("copies", "1")]] {
        shop.till.find_receipt("B1", wrong, 0).is(codes::ERR_OPTIONS);
    }
}

#[test]
fn only_what_is_paid_or_refunded_has_a_receipt() {
    let shop = Shop::open_utf8();
    shop.till.find_receipt("B1", NONE, 0).is(codes::ERR_NO_BILL);
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.till.find_receipt("B1", NONE, 0).is(codes::ERR_BILL_NOT_PAID);
    shop.sell("B2", 500);
    shop.till.find_refund_receipt("R1", NONE, 0).is(codes::ERR_NO_BILL);
    shop.till.refund("R1", "B2", 200, NONE).is(codes::REFUNDED);
    let receipt = shop.till.find_refund_receipt("R1", &[("copy", "1")], 0).is(codes::OK);
    let text = receipt.text("receipt");
    assert!(text.starts_with("补打\n") && text.contains("2.00"), "{text}");
    shop.till.find_refund_receipt("R1", &[("kind", "popup")], 0).is(codes::ERR_OPTIONS);
}

#[test]
fn a_receipt_is_laid_out_for_both_widths_of_paper_in_both_code_pages() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let sold = shop.sell("B1", 1234);
        shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
        for (width, most) in [(58, 32), (80, 48)] {
            let text = shop.till.receipt_text(0, width).is(codes::OK).said.unwrap();
            assert!(text.lines().all(|line| columns(line) <= most), "{text}");
            // Different line breaks and positions, the same letters.
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(letters(&text), letters(sold.text("receipt")));
        }
        assert_eq!(shop.till.receipt_text(0, 57).code, codes::ERR_ARGUMENT);
        assert_eq!(shop.till.receipt_text(9, 58).code, codes::ERR_HANDLE);
    }
}

#[test]
fn a_receipt_is_drawn_into_a_buffer_and_into_a_file() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        shop.sell("B1", 1234);
        shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
        for (width, dots) in [(58, 464), (80, 640)] {
            let drawn = shop.till.receipt_png(0, width, &font()).is(codes::OK).picture.unwrap();
            let (across, down) = size(&drawn);
            assert_eq!(across, dots);
            assert!((200..2000).contains(&down), "{down}");

            let file = shop.home().join("小票.png");
            let path = file.to_str().unwrap();
            shop.till.receipt_png_file(0, width, &font(), path).is(codes::OK);
            assert_eq!(fs::read(&file).unwrap(), drawn);
        }
    }
}

#[test]
fn a_picture_that_cannot_be_right_is_not_made() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 1234);
    shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
    let no_font = root().join("tests/vectors/micropay-paid.xml");
    let gone = shop.home().join("no such font.ttf");
    // A font that never ends, and one that is too large for a font; as a sparse file, it takes no space.
    let large = shop.home().join("large.ttf");
    fs::File::create(&large).unwrap().set_len(128 << 20).unwrap();
    for font in [no_font, gone, "/dev/zero".into(), large] {
        shop.till.receipt_png(0, 58, font.to_str().unwrap()).is(codes::ERR_NO_FONT);
    }
    let nowhere = shop.home().join("no such folder/receipt.png");
    shop.till.receipt_png_file(0, 58, &font(), nowhere.to_str().unwrap()).is(codes::ERR_PICTURE);
    shop.till.receipt_png_file(0, 58, &font(), "").is(codes::ERR_ARGUMENT);
    assert_eq!(shop.till.receipt_png(0, 60, &font()).code, codes::ERR_ARGUMENT);

    // The test font has no Greek, and the paper is longer than any real one.
    for (receipt, code) in
        [("Ω", codes::ERR_NO_FONT), ("\\x1b\\x64\\xff".repeat(9).as_str(), codes::ERR_PICTURE)]
    {
        let body = format!(
            "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm{}\" total=\"1.00\"><paylist><pay><printinfo>{receipt}.\
             </printinfo></pay></paylist></dm>",
            code.abs()
        );
        shop.once(Call::Micropay, Fault::Response { body });
        let bill = format!("C{code}");
        shop.till.micropay(&bill, &shop.wechat(), 100, NONE).is(codes::PAID);
        shop.till.find_receipt(&bill, NONE, 1).is(codes::OK);
        shop.till.receipt_png(1, 58, &font()).is(code);
    }
}

/// A black square of eight dots, as a file of the caller's.
fn logo(shop: &Shop, name: &str) -> String {
    let path = shop.home().join(name);
    let mut encoder = png::Encoder::new(fs::File::create(&path).unwrap(), 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&[0; 64]).unwrap();
    path.to_str().unwrap().to_owned()
}

const SQUARE: &[u8] = b"\x1dv0\x00\x01\x00\x08\x00\xff\xff\xff\xff\xff\xff\xff\xff";

fn squares(bytes: &[u8]) -> usize {
    bytes.windows(SQUARE.len()).filter(|window| *window == SQUARE).count()
}

#[test]
fn the_table_and_the_waiter_of_a_charge_are_in_its_receipts_from_the_ledger_after_a_restart_too() {
    for page in Page::BOTH {
        let mut shop = Setup::default()
            .page(page)
            .config("payremind_template", r"\x1b\x40单号 {no}\x1b\x40桌 {tableno}\x1b\x40员 {staff}")
            .config("payremind_template_popup", "{table} {total}")
            .config("redpack_template", "红包 {no} {staff}")
            .open();
        let given = [("noremind", "1"), ("tableno", "大厅 5"), ("staff", "小王"), ("operator_id", "007")];
        shop.till.micropay("B1", &shop.wechat(), 1234, &given).is(codes::PAID);
        // They are for receipts, and are not sent to the platform.
        let sent = shop.sent(Call::Micropay).pop().unwrap().params;
        assert_eq!(
            (sent.get("tableno"), sent.get("staff"), sent.get("operator_id")),
            (None, None, Some("007"))
        );
        let text = |shop: &Shop, params: &[(&str, &str)]| {
            shop.till.find_receipt("B1", params, 0).is(codes::OK).text("receipt").to_owned()
        };
        assert_eq!(text(&shop, NONE), "单号 B1\n桌 大厅 5\n员 小王");
        assert_eq!(text(&shop, &[("kind", "popup")]), "大厅 5 12.34");
        assert_eq!(text(&shop, &[("kind", "red_packet")]), "红包 B1 小王");
        shop.till.driver.kill();
        shop.start_again().is(codes::OK);
        assert_eq!(text(&shop, &[("copy", "1")]), "补打\n单号 B1\n桌 大厅 5\n员 小王");
        // Parameters of the call take precedence.
        assert_eq!(text(&shop, &[("table", "9"), ("tableno", "8")]), "单号 B1\n桌 8\n员 小王");
        assert_eq!(text(&shop, &[("staff", "小李")]), "单号 B1\n桌 大厅 5\n员 小李");
        shop.till.find_receipt("B1", &[("staff", "小\n李")], 0).is(codes::ERR_PARAM);
        shop.silent(|| {
            shop.till.micropay("B2", &shop.wechat(), 1, &[("table", "1\t2")]).is(codes::ERR_PARAM)
        });
        // The cashier counts as the server if nobody else is named.
        let cashier = [("noremind", "1"), ("operator_id", "007")];
        shop.till.micropay("B3", &shop.wechat(), 1, &cashier).is(codes::PAID);
        assert_eq!(shop.till.find_receipt("B3", NONE, 0).is(codes::OK).text("receipt"), "单号 B3\n员 007");
    }
}

#[test]
fn a_red_packet_has_its_own_template_and_none_without() {
    let shop = Setup::default().config("redpack_template", "").open();
    shop.sell("B1", 100);
    shop.till.find_receipt("B1", &[("kind", "red_packet")], 0).is(codes::ERR_NO_RECEIPT);
    shop.till.find_receipt("B2", &[("kind", "red_packet")], 0).is(codes::ERR_NO_BILL);
    shop.till.refund("R1", "B1", 10, NONE).is(codes::REFUNDED);
    for given in [("kind", "red_packet"), ("staff", "小王"), ("qrcode", "x.png")] {
        shop.till.find_refund_receipt("R1", &[given], 0).is(codes::ERR_OPTIONS);
    }
}

#[test]
fn the_pictures_of_a_template_are_files_of_the_callers_and_left_out_where_none_is_given() {
    for page in Page::BOTH {
        let shop = Setup::default()
            .page(page)
            .config("qrcode_template", r"\x1b\x40\x1b\x61\x01{qrcode_logo}\x1b\x40扫 {no}\x1b\x40{qrcode}")
            .open();
        shop.till.micropay("B1", &shop.wechat(), 1234, &[("noremind", "1")]).is(codes::PAID);
        let find = |more: &[(&str, &str)], slot| {
            let params = [&[("kind", "invitation")], more].concat();
            shop.till.find_receipt("B1", &params, slot)
        };
        let plain = find(&[], 0).is(codes::OK);
        assert_eq!((plain.text("receipt"), squares(plain.receipt.as_deref().unwrap())), ("扫 B1", 0));
        let logo = logo(&shop, "店标.png");
        let one = find(&[("qrcode_logo", &logo)], 1).is(codes::OK);
        assert_eq!((one.text("receipt"), squares(one.receipt.as_deref().unwrap())), ("扫 B1", 1));
        let both = find(&[("qrcode_logo", &logo), ("qrcode", &logo)], 2).is(codes::OK);
        assert_eq!(squares(both.receipt.as_deref().unwrap()), 2);
        // In the receipt's picture as well: eight rows of dots for each.
        let height = |slot| size(&shop.till.receipt_png(slot, 58, &font()).is(codes::OK).picture.unwrap()).1;
        assert_eq!((height(1) - height(0), height(2) - height(0)), (8, 16));

        let missing = shop.home().join("gone.png");
        let text = shop.home().join("text.png");
        fs::write(&text, "<dm/>").unwrap();
        for bad in
            [missing.to_str().unwrap(), text.to_str().unwrap(), shop.home().to_str().unwrap(), "/dev/zero"]
        {
            let reply = find(&[("qrcode_logo", bad)], 3).is(codes::ERR_OPTIONS);
            assert!(reply.text("detail").contains("qrcode_logo"), "{}", reply.text("detail"));
        }
        // A template without a place for it does not look at it.
        shop.till.find_receipt("B1", &[("qrcode_logo", "gone.png")], 3).is(codes::OK);
        // A picture for every receipt is named once.
        shop.till.close().is(codes::OK);
        shop.open_with(&shop.till, &[("qrcode_logo", &logo)]).is(codes::OK);
        assert_eq!(squares(find(&[], 0).is(codes::OK).receipt.as_deref().unwrap()), 1);
        assert!(shop.control.requests().requests.iter().all(|request| !request.endpoint.ends_with(".png")));
    }
}
