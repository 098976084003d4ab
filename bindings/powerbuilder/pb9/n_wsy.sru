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
// wsy 的外部函数声明，用于 PowerBuilder 9 及更早版本。
// 句柄都是 long，0 表示没有；可以不填的文本传 ""，不要传 null。
// as_buffer 先用 Space(al_size) 准备好；abl_buffer 先用 Blob(Space(al_size)) 准备好。
// 以下由 cargo xtask tables 生成，请不要手工修改。
// 打开收银台的数据文件夹，最先调用。
FUNCTION long WsyOpen(string as_folder, long al_code_page, long al_options, REF long al_client, REF long al_reply) LIBRARY "wsy.dll"
// 关闭收银台，程序退出前调用。
FUNCTION long WsyClose(long al_client) LIBRARY "wsy.dll"
// 用后台的激活码激活，一台收银机只做一次。
FUNCTION long WsyActivate(long al_client, string as_initkey, string as_hostid, REF long al_reply) LIBRARY "wsy.dll"
// 填入后台给的设备号和密钥，代替激活。
FUNCTION long WsySetDevice(long al_client, string as_device_id, string as_key, REF long al_reply) LIBRARY "wsy.dll"
// 支付配置；refresh 为 1 时重新向平台读取。
FUNCTION long WsyConfig(long al_client, long al_refresh, REF long al_reply) LIBRARY "wsy.dll"
// 平台时间。
FUNCTION long WsyTime(long al_client, REF long al_reply) LIBRARY "wsy.dll"
// 本库的版本号。
FUNCTION long WsyVersion(REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 新建一个参数表。
FUNCTION long WsyParamsNew(long al_code_page, REF long al_params) LIBRARY "wsy.dll"
// 设置一个参数。
FUNCTION long WsyParamsSet(long al_params, string as_name, string as_value) LIBRARY "wsy.dll"
// 释放参数表。
FUNCTION long WsyParamsFree(long al_params) LIBRARY "wsy.dll"
// 扫码收款并等到结果；只有返回 1 才是已收款。
FUNCTION long WsyMicropay(long al_client, string as_out_trade_no, string as_auth_code, long al_total_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 退款并等到结果；只有返回 2 才是已退款。
FUNCTION long WsyRefund(long al_client, string as_out_refund_no, string as_out_trade_no, string as_dm_id, long al_refund_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 撤销：查清这一单，若已收款则全额退款。
FUNCTION long WsyVoid(long al_client, string as_out_trade_no, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 查清一单“结果未知”的收款。
FUNCTION long WsySettle(long al_client, string as_out_trade_no, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 每次启动后调用：查清上次断电或死机留下的单。
FUNCTION long WsyRecover(long al_client, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 开始收款，不等待；随后用 WsyPaymentPoll 轮询，界面不会卡住。
FUNCTION long WsyMicropayStart(long al_client, string as_out_trade_no, string as_auth_code, long al_total_fen, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll"
// 开始退款，不等待。
FUNCTION long WsyRefundStart(long al_client, string as_out_refund_no, string as_out_trade_no, string as_dm_id, long al_refund_fen, long al_params, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll"
// 收款是否已有结果；还没有时返回 -4。
FUNCTION long WsyPaymentPoll(long al_payment, REF long al_reply) LIBRARY "wsy.dll"
// 等待结果，最多 timeout_ms 毫秒。
FUNCTION long WsyPaymentWait(long al_payment, long al_timeout_ms, REF long al_reply) LIBRARY "wsy.dll"
// 给收银员看的提示，例如“等待顾客输入密码”。
FUNCTION long WsyPaymentText(long al_payment, long al_language, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 不再等待；不能撤销已经发生的收款。
FUNCTION long WsyPaymentCancel(long al_payment) LIBRARY "wsy.dll"
// 不再等待，若已收款则退回。
FUNCTION long WsyPaymentVoid(long al_payment) LIBRARY "wsy.dll"
// 释放句柄；不影响收款本身。
FUNCTION long WsyPaymentFree(long al_payment) LIBRARY "wsy.dll"
// 按付款码向平台查询一次。
FUNCTION long WsyQueryAuthCode(long al_client, string as_auth_code, long al_total_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 按平台单号向平台查询一次。
FUNCTION long WsyQueryOrder(long al_client, string as_dm_id, long al_total_fen, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 向平台读取账单及其支付、退款明细。
FUNCTION long WsyReadBill(long al_client, string as_out_trade_no, string as_dm_id, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 重打小票。
FUNCTION long WsyReprint(long al_client, string as_out_trade_no, string as_dm_id, REF long al_reply) LIBRARY "wsy.dll"
// 查本机账本里的一单，不联网。
FUNCTION long WsyFind(long al_client, string as_out_trade_no, REF long al_reply) LIBRARY "wsy.dll"
// 查本机账本里的一笔退款，不联网。
FUNCTION long WsyFindRefund(long al_client, string as_out_refund_no, REF long al_reply) LIBRARY "wsy.dll"
// 某一天的全部收款和退款，不联网。
FUNCTION long WsyDay(long al_client, string as_day, REF long al_reply) LIBRARY "wsy.dll"
// 所有尚未查清的收款和退款，不联网。
FUNCTION long WsyUnresolved(long al_client, REF long al_reply) LIBRARY "wsy.dll"
// 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
FUNCTION long WsyReconcile(long al_client, string as_day, REF long al_reply) LIBRARY "wsy.dll"
// 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
FUNCTION long WsyReconcileStart(long al_client, string as_day, REF long al_payment, REF long al_reply) LIBRARY "wsy.dll"
// 尚未确认的警报：事后发现与平台不符的结果。
FUNCTION long WsyAlarms(long al_client, REF long al_reply) LIBRARY "wsy.dll"
// 确认一条警报：已有人处理。
FUNCTION long WsyAcknowledge(long al_client, long al_alarm_id, string as_by, REF long al_reply) LIBRARY "wsy.dll"
// 回复的返回码。
FUNCTION long WsyReplyCode(long al_reply) LIBRARY "wsy.dll"
// 读回复的一个字段（文本）。
FUNCTION long WsyReplyText(long al_reply, string as_name, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 读回复的一个字段（整数）。
FUNCTION long WsyReplyInt(long al_reply, string as_name, REF long al_value) LIBRARY "wsy.dll"
// 第 index 个字段的名字，从 0 开始。
FUNCTION long WsyReplyName(long al_reply, long al_index, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 回复中一个列表的项数。
FUNCTION long WsyReplyCount(long al_reply, string as_list, REF long al_count) LIBRARY "wsy.dll"
// 读列表中一项的字段（文本）。
FUNCTION long WsyReplyItemText(long al_reply, string as_list, long al_index, string as_name, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 读列表中一项的字段（整数）。
FUNCTION long WsyReplyItemInt(long al_reply, string as_list, long al_index, string as_name, REF long al_value) LIBRARY "wsy.dll"
// 小票的 ESC/POS 打印字节。
FUNCTION long WsyReplyReceiptBytes(long al_reply, REF blob abl_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 释放回复。
FUNCTION long WsyReplyFree(long al_reply) LIBRARY "wsy.dll"
// 返回码的说明和处理办法。
FUNCTION long WsyCodeText(long al_code, long al_language, long al_code_page, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 从本地账本取小票，不联网；平台没有给的按模板生成。
FUNCTION long WsyFindReceipt(long al_client, string as_out_trade_no, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 从本地账本取退款小票，不联网。
FUNCTION long WsyFindRefundReceipt(long al_client, string as_out_refund_no, long al_params, REF long al_reply) LIBRARY "wsy.dll"
// 按 58 或 80 毫米纸宽排好的小票文字。
FUNCTION long WsyReplyReceiptText(long al_reply, long al_width_mm, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 小票图片（PNG）的字节。
FUNCTION long WsyReplyReceiptPng(long al_reply, long al_width_mm, string as_font, REF blob abl_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 小票图片（PNG）存成文件。
FUNCTION long WsyReplyReceiptPngFile(long al_reply, long al_width_mm, string as_font, string as_path) LIBRARY "wsy.dll"
// 打印小票：tcp:地址、queue:打印机名称 或 device:COM3。
FUNCTION long WsyPrintReceipt(long al_client, long al_receipt, string as_printer, long al_timeout_ms, REF long al_reply) LIBRARY "wsy.dll"
// 原样打印字节，如收银软件自己的小票。
FUNCTION long WsyPrintBytes(long al_client, REF blob abl_bytes, long al_size, string as_printer, long al_timeout_ms, REF long al_reply) LIBRARY "wsy.dll"
// 元（如 12.50）换成分。
FUNCTION long WsyYuanToFen(string as_yuan, REF long al_fen) LIBRARY "wsy.dll"
// 分换成元。
FUNCTION long WsyFenToYuan(long al_fen, REF string as_buffer, long al_size, REF long al_needed) LIBRARY "wsy.dll"
// 以上由 cargo xtask tables 生成。
end prototypes

type variables
// 以下由 cargo xtask tables 生成，请不要手工修改。
constant long WSY_OK = 0 // 完成。
constant long WSY_PAID = 1 // 支付成功，款已收到。
constant long WSY_REFUNDED = 2 // 退款成功，款已退回顾客。
constant long WSY_NOT_PAID = -1 // 支付未成功，没有扣款。
constant long WSY_UNKNOWN = -2 // 结果未知，顾客可能已被扣款。
constant long WSY_NOT_REFUNDED = -3 // 退款未成功，没有退出款项。
constant long WSY_PENDING = -4 // 还在进行中，尚无结果。
constant long WSY_ERR_HANDLE = -101 // 句柄无效：从未打开、已经关闭，或类型不对。
constant long WSY_ERR_ARGUMENT = -102 // 参数不合法：必填项为空，或数值超出范围。
constant long WSY_ERR_TEXT = -103 // 文字不符合所选代码页。
constant long WSY_ERR_BUFFER = -104 // 缓冲区太小，文字已被截断。
constant long WSY_ERR_NO_FIELD = -105 // 回复中没有这个字段。
constant long WSY_ERR_INTERNAL = -106 // 程序库内部错误。
constant long WSY_ERR_BUSY = -107 // 这笔单正在另一个线程里处理，或支付尚未结束。
constant long WSY_ERR_IN_CALLBACK = -108 // 日志回调函数里不能再调用本程序库。
constant long WSY_ERR_OPTIONS = -110 // 有不认识的选项，或选项的值不合法。
constant long WSY_ERR_FOLDER = -120 // 数据目录无法创建或写入。
constant long WSY_ERR_FOLDER_IN_USE = -121 // 数据目录正被另一个程序使用。
constant long WSY_ERR_LEDGER = -122 // 账本无法读写，没有发出任何请求。
constant long WSY_ERR_LEDGER_DAMAGED = -123 // 账本文件已损坏，或不是本程序的账本。
constant long WSY_ERR_LEDGER_NEWER = -124 // 账本由更新版本的程序库写成。
constant long WSY_ERR_BASE = -125 // 平台地址或代理地址不正确。
constant long WSY_ERR_CA_FILE = -126 // CA 证书文件无法读取，或不含 PEM 证书。
constant long WSY_ERR_LEDGER_COPIED = -127 // 这份账本是在另一台机器或另一个目录里建立的，可能是复制来的，没有使用它。
constant long WSY_ERR_LEDGER_RESTORED = -128 // 这份账本不是最后写入的那一份：可能被删除过，或恢复了旧备份，没有使用它。
constant long WSY_ERR_SERVER_NOT_ALLOWED = -129 // 配置里的服务器地址不在允许的范围内，没有使用它。
constant long WSY_ERR_NOT_ACTIVATED = -130 // 设备尚未激活。
constant long WSY_ERR_ACTIVATION_REFUSED = -131 // 平台拒绝了激活码。
constant long WSY_ERR_ACTIVATION_LOST = -132 // 激活请求已发出，但没有收到完整答复；激活码可能已被用掉。
constant long WSY_ERR_ACTIVATE_AGAIN = -133 // 平台不承认这台设备或它的密钥。
constant long WSY_ERR_NO_CONFIG = -134 // 没有支付配置：平台连不上，本地也没有保存过。
constant long WSY_ERR_DEVICE_IN_USE = -135 // 本程序的另一个客户端正在使用同一台设备，两者不知道对方收过哪些付款码。
constant long WSY_ERR_AUTH_CODE = -140 // 付款码不正确：应为 10 到 32 位数字。
constant long WSY_ERR_AUTH_CODE_USED = -141 // 这个付款码已用于另一笔单。
constant long WSY_ERR_AMOUNT = -142 // 金额不合法：必须大于 0 且不超过 1000000.00 元。
constant long WSY_ERR_AMOUNT_NOT_ALLOWED = -143 // 支付配置不允许这个金额。
constant long WSY_ERR_PAY_TYPE = -144 // 支付方式不存在，或没有支付方式能识别这个付款码。
constant long WSY_ERR_NOT_LICENSED = -145 // 这台设备没有被许可收款。
constant long WSY_ERR_OUT_TRADE_NO = -146 // 商户订单号不合法：1 到 64 个可见的 ASCII 字符。
constant long WSY_ERR_AMOUNT_DIFFERS = -147 // 这个商户订单号已用于另一个金额，没有发出任何请求。
constant long WSY_ERR_STILL_OPEN = -148 // 这笔单上一次收款的结果还不清楚，不能用新的付款码再收。
constant long WSY_ERR_ALREADY_REFUNDED = -149 // 这笔单已支付并已全额退款。
constant long WSY_ERR_PARAM = -150 // 附加参数不合法。
constant long WSY_ERR_NO_BILL = -151 // 账本里没有这个单号，或平台没有这张账单。
constant long WSY_ERR_BILL_NOT_PAID = -152 // 这笔单没有支付成功，或结果还不清楚。
constant long WSY_ERR_OUT_REFUND_NO = -153 // 商户退款单号不合法：1 到 64 个可见的 ASCII 字符，且不能以 void- 开头。
constant long WSY_ERR_REFUND_DIFFERS = -154 // 这个商户退款单号已用于另一笔单或另一个金额，没有发出任何请求。
constant long WSY_ERR_REFUND_OPEN = -155 // 这张账单还有一笔退款没有查清，没有发出任何请求。
constant long WSY_ERR_REFUND_TOO_MUCH = -156 // 退款金额超过可退金额，没有发出退款请求。
constant long WSY_ERR_NOT_SENT = -160 // 连不上平台，没有发出任何请求。
constant long WSY_ERR_NO_ANSWER = -161 // 平台没有给出完整的答复。
constant long WSY_ERR_BAD_ANSWER = -162 // 收到的答复不是平台的格式。
constant long WSY_ERR_REFUSED = -163 // 平台拒绝了请求。
constant long WSY_ERR_NO_RECEIPT = -164 // 平台没有这张小票。
constant long WSY_ERR_CANCELLED = -165 // 在发出请求之前已取消。
constant long WSY_ERR_NO_ALARM = -166 // 没有这条警报，或它已经被确认。
constant long WSY_ERR_NO_FONT = -167 // 没有能写出这张小票的中文字体。
constant long WSY_ERR_PICTURE = -168 // 小票图片无法生成或无法写入文件。
constant long WSY_ERR_NO_PRINTER = -170 // 找不到这台打印机，什么也没有打印。款项不受影响。
constant long WSY_ERR_PRINTER_OFFLINE = -171 // 打印机没有响应。款项不受影响。
constant long WSY_ERR_NO_PAPER = -172 // 打印机缺纸。款项不受影响。
constant long WSY_ERR_NOT_PRINTED = -173 // 小票没有打完。款项不受影响。
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
