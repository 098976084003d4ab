* wsy 的声明，程序启动时执行一次：DO wsy
*
* 句柄都是数值，0 表示没有；可以不填的文本传 ""，不要传 .NULL.。带 @ 的参数调用时也要写 @，变量要先赋值。
* cBuffer 先用 SPACE(nSize) 准备好；配套的 wsytext.prg 把这些都包好了，一般不必直接调用读文本的函数。
* 以下由 cargo xtask tables 生成，请不要手工修改。

* 打开收银台的数据文件夹，最先调用。
* Opens a till's data folder; call this first.
DECLARE INTEGER WsyOpen IN wsy.dll STRING cFolder, INTEGER nCodePage, INTEGER nOptions, INTEGER @nClient, ;
    INTEGER @nReply

* 关闭收银台，程序退出前调用。
* Closes a till; call this before the program ends.
DECLARE INTEGER WsyClose IN wsy.dll INTEGER nClient

* 关闭本进程遗留未关的所有收银台；在开发环境里运行的程序启动时最先调用。
* Closes every till that this process left open; call this first in a development environment.
DECLARE INTEGER WsyCloseAll IN wsy.dll

* 录入商品时提前为下一笔收款建立连接，立即返回。
* Opens a connection for the next payment while the sale is being entered; returns at once.
DECLARE INTEGER WsyPrepare IN wsy.dll INTEGER nClient

* 用后台的激活码激活，只需激活一次。
* Activates the till with a code from the back office; needed only once.
DECLARE INTEGER WsyActivate IN wsy.dll INTEGER nClient, STRING cInitkey, STRING cHostid, INTEGER nParams, ;
    INTEGER @nReply

* 填入后台给的设备号和密钥，代替激活。
* Sets a device id and key that the back office issued by hand.
DECLARE INTEGER WsySetDevice IN wsy.dll INTEGER nClient, STRING cDeviceId, STRING cKey, INTEGER @nReply

* 支付配置；refresh 为 1 时重新向平台读取。
* Reads the pay config; with refresh 1 from the platform now.
DECLARE INTEGER WsyConfig IN wsy.dll INTEGER nClient, INTEGER nRefresh, INTEGER @nReply

* 平台时间。
* Reads the platform's clock.
DECLARE INTEGER WsyTime IN wsy.dll INTEGER nClient, INTEGER @nReply

* 本库的版本号。
* Reads the library's version.
DECLARE INTEGER WsyVersion IN wsy.dll STRING @cBuffer, INTEGER nSize, INTEGER @nNeeded

* 新建一个参数表。
* Creates an empty list of named values.
DECLARE INTEGER WsyParamsNew IN wsy.dll INTEGER nCodePage, INTEGER @nParams

* 设置一个参数。
* Sets a named value.
DECLARE INTEGER WsyParamsSet IN wsy.dll INTEGER nParams, STRING cName, STRING cValue

* 释放参数表。
* Frees a list of named values.
DECLARE INTEGER WsyParamsFree IN wsy.dll INTEGER nParams

* 扫码收款并等到结果；只有返回 1 才是已收款。
* Charges the customer and waits for the verdict; only 1 is paid.
DECLARE INTEGER WsyMicropay IN wsy.dll INTEGER nClient, STRING cOutTradeNo, STRING cAuthCode, ;
    INTEGER nTotalFen, INTEGER nParams, INTEGER @nReply

* 退款并等到结果；只有返回 2 才是已退款。
* Refunds all or part of a bill and waits for the verdict; only 2 is refunded.
DECLARE INTEGER WsyRefund IN wsy.dll INTEGER nClient, STRING cOutRefundNo, STRING cOutTradeNo, STRING cDmId, ;
    INTEGER nRefundFen, INTEGER nParams, INTEGER @nReply

* 撤销：查清这一单，若已收款则全额退款。
* Settles a bill, and refunds it if it turns out to be paid.
DECLARE INTEGER WsyVoid IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER nParams, INTEGER @nReply

* 开始撤销一单，不等待；用 WsyPaymentPoll 取结果。
* Starts undoing a bill; polled like a charge.
DECLARE INTEGER WsyVoidStart IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER nParams, ;
    INTEGER @nPayment, INTEGER @nReply

* 查清一单“结果未知”的收款。
* Finds out the outcome of a bill that is unknown.
DECLARE INTEGER WsySettle IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER nParams, INTEGER @nReply

* 开始查清一单，不等待；用 WsyPaymentPoll 取结果。
* Starts finding out the outcome of a bill; polled like a charge.
DECLARE INTEGER WsySettleStart IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER nParams, ;
    INTEGER @nPayment, INTEGER @nReply

* 每次启动后调用：查清上次断电或死机留下的单。
* Settles what a crash or a power cut left open, after each start.
DECLARE INTEGER WsyRecover IN wsy.dll INTEGER nClient, INTEGER nParams, INTEGER @nReply

