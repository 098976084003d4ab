$PBExportHeader$w_till.srw
$PBExportComments$一个完整的小收银台，需要什么抄什么
forward
global type w_till from window
end type
type cb_activate from commandbutton within w_till
end type
type cb_day from commandbutton within w_till
end type
type cb_reprint from commandbutton within w_till
end type
type cb_refund from commandbutton within w_till
end type
type cb_settle from commandbutton within w_till
end type
type cb_void from commandbutton within w_till
end type
type cb_cancel from commandbutton within w_till
end type
type cb_pay from commandbutton within w_till
end type
type sle_code from singlelineedit within w_till
end type
type sle_yuan from singlelineedit within w_till
end type
type st_code from statictext within w_till
end type
type st_yuan from statictext within w_till
end type
type st_state from statictext within w_till
end type
type lb_rows from listbox within w_till
end type
end forward

global type w_till from window
integer width = 3200
integer height = 2000
boolean titlebar = true
string title = "收银台"
boolean controlmenu = true
boolean minbox = true
boolean center = true
event ue_start ( )
cb_activate cb_activate
cb_day cb_day
cb_reprint cb_reprint
cb_refund cb_refund
cb_settle cb_settle
cb_void cb_void
cb_cancel cb_cancel
cb_pay cb_pay
sle_code sle_code
sle_yuan sle_yuan
st_code st_code
st_yuan st_yuan
st_state st_state
lb_rows lb_rows
end type
global w_till w_till

type variables
// 平台地址：先对着本机的沙箱试；正式上线时改成 ""，用默认的平台地址。
constant string BASE_ADDRESS = "http://127.0.0.1:8080"
// 数据文件夹：写完整路径，放在本机磁盘上，一台收银机一个。
constant string DATA_FOLDER = "C:\wsydata"
// 小票送到哪里：打印机端口，如 "LPT1"，或一个文件。
constant string RECEIPT_TO = "C:\wsydata\receipt.prn"
// 每台收银机不同，放在单号前面，两台机器的单号就不会相同。
constant string TILL_NUMBER = "T1-"

n_till inv_wsy
long il_client      // 收银台，程序启动时打开一次，一直用到退出
long il_payment     // 正在进行的收款或退款；0 表示没有
long il_recovery    // 正在后台查上次留下的单；0 表示没有
long il_reconcile   // 正在与平台对账；0 表示没有
string is_bill      // 当前这笔单的单号：一个单号只收一次款
long il_bill_fen    // 当前这笔单的金额；0 表示还没有收过
boolean ib_unknown  // 当前这笔单结果未知
string is_last_paid // 最近一笔收到款的单号
boolean ib_refunding // 正在进行的是退款
string is_refund    // 还没有结果的退款单号
string is_refund_bill
long il_refund_fen
end variables

forward prototypes
public function boolean wf_open_till ()
public subroutine wf_after_open (long al_reply)
public subroutine wf_activate ()
public subroutine wf_recover ()
public subroutine wf_look_at_recovery ()
public subroutine wf_reconcile ()
public subroutine wf_look_at_reconcile ()
public subroutine wf_look_at_payment ()
public subroutine wf_settle (string as_bill)
public subroutine wf_finish_sales ()
public subroutine wf_decide (string as_bill)
public subroutine wf_close_day (string as_by)
public subroutine wf_show_alarms ()
public subroutine wf_new_bill ()
public subroutine wf_start_pay ()
public subroutine wf_started (long al_code, long al_reply)
public subroutine wf_finish (long al_code, long al_reply)
public function string wf_pay_ended (long al_code, long al_reply)
public function string wf_refund_ended (long al_code, long al_reply)
public subroutine wf_show_unresolved ()
public subroutine wf_show_unfinished (long al_reply)
public subroutine wf_show_rows (long al_reply)
public function string wf_state_name (string as_state)
public subroutine wf_print_receipt (long al_reply)
public subroutine wf_add_row (string as_text)
public subroutine wf_show_buttons ()
public function string wf_ask (string as_question, string as_response)
public function string wf_number (string as_prefix)
end prototypes

public function boolean wf_open_till ();long ll_options, ll_reply, ll_code

