VERSION 5.00
Begin VB.Form frmTill 
   BorderStyle     =   1  'Fixed Single
   Caption         =   "收银台"
   ClientHeight    =   6480
   ClientLeft      =   45
   ClientTop       =   435
   ClientWidth     =   9600
   LinkTopic       =   "Form1"
   MaxButton       =   0   'False
   ScaleHeight     =   6480
   ScaleWidth      =   9600
   StartUpPosition =   2  'CenterScreen
   Begin VB.Timer tmrPoll 
      Enabled         =   0   'False
      Interval        =   200
      Left            =   9000
      Top             =   120
   End
   Begin VB.TextBox txtYuan 
      Height          =   375
      Left            =   1440
      TabIndex        =   0
      Top             =   240
      Width           =   1695
   End
   Begin VB.TextBox txtCode 
      Height          =   375
      Left            =   4680
      TabIndex        =   1
      Top             =   240
      Width           =   4095
   End
   Begin VB.CommandButton cmdPay 
      Caption         =   "收款"
      Height          =   495
      Left            =   240
      TabIndex        =   2
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdCancel 
      Caption         =   "不等了"
      Enabled         =   0   'False
      Height          =   495
      Left            =   1410
      TabIndex        =   3
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdVoid 
      Caption         =   "撤销"
      Height          =   495
      Left            =   2580
      TabIndex        =   4
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdSettle 
      Caption         =   "查清"
      Height          =   495
      Left            =   3750
      TabIndex        =   5
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdRefund 
      Caption         =   "退款"
      Height          =   495
      Left            =   4920
      TabIndex        =   6
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdReprint 
      Caption         =   "补打小票"
      Height          =   495
      Left            =   6090
      TabIndex        =   7
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdDay 
      Caption         =   "今日流水"
      Height          =   495
      Left            =   7260
      TabIndex        =   8
      Top             =   1560
      Width           =   1095
   End
   Begin VB.CommandButton cmdActivate 
      Caption         =   "激活"
      Height          =   495
      Left            =   8430
      TabIndex        =   9
      Top             =   1560
      Width           =   975
   End
   Begin VB.ListBox lstRows 
      Height          =   4020
      Left            =   240
      TabIndex        =   10
      Top             =   2280
      Width           =   9135
   End
   Begin VB.Label lblYuan 
      Caption         =   "金额（元）"
      Height          =   255
      Left            =   240
      TabIndex        =   11
      Top             =   300
      Width           =   1095
   End
   Begin VB.Label lblCode 
      Caption         =   "扫付款码"
      Height          =   255
      Left            =   3600
      TabIndex        =   12
      Top             =   300
      Width           =   975
   End
   Begin VB.Label lblState 
      Caption         =   "正在打开……"
      Height          =   615
      Left            =   240
      TabIndex        =   13
      Top             =   840
      Width           =   9135
   End
End
Attribute VB_Name = "frmTill"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = False
' 一个完整的小收银台，需要什么抄什么。扫码枪就是键盘：它把付款码打进输入框，再按一下回车。
Option Explicit

' 平台地址：先对着本机的沙箱试；正式上线时改成 ""，用默认的平台地址。
Private Const BASE_ADDRESS As String = "http://127.0.0.1:8080"
' 数据文件夹：固定的完整路径，放在本机磁盘上，一台收银机一个。不要放在 Program Files 里：Windows 会悄悄另存一份。
Private Const DATA_FOLDER As String = "C:\wsydata"
' 小票送到哪里：打印机端口，如 "LPT1:"，或一个文件。
Private Const RECEIPT_TO As String = "receipt.prn"
' 每台收银机不同，放在单号前面，两台机器的单号就不会相同。
Private Const TILL_NUMBER As String = "T1-"

