//! The numbers of the codes. They are part of the ABI: never renumbered, never used again for anything else.

/// Done. A call about money never returns this.
pub const WSY_OK: i32 = 0;
/// Paid: the money was taken. The only code of a payment on which goods may be handed over.
pub const WSY_PAID: i32 = 1;
/// Refunded: the money went back to the customer.
pub const WSY_REFUNDED: i32 = 2;
/// Not paid: no money was taken.
pub const WSY_NOT_PAID: i32 = -1;
/// Unknown: the money may have been taken (or given back). The only code of an ended call that means this.
pub const WSY_UNKNOWN: i32 = -2;
/// Not refunded: no money went back.
pub const WSY_NOT_REFUNDED: i32 = -3;
/// Still going on: there is no verdict yet. Only from the calls on a wsy_payment, and from single queries.
pub const WSY_PENDING: i32 = -4;
/// The handle is not valid: null, never opened, closed already, or of another kind.
pub const WSY_ERR_HANDLE: i32 = -101;
/// An argument is not valid: a required pointer is NULL, or a number is out of range.
pub const WSY_ERR_ARGUMENT: i32 = -102;
/// A text is not valid in the code page.
pub const WSY_ERR_TEXT: i32 = -103;
/// The buffer is too small; the text in it was cut. Read again with the needed size.
pub const WSY_ERR_BUFFER: i32 = -104;
/// The reply has no such field, item or list.
pub const WSY_ERR_NO_FIELD: i32 = -105;
/// An internal error of the library.
pub const WSY_ERR_INTERNAL: i32 = -106;
/// This number is being worked on in another thread, or the payment has not ended.
pub const WSY_ERR_BUSY: i32 = -107;
/// The library cannot be called from inside its own log callback.
pub const WSY_ERR_IN_CALLBACK: i32 = -108;
/// An option or parameter is not known, or its value is not valid.
pub const WSY_ERR_OPTIONS: i32 = -110;
/// The data folder cannot be made or written.
pub const WSY_ERR_FOLDER: i32 = -120;
/// The data folder is in use by another program, or by another client of this one.
pub const WSY_ERR_FOLDER_IN_USE: i32 = -121;
/// The ledger cannot be read or written.
pub const WSY_ERR_LEDGER: i32 = -122;
/// The ledger file is damaged, or is no ledger of wsy.
pub const WSY_ERR_LEDGER_DAMAGED: i32 = -123;
/// The ledger was written by a newer version of the library.
pub const WSY_ERR_LEDGER_NEWER: i32 = -124;
/// The address of the platform, or of the proxy, is not valid.
pub const WSY_ERR_BASE: i32 = -125;
/// The CA file cannot be read, or holds no certificate in PEM.
pub const WSY_ERR_CA_FILE: i32 = -126;
/// The ledger was made on another machine or in another folder: it may be a copy.
pub const WSY_ERR_LEDGER_COPIED: i32 = -127;
/// The ledger is not the one that was written last: deleted, or an old backup.
pub const WSY_ERR_LEDGER_RESTORED: i32 = -128;
/// The config names a server that is not allowed.
pub const WSY_ERR_SERVER_NOT_ALLOWED: i32 = -129;
/// The device is not activated.
pub const WSY_ERR_NOT_ACTIVATED: i32 = -130;
/// The platform refused the activation code; or the code, device id or key is empty.
pub const WSY_ERR_ACTIVATION_REFUSED: i32 = -131;
/// The activation was sent and no whole answer came: the code may be used up.
pub const WSY_ERR_ACTIVATION_LOST: i32 = -132;
/// The platform does not accept this device or its key: activate again.
pub const WSY_ERR_ACTIVATE_AGAIN: i32 = -133;
/// There is no pay config, neither from the platform nor saved.
pub const WSY_ERR_NO_CONFIG: i32 = -134;
/// The auth code is not 10 to 32 digits.
pub const WSY_ERR_AUTH_CODE: i32 = -140;
/// The auth code was used for another bill.
pub const WSY_ERR_AUTH_CODE_USED: i32 = -141;
/// The amount is not from 1 to 100000000 fen.
pub const WSY_ERR_AMOUNT: i32 = -142;
/// The pay config does not allow this amount.
pub const WSY_ERR_AMOUNT_NOT_ALLOWED: i32 = -143;
/// The payment type is not known, or none takes this auth code.
pub const WSY_ERR_PAY_TYPE: i32 = -144;
/// This device is not licensed to charge.
pub const WSY_ERR_NOT_LICENSED: i32 = -145;
/// The out_trade_no is not 1 to 64 visible ASCII characters.
pub const WSY_ERR_OUT_TRADE_NO: i32 = -146;
/// The out_trade_no was used with another amount.
pub const WSY_ERR_AMOUNT_DIFFERS: i32 = -147;
/// An earlier charge of the bill is not decided, so no second code is charged.
pub const WSY_ERR_STILL_OPEN: i32 = -148;
/// The bill was paid and then refunded in full.
pub const WSY_ERR_ALREADY_REFUNDED: i32 = -149;
/// A further parameter has a name or text that cannot be sent.
pub const WSY_ERR_PARAM: i32 = -150;
/// Neither the ledger nor the platform has such a bill.
pub const WSY_ERR_NO_BILL: i32 = -151;
/// The bill is not paid, or not decided.
pub const WSY_ERR_BILL_NOT_PAID: i32 = -152;
/// The out_refund_no is not 1 to 64 visible ASCII characters, or begins with void-, which the library keeps for itself.
pub const WSY_ERR_OUT_REFUND_NO: i32 = -153;
/// The out_refund_no was used for another bill or amount.
pub const WSY_ERR_REFUND_DIFFERS: i32 = -154;
/// Another refund of the bill is not decided.
pub const WSY_ERR_REFUND_OPEN: i32 = -155;
/// The refund is larger than what can still be refunded.
pub const WSY_ERR_REFUND_TOO_MUCH: i32 = -156;
/// The platform cannot be reached; nothing was sent.
pub const WSY_ERR_NOT_SENT: i32 = -160;
/// The platform gave no whole answer to a question; no money moved.
pub const WSY_ERR_NO_ANSWER: i32 = -161;
/// The answer to a question is not in the platform's form; no money moved.
pub const WSY_ERR_BAD_ANSWER: i32 = -162;
/// The platform refused a question, or the first reading of a bill; no money moved.
pub const WSY_ERR_REFUSED: i32 = -163;
/// The platform has no such receipt; the reply holds the ledger's, if there is one.
pub const WSY_ERR_NO_RECEIPT: i32 = -164;
/// Cancelled before anything was sent.
pub const WSY_ERR_CANCELLED: i32 = -165;
/// There is no such alarm, or it was acknowledged already.
pub const WSY_ERR_NO_ALARM: i32 = -166;
/// No font has all characters of the receipt.
pub const WSY_ERR_NO_FONT: i32 = -167;
/// The picture of the receipt cannot be made or written.
pub const WSY_ERR_PICTURE: i32 = -168;
/// There is no such printer; nothing was printed.
pub const WSY_ERR_NO_PRINTER: i32 = -170;
/// The printer takes nothing: off, not connected, open, or busy for too long.
pub const WSY_ERR_PRINTER_OFFLINE: i32 = -171;
/// The printer says that it has no paper.
pub const WSY_ERR_NO_PAPER: i32 = -172;
/// The receipt was not printed to its end.
pub const WSY_ERR_NOT_PRINTED: i32 = -173;
/// The code page of UTF-8 text.
pub const WSY_UTF8: i32 = 65001;
/// The code page of GBK text.
pub const WSY_GBK: i32 = 936;
/// Sentences in Chinese.
pub const WSY_ZH: i32 = 0;
/// Sentences in English.
pub const WSY_EN: i32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::code::Code;

    #[test]
    fn every_code_of_the_till_has_its_number_in_the_header() {
        let header = [
            WSY_OK,
            WSY_PAID,
            WSY_REFUNDED,
            WSY_NOT_PAID,
            WSY_UNKNOWN,
            WSY_NOT_REFUNDED,
            WSY_PENDING,
            WSY_ERR_HANDLE,
            WSY_ERR_ARGUMENT,
            WSY_ERR_TEXT,
            WSY_ERR_BUFFER,
            WSY_ERR_NO_FIELD,
            WSY_ERR_INTERNAL,
            WSY_ERR_BUSY,
            WSY_ERR_IN_CALLBACK,
            WSY_ERR_OPTIONS,
            WSY_ERR_FOLDER,
            WSY_ERR_FOLDER_IN_USE,
            WSY_ERR_LEDGER,
            WSY_ERR_LEDGER_DAMAGED,
            WSY_ERR_LEDGER_NEWER,
            WSY_ERR_BASE,
            WSY_ERR_CA_FILE,
            WSY_ERR_LEDGER_COPIED,
            WSY_ERR_LEDGER_RESTORED,
            WSY_ERR_SERVER_NOT_ALLOWED,
            WSY_ERR_NOT_ACTIVATED,
            WSY_ERR_ACTIVATION_REFUSED,
            WSY_ERR_ACTIVATION_LOST,
            WSY_ERR_ACTIVATE_AGAIN,
            WSY_ERR_NO_CONFIG,
            WSY_ERR_AUTH_CODE,
            WSY_ERR_AUTH_CODE_USED,
            WSY_ERR_AMOUNT,
            WSY_ERR_AMOUNT_NOT_ALLOWED,
            WSY_ERR_PAY_TYPE,
            WSY_ERR_NOT_LICENSED,
            WSY_ERR_OUT_TRADE_NO,
            WSY_ERR_AMOUNT_DIFFERS,
            WSY_ERR_STILL_OPEN,
            WSY_ERR_ALREADY_REFUNDED,
            WSY_ERR_PARAM,
            WSY_ERR_NO_BILL,
            WSY_ERR_BILL_NOT_PAID,
            WSY_ERR_OUT_REFUND_NO,
            WSY_ERR_REFUND_DIFFERS,
            WSY_ERR_REFUND_OPEN,
            WSY_ERR_REFUND_TOO_MUCH,
            WSY_ERR_NOT_SENT,
            WSY_ERR_NO_ANSWER,
            WSY_ERR_BAD_ANSWER,
            WSY_ERR_REFUSED,
            WSY_ERR_NO_RECEIPT,
            WSY_ERR_CANCELLED,
            WSY_ERR_NO_ALARM,
            WSY_ERR_NO_FONT,
            WSY_ERR_PICTURE,
            WSY_ERR_NO_PRINTER,
            WSY_ERR_PRINTER_OFFLINE,
            WSY_ERR_NO_PAPER,
            WSY_ERR_NOT_PRINTED,
        ];
        let till: Vec<i32> = Code::ALL.iter().map(|code| code.number()).collect();
        assert_eq!(header.as_slice(), till);
    }

    #[test]
    fn only_paid_and_refunded_are_positive_and_only_ok_is_zero() {
        for code in Code::ALL {
            let expected = match code {
                Code::Paid => 1,
                Code::Refunded => 2,
                Code::Ok => 0,
                _ => code.number().min(-1),
            };
            assert_eq!(code.number(), expected);
        }
    }
}