inv_wsy.WsyParamsNew(inv_wsy.of_code_page(), ll_options)
if BASE_ADDRESS <> "" then inv_wsy.WsyParamsSet(ll_options, "base", BASE_ADDRESS)
// 在开发环境里停止运行时，没有关闭的收银台还开着。
inv_wsy.WsyCloseAll()
ll_code = inv_wsy.WsyOpen(DATA_FOLDER, inv_wsy.of_code_page(), ll_options, il_client, ll_reply)
inv_wsy.WsyParamsFree(ll_options)
if ll_code = inv_wsy.WSY_OK then
	st_state.text = "可以收款。"
	wf_after_open(ll_reply)
else
	MessageBox("不能打开收银台", inv_wsy.of_explain(ll_code, ll_reply), StopSign!)
end if
inv_wsy.WsyReplyFree(ll_reply)
return ll_code = inv_wsy.WSY_OK
end function

public subroutine wf_after_open (long al_reply);// 收新款之前：没有激活的先激活，没人看过的警报先给人看；上次留下的单列出来，在后台查，照常收款。
if inv_wsy.of_field(al_reply, "config_source") = "file" then wf_add_row("连不上平台，用的是上次保存的配置。")
if inv_wsy.of_field(al_reply, "device_id") = "" then
	st_state.text = inv_wsy.of_explain(inv_wsy.WSY_OK, al_reply)
	wf_activate()
end if
wf_show_unresolved()
if inv_wsy.of_number(al_reply, "open_charges") + inv_wsy.of_number(al_reply, "open_refunds") > 0 then wf_recover()
if inv_wsy.of_number(al_reply, "alarms") > 0 then wf_show_alarms()
end subroutine

public subroutine wf_activate ();// 一台收银机只需激活一次，激活码由商户后台给出，用一次就作废。
long ll_reply, ll_code
string ls_initkey

ls_initkey = wf_ask("请输入商户后台给的激活码：", "")
if ls_initkey = "" then return
ll_code = inv_wsy.WsyActivate(il_client, ls_initkey, "", 0, ll_reply)
if ll_code = inv_wsy.WSY_OK then
	st_state.text = "可以收款。"
	wf_add_row("已激活，设备号 " + inv_wsy.of_field(ll_reply, "device_id") + "，" + inv_wsy.of_field(ll_reply, "client_name"))
else
	MessageBox("没有激活", inv_wsy.of_explain(ll_code, ll_reply), Exclamation!)
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_recover ();// 在后台查清断电或死机留下的单，照常收款。只查询，绝不收款或退款；没查清的留着，以后按“查清”再查。
long ll_reply, ll_code

if il_recovery <> 0 then return
ll_code = inv_wsy.WsyRecoverStart(il_client, 0, il_recovery, ll_reply)
if ll_code = inv_wsy.WSY_PENDING then
	Timer(0.2, this)
	wf_add_row("有没查清的单，正在后台查，可以继续收款。")
else
	st_state.text = inv_wsy.of_explain(ll_code, ll_reply)
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_look_at_recovery ();long ll_reply, ll_code

if il_recovery = 0 then return
ll_code = inv_wsy.WsyPaymentPoll(il_recovery, ll_reply)
if ll_code = inv_wsy.WSY_PENDING then return
inv_wsy.WsyPaymentFree(il_recovery)
il_recovery = 0
if ll_code = inv_wsy.WSY_OK then
	wf_add_row("后台查清 " + String(inv_wsy.of_number(ll_reply, "settled")) + " 笔，还有 " &
		+ String(inv_wsy.of_number(ll_reply, "open")) + " 笔没有结果。")
	wf_show_rows(ll_reply)
	wf_show_unfinished(ll_reply)
else
	wf_add_row(inv_wsy.of_explain(ll_code, ll_reply))
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_reconcile ();// 把今天的每一笔与平台核对，照常收款。
long ll_reply, ll_code

if il_reconcile <> 0 then return
ll_code = inv_wsy.WsyReconcileStart(il_client, "", il_reconcile, ll_reply)
if ll_code = inv_wsy.WSY_PENDING then
	Timer(0.2, this)
	wf_add_row("正在与平台对账，可以继续收款。")
else
	st_state.text = inv_wsy.of_explain(ll_code, ll_reply)
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_look_at_reconcile ();long ll_reply, ll_code, ll_index

