$PBExportHeader$n_wsy.sru
$PBExportComments$wsy.dll 的声明（自动生成）
forward
global type n_wsy from nonvisualobject
end type
end forward

global type n_wsy from nonvisualobject
end type
global n_wsy n_wsy

type prototypes
// wsy 的外部函数声明，用于 PowerBuilder 10 及更新版本。
// 句柄都是 long，0 表示没有；可以不填的文本传 ""，不要传 null。
// as_buffer 先用 Space(al_size) 准备好；abl_buffer 先用 Blob(Space(al_size)) 准备好。
// 以下由 cargo xtask tables 生成，请不要手工修改。
// 打开收银台的数据文件夹，最先调用。
FUNCTION long WsyOpen(string as_folder, long al_code_page, long al_options, REF long al_client, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyOpen;ansi"
// 关闭收银台，程序退出前调用。
FUNCTION long WsyClose(long al_client) LIBRARY "wsy.dll" ALIAS FOR "WsyClose;ansi"
// 关闭本进程遗留未关的所有收银台；在开发环境里运行的程序启动时最先调用。
FUNCTION long WsyCloseAll() LIBRARY "wsy.dll" ALIAS FOR "WsyCloseAll;ansi"
// 录入商品时提前为下一笔收款建立连接，立即返回。
FUNCTION long WsyPrepare(long al_client) LIBRARY "wsy.dll" ALIAS FOR "WsyPrepare;ansi"
// 用后台的激活码激活，只需激活一次。
FUNCTION long WsyActivate(long al_client, string as_initkey, string as_hostid, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyActivate;ansi"
// 填入后台给的设备号和密钥，代替激活。
FUNCTION long WsySetDevice(long al_client, string as_device_id, string as_key, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsySetDevice;ansi"
// 支付配置；refresh 为 1 时重新向平台读取。
FUNCTION long WsyConfig(long al_client, long al_refresh, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyConfig;ansi"
// 平台时间。
FUNCTION long WsyTime(long al_client, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyTime;ansi"
// 本库的版本号。
FUNCTION long WsyVersion(REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyVersion;ansi"
// 新建一个参数表。
FUNCTION long WsyParamsNew(long al_code_page, REF long al_params) LIBRARY "wsy.dll" ALIAS FOR "WsyParamsNew;ansi"
// 设置一个参数。
FUNCTION long WsyParamsSet(long al_params, string as_name, string as_value) LIBRARY "wsy.dll" ALIAS FOR "WsyParamsSet;ansi"
// 释放参数表。
FUNCTION long WsyParamsFree(long al_params) LIBRARY "wsy.dll" ALIAS FOR "WsyParamsFree;ansi"
// 扫码收款并等到结果；只有返回 1 才是已收款。
FUNCTION long WsyMicropay(long al_client, string as_out_trade_no, string as_auth_code, long al_total_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyMicropay;ansi"
// 退款并等到结果；只有返回 2 才是已退款。
FUNCTION long WsyRefund(long al_client, string as_out_refund_no, string as_out_trade_no, string as_dm_id, long al_refund_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyRefund;ansi"
// 撤销：查清这一单，若已收款则全额退款。
FUNCTION long WsyVoid(long al_client, string as_out_trade_no, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyVoid;ansi"
// 开始撤销一单，不等待；用 WsyPaymentPoll 取结果。
FUNCTION long WsyVoidStart(long al_client, string as_out_trade_no, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyVoidStart;ansi"
// 查清一单“结果未知”的收款。
FUNCTION long WsySettle(long al_client, string as_out_trade_no, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsySettle;ansi"
// 开始查清一单，不等待；用 WsyPaymentPoll 取结果。
FUNCTION long WsySettleStart(long al_client, string as_out_trade_no, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsySettleStart;ansi"
// 每次启动后调用：查清上次断电或死机留下的单。
FUNCTION long WsyRecover(long al_client, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyRecover;ansi"
// 每次启动后调用，不等待：在后台查清上次断电或死机留下的单，期间照常收款。
FUNCTION long WsyRecoverStart(long al_client, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyRecoverStart;ansi"
// 开始收款，不等待；随后用 WsyPaymentPoll 轮询，界面不会卡住。
FUNCTION long WsyMicropayStart(long al_client, string as_out_trade_no, string as_auth_code, long al_total_fen, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyMicropayStart;ansi"
// 开始退款，不等待。
FUNCTION long WsyRefundStart(long al_client, string as_out_refund_no, string as_out_trade_no, string as_dm_id, long al_refund_fen, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyRefundStart;ansi"
// 收款是否已有结果；还没有时返回 -4。
FUNCTION long WsyPaymentPoll(long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyPaymentPoll;ansi"
// 等待结果，最多 timeout_ms 毫秒。
FUNCTION long WsyPaymentWait(long al_payment, long al_timeout_ms, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyPaymentWait;ansi"
// 给收银员看的提示，例如“等待顾客输入密码”。
FUNCTION long WsyPaymentText(long al_payment, long al_language, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyPaymentText;ansi"
// 不再等待；不能撤销已经发生的收款。
FUNCTION long WsyPaymentCancel(long al_payment) LIBRARY "wsy.dll" ALIAS FOR "WsyPaymentCancel;ansi"
// 撤销这一单，若已收款则退回。
FUNCTION long WsyPaymentVoid(long al_payment) LIBRARY "wsy.dll" ALIAS FOR "WsyPaymentVoid;ansi"
// 释放句柄；不影响收款本身。
FUNCTION long WsyPaymentFree(long al_payment) LIBRARY "wsy.dll" ALIAS FOR "WsyPaymentFree;ansi"
// 按付款码向平台查询一次。
FUNCTION long WsyQueryAuthCode(long al_client, string as_auth_code, long al_total_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyQueryAuthCode;ansi"
// 按平台单号向平台查询一次。
FUNCTION long WsyQueryOrder(long al_client, string as_dm_id, long al_total_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyQueryOrder;ansi"
// 向平台读取账单及其支付、退款明细。
FUNCTION long WsyReadBill(long al_client, string as_out_trade_no, string as_dm_id, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReadBill;ansi"
// 补打小票。
FUNCTION long WsyReprint(long al_client, string as_out_trade_no, string as_dm_id, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReprint;ansi"
// 开始补打，不等待；用 WsyPaymentPoll 取小票。
FUNCTION long WsyReprintStart(long al_client, string as_out_trade_no, string as_dm_id, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReprintStart;ansi"
// 查本机账本里的一单，不联网。
FUNCTION long WsyFind(long al_client, string as_out_trade_no, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyFind;ansi"
// 查本机账本里的一笔退款，不联网。
FUNCTION long WsyFindRefund(long al_client, string as_out_refund_no, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyFindRefund;ansi"
// 某一天的全部收款和退款，不联网。
FUNCTION long WsyDay(long al_client, string as_day, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyDay;ansi"
// 日结：之后查清的收款和退款计入第二天，当天的合计不再变化。不联网。
FUNCTION long WsyCloseDay(long al_client, string as_day, string as_by, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyCloseDay;ansi"
// 归档：把 90 天以前、已了结的单移到归档文件，账本不会一直变大；之后照样能查、能退。
FUNCTION long WsyArchive(long al_client, string as_day, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyArchive;ansi"
// 所有尚未查清的收款和退款，不联网。
FUNCTION long WsyUnresolved(long al_client, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyUnresolved;ansi"
// 人工认定一笔查不清的收款：paid、not_paid 或 keep。
FUNCTION long WsyDecide(long al_client, string as_out_trade_no, long al_attempt, string as_decision, string as_by, string as_why, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyDecide;ansi"
// 人工认定一笔查不清的退款：refunded、not_refunded 或 keep。
FUNCTION long WsyDecideRefund(long al_client, string as_out_refund_no, string as_decision, string as_by, string as_why, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyDecideRefund;ansi"
// 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
FUNCTION long WsyReconcile(long al_client, string as_day, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReconcile;ansi"
// 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
FUNCTION long WsyReconcileStart(long al_client, string as_day, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReconcileStart;ansi"
// 尚未确认的警报：事后发现与平台不符的结果。
FUNCTION long WsyAlarms(long al_client, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyAlarms;ansi"
// 确认一条警报：已有人处理。
FUNCTION long WsyAcknowledge(long al_client, long al_alarm_id, string as_by, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyAcknowledge;ansi"
// 回复的返回码。
FUNCTION long WsyReplyCode(long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyCode;ansi"
// 读回复的一个字段（文本）。
FUNCTION long WsyReplyText(long al_reply, string as_name, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyText;ansi"
// 读回复的一个字段（整数）。
FUNCTION long WsyReplyInt(long al_reply, string as_name, REF long al_value) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyInt;ansi"
// 第 index 个字段的名字，从 0 开始。
FUNCTION long WsyReplyName(long al_reply, long al_index, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyName;ansi"
// 回复中一个列表的项数。
FUNCTION long WsyReplyCount(long al_reply, string as_list, REF long al_count) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyCount;ansi"
// 读列表中一项的字段（文本）。
FUNCTION long WsyReplyItemText(long al_reply, string as_list, long al_index, string as_name, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyItemText;ansi"
// 列表中一项的第 field 个字段的名字，从 0 开始。
FUNCTION long WsyReplyItemName(long al_reply, string as_list, long al_index, long al_field, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyItemName;ansi"
// 读列表中一项的字段（整数）。
FUNCTION long WsyReplyItemInt(long al_reply, string as_list, long al_index, string as_name, REF long al_value) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyItemInt;ansi"
// 小票的 ESC/POS 打印字节。
FUNCTION long WsyReplyReceiptBytes(long al_reply, REF blob abl_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyReceiptBytes;ansi"
// 释放回复。
FUNCTION long WsyReplyFree(long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyFree;ansi"
// 返回码的说明和处理办法。
FUNCTION long WsyCodeText(long al_code, long al_language, long al_code_page, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyCodeText;ansi"
// 从本地账本取小票，不联网；平台没有给的按模板生成。
FUNCTION long WsyFindReceipt(long al_client, string as_out_trade_no, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyFindReceipt;ansi"
// 从本地账本取退款小票，不联网。
FUNCTION long WsyFindRefundReceipt(long al_client, string as_out_refund_no, long al_params, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyFindRefundReceipt;ansi"
// 按 58 或 80 毫米纸宽排好的小票文字。
FUNCTION long WsyReplyReceiptText(long al_reply, long al_width_mm, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyReceiptText;ansi"
// 小票图片（PNG）的字节。
FUNCTION long WsyReplyReceiptPng(long al_reply, long al_width_mm, string as_font, REF blob abl_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyReceiptPng;ansi"
// 小票图片（PNG）存成文件。
FUNCTION long WsyReplyReceiptPngFile(long al_reply, long al_width_mm, string as_font, string as_path) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyReceiptPngFile;ansi"
// 平台弹窗的文字。
FUNCTION long WsyReplyCanvasText(long al_reply, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyCanvasText;ansi"
// 平台弹窗图片（PNG）的字节。
FUNCTION long WsyReplyCanvasPng(long al_reply, string as_font, REF blob abl_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyCanvasPng;ansi"
// 平台弹窗图片（PNG）存成文件。
FUNCTION long WsyReplyCanvasPngFile(long al_reply, string as_font, string as_path) LIBRARY "wsy.dll" ALIAS FOR "WsyReplyCanvasPngFile;ansi"
// 打印小票：tcp:地址、queue:打印机名称 或 device:COM3。
FUNCTION long WsyPrintReceipt(long al_client, long al_receipt, string as_printer, long al_timeout_ms, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyPrintReceipt;ansi"
// 开始打印小票，不等待；用 WsyPaymentPoll 取结果。
FUNCTION long WsyPrintReceiptStart(long al_client, long al_receipt, string as_printer, long al_timeout_ms, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyPrintReceiptStart;ansi"
// 原样打印字节，如收银软件自己的小票。
FUNCTION long WsyPrintBytes(long al_client, REF blob abl_bytes, long al_size, string as_printer, long al_timeout_ms, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyPrintBytes;ansi"
// 开始原样打印字节，不等待；用 WsyPaymentPoll 取结果。
FUNCTION long WsyPrintBytesStart(long al_client, REF blob abl_bytes, long al_size, string as_printer, long al_timeout_ms, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll" ALIAS FOR "WsyPrintBytesStart;ansi"
// 元（如 12.50）换成分。
FUNCTION long WsyYuanToFen(string as_yuan, REF long al_fen) LIBRARY "wsy.dll" ALIAS FOR "WsyYuanToFen;ansi"
// 分换成元。
FUNCTION long WsyFenToYuan(long al_fen, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll" ALIAS FOR "WsyFenToYuan;ansi"
// 以上由 cargo xtask tables 生成。
end prototypes

type variables
// 以下由 cargo xtask tables 生成，请不要手工修改。
constant long WSY_OK = 0 // 完成。
constant long WSY_PAID = 1 // 支付成功，款已收到。
constant long WSY_REFUNDED = 2 // 退款成功，款已退回顾客。
constant long WSY_NOT_PAID = -1 // 支付未成功，没有扣款。
constant long WSY_UNKNOWN = -2 // 结果未知，顾客可能已被扣款。
constant long WSY_NOT_REFUNDED = -3 // 退款未成功，款没有退给顾客。
constant long WSY_PENDING = -4 // 还在处理，暂时没有结果，顾客可能已被扣款。
constant long WSY_PAID_EARLIER = -5 // 已付过款，不要再收款。
constant long WSY_DECIDED = -6 // 这一单已由人工认定，本次没有收款，也没有退款。
constant long WSY_VOIDED = -7 // 这一单已撤销，款已退回顾客。
constant long WSY_ERR_HANDLE = -101 // 句柄无效：从未打开、已经关闭，或类型不对。
constant long WSY_ERR_ARGUMENT = -102 // 参数不合法：必填项为 NULL，或数值超出范围。
constant long WSY_ERR_TEXT = -103 // 文字不符合所选代码页。
constant long WSY_ERR_BUFFER = -104 // 缓冲区太小，文字已被截断。
constant long WSY_ERR_NO_FIELD = -105 // 回复中没有这个字段、列表或列表项。
constant long WSY_ERR_INTERNAL = -106 // 把 wsy.log 发给支持人员；如果当时正在收款，请先调用 wsy_recover。
constant long WSY_ERR_BUSY = -107 // 这一单正在处理中，这次操作没有执行。
constant long WSY_ERR_IN_CALLBACK = -108 // 日志回调函数里不能再调用本程序库。
constant long WSY_ERR_FORKED = -109 // 句柄属于父进程：fork 之后，子进程不能使用也不能关闭它。
constant long WSY_ERR_OPTIONS = -110 // 有不认识的选项或参数，或它的值不合法。
constant long WSY_ERR_ALREADY_OPEN = -119 // 同一个进程里另一个句柄还开着这个数据文件夹：先关闭它（wsy_close）。
constant long WSY_ERR_FOLDER = -120 // 存放收款记录的文件夹无法使用，没有收款，也没有退款。
constant long WSY_ERR_FOLDER_IN_USE = -121 // 另一个收银程序正在使用收款记录，这次没有打开。
constant long WSY_ERR_LEDGER = -122 // 收款记录无法读写，没有收款，也没有退款。
constant long WSY_ERR_LEDGER_DAMAGED = -123 // 收款记录已损坏，没有打开。
constant long WSY_ERR_LEDGER_NEWER = -124 // 收款记录由较新版本的收银程序写入，没有打开。
constant long WSY_ERR_BASE = -125 // 平台地址或代理地址不合法。
constant long WSY_ERR_CA_FILE = -126 // CA 证书文件无法读取，或不含 PEM 格式的证书。
constant long WSY_ERR_LEDGER_COPIED = -127 // 这份收款记录来自另一台机器或另一个文件夹，可能是复制来的，没有使用。
constant long WSY_ERR_LEDGER_RESTORED = -128 // 收款记录不是最新的那一份：可能被删除过，或恢复了旧备份，没有使用。
constant long WSY_ERR_SERVER_NOT_ALLOWED = -129 // 平台的服务器地址不在允许的范围内，没有向它发出任何请求，没有收款，也没有退款。
constant long WSY_ERR_NOT_ACTIVATED = -130 // 这台收银机还没有激活，没有收款，也没有退款。
constant long WSY_ERR_ACTIVATION_REFUSED = -131 // 激活码未通过，收银机没有激活。
constant long WSY_ERR_ACTIVATION_LOST = -132 // 激活请求已发出，但没有收到完整的答复；激活码可能已被用掉。
constant long WSY_ERR_ACTIVATE_AGAIN = -133 // 平台不认可这台收银机，没有收款，也没有退款。
constant long WSY_ERR_NO_CONFIG = -134 // 还没有取得收款设置：连不上平台，本机也没有保存过；没有收款。
constant long WSY_ERR_DEVICE_NOT_SAVED = -136 // 已经激活，可以收款；激活码已用掉，但密钥还没能存到磁盘。
constant long WSY_ERR_DEVICE_UNREADABLE = -137 // 这台收银机保存的密钥读不出来，没有收款，也没有退款。
constant long WSY_ERR_DEVICE_IN_USE = -135 // 这台设备在收银程序里已经打开，没有重复打开。
constant long WSY_ERR_AUTH_CODE = -140 // 付款码不正确，没有扣款。
constant long WSY_ERR_AUTH_CODE_USED = -141 // 这个付款码已用于另一单，这次没有扣款。
constant long WSY_ERR_AMOUNT = -142 // 金额不对：必须大于 0，且不超过 1000000.00 元。没有收款，也没有退款。
constant long WSY_ERR_AMOUNT_NOT_ALLOWED = -143 // 商户设置不允许收这个金额，没有扣款。
constant long WSY_ERR_PAY_TYPE = -144 // 商户没有开通这种付款方式，或无法识别这个付款码，没有扣款。
constant long WSY_ERR_NOT_LICENSED = -145 // 这台收银机没有开通收款，没有扣款。
constant long WSY_ERR_OUT_TRADE_NO = -146 // 单号不符合要求，没有收款，也没有退款。
constant long WSY_ERR_AMOUNT_DIFFERS = -147 // 这个单号已用于另一个金额，这次没有扣款。
constant long WSY_ERR_STILL_OPEN = -148 // 这一单上次的收款还没有查清，顾客可能已被扣款；这次没有再收款。
constant long WSY_ERR_ALREADY_REFUNDED = -149 // 这一单付过款，又已全额退款；这次没有收款，也没有退款。
constant long WSY_ERR_PARAM = -150 // 附加参数不合法。
constant long WSY_ERR_NO_BILL = -151 // 找不到这一单，没有收款，也没有退款。
constant long WSY_ERR_BILL_NOT_PAID = -152 // 这一单没有付款，或结果还没有查清；没有退款。
constant long WSY_ERR_OUT_REFUND_NO = -153 // 退款单号不符合要求，没有退款。
constant long WSY_ERR_REFUND_DIFFERS = -154 // 这个退款单号已用于另一单或另一个金额，这次没有退款。
constant long WSY_ERR_REFUND_OPEN = -155 // 这一单有一笔退款或撤销还没有查清，款可能已退；这次没有收款，也没有退款。
constant long WSY_ERR_REFUND_TOO_MUCH = -156 // 退款金额超过还能退的金额，没有退款。
constant long WSY_ERR_NOT_OPEN = -157 // 这一单已有结果，或不在未查清的单里，不需要人工认定。
constant long WSY_ERR_TOO_EARLY = -158 // 这一单还在自动查询，暂时不能人工认定。
constant long WSY_ERR_DAY_NOT_OVER = -159 // 这一天还没有到，不能日结。
constant long WSY_ERR_NOT_SENT = -160 // 连不上平台，没有收款，也没有退款。
constant long WSY_ERR_NO_RESPONSE = -161 // 没有收到平台的完整答复，没有收款，也没有退款。
constant long WSY_ERR_BAD_RESPONSE = -162 // 收到的不是平台的答复，没有收款，也没有退款。
constant long WSY_ERR_REFUSED = -163 // 平台拒绝了请求，没有收款，也没有退款。
constant long WSY_ERR_NO_RECEIPT = -164 // 平台没有这张小票。款项不受影响。
constant long WSY_ERR_CANCELLED = -165 // 已取消，没有收款，也没有退款。
constant long WSY_ERR_NO_ALARM = -166 // 没有这条警报，或已经有人确认过。
constant long WSY_ERR_NO_FONT = -167 // 缺少中文字体，小票图片没有生成。款项不受影响。
constant long WSY_ERR_PICTURE = -168 // 小票图片没有生成。款项不受影响。
constant long WSY_ERR_BILL_LACKS_REFUND = -169 // 平台账单与本机记录的一笔退款对不上，这次没有退款。
constant long WSY_ERR_NO_PRINTER = -170 // 找不到打印机，小票没有打印。款项不受影响。
constant long WSY_ERR_PRINTER_OFFLINE = -171 // 打印机没有响应。款项不受影响。
constant long WSY_ERR_NO_PAPER = -172 // 打印机缺纸。款项不受影响。
constant long WSY_ERR_NOT_PRINTED = -173 // 小票没有打完。款项不受影响。
constant long WSY_ERR_DM_ID = -174 // 单号有误，这次没有收款，也没有退款。
constant long WSY_ERR_DAY_NOT_ARCHIVABLE = -175 // 这一天还不能归档。
constant long WSY_ERR_ARCHIVE = -176 // 这一单已归档，归档文件读不出来；没有收款，也没有退款。
constant long WSY_UTF8 = 65001 // 代码页：UTF-8。
constant long WSY_GBK = 936 // 代码页：GBK。
constant long WSY_ZH = 0 // 语言：中文。
constant long WSY_EN = 1 // 语言：英文。
// 以上由 cargo xtask tables 生成。
end variables

on n_wsy.create
call super::create
TriggerEvent( this, "constructor" )
end on

on n_wsy.destroy
TriggerEvent( this, "destructor" )
call super::destroy
end on