Private m_hClient As Long           ' 收银台，程序启动时打开一次，一直用到退出
Private m_hPayment As Long          ' 正在进行的收款或退款；0 表示没有
Private m_hRecovery As Long         ' 正在后台查上次留下的单；0 表示没有
Private m_hReconcile As Long        ' 正在与平台对账；0 表示没有
Private m_sBill As String           ' 当前这笔单的单号：一个单号只收一次款
Private m_lBillFen As Long          ' 当前这笔单的金额；0 表示还没有收过
Private m_bUnknown As Boolean       ' 当前这笔单结果未知
Private m_sLastPaid As String       ' 最近一笔收到款的单号
Private m_bRefunding As Boolean     ' 正在进行的是退款
Private m_sRefund As String         ' 还没有结果的退款单号
Private m_sRefundBill As String
Private m_lRefundFen As Long

Private Sub Form_Load()
    On Error GoTo NoLibrary
    Call FindLibrary
    If WsyCodePage() = 0 Then
        MsgBox "本机“非 Unicode 程序的语言”不是中文（简体），不能正确显示和传送中文。", vbCritical
    ElseIf OpenTill() Then
        Call NewBill
        Call ShowButtons
        Exit Sub
    End If
    Call CloseTill
    End
NoLibrary:
    MsgBox "不能调用 wsy.dll：" & Err.Description & vbCrLf & "请把 x86 文件夹里的 wsy.dll 放到程序所在的文件夹。", vbCritical
    End
End Sub

' 在 VB6 开发环境里运行时，程序所在的文件夹是 VB6.EXE 的，所以把当前文件夹换到工程这里来，wsy.dll 就放在工程旁边。
Private Sub FindLibrary()
    If Left$(App.Path, 2) = "\\" Then Exit Sub
    ChDrive App.Path
    ChDir App.Path
End Sub

Private Function OpenTill() As Boolean
    Dim hOptions As Long
    Dim hReply As Long
    Dim lCode As Long
    Call WsyParamsNew(WsyCodePage(), hOptions)
    If BASE_ADDRESS <> "" Then Call WsyParamsSet(hOptions, "base", BASE_ADDRESS)
    ' 在开发环境里停止运行时，没有关闭的收银台还开着。
    Call WsyCloseAll()
    lCode = WsyOpen(DATA_FOLDER, WsyCodePage(), hOptions, m_hClient, hReply)
    Call WsyParamsFree(hOptions)
    OpenTill = (lCode = WSY_OK)
    If OpenTill Then
        lblState.Caption = "可以收款。"
        Show
        Call AfterOpen(hReply)
    Else
        MsgBox "不能打开收银台：" & WsyExplain(lCode, hReply), vbCritical
    End If
    Call WsyReplyFree(hReply)
End Function

' 收新款之前：没有激活的先激活，没人看过的警报先给人看；上次留下的单列出来，在后台查，照常收款。
Private Sub AfterOpen(ByVal hReply As Long)
    If WsyField(hReply, "config_source") = "file" Then Call AddRow("连不上平台，用的是上次保存的配置。")
    If WsyField(hReply, "device_id") = "" Then
        lblState.Caption = WsyExplain(WSY_OK, hReply)
        Call Activate
    End If
    Call ShowUnresolved
    If WsyNumber(hReply, "open_charges") + WsyNumber(hReply, "open_refunds") > 0 Then Call Recover
    If WsyNumber(hReply, "alarms") > 0 Then Call ShowAlarms
End Sub

' 一台收银机只需激活一次，激活码由商户后台给出，用一次就作废。
Private Sub Activate()
    Dim hReply As Long
    Dim lCode As Long
    Dim sInitKey As String
    sInitKey = Trim$(InputBox("请输入商户后台给的激活码：", "激活"))
    If sInitKey = "" Then Exit Sub
    lCode = WsyActivate(m_hClient, sInitKey, vbNullString, 0, hReply)
    If lCode = WSY_OK Then
        lblState.Caption = "可以收款。"
        Call AddRow("已激活，设备号 " & WsyField(hReply, "device_id") & "，" & WsyField(hReply, "client_name"))
    Else
        MsgBox WsyExplain(lCode, hReply), vbExclamation, "没有激活"
    End If
    Call WsyReplyFree(hReply)
End Sub