if il_reconcile = 0 then return
ll_code = inv_wsy.WsyPaymentPoll(il_reconcile, ll_reply)
if ll_code = inv_wsy.WSY_PENDING then return
inv_wsy.WsyPaymentFree(il_reconcile)
il_reconcile = 0
wf_add_row("对账结束，已核对 " + String(inv_wsy.of_number(ll_reply, "asked")) + " 笔。" + inv_wsy.of_explain(ll_code, ll_reply))
for ll_index = 0 to inv_wsy.of_count(ll_reply, "difference") - 1
	wf_add_row(inv_wsy.of_item_field(ll_reply, "difference", ll_index, "out_trade_no") + "　本机 " &
		+ inv_wsy.of_item_field(ll_reply, "difference", ll_index, "here") + " 元　平台 " &
		+ inv_wsy.of_item_field(ll_reply, "difference", ll_index, "there") + " 元　" &
		+ inv_wsy.of_item_field(ll_reply, "difference", ll_index, "message_zh"))
next
if inv_wsy.of_number(ll_reply, "alarms") > 0 then wf_show_alarms()
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_look_at_payment ();long ll_reply, ll_code

if il_payment = 0 then return
ll_code = inv_wsy.WsyPaymentPoll(il_payment, ll_reply)
if ll_code = inv_wsy.WSY_PENDING then
	st_state.text = inv_wsy.of_cashier_text(il_payment)
	return
end if
inv_wsy.WsyPaymentFree(il_payment)
il_payment = 0
// 这两个返回码说的是这次轮询，不是那笔款；那笔款按结果未知处理，由“查清”去查。
if ll_code = inv_wsy.WSY_ERR_HANDLE or ll_code = inv_wsy.WSY_ERR_ARGUMENT then ll_code = inv_wsy.WSY_UNKNOWN
wf_finish(ll_code, ll_reply)
inv_wsy.WsyReplyFree(ll_reply)
wf_show_buttons()
end subroutine

public subroutine wf_settle (string as_bill);long ll_params, ll_reply, ll_code

st_state.text = "正在查 " + as_bill + "……"
SetPointer(HourGlass!)
Yield()
ll_params = inv_wsy.of_deadline("15000")
ll_code = inv_wsy.WsySettle(il_client, as_bill, ll_params, ll_reply)
inv_wsy.WsyParamsFree(ll_params)
wf_finish(ll_code, ll_reply)
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_finish_sales ();// 已收款而没人看到过的，逐单了结；还没查清的，在后台再查，或者由人工认定。
long ll_reply, ll_index, ll_open

if inv_wsy.WsyUnresolved(il_client, ll_reply) = inv_wsy.WSY_OK then
	ll_open = inv_wsy.of_number(ll_reply, "open")
	for ll_index = 0 to inv_wsy.of_count(ll_reply, "unfinished") - 1
		wf_settle(inv_wsy.of_item_field(ll_reply, "unfinished", ll_index, "out_trade_no"))
	next
end if
inv_wsy.WsyReplyFree(ll_reply)
if ll_open = 0 then return
wf_show_unresolved()
wf_decide(wf_ask("由人工认定哪一单？留空就在后台再查。", ""))
wf_recover()
end subroutine

public subroutine wf_decide (string as_bill);// 平台始终没有定论的，由人到商户后台核对，写明结果、认定人和理由。
long ll_reply, ll_code
string ls_decision, ls_by, ls_why, ls_say

if as_bill = "" then return
choose case MessageBox("人工认定", as_bill + " 没有查清。商户后台显示已收款吗？" + "~r~n还没有核对的，按“取消”。", Question!, YesNoCancel!, 3)
	case 1
		ls_decision = "paid"
	case 2
		ls_decision = "not_paid"
	case else
		return
end choose
ls_by = wf_ask("认定人：", "")
ls_why = wf_ask("理由，例如后台的显示：", "")
if ls_by = "" or ls_why = "" then return
ll_code = inv_wsy.WsyDecide(il_client, as_bill, 0, ls_decision, ls_by, ls_why, ll_reply)
if ll_code = inv_wsy.WSY_OK then
	ls_say = "已记下：" + as_bill + " " + wf_state_name(inv_wsy.of_field(ll_reply, "state")) + "。"
	if as_bill = is_bill then wf_new_bill()
