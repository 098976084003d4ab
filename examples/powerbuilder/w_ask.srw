$PBExportHeader$w_ask.srw
$PBExportComments$问一句话，返回输入的文本；按取消返回空文本
forward
global type w_ask from window
end type
type cb_cancel from commandbutton within w_ask
end type
type cb_ok from commandbutton within w_ask
end type
type sle_response from singlelineedit within w_ask
end type
type st_question from statictext within w_ask
end type
end forward

global type w_ask from window
integer width = 1600
integer height = 560
boolean titlebar = true
string title = "收银台"
windowtype windowtype = response!
boolean center = true
cb_cancel cb_cancel
cb_ok cb_ok
sle_response sle_response
st_question st_question
end type
global w_ask w_ask

on w_ask.create
this.cb_cancel=create cb_cancel
this.cb_ok=create cb_ok
this.sle_response=create sle_response
this.st_question=create st_question
this.Control[]={this.cb_cancel,&
this.cb_ok,&
this.sle_response,&
this.st_question}
end on

on w_ask.destroy
destroy(this.cb_cancel)
destroy(this.cb_ok)
destroy(this.sle_response)
destroy(this.st_question)
end on

event open;// 参数是“问题”或“问题<Tab>预填的回答”。
string ls_parm
long ll_tab

ls_parm = Message.StringParm
ll_tab = Pos(ls_parm, "~t")
if ll_tab > 0 then
	st_question.text = Left(ls_parm, ll_tab - 1)
	sle_response.text = Mid(ls_parm, ll_tab + 1)
else
	st_question.text = ls_parm
end if
sle_response.SetFocus()
end event

type cb_cancel from commandbutton within w_ask
integer x = 1120
integer y = 300
integer width = 402
integer height = 112
integer taborder = 30
string text = "取消"
boolean cancel = true
end type

event clicked;CloseWithReturn(parent, "")
end event

type cb_ok from commandbutton within w_ask
integer x = 660
integer y = 300
integer width = 402
integer height = 112
integer taborder = 20
string text = "确定"
boolean default = true
end type

event clicked;CloseWithReturn(parent, Trim(sle_response.text))
end event

type sle_response from singlelineedit within w_ask
integer x = 60
integer y = 150
integer width = 1463
integer height = 100
integer taborder = 10
end type

type st_question from statictext within w_ask
integer x = 60
integer y = 50
integer width = 1463
integer height = 80
string text = "none"
end type