' 在后台查清断电或死机留下的单，照常收款。只查询，绝不收款或退款；没查清的留着，以后按“查清”再查。
Private Sub Recover()
    Dim hReply As Long
    Dim lCode As Long
    If m_hRecovery <> 0 Then Exit Sub
    lCode = WsyRecoverStart(m_hClient, 0, m_hRecovery, hReply)
    If lCode = WSY_PENDING Then
        tmrPoll.Enabled = True
        Call AddRow("有没查清的单，正在后台查，可以继续收款。")
    Else
        lblState.Caption = WsyExplain(lCode, hReply)
    End If
    Call WsyReplyFree(hReply)
End Sub

Private Sub LookAtRecovery()
    Dim hReply As Long
    Dim lCode As Long
    If m_hRecovery = 0 Then Exit Sub
    lCode = WsyPaymentPoll(m_hRecovery, hReply)
    If lCode = WSY_PENDING Then Exit Sub
    Call WsyPaymentFree(m_hRecovery)
    m_hRecovery = 0
    If lCode = WSY_OK Then
        Call AddRow("后台查清 " & WsyNumber(hReply, "settled") & " 笔，还有 " & WsyNumber(hReply, "open") & " 笔没有结果。")
        Call ShowRows(hReply)
        Call ShowUnfinished(hReply)
    Else
        Call AddRow(WsyExplain(lCode, hReply))
    End If
    Call WsyReplyFree(hReply)
End Sub

' 把今天的每一笔与平台核对，照常收款。
Private Sub Reconcile()
    Dim hReply As Long
    Dim lCode As Long
    If m_hReconcile <> 0 Then Exit Sub
    lCode = WsyReconcileStart(m_hClient, vbNullString, m_hReconcile, hReply)
    If lCode = WSY_PENDING Then
        tmrPoll.Enabled = True
        Call AddRow("正在与平台对账，可以继续收款。")
    Else
        lblState.Caption = WsyExplain(lCode, hReply)
    End If
    Call WsyReplyFree(hReply)
End Sub

Private Sub LookAtReconcile()
    Dim hReply As Long
    Dim lCode As Long
    Dim lIndex As Long
    If m_hReconcile = 0 Then Exit Sub
    lCode = WsyPaymentPoll(m_hReconcile, hReply)
    If lCode = WSY_PENDING Then Exit Sub
    Call WsyPaymentFree(m_hReconcile)
    m_hReconcile = 0
    Call AddRow("对账结束，已核对 " & WsyNumber(hReply, "asked") & " 笔。" & WsyExplain(lCode, hReply))
    For lIndex = 0 To WsyCount(hReply, "difference") - 1
        Call AddRow(WsyItemField(hReply, "difference", lIndex, "out_trade_no") & "　本机 " & _
            WsyItemField(hReply, "difference", lIndex, "here") & " 元　平台 " & _
            WsyItemField(hReply, "difference", lIndex, "there") & " 元　" & _
            WsyItemField(hReply, "difference", lIndex, "message_zh"))
    Next lIndex
    If WsyNumber(hReply, "alarms") > 0 Then Call ShowAlarms
    Call WsyReplyFree(hReply)
End Sub

Private Function Deadline(ByVal sMilliseconds As String) As Long
    Dim hParams As Long
    Call WsyParamsNew(WsyCodePage(), hParams)
    Call WsyParamsSet(hParams, "deadline_ms", sMilliseconds)
    Deadline = hParams
End Function

' 警报：以前告诉收银员的结果，事后发现与平台不符。要有人处理，处理了才确认。
Private Sub ShowAlarms()
    Dim hReply As Long
    Dim hDone As Long
    Dim lIndex As Long
    Dim sText As String
    If WsyAlarms(m_hClient, hReply) = WSY_OK Then
        For lIndex = 0 To WsyCount(hReply, "alarm") - 1
            sText = WsyItemField(hReply, "alarm", lIndex, "out_trade_no") & " " & _
                WsyItemField(hReply, "alarm", lIndex, "message_zh")
            Call AddRow("警报 " & sText)
            If MsgBox(sText & vbCrLf & vbCrLf & "已经处理了吗？", vbYesNo Or vbExclamation, "警报") = vbYes Then
                Call WsyAcknowledge(m_hClient, WsyItemNumber(hReply, "alarm", lIndex, "id"), "收银员", hDone)
                Call WsyReplyFree(hDone)
            End If
        Next lIndex
    End If
    Call WsyReplyFree(hReply)