else
	ls_say = inv_wsy.of_explain(ll_code, ll_reply)
end if
st_state.text = ls_say
wf_add_row(ls_say)
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_close_day (string as_by);// 日结之后才有的结果计入下一天。
long ll_reply, ll_code

if as_by = "" then return
ll_code = inv_wsy.WsyCloseDay(il_client, "", as_by, ll_reply)
if ll_code = inv_wsy.WSY_OK then
	wf_add_row("已日结 " + inv_wsy.of_field(ll_reply, "closed") + "，" + inv_wsy.of_field(ll_reply, "closed_by") + "：收款 " &
		+ inv_wsy.of_yuan(inv_wsy.of_number(ll_reply, "paid_fen")) + "　退款 " &
		+ inv_wsy.of_yuan(inv_wsy.of_number(ll_reply, "refunded_fen")))
else
	st_state.text = inv_wsy.of_explain(ll_code, ll_reply)
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_show_alarms ();// 警报：以前告诉收银员的结果，事后发现与平台不符。要有人处理，处理了才确认。
long ll_reply, ll_done, ll_index
string ls_text

if inv_wsy.WsyAlarms(il_client, ll_reply) = inv_wsy.WSY_OK then
	for ll_index = 0 to inv_wsy.of_count(ll_reply, "alarm") - 1
		ls_text = inv_wsy.of_item_field(ll_reply, "alarm", ll_index, "out_trade_no") + " " &
			+ inv_wsy.of_item_field(ll_reply, "alarm", ll_index, "message_zh")
		wf_add_row("警报 " + ls_text)
		if MessageBox("警报", ls_text + "~r~n~r~n已经处理了吗？", Exclamation!, YesNo!, 2) = 1 then
			inv_wsy.WsyAcknowledge(il_client, inv_wsy.of_item_number(ll_reply, "alarm", ll_index, "id"), "收银员", ll_done)
			inv_wsy.WsyReplyFree(ll_done)
		end if
	next
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_new_bill ();// 真正的收银程序用自己的小票号，并且在收款之前就和单据一起存好。
is_bill = wf_number("")
il_bill_fen = 0
ib_unknown = false
sle_yuan.text = ""
end subroutine

public subroutine wf_start_pay ();long ll_reply, ll_fen, ll_code
string ls_code

if il_payment <> 0 or ib_unknown then return
if inv_wsy.WsyYuanToFen(Trim(sle_yuan.text), ll_fen) <> inv_wsy.WSY_OK then
	st_state.text = "请先输入金额，例如 12.50。"
	sle_yuan.SetFocus()
	return
end if
// 上一个付款码没有付成，单号照用；金额改了就是另一笔单。
if il_bill_fen <> 0 and il_bill_fen <> ll_fen then
	wf_new_bill()
	sle_yuan.text = inv_wsy.of_yuan(ll_fen)
end if
il_bill_fen = ll_fen
ls_code = Trim(sle_code.text)
sle_code.text = ""
ll_code = inv_wsy.WsyMicropayStart(il_client, is_bill, ls_code, ll_fen, 0, il_payment, ll_reply)
wf_started(ll_code, ll_reply)
end subroutine

public subroutine wf_started (long al_code, long al_reply);// 收款或退款已经开始，或者说明了为什么没有开始。
if al_code = inv_wsy.WSY_PENDING then
	Timer(0.2, this)
else
	wf_finish(al_code, al_reply)
end if
inv_wsy.WsyReplyFree(al_reply)
wf_show_buttons()
end subroutine

public subroutine wf_finish (long al_code, long al_reply);// 告诉收银员结果。
string ls_say

if ib_refunding then
	ls_say = wf_refund_ended(al_code, al_reply)
else
	ls_say = wf_pay_ended(al_code, al_reply)
end if
ib_refunding = false
st_state.text = ls_say
wf_add_row(String(Now(), "hh:mm:ss") + " " + ls_say)
end subroutine

public function string wf_pay_ended (long al_code, long al_reply);// 收款、查清或撤销的结果。只有 WSY_PAID 可以交付商品。
string ls_say

