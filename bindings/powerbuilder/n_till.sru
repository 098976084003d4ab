$PBExportHeader$n_till.sru
$PBExportComments$wsy 的辅助函数：读回复、读小票、把返回码说成一句话
forward
global type n_till from n_wsy
end type
end forward

global type n_till from n_wsy
end type
global n_till n_till

type prototypes
FUNCTION ulong GetACP() LIBRARY "kernel32.dll"
end prototypes

forward prototypes
public function long of_code_page ()
public function string of_field (long al_reply, string as_name)
public function long of_number (long al_reply, string as_name)
public function long of_count (long al_reply, string as_list)
public function string of_item_field (long al_reply, string as_list, long al_index, string as_name)
public function long of_item_number (long al_reply, string as_list, long al_index, string as_name)
public function string of_cashier_text (long al_payment)
public function string of_explain (long al_code, long al_reply)
public function string of_yuan (long al_fen)
public function boolean of_receipt_bytes (long al_reply, ref blob abl_receipt)
public function long of_deadline (string as_milliseconds)
end prototypes

public function long of_code_page ();// WsyOpen 和 WsyParamsNew 的代码页参数。PowerBuilder 按系统的 ANSI 代码页与 DLL 交换文本，所以代码页不能自己选，
// 只能与系统的一致：中文 Windows 是 936。返回 0 表示本机的代码页 wsy 不支持，中文会变成问号，
// 请在“区域设置”里把“非 Unicode 程序的语言”改为中文（简体）。
long ll_system

ll_system = GetACP()
if ll_system = WSY_GBK or ll_system = WSY_UTF8 then return ll_system
return 0
end function

public function string of_field (long al_reply, string as_name);// 回复的一个字段，多长都行；没有这个字段时是空文本。先问长度，再取内容；读取没有副作用。
long ll_needed
string ls_buffer

WsyReplyText(al_reply, as_name, ls_buffer, 0, ll_needed)
if ll_needed = 0 then return ""
ls_buffer = Space(ll_needed)
if WsyReplyText(al_reply, as_name, ls_buffer, ll_needed, ll_needed) = WSY_OK then return ls_buffer
return ""
end function

public function long of_number (long al_reply, string as_name);// 回复的一个整数字段；没有这个字段时是 0。
long ll_value

WsyReplyInt(al_reply, as_name, ll_value)
return ll_value
end function

public function long of_count (long al_reply, string as_list);// 列表的项数；没有这个列表时是 0。
long ll_count

WsyReplyCount(al_reply, as_list, ll_count)
return ll_count
end function

public function string of_item_field (long al_reply, string as_list, long al_index, string as_name);// 列表中一项的字段，al_index 从 0 开始。
long ll_needed
string ls_buffer

WsyReplyItemText(al_reply, as_list, al_index, as_name, ls_buffer, 0, ll_needed)
if ll_needed = 0 then return ""
ls_buffer = Space(ll_needed)
if WsyReplyItemText(al_reply, as_list, al_index, as_name, ls_buffer, ll_needed, ll_needed) = WSY_OK then return ls_buffer
return ""
end function

public function long of_item_number (long al_reply, string as_list, long al_index, string as_name);// 列表中一项的整数字段；没有时是 0。
long ll_value

WsyReplyItemInt(al_reply, as_list, al_index, as_name, ll_value)
return ll_value
end function

public function string of_cashier_text (long al_payment);// 收款进行中给收银员看的提示，例如“等待顾客输入密码，还剩 25 秒”。
long ll_needed
string ls_buffer

ls_buffer = Space(256)
if WsyPaymentText(al_payment, WSY_ZH, ls_buffer, 256, ll_needed) = WSY_OK then return ls_buffer
return ""
end function

public function string of_explain (long al_code, long al_reply);// 发生了什么、该怎么做。有回复就用回复里的话，它说得最具体；没有回复时按返回码说。
long ll_needed
string ls_buffer, ls_reason

if al_reply <> 0 then
	// 字段 detail 是写进日志的，不给收银员看。
	if al_code = WSY_NOT_PAID or al_code = WSY_NOT_REFUNDED then ls_reason = of_field(al_reply, "reason")
	if ls_reason <> "" then ls_reason = "（" + ls_reason + "）"
	return of_field(al_reply, "message_zh") + of_field(al_reply, "advice_zh") + ls_reason
end if
ls_buffer = Space(1024)
if WsyCodeText(al_code, WSY_ZH, of_code_page(), ls_buffer, 1024, ll_needed) = WSY_OK then return ls_buffer
return "返回码 " + String(al_code)
end function

public function string of_yuan (long al_fen);// 分换成元，例如 1250 换成 12.50。
long ll_needed
string ls_buffer

ls_buffer = Space(16)
if WsyFenToYuan(al_fen, ls_buffer, 16, ll_needed) = WSY_OK then return ls_buffer
return ""
end function

public function boolean of_receipt_bytes (long al_reply, ref blob abl_receipt);// 小票的打印字节，原样送给 ESC/POS 打印机；没有小票时返回 false。
// 这些字节不是文本，只能放在 blob 里。
long ll_needed
blob lbl_buffer

lbl_buffer = Blob(Space(1))
WsyReplyReceiptBytes(al_reply, lbl_buffer, 0, ll_needed)
if ll_needed = 0 then return false
lbl_buffer = Blob(Space(ll_needed))
if WsyReplyReceiptBytes(al_reply, lbl_buffer, ll_needed, ll_needed) <> WSY_OK then return false
abl_receipt = BlobMid(lbl_buffer, 1, ll_needed)
return true
end function

public function long of_deadline (string as_milliseconds);// 只有一个 deadline_ms 的参数表，用完要 WsyParamsFree。
long ll_params

WsyParamsNew(of_code_page(), ll_params)
WsyParamsSet(ll_params, "deadline_ms", as_milliseconds)
return ll_params
end function

on n_till.create
call super::create
end on

on n_till.destroy
call super::destroy
end on