End Sub

' 真正的收银程序用自己的小票号，并且在收款之前就和单据一起存好。
Private Sub NewBill()
    m_sBill = TILL_NUMBER & Format$(Now, "yyyymmddhhnnss")
    m_lBillFen = 0
    m_bUnknown = False
    txtYuan.Text = ""
End Sub

' 扫码枪在最后按了回车。
Private Sub txtCode_KeyPress(KeyAscii As Integer)
    If KeyAscii <> vbKeyReturn Then Exit Sub
    KeyAscii = 0
    Call StartPay
End Sub

Private Sub cmdPay_Click()
    Call StartPay
End Sub

Private Sub StartPay()
    Dim hReply As Long
    Dim lFen As Long
    Dim lCode As Long
    Dim sCode As String
    If m_hPayment <> 0 Or m_bUnknown Then Exit Sub
    If WsyYuanToFen(Trim$(txtYuan.Text), lFen) <> WSY_OK Then
        lblState.Caption = "请先输入金额，例如 12.50。"
        txtYuan.SetFocus
        Exit Sub
    End If
    ' 上一个付款码没有付成，单号照用；金额改了就是另一笔单。
    If m_lBillFen <> 0 And m_lBillFen <> lFen Then
        Call NewBill
        txtYuan.Text = WsyYuan(lFen)
    End If
    m_lBillFen = lFen
    sCode = Trim$(txtCode.Text)
    txtCode.Text = ""
    lCode = WsyMicropayStart(m_hClient, m_sBill, sCode, lFen, 0, m_hPayment, hReply)
    Call Started(lCode, hReply)
End Sub

' 收款或退款已经开始，或者说明了为什么没有开始。
Private Sub Started(ByVal lCode As Long, ByVal hReply As Long)
    If lCode = WSY_PENDING Then
        tmrPoll.Enabled = True
    Else
        Call Finish(lCode, hReply)
    End If
    Call WsyReplyFree(hReply)
    Call ShowButtons
End Sub

' 每 0.2 秒看一次有没有结果，其间界面一直是活的。
Private Sub tmrPoll_Timer()
    Call LookAtRecovery
    Call LookAtReconcile
    Call LookAtPayment
    tmrPoll.Enabled = (m_hPayment <> 0 Or m_hRecovery <> 0 Or m_hReconcile <> 0)
End Sub

Private Sub LookAtPayment()
    Dim hReply As Long
    Dim lCode As Long
    If m_hPayment = 0 Then Exit Sub
    lCode = WsyPaymentPoll(m_hPayment, hReply)
    If lCode = WSY_PENDING Then
        lblState.Caption = WsyCashierText(m_hPayment)
        Exit Sub
    End If
    Call WsyPaymentFree(m_hPayment)
    m_hPayment = 0
    ' 这两个返回码说的是这次轮询，不是那笔款；那笔款按结果未知处理，由“查清”去查。
    If lCode = WSY_ERR_HANDLE Or lCode = WSY_ERR_ARGUMENT Then lCode = WSY_UNKNOWN
    Call Finish(lCode, hReply)
    Call WsyReplyFree(hReply)
    Call ShowButtons
End Sub

' 告诉收银员结果。
Private Sub Finish(ByVal lCode As Long, ByVal hReply As Long)
    Dim sSay As String
    If m_bRefunding Then sSay = RefundEnded(lCode, hReply) Else sSay = PayEnded(lCode, hReply)
    m_bRefunding = False
    lblState.Caption = sSay
    Call AddRow(Format$(Now, "hh:nn:ss ") & sSay)
End Sub