* 每次启动后调用，不等待：在后台查清上次断电或死机留下的单，期间照常收款。
* Starts settling what a crash or a power cut left open, after each start; the till keeps selling.
DECLARE INTEGER WsyRecoverStart IN wsy.dll INTEGER nClient, INTEGER nParams, INTEGER @nPayment, ;
    INTEGER @nReply

* 开始收款，不等待；随后用 WsyPaymentPoll 轮询，界面不会卡住。
* Starts a charge that is polled, so that the screen stays responsive.
DECLARE INTEGER WsyMicropayStart IN wsy.dll INTEGER nClient, STRING cOutTradeNo, STRING cAuthCode, ;
    INTEGER nTotalFen, INTEGER nParams, INTEGER @nPayment, INTEGER @nReply

* 开始退款，不等待。
* Starts a refund that is polled.
DECLARE INTEGER WsyRefundStart IN wsy.dll INTEGER nClient, STRING cOutRefundNo, STRING cOutTradeNo, ;
    STRING cDmId, INTEGER nRefundFen, INTEGER nParams, INTEGER @nPayment, INTEGER @nReply

* 收款是否已有结果；还没有时返回 -4。
* Reports whether a started payment has ended; -4 until then.
DECLARE INTEGER WsyPaymentPoll IN wsy.dll INTEGER nPayment, INTEGER @nReply

* 等待结果，最多 timeout_ms 毫秒。
* Waits for a started payment for at most timeout_ms.
DECLARE INTEGER WsyPaymentWait IN wsy.dll INTEGER nPayment, INTEGER nTimeoutMs, INTEGER @nReply

* 给收银员看的提示，例如“等待顾客输入密码”。
* Reads a short text for the cashier about the progress.
DECLARE INTEGER WsyPaymentText IN wsy.dll INTEGER nPayment, INTEGER nLanguage, STRING @cBuffer, ;
    INTEGER nSize, INTEGER @nNeeded

* 不再等待；不能撤销已经发生的收款。
* Stops waiting; does not undo a payment.
DECLARE INTEGER WsyPaymentCancel IN wsy.dll INTEGER nPayment

* 撤销这一单，若已收款则退回。
* Undoes the bill: gives the money back if it was taken.
DECLARE INTEGER WsyPaymentVoid IN wsy.dll INTEGER nPayment

* 释放句柄；不影响收款本身。
* Frees a started payment; does not undo it.
DECLARE INTEGER WsyPaymentFree IN wsy.dll INTEGER nPayment

* 按付款码向平台查询一次。
* Asks the platform once about an auth code.
DECLARE INTEGER WsyQueryAuthCode IN wsy.dll INTEGER nClient, STRING cAuthCode, INTEGER nTotalFen, ;
    INTEGER nParams, INTEGER @nReply

* 按平台单号向平台查询一次。
* Asks the platform once about one of its orders.
DECLARE INTEGER WsyQueryOrder IN wsy.dll INTEGER nClient, STRING cDmId, INTEGER nTotalFen, INTEGER nParams, ;
    INTEGER @nReply

* 向平台读取账单及其支付、退款明细。
* Reads a bill with its payments and refunds from the platform.
DECLARE INTEGER WsyReadBill IN wsy.dll INTEGER nClient, STRING cOutTradeNo, STRING cDmId, INTEGER nParams, ;
    INTEGER @nReply

* 补打小票。
* Asks the platform for a receipt again.
DECLARE INTEGER WsyReprint IN wsy.dll INTEGER nClient, STRING cOutTradeNo, STRING cDmId, INTEGER nParams, ;
    INTEGER @nReply

* 开始补打，不等待；用 WsyPaymentPoll 取小票。
* Starts asking the platform for a receipt again; polled like a charge.
DECLARE INTEGER WsyReprintStart IN wsy.dll INTEGER nClient, STRING cOutTradeNo, STRING cDmId, ;
    INTEGER nParams, INTEGER @nPayment, INTEGER @nReply

* 查本机账本里的一单，不联网。
* Reads a bill from the ledger; sends nothing.
DECLARE INTEGER WsyFind IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER @nReply

* 查本机账本里的一笔退款，不联网。
* Reads a refund from the ledger; sends nothing.
DECLARE INTEGER WsyFindRefund IN wsy.dll INTEGER nClient, STRING cOutRefundNo, INTEGER @nReply

* 某一天的全部收款和退款，不联网。
* Reads all charges and refunds of a day, such as 2026-11-22; sends nothing.
DECLARE INTEGER WsyDay IN wsy.dll INTEGER nClient, STRING cDay, INTEGER @nReply