ls_say = inv_wsy.of_explain(al_code, al_reply)
if al_code = inv_wsy.WSY_PAID then
	ls_say = "已收款 " + inv_wsy.of_field(al_reply, "total") + " 元，请交付商品。单号 " + inv_wsy.of_field(al_reply, "out_trade_no")
	if inv_wsy.of_number(al_reply, "paid_attempts") > 1 then ls_say = ls_say + "。这笔单收了不止一次款，请退还多收的。"
	is_last_paid = inv_wsy.of_field(al_reply, "out_trade_no")
	wf_print_receipt(al_reply)
	wf_new_bill()
elseif al_code = inv_wsy.WSY_PAID_EARLIER then
	if inv_wsy.of_field(al_reply, "first_told") <> "" then ls_say = ls_say + "首次收款：" + inv_wsy.of_field(al_reply, "first_told")
	is_last_paid = inv_wsy.of_field(al_reply, "out_trade_no")
	wf_new_bill()
elseif al_code = inv_wsy.WSY_DECIDED then
	ls_say = ls_say + wf_state_name("decided_" + inv_wsy.of_field(al_reply, "decision")) + "，" &
		+ inv_wsy.of_field(al_reply, "decided_by") + "：" + inv_wsy.of_field(al_reply, "why")
	wf_new_bill()
elseif al_code = inv_wsy.WSY_NOT_PAID then
	ls_say = "没有收款。" + ls_say
	ib_unknown = false
elseif al_code = inv_wsy.WSY_REFUNDED or al_code = inv_wsy.WSY_VOIDED then
	ls_say = "已撤销，退款 " + inv_wsy.of_field(al_reply, "refund") + " 元。"
	wf_print_receipt(al_reply)
	wf_new_bill()
elseif al_code = inv_wsy.WSY_NOT_REFUNDED then
	ls_say = "没有撤销，款已经收了。" + ls_say
	is_last_paid = inv_wsy.of_field(al_reply, "out_trade_no")
	wf_new_bill()
elseif al_code = inv_wsy.WSY_UNKNOWN then
	ls_say = "结果未知：不要交付商品，也不要再收款，请按“查清”。" + ls_say
	ib_unknown = il_bill_fen <> 0
elseif al_code = inv_wsy.WSY_ERR_STILL_OPEN then
	ib_unknown = true
elseif al_code = inv_wsy.WSY_ERR_ALREADY_REFUNDED then
	wf_new_bill()
else
	ls_say = "没有发出：" + ls_say
end if
return ls_say
end function

public function string wf_refund_ended (long al_code, long al_reply);// 退款的结果。没有定论时留着退款单号：再退要用同一个，那只会查，不会再退一次。
string ls_say

ls_say = inv_wsy.of_explain(al_code, al_reply)
if al_code = inv_wsy.WSY_REFUNDED then
	ls_say = "已退款 " + inv_wsy.of_field(al_reply, "refund") + " 元。"
	wf_print_receipt(al_reply)
	is_refund = ""
elseif al_code = inv_wsy.WSY_NOT_REFUNDED then
	ls_say = "没有退款。" + ls_say
	is_refund = ""
elseif al_code = inv_wsy.WSY_UNKNOWN then
	ls_say = "退款结果未知，请按“退款”用同样的单号和金额再查。" + ls_say
elseif al_code = inv_wsy.WSY_DECIDED then
	is_refund = ""
else
	ls_say = "没有发出：" + ls_say
end if
return ls_say
end function

public subroutine wf_show_unresolved ();long ll_reply

if inv_wsy.WsyUnresolved(il_client, ll_reply) = inv_wsy.WSY_OK then
	wf_show_rows(ll_reply)
	wf_show_unfinished(ll_reply)
end if
inv_wsy.WsyReplyFree(ll_reply)
end subroutine

public subroutine wf_show_unfinished (long al_reply);// 已收款、但不能确认收银员看到过的单：商品可能交付了，也可能没有。
long ll_index

for ll_index = 0 to inv_wsy.of_count(al_reply, "unfinished") - 1
	wf_add_row("已收款，先弄清商品是否已交付，再按“查清”：" &
		+ inv_wsy.of_item_field(al_reply, "unfinished", ll_index, "out_trade_no") + "　" &
		+ inv_wsy.of_item_field(al_reply, "unfinished", ll_index, "total") + " 元")