' 收款、查清或撤销的结果。只有 WSY_PAID 可以交付商品。
Private Function PayEnded(ByVal lCode As Long, ByVal hReply As Long) As String
    Dim sSay As String
    sSay = WsyExplain(lCode, hReply)
    Select Case lCode
        Case WSY_PAID
            PayEnded = "已收款 " & WsyField(hReply, "total") & " 元，请交付商品。单号 " & WsyField(hReply, "out_trade_no")
            If WsyNumber(hReply, "paid_attempts") > 1 Then PayEnded = PayEnded & "。这笔单收了不止一次款，请退还多收的。"
            m_sLastPaid = WsyField(hReply, "out_trade_no")
            Call PrintReceipt(hReply)
            Call NewBill
        Case WSY_PAID_EARLIER
            PayEnded = sSay
            If WsyField(hReply, "first_told") <> "" Then PayEnded = sSay & "首次收款：" & WsyField(hReply, "first_told")
            m_sLastPaid = WsyField(hReply, "out_trade_no")
            Call NewBill
        Case WSY_DECIDED
            PayEnded = sSay & StateName("decided_" & WsyField(hReply, "decision")) & "，" & _
                WsyField(hReply, "decided_by") & "：" & WsyField(hReply, "why")
            Call NewBill
        Case WSY_NOT_PAID
            PayEnded = "没有收款。" & sSay
            m_bUnknown = False
        Case WSY_REFUNDED, WSY_VOIDED
            PayEnded = "已撤销，退款 " & WsyField(hReply, "refund") & " 元。"
            Call PrintReceipt(hReply)
            Call NewBill
        Case WSY_NOT_REFUNDED
            PayEnded = "没有撤销，款已经收了。" & sSay
            m_sLastPaid = WsyField(hReply, "out_trade_no")
            Call NewBill
        Case WSY_UNKNOWN
            PayEnded = "结果未知：不要交付商品，也不要再收款，请按“查清”。" & sSay
            m_bUnknown = (m_lBillFen <> 0)
        Case WSY_ERR_STILL_OPEN
            PayEnded = sSay
            m_bUnknown = True
        Case WSY_ERR_ALREADY_REFUNDED
            PayEnded = sSay
            Call NewBill
        Case Else
            PayEnded = "没有发出：" & sSay
    End Select
End Function

' 退款的结果。没有定论时留着退款单号：再退要用同一个，那只会查，不会再退一次。
Private Function RefundEnded(ByVal lCode As Long, ByVal hReply As Long) As String
    Dim sSay As String
    sSay = WsyExplain(lCode, hReply)
    Select Case lCode
        Case WSY_REFUNDED
            RefundEnded = "已退款 " & WsyField(hReply, "refund") & " 元。"
            Call PrintReceipt(hReply)
            m_sRefund = ""
        Case WSY_NOT_REFUNDED
            RefundEnded = "没有退款。" & sSay
            m_sRefund = ""
        Case WSY_UNKNOWN
            RefundEnded = "退款结果未知，请按“退款”用同样的单号和金额再查。" & sSay
        Case WSY_DECIDED
            RefundEnded = sSay
            m_sRefund = ""
        Case Else
            RefundEnded = "没有发出：" & sSay
    End Select
End Function

' 不再等待。这不能撤销付款：款可能已经收了，那就是结果未知。
Private Sub cmdCancel_Click()
    Call WsyPaymentCancel(m_hPayment)
End Sub

' 顾客不买了：查清这笔单，收了款就退回去。正在收款时也可以按。
Private Sub cmdVoid_Click()
    Dim hParams As Long
    Dim hReply As Long
    Dim lCode As Long
    Dim sBill As String
    If m_hPayment <> 0 Then
        If WsyPaymentVoid(m_hPayment) <> WSY_OK Then lblState.Caption = "正在退款，不能撤销。"
        Exit Sub
    End If
    sBill = m_sBill
    If m_lBillFen = 0 Then sBill = m_sLastPaid
    If sBill = "" Then Exit Sub
    If MsgBox("撤销 " & sBill & " 吗？收了的款会全部退回。", vbYesNo Or vbQuestion, "撤销") <> vbYes Then Exit Sub
    hParams = Deadline("15000")
    lCode = WsyVoid(m_hClient, sBill, hParams, hReply)
    Call WsyParamsFree(hParams)
    Call Finish(lCode, hReply)
    Call WsyReplyFree(hReply)
    Call ShowButtons
