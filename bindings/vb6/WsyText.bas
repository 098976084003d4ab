Attribute VB_Name = "WsyText"
' 配合 Wsy.bas（VB6）或 WsyVba.bas（Office 2010 及更新版本）使用：读回复、读小票、把返回码说成一句话。
' 读取没有副作用，反复读也不会重复收款。
Option Explicit

#If VBA7 Then
Private Declare PtrSafe Function GetACP Lib "kernel32" () As Long
#Else
Private Declare Function GetACP Lib "kernel32" () As Long
#End If

' WsyOpen 和 WsyParamsNew 的代码页参数。VB 的 String 是 Unicode，调用 DLL 时由 VB 按系统的 ANSI 代码页换成字节，
' 所以代码页不能自己选，只能与系统的一致：中文 Windows 是 936。返回 0 表示本机的代码页 wsy 不支持，
' 中文会变成问号，请在“区域设置”里把“非 Unicode 程序的语言”改为中文（简体）。
Public Function WsyCodePage() As Long
    Dim lSystem As Long
    lSystem = GetACP()
    If lSystem = WSY_GBK Or lSystem = WSY_UTF8 Then WsyCodePage = lSystem
End Function

' 回复的一个字段，多长都行；没有这个字段时是空文本。先问长度，再取内容。
Public Function WsyField(ByVal hReply As Long, ByVal sName As String) As String
    Dim lNeeded As Long
    Dim sBuffer As String
    Call WsyReplyText(hReply, sName, vbNullString, 0, lNeeded)
    If lNeeded = 0 Then Exit Function
    sBuffer = Space$(lNeeded)
    If WsyReplyText(hReply, sName, sBuffer, lNeeded, lNeeded) = WSY_OK Then WsyField = UntilNull(sBuffer)
End Function

' 回复的一个整数字段；没有这个字段时是 0。
Public Function WsyNumber(ByVal hReply As Long, ByVal sName As String) As Long
    Dim lValue As Long
    Call WsyReplyInt(hReply, sName, lValue)
    WsyNumber = lValue
End Function

' 列表的项数；没有这个列表时是 0。
Public Function WsyCount(ByVal hReply As Long, ByVal sList As String) As Long
    Dim lCount As Long
    Call WsyReplyCount(hReply, sList, lCount)
    WsyCount = lCount
End Function

' 列表中一项的字段，lIndex 从 0 开始。
Public Function WsyItemField(ByVal hReply As Long, ByVal sList As String, ByVal lIndex As Long, _
        ByVal sName As String) As String
    Dim lNeeded As Long
    Dim sBuffer As String
    Call WsyReplyItemText(hReply, sList, lIndex, sName, vbNullString, 0, lNeeded)
    If lNeeded = 0 Then Exit Function
    sBuffer = Space$(lNeeded)
    If WsyReplyItemText(hReply, sList, lIndex, sName, sBuffer, lNeeded, lNeeded) = WSY_OK Then
        WsyItemField = UntilNull(sBuffer)
    End If
End Function

' 列表中一项的整数字段；没有时是 0。
Public Function WsyItemNumber(ByVal hReply As Long, ByVal sList As String, ByVal lIndex As Long, _
        ByVal sName As String) As Long
    Dim lValue As Long
    Call WsyReplyItemInt(hReply, sList, lIndex, sName, lValue)
    WsyItemNumber = lValue
End Function

' 收款进行中给收银员看的提示，例如“等待顾客输入密码，还剩 25 秒”。
Public Function WsyCashierText(ByVal hPayment As Long) As String
    Dim lNeeded As Long
    Dim sBuffer As String
    sBuffer = Space$(256)
    If WsyPaymentText(hPayment, WSY_ZH, sBuffer, 256, lNeeded) = WSY_OK Then WsyCashierText = UntilNull(sBuffer)
End Function

' 发生了什么、该怎么做。有回复就用回复里的话，它说得最具体；没有回复时按返回码说。
Public Function WsyExplain(ByVal lCode As Long, ByVal hReply As Long) As String
    Dim lNeeded As Long
    Dim sBuffer As String
    If hReply <> 0 Then
        WsyExplain = WsyField(hReply, "message_zh") & WsyField(hReply, "advice_zh")
        ' 字段 detail 是写进日志的，不给收银员看。
        If lCode <> WSY_NOT_PAID And lCode <> WSY_NOT_REFUNDED Then Exit Function
        If WsyField(hReply, "reason") <> "" Then WsyExplain = WsyExplain & "（" & WsyField(hReply, "reason") & "）"
        Exit Function
    End If
    sBuffer = Space$(1024)
    If WsyCodeText(lCode, WSY_ZH, WsyCodePage(), sBuffer, 1024, lNeeded) = WSY_OK Then
        WsyExplain = UntilNull(sBuffer)
    Else
        WsyExplain = "返回码 " & lCode
    End If
End Function

' 分换成元，例如 1250 换成 12.50。
Public Function WsyYuan(ByVal lFen As Long) As String
    Dim lNeeded As Long
    Dim sBuffer As String
    sBuffer = Space$(16)
    If WsyFenToYuan(lFen, sBuffer, 16, lNeeded) = WSY_OK Then WsyYuan = UntilNull(sBuffer)
End Function

' 小票的打印字节，原样送给 ESC/POS 打印机；没有小票时返回 False。
' 这些字节不是文本，不能放进 String，否则 VB 会把它们换坏。
Public Function WsyReceiptBytes(ByVal hReply As Long, ByRef bBytes() As Byte) As Boolean
    Dim lNeeded As Long
    Dim bNone As Byte
    Call WsyReplyReceiptBytes(hReply, bNone, 0, lNeeded)
    If lNeeded = 0 Then Exit Function
    ReDim bBytes(0 To lNeeded - 1)
    WsyReceiptBytes = (WsyReplyReceiptBytes(hReply, bBytes(0), lNeeded, lNeeded) = WSY_OK)
End Function

' DLL 写进来的文本以零字符结尾，后面是原来的空格。
Private Function UntilNull(ByVal sBuffer As String) As String
    Dim lEnd As Long
    lEnd = InStr(sBuffer, vbNullChar)
    If lEnd > 0 Then UntilNull = Left$(sBuffer, lEnd - 1) Else UntilNull = sBuffer
End Function