next
end subroutine

public subroutine wf_show_rows (long al_reply);// 回复里的每一笔收款和退款各一行。
long ll_index

for ll_index = 0 to inv_wsy.of_count(al_reply, "charge") - 1
	wf_add_row("收款 " + inv_wsy.of_item_field(al_reply, "charge", ll_index, "out_trade_no") + "　" &
		+ inv_wsy.of_item_field(al_reply, "charge", ll_index, "total") + " 元　" &
		+ wf_state_name(inv_wsy.of_item_field(al_reply, "charge", ll_index, "state")) + "　" &
		+ inv_wsy.of_item_field(al_reply, "charge", ll_index, "started"))
next
for ll_index = 0 to inv_wsy.of_count(al_reply, "refund") - 1
	wf_add_row("退款 " + inv_wsy.of_item_field(al_reply, "refund", ll_index, "out_refund_no") + "　" &
		+ inv_wsy.of_item_field(al_reply, "refund", ll_index, "refund") + " 元　" &
		+ wf_state_name(inv_wsy.of_item_field(al_reply, "refund", ll_index, "state")) + "　" &
		+ inv_wsy.of_item_field(al_reply, "refund", ll_index, "started"))
next
end subroutine

public function string wf_state_name (string as_state);choose case as_state
	case "open"
		return "未查清"
	case "paid"
		return "已收款"
	case "not_paid"
		return "没有收款"
	case "not_sent"
		return "没有发出"
	case "refunded"
		return "已退款"
	case "not_refunded"
		return "没有退款"
	case "conflict"
		return "需要人工核对"
	case "decided_paid"
		return "人工认定已收款"
	case "decided_not_paid"
		return "人工认定没有收款"
	case "decided_refunded"
		return "人工认定已退款"
	case "decided_not_refunded"
		return "人工认定没有退款"
end choose
return as_state
end function

public subroutine wf_print_receipt (long al_reply);// 打印机出了问题也不影响收款的结果：款已经收了，小票可以补打。
blob lbl_receipt
integer li_file

if not inv_wsy.of_receipt_bytes(al_reply, lbl_receipt) then return
li_file = FileOpen(RECEIPT_TO, StreamMode!, Write!, LockWrite!, Replace!)
if li_file < 0 then
	wf_add_row("小票没有打出来，可以补打。")
	return
end if
if FileWrite(li_file, lbl_receipt) < 0 then wf_add_row("小票没有打完，可以补打。")
FileClose(li_file)
end subroutine

public subroutine wf_add_row (string as_text);lb_rows.AddItem(as_text)
lb_rows.SelectItem(lb_rows.TotalItems())
end subroutine

public subroutine wf_show_buttons ();boolean lb_idle

lb_idle = il_payment = 0
sle_yuan.enabled = lb_idle and not ib_unknown
sle_code.enabled = lb_idle and not ib_unknown
cb_pay.enabled = lb_idle and not ib_unknown
cb_cancel.enabled = not lb_idle
cb_settle.enabled = lb_idle
cb_refund.enabled = lb_idle
cb_reprint.enabled = lb_idle
cb_day.enabled = lb_idle
cb_activate.enabled = lb_idle
end subroutine

public function string wf_ask (string as_question, string as_response);OpenWithParm(w_ask, as_question + "~t" + as_response)
return Message.StringParm
end function

public function string wf_number (string as_prefix);return as_prefix + TILL_NUMBER + String(Today(), "yyyymmdd") + String(Now(), "hhmmss")
end function

on w_till.create
this.cb_activate=create cb_activate
this.cb_day=create cb_day
this.cb_reprint=create cb_reprint
this.cb_refund=create cb_refund
this.cb_settle=create cb_settle
this.cb_void=create cb_void
this.cb_cancel=create cb_cancel
this.cb_pay=create cb_pay
this.sle_code=create sle_code
this.sle_yuan=create sle_yuan
this.st_code=create st_code
this.st_yuan=create st_yuan
this.st_state=create st_state
this.lb_rows=create lb_rows
this.Control[]={this.cb_activate,&
this.cb_day,&
this.cb_reprint,&
this.cb_refund,&
this.cb_settle,&
this.cb_void,&
this.cb_cancel,&
this.cb_pay,&
this.sle_code,&
this.sle_yuan,&
this.st_code,&
this.st_yuan,&
this.st_state,&
this.lb_rows}
end on