End Sub

' 当前这笔单结果未知就查它，否则了结上次留下的单。查多少次都行，绝不会收款。
Private Sub cmdSettle_Click()
    If m_bUnknown Then
        Call SettleBill(m_sBill)
        If m_bUnknown Then Call Decide(m_sBill)
    Else
        Call FinishSales
    End If
    Call ShowButtons
End Sub

Private Sub SettleBill(ByVal sBill As String)
    Dim hParams As Long
    Dim hReply As Long
    Dim lCode As Long
    lblState.Caption = "正在查 " & sBill & "……"
    Refresh
    hParams = Deadline("15000")
    lCode = WsySettle(m_hClient, sBill, hParams, hReply)
    Call WsyParamsFree(hParams)
    Call Finish(lCode, hReply)
    Call WsyReplyFree(hReply)
End Sub

' 已收款而没人看到过的，逐单了结；还没查清的，在后台再查，或者由人工认定。
Private Sub FinishSales()
    Dim hReply As Long
    Dim lIndex As Long
    Dim lOpen As Long
    If WsyUnresolved(m_hClient, hReply) = WSY_OK Then
        lOpen = WsyNumber(hReply, "open")
        For lIndex = 0 To WsyCount(hReply, "unfinished") - 1
            Call SettleBill(WsyItemField(hReply, "unfinished", lIndex, "out_trade_no"))
        Next lIndex
    End If
    Call WsyReplyFree(hReply)
    If lOpen = 0 Then Exit Sub
    Call ShowUnresolved
    Call Decide(Trim$(InputBox("由人工认定哪一单？留空就在后台再查。", "查清")))
    Call Recover
End Sub

' 平台始终没有定论的，由人到商户后台核对，写明结果、认定人和理由。
Private Sub Decide(ByVal sBill As String)
    Dim hReply As Long
    Dim lCode As Long
    Dim sDecision As String
    Dim sBy As String
    Dim sWhy As String
    If sBill = "" Then Exit Sub
    Select Case MsgBox(sBill & " 没有查清。商户后台显示已收款吗？" & vbCrLf & "还没有核对的，按“取消”。", _
            vbYesNoCancel Or vbQuestion Or vbDefaultButton3, "人工认定")
        Case vbYes: sDecision = "paid"
        Case vbNo: sDecision = "not_paid"
        Case Else: Exit Sub
    End Select
    sBy = Trim$(InputBox("认定人：", "人工认定"))
    sWhy = Trim$(InputBox("理由，例如后台的显示：", "人工认定"))
    If sBy = "" Or sWhy = "" Then Exit Sub
    lCode = WsyDecide(m_hClient, sBill, 0, sDecision, sBy, sWhy, hReply)
    If lCode = WSY_OK Then
        lblState.Caption = "已记下：" & sBill & " " & StateName(WsyField(hReply, "state")) & "。"
        If sBill = m_sBill Then Call NewBill
    Else
        lblState.Caption = WsyExplain(lCode, hReply)
    End If
    Call AddRow(lblState.Caption)
    Call WsyReplyFree(hReply)
End Sub

Private Sub cmdRefund_Click()
    Dim hReply As Long
    Dim lFen As Long
    Dim lCode As Long
    Dim sBill As String
    sBill = Trim$(InputBox("退哪一笔？商户单号：", "退款", m_sLastPaid))
    If sBill = "" Then Exit Sub
    If WsyYuanToFen(Trim$(InputBox("退多少元？", "退款")), lFen) <> WSY_OK Then
        lblState.Caption = "退款金额不对，例如 12.50。"
        Exit Sub
    End If
    ' 上一次退款没有结果、单号和金额都一样时，沿用同一个退款单号。
    If m_sRefund = "" Or sBill <> m_sRefundBill Or lFen <> m_lRefundFen Then
        m_sRefund = "R" & TILL_NUMBER & Format$(Now, "yyyymmddhhnnss")
        m_sRefundBill = sBill
        m_lRefundFen = lFen
    End If
    m_bRefunding = True
    lCode = WsyRefundStart(m_hClient, m_sRefund, sBill, vbNullString, lFen, 0, m_hPayment, hReply)
    Call Started(lCode, hReply)