* 日结：之后查清的收款和退款计入第二天，当天的合计不再变化。不联网。
* Closes a day: later outcomes count for the next day, and its totals stay the same.
DECLARE INTEGER WsyCloseDay IN wsy.dll INTEGER nClient, STRING cDay, STRING cBy, INTEGER @nReply

* 归档：把 90 天以前、已了结的单移到归档文件，账本不会一直变大；之后照样能查、能退。
* Moves bills that are done with, up to a day at least 90 days ago, into the archive.
DECLARE INTEGER WsyArchive IN wsy.dll INTEGER nClient, STRING cDay, INTEGER @nReply

* 所有尚未查清的收款和退款，不联网。
* Lists all charges and refunds that are undecided; sends nothing.
DECLARE INTEGER WsyUnresolved IN wsy.dll INTEGER nClient, INTEGER @nReply

* 人工认定一笔查不清的收款：paid、not_paid 或 keep。
* Records a person's decision about a bill that the library cannot settle.
DECLARE INTEGER WsyDecide IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER nAttempt, ;
    STRING cDecision, STRING cBy, STRING cWhy, INTEGER @nReply

* 人工认定一笔查不清的退款：refunded、not_refunded 或 keep。
* Records a person's decision about a refund that the library cannot settle.
DECLARE INTEGER WsyDecideRefund IN wsy.dll INTEGER nClient, STRING cOutRefundNo, STRING cDecision, ;
    STRING cBy, STRING cWhy, INTEGER @nReply

* 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
* Compares a day of the ledger with the platform and reports the differences.
DECLARE INTEGER WsyReconcile IN wsy.dll INTEGER nClient, STRING cDay, INTEGER @nReply

* 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
* Starts a reconciliation that is polled, so that the screen can show its progress.
DECLARE INTEGER WsyReconcileStart IN wsy.dll INTEGER nClient, STRING cDay, INTEGER @nPayment, ;
    INTEGER @nReply

* 尚未确认的警报：事后发现与平台不符的结果。
* Lists the alarms that nobody has acknowledged: verdicts that turned out to be wrong.
DECLARE INTEGER WsyAlarms IN wsy.dll INTEGER nClient, INTEGER @nReply

* 确认一条警报：已有人处理。
* Acknowledges an alarm: a person has seen it.
DECLARE INTEGER WsyAcknowledge IN wsy.dll INTEGER nClient, INTEGER nAlarmId, STRING cBy, INTEGER @nReply

* 回复的返回码。
* Returns the code of a reply.
DECLARE INTEGER WsyReplyCode IN wsy.dll INTEGER nReply

* 读回复的一个字段（文本）。
* Reads a field of a reply as text.
DECLARE INTEGER WsyReplyText IN wsy.dll INTEGER nReply, STRING cName, STRING @cBuffer, INTEGER nSize, ;
    INTEGER @nNeeded

* 读回复的一个字段（整数）。
* Reads a field of a reply as a number.
DECLARE INTEGER WsyReplyInt IN wsy.dll INTEGER nReply, STRING cName, INTEGER @nValue

* 第 index 个字段的名字，从 0 开始。
* Reads the name of the field at an index, starting at 0.
DECLARE INTEGER WsyReplyName IN wsy.dll INTEGER nReply, INTEGER nIndex, STRING @cBuffer, INTEGER nSize, ;
    INTEGER @nNeeded

* 回复中一个列表的项数。
* Reads how many items a list of a reply has.
DECLARE INTEGER WsyReplyCount IN wsy.dll INTEGER nReply, STRING cList, INTEGER @nCount

* 读列表中一项的字段（文本）。
* Reads a field of a list's item as text.
DECLARE INTEGER WsyReplyItemText IN wsy.dll INTEGER nReply, STRING cList, INTEGER nIndex, STRING cName, ;
    STRING @cBuffer, INTEGER nSize, INTEGER @nNeeded

* 列表中一项的第 field 个字段的名字，从 0 开始。
* Reads the name of a field of a list's item, starting at 0.
DECLARE INTEGER WsyReplyItemName IN wsy.dll INTEGER nReply, STRING cList, INTEGER nIndex, INTEGER nField, ;
    STRING @cBuffer, INTEGER nSize, INTEGER @nNeeded

* 读列表中一项的字段（整数）。
* Reads a field of a list's item as a number.
DECLARE INTEGER WsyReplyItemInt IN wsy.dll INTEGER nReply, STRING cList, INTEGER nIndex, STRING cName, ;
    INTEGER @nValue

* 小票的 ESC/POS 打印字节。
* Reads the receipt as bytes for an ESC/POS printer.
DECLARE INTEGER WsyReplyReceiptBytes IN wsy.dll INTEGER nReply, STRING @cBuffer, INTEGER nSize, ;
    INTEGER @nNeeded