on w_till.destroy
destroy(this.cb_activate)
destroy(this.cb_day)
destroy(this.cb_reprint)
destroy(this.cb_refund)
destroy(this.cb_settle)
destroy(this.cb_void)
destroy(this.cb_cancel)
destroy(this.cb_pay)
destroy(this.sle_code)
destroy(this.sle_yuan)
destroy(this.st_code)
destroy(this.st_yuan)
destroy(this.st_state)
destroy(this.lb_rows)
end on

event open;inv_wsy = create n_till
if inv_wsy.of_code_page() = 0 then
	MessageBox("收银台", "本机“非 Unicode 程序的语言”不是中文（简体），不能正确显示和传送中文。", StopSign!)
	Close(this)
	return
end if
// 先把窗口显示出来，再打开收银台：读取配置可能要等一会儿。
post event ue_start()
end event

event ue_start();if wf_open_till() then
	wf_new_bill()
	wf_show_buttons()
	sle_yuan.SetFocus()
else
	Close(this)
end if
end event

event timer;// 每 0.2 秒看一次有没有结果，其间界面一直是活的。
wf_look_at_recovery()
wf_look_at_reconcile()
wf_look_at_payment()
if il_payment = 0 and il_recovery = 0 and il_reconcile = 0 then Timer(0, this)
end event

event close;// 没有结果的收款会留在账本里，下次启动时查清。
Timer(0, this)
if il_payment <> 0 then inv_wsy.WsyPaymentFree(il_payment)
if il_recovery <> 0 then inv_wsy.WsyPaymentFree(il_recovery)
if il_reconcile <> 0 then inv_wsy.WsyPaymentFree(il_reconcile)
if il_client <> 0 then inv_wsy.WsyClose(il_client)
destroy inv_wsy
end event

type cb_activate from commandbutton within w_till
integer x = 2720
integer y = 440
integer width = 340
integer height = 120
integer taborder = 100
string text = "激活"
end type

event clicked;wf_activate()
end event

type cb_day from commandbutton within w_till
integer x = 2340
integer y = 440
integer width = 360
integer height = 120
integer taborder = 90
string text = "今日流水"
end type

event clicked;// 今天的流水，来自本机账本，不联网。
long ll_reply, ll_code

lb_rows.Reset()
ll_code = inv_wsy.WsyDay(il_client, "", ll_reply)
if ll_code = inv_wsy.WSY_OK then
	wf_show_rows(ll_reply)
	wf_add_row("收款 " + inv_wsy.of_yuan(inv_wsy.of_number(ll_reply, "paid_fen")) + "　退款 " &
		+ inv_wsy.of_yuan(inv_wsy.of_number(ll_reply, "refunded_fen")) + "　未查清 " &
		+ String(inv_wsy.of_number(ll_reply, "open")) + " 笔")
else
	st_state.text = inv_wsy.of_explain(ll_code, ll_reply)
end if
inv_wsy.WsyReplyFree(ll_reply)
if MessageBox("日结", "现在日结吗？日结后当日金额不再变动。", Question!, YesNo!, 2) = 1 then wf_close_day(wf_ask("日结人：", ""))
if MessageBox("对账", "现在与平台对账吗？只查询，不收款也不退款。", Question!, YesNo!, 1) = 1 then wf_reconcile()
end event

type cb_reprint from commandbutton within w_till
integer x = 1960
integer y = 440
integer width = 360
integer height = 120
integer taborder = 80
string text = "补打小票"
end type

event clicked;long ll_reply, ll_code
string ls_bill

ls_bill = wf_ask("补打哪一笔？商户单号：", is_last_paid)
if ls_bill = "" then return
ll_code = inv_wsy.WsyReprint(il_client, ls_bill, "", 0, ll_reply)
// 平台没有这张小票时，回复里是账本保存的那一张。
if ll_code <> inv_wsy.WSY_OK then st_state.text = inv_wsy.of_explain(ll_code, ll_reply)
wf_print_receipt(ll_reply)
inv_wsy.WsyReplyFree(ll_reply)
end event