End Sub

Private Sub cmdReprint_Click()
    Dim hReply As Long
    Dim lCode As Long
    Dim sBill As String
    sBill = Trim$(InputBox("补打哪一笔？商户单号：", "补打小票", m_sLastPaid))
    If sBill = "" Then Exit Sub
    lCode = WsyReprint(m_hClient, sBill, vbNullString, 0, hReply)
    ' 平台没有这张小票时，回复里是账本保存的那一张。
    If lCode <> WSY_OK Then lblState.Caption = WsyExplain(lCode, hReply)
    Call PrintReceipt(hReply)
    Call WsyReplyFree(hReply)
End Sub

' 今天的流水，来自本机账本，不联网。
Private Sub cmdDay_Click()
    Dim hReply As Long
    Dim lCode As Long
    lstRows.Clear
    lCode = WsyDay(m_hClient, vbNullString, hReply)
    If lCode = WSY_OK Then
        Call ShowRows(hReply)
        Call AddRow("收款 " & WsyYuan(WsyNumber(hReply, "paid_fen")) & "　退款 " & _
            WsyYuan(WsyNumber(hReply, "refunded_fen")) & "　未查清 " & WsyNumber(hReply, "open") & " 笔")
    Else
        lblState.Caption = WsyExplain(lCode, hReply)
    End If
    Call WsyReplyFree(hReply)
    If MsgBox("现在日结吗？日结后当日金额不再变动。", vbYesNo Or vbQuestion Or vbDefaultButton2, "日结") = vbYes Then
        Call CloseDay(Trim$(InputBox("日结人：", "日结")))
    End If
    If MsgBox("现在与平台对账吗？只查询，不收款也不退款。", vbYesNo Or vbQuestion, "对账") = vbYes Then Call Reconcile
End Sub

' 日结之后才有的结果计入下一天。
Private Sub CloseDay(ByVal sBy As String)
    Dim hReply As Long
    Dim lCode As Long
    If sBy = "" Then Exit Sub
    lCode = WsyCloseDay(m_hClient, vbNullString, sBy, hReply)
    If lCode = WSY_OK Then
        Call AddRow("已日结 " & WsyField(hReply, "closed") & "，" & WsyField(hReply, "closed_by") & "：收款 " & _
            WsyYuan(WsyNumber(hReply, "paid_fen")) & "　退款 " & WsyYuan(WsyNumber(hReply, "refunded_fen")))
    Else
        lblState.Caption = WsyExplain(lCode, hReply)
    End If
    Call WsyReplyFree(hReply)
End Sub

Private Sub cmdActivate_Click()
    Call Activate
End Sub

Private Sub ShowUnresolved()
    Dim hReply As Long
    If WsyUnresolved(m_hClient, hReply) = WSY_OK Then
        Call ShowRows(hReply)
        Call ShowUnfinished(hReply)
    End If
    Call WsyReplyFree(hReply)
End Sub

' 已收款、但不能确认收银员看到过的单：商品可能交付了，也可能没有。
Private Sub ShowUnfinished(ByVal hReply As Long)
    Dim lIndex As Long
    For lIndex = 0 To WsyCount(hReply, "unfinished") - 1
        Call AddRow("已收款，先弄清商品是否已交付，再按“查清”：" & _
            WsyItemField(hReply, "unfinished", lIndex, "out_trade_no") & "　" & _
            WsyItemField(hReply, "unfinished", lIndex, "total") & " 元")
    Next lIndex
End Sub

