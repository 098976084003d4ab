namespace Wsy
{
    /// <summary>
    /// The numbers of wsy.h, which never change. The verdicts are 2, 1 and -1 to -3; errors are below -100, and a call about
    /// money that ends in one has sent nothing that moves money.
    /// </summary>
    public static class WsyCode
    {
        /// <summary>Done. A call about money never returns this.</summary>
        public const int Ok = 0;

        /// <summary>Paid: the money was taken. The only code of a payment on which goods may be handed over.</summary>
        public const int Paid = 1;

        /// <summary>Refunded: the money went back to the customer.</summary>
        public const int Refunded = 2;

        /// <summary>Not paid: no money was taken.</summary>
        public const int NotPaid = -1;

        /// <summary>Unknown: the money may have been taken (or given back). The only code of an ended call that means this.</summary>
        public const int Unknown = -2;

        /// <summary>Not refunded: no money went back.</summary>
        public const int NotRefunded = -3;

        /// <summary>Still going on: there is no verdict yet. Only from the calls on a wsy_payment, and from single queries.</summary>
        public const int Pending = -4;

        /// <summary>The handle is not valid: null, never opened, closed already, or of another kind.</summary>
        public const int ErrHandle = -101;

        /// <summary>An argument is not valid: a required pointer is NULL, or a number is out of range.</summary>
        public const int ErrArgument = -102;

        /// <summary>A text is not valid in the code page.</summary>
        public const int ErrText = -103;

        /// <summary>The buffer is too small; the text in it was cut. Read again with the needed size.</summary>
        public const int ErrBuffer = -104;

        /// <summary>The reply has no such field, item or list.</summary>
        public const int ErrNoField = -105;

        /// <summary>An internal error of the library.</summary>
        public const int ErrInternal = -106;

        /// <summary>This number is being worked on in another thread, or the payment has not ended.</summary>
        public const int ErrBusy = -107;

        /// <summary>The library cannot be called from inside its own log callback.</summary>
        public const int ErrInCallback = -108;

        /// <summary>An option or parameter is not known, or its value is not valid.</summary>
        public const int ErrOptions = -110;

        /// <summary>The data folder cannot be made or written.</summary>
        public const int ErrFolder = -120;

        /// <summary>The data folder is in use by another program, or by another client of this one.</summary>
        public const int ErrFolderInUse = -121;

        /// <summary>The ledger cannot be read or written.</summary>
        public const int ErrLedger = -122;

        /// <summary>The ledger file is damaged, or is no ledger of wsy.</summary>
        public const int ErrLedgerDamaged = -123;

        /// <summary>The ledger was written by a newer version of the library.</summary>
        public const int ErrLedgerNewer = -124;

        /// <summary>The address of the platform, or of the proxy, is not valid.</summary>
        public const int ErrBase = -125;

        /// <summary>The CA file cannot be read, or holds no certificate in PEM.</summary>
        public const int ErrCaFile = -126;

        /// <summary>The ledger was made on another machine or in another folder: it may be a copy.</summary>
        public const int ErrLedgerCopied = -127;

        /// <summary>The ledger is not the one that was written last: deleted, or an old backup.</summary>
        public const int ErrLedgerRestored = -128;

        /// <summary>The config names a server that is not allowed.</summary>
        public const int ErrServerNotAllowed = -129;

        /// <summary>The device is not activated.</summary>
        public const int ErrNotActivated = -130;

        /// <summary>The platform refused the activation code; or the code, device id or key is empty.</summary>
        public const int ErrActivationRefused = -131;

        /// <summary>The activation was sent and no whole answer came: the code may be used up.</summary>
        public const int ErrActivationLost = -132;

        /// <summary>The platform does not accept this device or its key: activate again.</summary>
        public const int ErrActivateAgain = -133;

        /// <summary>There is no pay config, neither from the platform nor saved.</summary>
        public const int ErrNoConfig = -134;

        /// <summary>The auth code is not 10 to 32 digits.</summary>
        public const int ErrAuthCode = -140;

        /// <summary>The auth code was used for another bill.</summary>
        public const int ErrAuthCodeUsed = -141;

        /// <summary>The amount is not from 1 to 100000000 fen.</summary>
        public const int ErrAmount = -142;

        /// <summary>The pay config does not allow this amount.</summary>
        public const int ErrAmountNotAllowed = -143;

        /// <summary>The payment type is not known, or none takes this auth code.</summary>
        public const int ErrPayType = -144;

        /// <summary>This device is not licensed to charge.</summary>
        public const int ErrNotLicensed = -145;

        /// <summary>The out_trade_no is not 1 to 64 visible ASCII characters.</summary>
        public const int ErrOutTradeNo = -146;

        /// <summary>The out_trade_no was used with another amount.</summary>
        public const int ErrAmountDiffers = -147;

        /// <summary>An earlier charge of the bill is not decided, so no second code is charged.</summary>
        public const int ErrStillOpen = -148;

        /// <summary>The bill was paid and then refunded in full.</summary>
        public const int ErrAlreadyRefunded = -149;

        /// <summary>A further parameter has a name or text that cannot be sent.</summary>
        public const int ErrParam = -150;

        /// <summary>Neither the ledger nor the platform has such a bill.</summary>
        public const int ErrNoBill = -151;

        /// <summary>The bill is not paid, or not decided.</summary>
        public const int ErrBillNotPaid = -152;

        /// <summary>The out_refund_no is not 1 to 64 visible ASCII characters, or begins with void-, which the library keeps for itself.</summary>
        public const int ErrOutRefundNo = -153;

        /// <summary>The out_refund_no was used for another bill or amount.</summary>
        public const int ErrRefundDiffers = -154;

        /// <summary>Another refund of the bill is not decided.</summary>
        public const int ErrRefundOpen = -155;

        /// <summary>The refund is larger than what can still be refunded.</summary>
        public const int ErrRefundTooMuch = -156;

        /// <summary>The platform cannot be reached; nothing was sent.</summary>
        public const int ErrNotSent = -160;

        /// <summary>The platform gave no whole answer to a question; no money moved.</summary>
        public const int ErrNoAnswer = -161;

        /// <summary>The answer to a question is not in the platform's form; no money moved.</summary>
        public const int ErrBadAnswer = -162;

        /// <summary>The platform refused a question, or the first reading of a bill; no money moved.</summary>
        public const int ErrRefused = -163;

        /// <summary>The platform has no such receipt; the reply holds the ledger's, if there is one.</summary>
        public const int ErrNoReceipt = -164;

        /// <summary>Cancelled before anything was sent.</summary>
        public const int ErrCancelled = -165;

        /// <summary>There is no such alarm, or it was acknowledged already.</summary>
        public const int ErrNoAlarm = -166;

        /// <summary>No font has all characters of the receipt.</summary>
        public const int ErrNoFont = -167;

        /// <summary>The picture of the receipt cannot be made or written.</summary>
        public const int ErrPicture = -168;

        /// <summary>There is no such printer; nothing was printed.</summary>
        public const int ErrNoPrinter = -170;

        /// <summary>The printer takes nothing: off, not connected, open, or busy for too long.</summary>
        public const int ErrPrinterOffline = -171;

        /// <summary>The printer says that it has no paper.</summary>
        public const int ErrNoPaper = -172;

        /// <summary>The receipt was not printed to its end.</summary>
        public const int ErrNotPrinted = -173;
    }
}
