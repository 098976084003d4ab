* 一个完整的小收银台，需要什么抄什么。扫码枪就是键盘：它把付款码打进输入框，再按一下回车。
*
* 把 till.prg、wsy.prg、wsytext.prg、wsycodes.h 和 32 位的 wsy.dll 放进同一个文件夹，然后 DO till。
#INCLUDE wsycodes.h

* 平台地址：先对着本机的沙箱试；正式上线时改成 ""，用默认的平台地址。
#DEFINE BASE_ADDRESS "http://127.0.0.1:8080"
* 数据文件夹：固定的完整路径，放在本机磁盘上，一台收银机一个。不要放在 Program Files 里：Windows 会悄悄另存一份。
#DEFINE DATA_FOLDER "C:\wsydata"
* 小票送到哪里：打印机端口，如 "LPT1"，或一个文件。
#DEFINE RECEIPT_TO "receipt.prn"
* 每台收银机不同，放在单号前面，两台机器的单号就不会相同。
#DEFINE TILL_NUMBER "T1-"

LOCAL oTill
SET TALK OFF
SET DEFAULT TO (JUSTPATH(SYS(16, 0)))
SET PROCEDURE TO wsytext ADDITIVE
DO wsy
oTill = CREATEOBJECT("TillForm")
IF VARTYPE(oTill) == "O"
    oTill.Show(1)
ENDIF
RETURN