' 回复里的每一笔收款和退款各一行。
Private Sub ShowRows(ByVal hReply As Long)
    Dim lIndex As Long
    For lIndex = 0 To WsyCount(hReply, "charge") - 1
        Call AddRow("收款 " & WsyItemField(hReply, "charge", lIndex, "out_trade_no") & "　" & _
            WsyItemField(hReply, "charge", lIndex, "total") & " 元　" & _
            StateName(WsyItemField(hReply, "charge", lIndex, "state")) & "　" & _
            WsyItemField(hReply, "charge", lIndex, "started"))
    Next lIndex
    For lIndex = 0 To WsyCount(hReply, "refund") - 1
        Call AddRow("退款 " & WsyItemField(hReply, "refund", lIndex, "out_refund_no") & "　" & _
            WsyItemField(hReply, "refund", lIndex, "refund") & " 元　" & _
            StateName(WsyItemField(hReply, "refund", lIndex, "state")) & "　" & _
            WsyItemField(hReply, "refund", lIndex, "started"))
    Next lIndex
End Sub

Private Function StateName(ByVal sState As String) As String
    Select Case sState
        Case "open": StateName = "未查清"
        Case "paid": StateName = "已收款"
        Case "not_paid": StateName = "没有收款"
        Case "not_sent": StateName = "没有发出"
        Case "refunded": StateName = "已退款"
        Case "not_refunded": StateName = "没有退款"
        Case "conflict": StateName = "需要人工核对"
        Case "decided_paid": StateName = "人工认定已收款"
        Case "decided_not_paid": StateName = "人工认定没有收款"
        Case "decided_refunded": StateName = "人工认定已退款"
        Case "decided_not_refunded": StateName = "人工认定没有退款"
        Case Else: StateName = sState
    End Select
End Function

' 打印机出了问题也不影响收款的结果：款已经收了，小票可以补打。
Private Sub PrintReceipt(ByVal hReply As Long)
    Dim bBytes() As Byte
    Dim iFile As Integer
    On Error GoTo NoPrinter
    If Not WsyReceiptBytes(hReply, bBytes) Then Exit Sub
    iFile = FreeFile
    ' 端口不能先删；文件若已存在，旧小票比新的长时末尾会留下残余，所以先删。
    If Right$(RECEIPT_TO, 1) <> ":" Then
        If Dir$(RECEIPT_TO) <> "" Then Kill RECEIPT_TO
    End If
    Open RECEIPT_TO For Binary Access Write As #iFile
    Put #iFile, , bBytes
    Close #iFile
    Exit Sub
NoPrinter:
    Call AddRow("小票没有打出来：" & Err.Description & "。可以补打。")
    Close #iFile
End Sub

Private Sub AddRow(ByVal sText As String)
    lstRows.AddItem sText
    lstRows.ListIndex = lstRows.ListCount - 1
End Sub

Private Sub ShowButtons()
    Dim bIdle As Boolean
    bIdle = (m_hPayment = 0)
    txtYuan.Enabled = bIdle And Not m_bUnknown
    txtCode.Enabled = txtYuan.Enabled
    cmdPay.Enabled = txtYuan.Enabled
    cmdCancel.Enabled = Not bIdle
    cmdSettle.Enabled = bIdle
    cmdRefund.Enabled = bIdle
    cmdReprint.Enabled = bIdle
    cmdDay.Enabled = bIdle
    cmdActivate.Enabled = bIdle
End Sub

Private Sub CloseTill()
    If m_hPayment <> 0 Then Call WsyPaymentFree(m_hPayment)
    If m_hRecovery <> 0 Then Call WsyPaymentFree(m_hRecovery)
    If m_hReconcile <> 0 Then Call WsyPaymentFree(m_hReconcile)
    If m_hClient <> 0 Then Call WsyClose(m_hClient)
    m_hPayment = 0
    m_hRecovery = 0
    m_hReconcile = 0
    m_hClient = 0
End Sub

' 没有结果的收款会留在账本里，下次启动时查清。
Private Sub Form_Unload(Cancel As Integer)
    tmrPoll.Enabled = False
    Call CloseTill
End Sub