type cb_refund from commandbutton within w_till
integer x = 1580
integer y = 440
integer width = 360
integer height = 120
integer taborder = 70
string text = "退款"
end type

event clicked;long ll_reply, ll_fen, ll_code
string ls_bill

ls_bill = wf_ask("退哪一笔？商户单号：", is_last_paid)
if ls_bill = "" then return
if inv_wsy.WsyYuanToFen(wf_ask("退多少元？", ""), ll_fen) <> inv_wsy.WSY_OK then
	st_state.text = "退款金额不对，例如 12.50。"
	return
end if
// 上一次退款没有结果、单号和金额都一样时，沿用同一个退款单号。
if is_refund = "" or ls_bill <> is_refund_bill or ll_fen <> il_refund_fen then
	is_refund = wf_number("R")
	is_refund_bill = ls_bill
	il_refund_fen = ll_fen
end if
ib_refunding = true
ll_code = inv_wsy.WsyRefundStart(il_client, is_refund, ls_bill, "", ll_fen, 0, il_payment, ll_reply)
wf_started(ll_code, ll_reply)
end event

type cb_settle from commandbutton within w_till
integer x = 1200
integer y = 440
integer width = 360
integer height = 120
integer taborder = 60
string text = "查清"
end type

event clicked;// 当前这笔单结果未知就查它，否则了结上次留下的单。查多少次都行，绝不会收款。
if ib_unknown then
	wf_settle(is_bill)
	if ib_unknown then wf_decide(is_bill)
else
	wf_finish_sales()
end if
wf_show_buttons()
end event

type cb_void from commandbutton within w_till
integer x = 820
integer y = 440
integer width = 360
integer height = 120
integer taborder = 50
string text = "撤销"
end type

event clicked;// 顾客不买了：查清这笔单，收了款就退回去。正在收款时也可以按。
long ll_params, ll_reply, ll_code
string ls_bill

if il_payment <> 0 then
	if inv_wsy.WsyPaymentVoid(il_payment) <> inv_wsy.WSY_OK then st_state.text = "正在退款，不能撤销。"
	return
end if
ls_bill = is_bill
if il_bill_fen = 0 then ls_bill = is_last_paid
if ls_bill = "" then return
if MessageBox("撤销", "撤销 " + ls_bill + " 吗？收了的款会全部退回。", Question!, YesNo!, 2) <> 1 then return
SetPointer(HourGlass!)
ll_params = inv_wsy.of_deadline("15000")
ll_code = inv_wsy.WsyVoid(il_client, ls_bill, ll_params, ll_reply)
inv_wsy.WsyParamsFree(ll_params)
wf_finish(ll_code, ll_reply)
inv_wsy.WsyReplyFree(ll_reply)
wf_show_buttons()
end event

type cb_cancel from commandbutton within w_till
integer x = 440
integer y = 440
integer width = 360
integer height = 120
integer taborder = 40
boolean enabled = false
string text = "不等了"
end type

event clicked;// 不再等待。这不能撤销付款：款可能已经收了，那就是结果未知。
inv_wsy.WsyPaymentCancel(il_payment)
end event

type cb_pay from commandbutton within w_till
integer x = 60
integer y = 440
integer width = 360
integer height = 120
integer taborder = 30
string text = "收款"
boolean default = true
end type

event clicked;// 扫码枪在最后按了回车，回车就是按这个默认按钮。
wf_start_pay()
end event

type sle_code from singlelineedit within w_till
integer x = 1500
integer y = 60
integer width = 1560
integer height = 100
integer taborder = 20
end type

type sle_yuan from singlelineedit within w_till
integer x = 420
integer y = 60
integer width = 600
integer height = 100
integer taborder = 10
end type

type st_code from statictext within w_till
integer x = 1160
integer y = 76
integer width = 320
integer height = 76
string text = "扫付款码"
end type

type st_yuan from statictext within w_till
integer x = 60
integer y = 76
integer width = 340
integer height = 76
string text = "金额（元）"
end type

type st_state from statictext within w_till
integer x = 60
integer y = 220
integer width = 3000
integer height = 180
string text = "正在打开……"
end type

type lb_rows from listbox within w_till
integer x = 60
integer y = 620
integer width = 3000
integer height = 1240
boolean vscrollbar = true
boolean sorted = false
end type