DEFINE CLASS TillForm AS Form
    Caption = "收银台"
    Width = 720
    Height = 460
    AutoCenter = .T.
    BorderStyle = 1
    MaxButton = .F.

    * 收银台，程序启动时打开一次，一直用到退出
    nClient = 0
    * 正在进行的收款或退款；0 表示没有
    nPayment = 0
    * 正在后台查上次留下的单；0 表示没有
    nRecovery = 0
    * 正在与平台对账；0 表示没有
    nReconcile = 0
    * 当前这笔单的单号：一个单号只收一次款
    cBill = ""
    * 当前这笔单的金额，单位分；0 表示还没有收过
    nBillFen = 0
    * 当前这笔单结果未知
    lUnknown = .F.
    * 最近一笔收到款的单号
    cLastPaid = ""
    * 正在进行的是退款
    lRefunding = .F.
    * 还没有结果的退款单号
    cRefund = ""
    cRefundBill = ""
    nRefundFen = 0

    ADD OBJECT lblYuan AS Label WITH Caption = "金额（元）", Left = 12, Top = 16, Width = 76
    ADD OBJECT txtYuan AS TextBox WITH Value = "", Left = 92, Top = 12, Width = 110
    ADD OBJECT lblCode AS Label WITH Caption = "扫付款码", Left = 224, Top = 16, Width = 64
    ADD OBJECT txtCode AS TextBox WITH Value = "", Left = 292, Top = 12, Width = 300
    ADD OBJECT lblState AS Label WITH Caption = "", Left = 12, Top = 46, Width = 696, Height = 36, WordWrap = .T.
    ADD OBJECT cmdPay AS CommandButton WITH Caption = "收款", Left = 12, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdCancel AS CommandButton WITH Caption = "不等了", Left = 100, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdVoid AS CommandButton WITH Caption = "撤销", Left = 188, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdSettle AS CommandButton WITH Caption = "查清", Left = 276, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdRefund AS CommandButton WITH Caption = "退款", Left = 364, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdReprint AS CommandButton WITH Caption = "补打小票", Left = 452, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdDay AS CommandButton WITH Caption = "今日流水", Left = 540, Top = 88, Width = 82, Height = 30
    ADD OBJECT cmdActivate AS CommandButton WITH Caption = "激活", Left = 628, Top = 88, Width = 80, Height = 30
    ADD OBJECT lstRows AS ListBox WITH Left = 12, Top = 126, Width = 696, Height = 322
    ADD OBJECT tmrPoll AS Timer WITH Interval = 0

    * 返回 .F. 就不建立这个表单。
    PROCEDURE Init
        IF NOT THIS.OpenTill()
            RETURN .F.
        ENDIF
        THIS.NewBill()
        THIS.ShowButtons()
        RETURN .T.
    ENDPROC

    * DLL 要写的变量必须是局部变量，先赋值再加 @；对象的属性不能加 @。
    PROCEDURE OpenTill
        LOCAL nOptions, nClient, nReply, nCode
        nOptions = 0
        nClient = 0
        nReply = 0
        WsyParamsNew(WSY_GBK, @nOptions)
        IF NOT BASE_ADDRESS == ""
            WsyParamsSet(nOptions, "base", BASE_ADDRESS)
        ENDIF
        * 在开发环境里停止运行时，没有关闭的收银台还开着。
        WsyCloseAll()
        nCode = WsyOpen(DATA_FOLDER, WSY_GBK, nOptions, @nClient, @nReply)
        WsyParamsFree(nOptions)
        THIS.nClient = nClient
        IF nCode = WSY_OK
            THIS.Tell("可以收款。")
            THIS.AfterOpen(nReply)
        ELSE
            MESSAGEBOX("不能打开收银台：" + WsyExplain(nCode, nReply), 16, "收银台")
        ENDIF
        WsyReplyFree(nReply)
        RETURN nCode = WSY_OK
    ENDPROC

    * 收新款之前：没有激活的先激活，没人看过的警报先给人看；上次留下的单列出来，在后台查，照常收款。
    PROCEDURE AfterOpen
        LPARAMETERS nReply
        IF WsyField(nReply, "config_source") == "file"
            THIS.AddRow("连不上平台，用的是上次保存的配置。")
        ENDIF
        IF WsyField(nReply, "device_id") == ""
            THIS.ActivateTill()
        ENDIF
        THIS.ShowUnresolved()
        IF WsyNumber(nReply, "open_charges") + WsyNumber(nReply, "open_refunds") > 0
            THIS.Recover()
        ENDIF
        IF WsyNumber(nReply, "alarms") > 0
            THIS.ShowAlarms()
        ENDIF
    ENDPROC

    * 一台收银机只需激活一次，激活码由商户后台给出，用一次就作废。
    PROCEDURE ActivateTill
        LOCAL nReply, nCode, cInitKey
        cInitKey = ALLTRIM(INPUTBOX("请输入商户后台给的激活码：", "激活"))
        IF cInitKey == ""
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyActivate(THIS.nClient, cInitKey, "", 0, @nReply)
        IF nCode = WSY_OK
            THIS.AddRow("已激活，设备号 " + WsyField(nReply, "device_id") + "，" + WsyField(nReply, "client_name"))
        ELSE
            MESSAGEBOX(WsyExplain(nCode, nReply), 48, "没有激活")
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    * 在后台查清断电或死机留下的单，照常收款。只查询，绝不收款或退款；没查清的留着，以后按“查清”再查。
    PROCEDURE Recover
        LOCAL nRecovery, nReply, nCode
        IF THIS.nRecovery <> 0
            RETURN
        ENDIF
        nRecovery = 0
        nReply = 0
        nCode = WsyRecoverStart(THIS.nClient, 0, @nRecovery, @nReply)
        THIS.nRecovery = nRecovery
        IF nCode = WSY_PENDING
            THIS.tmrPoll.Interval = 200
            THIS.AddRow("有没查清的单，正在后台查，可以继续收款。")
        ELSE
            THIS.Tell(WsyExplain(nCode, nReply))
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    PROCEDURE LookAtRecovery
        LOCAL nReply, nCode
        IF THIS.nRecovery = 0
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyPaymentPoll(THIS.nRecovery, @nReply)
        IF nCode = WSY_PENDING
            RETURN
        ENDIF
        WsyPaymentFree(THIS.nRecovery)
        THIS.nRecovery = 0
        IF nCode = WSY_OK
            THIS.AddRow("后台查清 " + TRANSFORM(WsyNumber(nReply, "settled")) + " 笔，还有 " + ;
                TRANSFORM(WsyNumber(nReply, "open")) + " 笔没有结果。")
            THIS.ShowRows(nReply)
            THIS.ShowUnfinished(nReply)
        ELSE
            THIS.AddRow(WsyExplain(nCode, nReply))
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    * 把今天的每一笔与平台核对，照常收款。
    PROCEDURE Reconcile
        LOCAL nReconcile, nReply, nCode
        IF THIS.nReconcile <> 0
            RETURN
        ENDIF
        nReconcile = 0
        nReply = 0
        nCode = WsyReconcileStart(THIS.nClient, "", @nReconcile, @nReply)
        THIS.nReconcile = nReconcile
        IF nCode = WSY_PENDING
            THIS.tmrPoll.Interval = 200
            THIS.AddRow("正在与平台对账，可以继续收款。")
        ELSE
            THIS.Tell(WsyExplain(nCode, nReply))
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    PROCEDURE LookAtReconcile
        LOCAL nReply, nCode, nIndex
        IF THIS.nReconcile = 0
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyPaymentPoll(THIS.nReconcile, @nReply)
        IF nCode = WSY_PENDING
            RETURN
        ENDIF
        WsyPaymentFree(THIS.nReconcile)
        THIS.nReconcile = 0
        THIS.AddRow("对账结束，已核对 " + TRANSFORM(WsyNumber(nReply, "asked")) + " 笔。" + WsyExplain(nCode, nReply))
        FOR nIndex = 0 TO WsyCount(nReply, "difference") - 1
            THIS.AddRow(WsyItemField(nReply, "difference", nIndex, "out_trade_no") + "　本机 " + ;
                WsyItemField(nReply, "difference", nIndex, "here") + " 元　平台 " + ;
                WsyItemField(nReply, "difference", nIndex, "there") + " 元　" + ;
                WsyItemField(nReply, "difference", nIndex, "message_zh"))
        ENDFOR
        IF WsyNumber(nReply, "alarms") > 0
            THIS.ShowAlarms()
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    * 警报：以前告诉收银员的结果，事后发现与平台不符。要有人处理，处理了才确认。
    PROCEDURE ShowAlarms
        LOCAL nReply, nDone, nIndex, nAlarm, cText
        nReply = 0
        nDone = 0
        IF WsyAlarms(THIS.nClient, @nReply) = WSY_OK
            FOR nIndex = 0 TO WsyCount(nReply, "alarm") - 1
                cText = WsyItemField(nReply, "alarm", nIndex, "out_trade_no") + " " + ;
                    WsyItemField(nReply, "alarm", nIndex, "message_zh")
                THIS.AddRow("警报 " + cText)
                IF MESSAGEBOX(cText + CHR(13) + CHR(13) + "已经处理了吗？", 4 + 48 + 256, "警报") = 6
                    nAlarm = WsyItemNumber(nReply, "alarm", nIndex, "id")
                    WsyAcknowledge(THIS.nClient, nAlarm, "收银员", @nDone)
                    WsyReplyFree(nDone)
                ENDIF
            ENDFOR
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    * 真正的收银程序用自己的小票号，并且在收款之前就和单据一起存好。
    PROCEDURE NewBill
        THIS.cBill = TILL_NUMBER + TTOC(DATETIME(), 1)
        THIS.nBillFen = 0
        THIS.lUnknown = .F.
        THIS.txtYuan.Value = ""
    ENDPROC

    * 扫码枪在最后按了回车。这时内容还在 Text 里，没有进 Value。
    PROCEDURE txtCode.KeyPress
        LPARAMETERS nKeyCode, nShiftAltCtrl
        IF nKeyCode = 13
            NODEFAULT
            THISFORM.StartPay(ALLTRIM(THIS.Text))
        ENDIF
    ENDPROC

    PROCEDURE cmdPay.Click
        THISFORM.StartPay(ALLTRIM(THISFORM.txtCode.Value))
    ENDPROC

    PROCEDURE StartPay
        LPARAMETERS cCode
        LOCAL nFen, nPayment, nReply, nCode
        IF THIS.nPayment <> 0 OR THIS.lUnknown
            RETURN
        ENDIF
        nFen = 0
        IF WsyYuanToFen(ALLTRIM(THIS.txtYuan.Value), @nFen) <> WSY_OK
            THIS.Tell("请先输入金额，例如 12.50。")
            THIS.txtYuan.SetFocus()
            RETURN
        ENDIF
        * 上一个付款码没有付成，单号照用；金额改了就是另一笔单。
        IF THIS.nBillFen <> 0 AND THIS.nBillFen <> nFen
            THIS.NewBill()
            THIS.txtYuan.Value = WsyYuan(nFen)
        ENDIF
        THIS.nBillFen = nFen
        THIS.txtCode.Value = ""
        nPayment = 0
        nReply = 0
        nCode = WsyMicropayStart(THIS.nClient, THIS.cBill, cCode, nFen, 0, @nPayment, @nReply)
        THIS.nPayment = nPayment
        THIS.Started(nCode, nReply)
    ENDPROC

    * 收款或退款已经开始，或者说明了为什么没有开始。
    PROCEDURE Started
        LPARAMETERS nCode, nReply
        IF nCode = WSY_PENDING
            THIS.tmrPoll.Interval = 200
        ELSE
            THIS.Finish(nCode, nReply)
        ENDIF
        WsyReplyFree(nReply)
        THIS.ShowButtons()
    ENDPROC

    * 每 0.2 秒看一次有没有结果，其间界面一直是活的。
    PROCEDURE tmrPoll.Timer
        THISFORM.Poll()
    ENDPROC

    PROCEDURE Poll
        THIS.LookAtRecovery()
        THIS.LookAtReconcile()
        THIS.LookAtPayment()
        IF THIS.nPayment = 0 AND THIS.nRecovery = 0 AND THIS.nReconcile = 0
            THIS.tmrPoll.Interval = 0
        ENDIF
    ENDPROC

    PROCEDURE LookAtPayment
        LOCAL nReply, nCode
        IF THIS.nPayment = 0
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyPaymentPoll(THIS.nPayment, @nReply)
        IF nCode = WSY_PENDING
            THIS.Tell(WsyCashierText(THIS.nPayment))
            RETURN
        ENDIF
        WsyPaymentFree(THIS.nPayment)
        THIS.nPayment = 0
        * 这两个返回码说的是这次轮询，不是那笔款；那笔款按结果未知处理，由“查清”去查。
        IF nCode = WSY_ERR_HANDLE OR nCode = WSY_ERR_ARGUMENT
            nCode = WSY_UNKNOWN
        ENDIF
        THIS.Finish(nCode, nReply)
        WsyReplyFree(nReply)
        THIS.ShowButtons()
    ENDPROC

    * 告诉收银员结果。
    PROCEDURE Finish
        LPARAMETERS nCode, nReply
        LOCAL cSay
        IF THIS.lRefunding
            cSay = THIS.RefundEnded(nCode, nReply)
        ELSE
            cSay = THIS.PayEnded(nCode, nReply)
        ENDIF
        THIS.lRefunding = .F.
        THIS.Tell(cSay)
        THIS.AddRow(TIME() + " " + cSay)
    ENDPROC

    * 收款、查清或撤销的结果。只有 WSY_PAID 可以交付商品。
    PROCEDURE PayEnded
        LPARAMETERS nCode, nReply
        LOCAL cSay
        cSay = WsyExplain(nCode, nReply)
        DO CASE
            CASE nCode = WSY_PAID
                cSay = "已收款 " + WsyField(nReply, "total") + " 元，请交付商品。单号 " + WsyField(nReply, "out_trade_no")
                IF WsyNumber(nReply, "paid_attempts") > 1
                    cSay = cSay + "。这笔单收了不止一次款，请退还多收的。"
                ENDIF
                THIS.cLastPaid = WsyField(nReply, "out_trade_no")
                THIS.PrintReceipt(nReply)
                THIS.NewBill()
            CASE nCode = WSY_PAID_EARLIER
                IF NOT WsyField(nReply, "first_told") == ""
                    cSay = cSay + "首次收款：" + WsyField(nReply, "first_told")
                ENDIF
                THIS.cLastPaid = WsyField(nReply, "out_trade_no")
                THIS.NewBill()
            CASE nCode = WSY_DECIDED
                cSay = cSay + THIS.StateName("decided_" + WsyField(nReply, "decision")) + "，" + ;
                    WsyField(nReply, "decided_by") + "：" + WsyField(nReply, "why")
                THIS.NewBill()
            CASE nCode = WSY_NOT_PAID
                cSay = "没有收款。" + cSay
                THIS.lUnknown = .F.
            CASE nCode = WSY_REFUNDED OR nCode = WSY_VOIDED
                cSay = "已撤销，退款 " + WsyField(nReply, "refund") + " 元。"
                THIS.PrintReceipt(nReply)
                THIS.NewBill()
            CASE nCode = WSY_NOT_REFUNDED
                cSay = "没有撤销，款已经收了。" + cSay
                THIS.cLastPaid = WsyField(nReply, "out_trade_no")
                THIS.NewBill()
            CASE nCode = WSY_UNKNOWN
                cSay = "结果未知：不要交付商品，也不要再收款，请按“查清”。" + cSay
                THIS.lUnknown = THIS.nBillFen <> 0
            CASE nCode = WSY_ERR_STILL_OPEN
                THIS.lUnknown = .T.
            CASE nCode = WSY_ERR_ALREADY_REFUNDED
                THIS.NewBill()
            OTHERWISE
                cSay = "没有发出：" + cSay
        ENDCASE
        RETURN cSay
    ENDPROC

    * 退款的结果。没有定论时留着退款单号：再退要用同一个，那只会查，不会再退一次。
    PROCEDURE RefundEnded
        LPARAMETERS nCode, nReply
        LOCAL cSay
        cSay = WsyExplain(nCode, nReply)
        DO CASE
            CASE nCode = WSY_REFUNDED
                cSay = "已退款 " + WsyField(nReply, "refund") + " 元。"
                THIS.PrintReceipt(nReply)
                THIS.cRefund = ""
            CASE nCode = WSY_NOT_REFUNDED
                cSay = "没有退款。" + cSay
                THIS.cRefund = ""
            CASE nCode = WSY_UNKNOWN
                cSay = "退款结果未知，请按“退款”用同样的单号和金额再查。" + cSay
            CASE nCode = WSY_DECIDED
                THIS.cRefund = ""
            OTHERWISE
                cSay = "没有发出：" + cSay
        ENDCASE
        RETURN cSay
    ENDPROC

    * 不再等待。这不能撤销付款：款可能已经收了，那就是结果未知。
    PROCEDURE cmdCancel.Click
        WsyPaymentCancel(THISFORM.nPayment)
    ENDPROC

    PROCEDURE cmdVoid.Click
        THISFORM.VoidBill()
    ENDPROC

    * 顾客不买了：查清这笔单，收了款就退回去。正在收款时也可以按。
    PROCEDURE VoidBill
        LOCAL nParams, nReply, nCode, cBill
        IF THIS.nPayment <> 0
            IF WsyPaymentVoid(THIS.nPayment) <> WSY_OK
                THIS.Tell("正在退款，不能撤销。")
            ENDIF
            RETURN
        ENDIF
        cBill = IIF(THIS.nBillFen = 0, THIS.cLastPaid, THIS.cBill)
        IF cBill == ""
            RETURN
        ENDIF
        IF MESSAGEBOX("撤销 " + cBill + " 吗？收了的款会全部退回。", 4 + 32 + 256, "撤销") <> 6
            RETURN
        ENDIF
        nReply = 0
        nParams = WsyDeadline("15000")
        nCode = WsyVoid(THIS.nClient, cBill, nParams, @nReply)
        WsyParamsFree(nParams)
        THIS.Finish(nCode, nReply)
        WsyReplyFree(nReply)
        THIS.ShowButtons()
    ENDPROC

    PROCEDURE cmdSettle.Click
        THISFORM.Settle()
    ENDPROC

    * 当前这笔单结果未知就查它，否则了结上次留下的单。查多少次都行，绝不会收款。
    PROCEDURE Settle
        IF THIS.lUnknown
            THIS.SettleBill(THIS.cBill)
            IF THIS.lUnknown
                THIS.Decide(THIS.cBill)
            ENDIF
        ELSE
            THIS.FinishSales()
        ENDIF
        THIS.ShowButtons()
    ENDPROC

    PROCEDURE SettleBill
        LPARAMETERS cBill
        LOCAL nParams, nReply, nCode
        THIS.Tell("正在查 " + cBill + "……")
        nReply = 0
        nParams = WsyDeadline("15000")
        nCode = WsySettle(THIS.nClient, cBill, nParams, @nReply)
        WsyParamsFree(nParams)
        THIS.Finish(nCode, nReply)
        WsyReplyFree(nReply)
    ENDPROC

    * 已收款而没人看到过的，逐单了结；还没查清的，在后台再查，或者由人工认定。
    PROCEDURE FinishSales
        LOCAL nReply, nIndex, nOpen
        nOpen = 0
        nReply = 0
        IF WsyUnresolved(THIS.nClient, @nReply) = WSY_OK
            nOpen = WsyNumber(nReply, "open")
            FOR nIndex = 0 TO WsyCount(nReply, "unfinished") - 1
                THIS.SettleBill(WsyItemField(nReply, "unfinished", nIndex, "out_trade_no"))
            ENDFOR
        ENDIF
        WsyReplyFree(nReply)
        IF nOpen = 0
            RETURN
        ENDIF
        THIS.ShowUnresolved()
        THIS.Decide(ALLTRIM(INPUTBOX("由人工认定哪一单？留空就在后台再查。", "查清")))
        THIS.Recover()
    ENDPROC

    * 平台始终没有定论的，由人到商户后台核对，写明结果、认定人和理由。
    PROCEDURE Decide
        LPARAMETERS cBill
        LOCAL nReply, nCode, nResponse, cDecision, cBy, cWhy, cSay
        IF cBill == ""
            RETURN
        ENDIF
        nResponse = MESSAGEBOX(cBill + " 没有查清。商户后台显示已收款吗？" + CHR(13) + "还没有核对的，按“取消”。", ;
            3 + 32 + 512, "人工认定")
        DO CASE
            CASE nResponse = 6
                cDecision = "paid"
            CASE nResponse = 7
                cDecision = "not_paid"
            OTHERWISE
                RETURN
        ENDCASE
        cBy = ALLTRIM(INPUTBOX("认定人：", "人工认定"))
        cWhy = ALLTRIM(INPUTBOX("理由，例如后台的显示：", "人工认定"))
        IF cBy == "" OR cWhy == ""
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyDecide(THIS.nClient, cBill, 0, cDecision, cBy, cWhy, @nReply)
        IF nCode = WSY_OK
            cSay = "已记下：" + cBill + " " + THIS.StateName(WsyField(nReply, "state")) + "。"
            IF cBill == THIS.cBill
                THIS.NewBill()
            ENDIF
        ELSE
            cSay = WsyExplain(nCode, nReply)
        ENDIF
        THIS.Tell(cSay)
        THIS.AddRow(cSay)
        WsyReplyFree(nReply)
    ENDPROC

    PROCEDURE cmdRefund.Click
        THISFORM.RefundBill()
    ENDPROC

    PROCEDURE RefundBill
        LOCAL nFen, nPayment, nReply, nCode, cBill
        cBill = ALLTRIM(INPUTBOX("退哪一笔？商户单号：", "退款", THIS.cLastPaid))
        IF cBill == ""
            RETURN
        ENDIF
        nFen = 0
        IF WsyYuanToFen(ALLTRIM(INPUTBOX("退多少元？", "退款")), @nFen) <> WSY_OK
            THIS.Tell("退款金额不对，例如 12.50。")
            RETURN
        ENDIF
        * 上一次退款没有结果、单号和金额都一样时，沿用同一个退款单号。
        IF THIS.cRefund == "" OR NOT cBill == THIS.cRefundBill OR nFen <> THIS.nRefundFen
            THIS.cRefund = "R" + TILL_NUMBER + TTOC(DATETIME(), 1)
            THIS.cRefundBill = cBill
            THIS.nRefundFen = nFen
        ENDIF
        THIS.lRefunding = .T.
        nPayment = 0
        nReply = 0
        nCode = WsyRefundStart(THIS.nClient, THIS.cRefund, cBill, "", nFen, 0, @nPayment, @nReply)
        THIS.nPayment = nPayment
        THIS.Started(nCode, nReply)
    ENDPROC

    PROCEDURE cmdReprint.Click
        THISFORM.Reprint()
    ENDPROC

    PROCEDURE Reprint
        LOCAL nReply, nCode, cBill
        cBill = ALLTRIM(INPUTBOX("补打哪一笔？商户单号：", "补打小票", THIS.cLastPaid))
        IF cBill == ""
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyReprint(THIS.nClient, cBill, "", 0, @nReply)
        * 平台没有这张小票时，回复里是账本保存的那一张。
        IF nCode <> WSY_OK
            THIS.Tell(WsyExplain(nCode, nReply))
        ENDIF
        THIS.PrintReceipt(nReply)
        WsyReplyFree(nReply)
    ENDPROC

    PROCEDURE cmdDay.Click
        THISFORM.ShowDay()
    ENDPROC

    * 今天的流水，来自本机账本，不联网。
    PROCEDURE ShowDay
        LOCAL nReply, nCode
        THIS.lstRows.Clear()
        nReply = 0
        nCode = WsyDay(THIS.nClient, "", @nReply)
        IF nCode = WSY_OK
            THIS.ShowRows(nReply)
            THIS.AddRow("收款 " + WsyYuan(WsyNumber(nReply, "paid_fen")) + "　退款 " + ;
                WsyYuan(WsyNumber(nReply, "refunded_fen")) + "　未查清 " + ;
                TRANSFORM(WsyNumber(nReply, "open")) + " 笔")
        ELSE
            THIS.Tell(WsyExplain(nCode, nReply))
        ENDIF
        WsyReplyFree(nReply)
        IF MESSAGEBOX("现在日结吗？日结后当日金额不再变动。", 4 + 32 + 256, "日结") = 6
            THIS.CloseDay(ALLTRIM(INPUTBOX("日结人：", "日结")))
        ENDIF
        IF MESSAGEBOX("现在与平台对账吗？只查询，不收款也不退款。", 4 + 32, "对账") = 6
            THIS.Reconcile()
        ENDIF
    ENDPROC

    * 日结之后才有的结果计入下一天。
    PROCEDURE CloseDay
        LPARAMETERS cBy
        LOCAL nReply, nCode
        IF cBy == ""
            RETURN
        ENDIF
        nReply = 0
        nCode = WsyCloseDay(THIS.nClient, "", cBy, @nReply)
        IF nCode = WSY_OK
            THIS.AddRow("已日结 " + WsyField(nReply, "closed") + "，" + WsyField(nReply, "closed_by") + "：收款 " + ;
                WsyYuan(WsyNumber(nReply, "paid_fen")) + "　退款 " + WsyYuan(WsyNumber(nReply, "refunded_fen")))
        ELSE
            THIS.Tell(WsyExplain(nCode, nReply))
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    PROCEDURE cmdActivate.Click
        THISFORM.ActivateTill()
    ENDPROC

    PROCEDURE ShowUnresolved
        LOCAL nReply
        nReply = 0
        IF WsyUnresolved(THIS.nClient, @nReply) = WSY_OK
            THIS.ShowRows(nReply)
            THIS.ShowUnfinished(nReply)
        ENDIF
        WsyReplyFree(nReply)
    ENDPROC

    * 已收款、但不能确认收银员看到过的单：商品可能交付了，也可能没有。
    PROCEDURE ShowUnfinished
        LPARAMETERS nReply
        LOCAL nIndex
        FOR nIndex = 0 TO WsyCount(nReply, "unfinished") - 1
            THIS.AddRow("已收款，先弄清商品是否已交付，再按“查清”：" + ;
                WsyItemField(nReply, "unfinished", nIndex, "out_trade_no") + "　" + ;
                WsyItemField(nReply, "unfinished", nIndex, "total") + " 元")
        ENDFOR
    ENDPROC

    * 回复里的每一笔收款和退款各一行。
    PROCEDURE ShowRows
        LPARAMETERS nReply
        LOCAL nIndex
        FOR nIndex = 0 TO WsyCount(nReply, "charge") - 1
            THIS.AddRow("收款 " + WsyItemField(nReply, "charge", nIndex, "out_trade_no") + "　" + ;
                WsyItemField(nReply, "charge", nIndex, "total") + " 元　" + ;
                THIS.StateName(WsyItemField(nReply, "charge", nIndex, "state")) + "　" + ;
                WsyItemField(nReply, "charge", nIndex, "started"))
        ENDFOR
        FOR nIndex = 0 TO WsyCount(nReply, "refund") - 1
            THIS.AddRow("退款 " + WsyItemField(nReply, "refund", nIndex, "out_refund_no") + "　" + ;
                WsyItemField(nReply, "refund", nIndex, "refund") + " 元　" + ;
                THIS.StateName(WsyItemField(nReply, "refund", nIndex, "state")) + "　" + ;
                WsyItemField(nReply, "refund", nIndex, "started"))
        ENDFOR
    ENDPROC

    PROCEDURE StateName
        LPARAMETERS cState
        DO CASE
            CASE cState == "open"
                RETURN "未查清"
            CASE cState == "paid"
                RETURN "已收款"
            CASE cState == "not_paid"
                RETURN "没有收款"
            CASE cState == "not_sent"
                RETURN "没有发出"
            CASE cState == "refunded"
                RETURN "已退款"
            CASE cState == "not_refunded"
                RETURN "没有退款"
            CASE cState == "conflict"
                RETURN "需要人工核对"
            CASE cState == "decided_paid"
                RETURN "人工认定已收款"
            CASE cState == "decided_not_paid"
                RETURN "人工认定没有收款"
            CASE cState == "decided_refunded"
                RETURN "人工认定已退款"
            CASE cState == "decided_not_refunded"
                RETURN "人工认定没有退款"
        ENDCASE
        RETURN cState
    ENDPROC

    * 打印机出了问题也不影响收款的结果：款已经收了，小票可以补打。
    PROCEDURE PrintReceipt
        LPARAMETERS nReply
        LOCAL cBytes, nFile
        cBytes = WsyReceiptBytes(nReply)
        IF LEN(cBytes) = 0
            RETURN
        ENDIF
        nFile = FCREATE(RECEIPT_TO)
        IF nFile < 0
            THIS.AddRow("小票没有打出来，可以补打。")
            RETURN
        ENDIF
        IF FWRITE(nFile, cBytes) < LEN(cBytes)
            THIS.AddRow("小票没有打完，可以补打。")
        ENDIF
        FCLOSE(nFile)
    ENDPROC

    PROCEDURE Tell
        LPARAMETERS cText
        THIS.lblState.Caption = cText
    ENDPROC

    PROCEDURE AddRow
        LPARAMETERS cText
        THIS.lstRows.AddItem(cText)
        THIS.lstRows.ListIndex = THIS.lstRows.ListCount
    ENDPROC

    PROCEDURE ShowButtons
        LOCAL lIdle, lCanPay
        lIdle = THIS.nPayment = 0
        lCanPay = lIdle AND NOT THIS.lUnknown
        THIS.txtYuan.Enabled = lCanPay
        THIS.txtCode.Enabled = lCanPay
        THIS.cmdPay.Enabled = lCanPay
        THIS.cmdCancel.Enabled = NOT lIdle
        THIS.cmdSettle.Enabled = lIdle
        THIS.cmdRefund.Enabled = lIdle
        THIS.cmdReprint.Enabled = lIdle
        THIS.cmdDay.Enabled = lIdle
        THIS.cmdActivate.Enabled = lIdle
    ENDPROC

    * 没有结果的收款会留在账本里，下次启动时查清。
    PROCEDURE Destroy
        THIS.tmrPoll.Interval = 0
        IF THIS.nPayment <> 0
            WsyPaymentFree(THIS.nPayment)
        ENDIF
        IF THIS.nRecovery <> 0
            WsyPaymentFree(THIS.nRecovery)
        ENDIF
        IF THIS.nReconcile <> 0
            WsyPaymentFree(THIS.nReconcile)
        ENDIF
        IF THIS.nClient <> 0
            WsyClose(THIS.nClient)
        ENDIF
    ENDPROC
ENDDEFINE