* 释放回复。
* Frees a reply.
DECLARE INTEGER WsyReplyFree IN wsy.dll INTEGER nReply

* 返回码的说明和处理办法。
* Reads what a code means and what to do next.
DECLARE INTEGER WsyCodeText IN wsy.dll INTEGER nCode, INTEGER nLanguage, INTEGER nCodePage, STRING @cBuffer, ;
    INTEGER nSize, INTEGER @nNeeded

* 从本地账本取小票，不联网；平台没有给的按模板生成。
* Reads the receipt of a paid bill from the till's own ledger; sends nothing.
DECLARE INTEGER WsyFindReceipt IN wsy.dll INTEGER nClient, STRING cOutTradeNo, INTEGER nParams, ;
    INTEGER @nReply

* 从本地账本取退款小票，不联网。
* Reads the receipt of a refund from the till's own ledger; sends nothing.
DECLARE INTEGER WsyFindRefundReceipt IN wsy.dll INTEGER nClient, STRING cOutRefundNo, INTEGER nParams, ;
    INTEGER @nReply

* 按 58 或 80 毫米纸宽排好的小票文字。
* Reads the receipt as text in the columns of 58 or 80 mm paper.
DECLARE INTEGER WsyReplyReceiptText IN wsy.dll INTEGER nReply, INTEGER nWidthMm, STRING @cBuffer, ;
    INTEGER nSize, INTEGER @nNeeded

* 小票图片（PNG）的字节。
* Draws the receipt as a picture (PNG).
DECLARE INTEGER WsyReplyReceiptPng IN wsy.dll INTEGER nReply, INTEGER nWidthMm, STRING cFont, ;
    STRING @cBuffer, INTEGER nSize, INTEGER @nNeeded

* 小票图片（PNG）存成文件。
* Writes the receipt as a picture (PNG) to a file.
DECLARE INTEGER WsyReplyReceiptPngFile IN wsy.dll INTEGER nReply, INTEGER nWidthMm, STRING cFont, ;
    STRING cPath

* 平台弹窗的文字。
* Reads the platform's pop-up as plain lines.
DECLARE INTEGER WsyReplyCanvasText IN wsy.dll INTEGER nReply, STRING @cBuffer, INTEGER nSize, ;
    INTEGER @nNeeded

* 平台弹窗图片（PNG）的字节。
* Draws the platform's pop-up as a picture (PNG).
DECLARE INTEGER WsyReplyCanvasPng IN wsy.dll INTEGER nReply, STRING cFont, STRING @cBuffer, INTEGER nSize, ;
    INTEGER @nNeeded

* 平台弹窗图片（PNG）存成文件。
* Writes the platform's pop-up as a picture (PNG) to a file.
DECLARE INTEGER WsyReplyCanvasPngFile IN wsy.dll INTEGER nReply, STRING cFont, STRING cPath

* 打印小票：tcp:地址、queue:打印机名称 或 device:COM3。
* Prints the receipt of a reply; tcp:HOST, queue:NAME or device:COM3.
DECLARE INTEGER WsyPrintReceipt IN wsy.dll INTEGER nClient, INTEGER nReceipt, STRING cPrinter, ;
    INTEGER nTimeoutMs, INTEGER @nReply

* 开始打印小票，不等待；用 WsyPaymentPoll 取结果。
* Starts printing the receipt of a reply; polled like a charge.
DECLARE INTEGER WsyPrintReceiptStart IN wsy.dll INTEGER nClient, INTEGER nReceipt, STRING cPrinter, ;
    INTEGER nTimeoutMs, INTEGER @nPayment, INTEGER @nReply

* 原样打印字节，如收银软件自己的小票。
* Prints bytes unchanged, such as a till's own bill.
DECLARE INTEGER WsyPrintBytes IN wsy.dll INTEGER nClient, STRING cBytes, INTEGER nSize, STRING cPrinter, ;
    INTEGER nTimeoutMs, INTEGER @nReply

* 开始原样打印字节，不等待；用 WsyPaymentPoll 取结果。
* Starts printing bytes unchanged; polled like a charge.
DECLARE INTEGER WsyPrintBytesStart IN wsy.dll INTEGER nClient, STRING cBytes, INTEGER nSize, ;
    STRING cPrinter, INTEGER nTimeoutMs, INTEGER @nPayment, INTEGER @nReply

* 元（如 12.50）换成分。
* Converts an amount in yuan, such as 12.50, to fen.
DECLARE INTEGER WsyYuanToFen IN wsy.dll STRING cYuan, INTEGER @nFen

* 分换成元。
* Converts an amount in fen to yuan.
DECLARE INTEGER WsyFenToYuan IN wsy.dll INTEGER nFen, STRING @cBuffer, INTEGER nSize, INTEGER @nNeeded
* 以上由 cargo xtask tables 生成。
