* 配合 wsy.prg 使用：读回复、读小票、把返回码说成一句话。读取没有副作用，反复读也不会重复收款。
* 程序开头写：SET PROCEDURE TO wsytext ADDITIVE
#INCLUDE wsycodes.h

* 回复的一个字段，多长都行；没有这个字段时是空文本。先问长度，再取内容。
FUNCTION WsyField
    LPARAMETERS nReply, cName
    LOCAL nNeeded, cBuffer
    nNeeded = 0
    cBuffer = ""
    WsyReplyText(nReply, cName, @cBuffer, 0, @nNeeded)
    IF nNeeded = 0
        RETURN ""
    ENDIF
    cBuffer = SPACE(nNeeded)
    IF WsyReplyText(nReply, cName, @cBuffer, nNeeded, @nNeeded) <> WSY_OK
        RETURN ""
    ENDIF
    RETURN WsyUntilNull(cBuffer)
ENDFUNC

* 回复的一个整数字段；没有这个字段时是 0。
FUNCTION WsyNumber
    LPARAMETERS nReply, cName
    LOCAL nValue
    nValue = 0
    WsyReplyInt(nReply, cName, @nValue)
    RETURN nValue
ENDFUNC

* 列表的项数；没有这个列表时是 0。
FUNCTION WsyCount
    LPARAMETERS nReply, cList
    LOCAL nCount
    nCount = 0
    WsyReplyCount(nReply, cList, @nCount)
    RETURN nCount
ENDFUNC

* 列表中一项的字段，nIndex 从 0 开始。
FUNCTION WsyItemField
    LPARAMETERS nReply, cList, nIndex, cName
    LOCAL nNeeded, cBuffer
    nNeeded = 0
    cBuffer = ""
    WsyReplyItemText(nReply, cList, nIndex, cName, @cBuffer, 0, @nNeeded)
    IF nNeeded = 0
        RETURN ""
    ENDIF
    cBuffer = SPACE(nNeeded)
    IF WsyReplyItemText(nReply, cList, nIndex, cName, @cBuffer, nNeeded, @nNeeded) <> WSY_OK
        RETURN ""
    ENDIF
    RETURN WsyUntilNull(cBuffer)
ENDFUNC

* 列表中一项的整数字段；没有时是 0。
FUNCTION WsyItemNumber
    LPARAMETERS nReply, cList, nIndex, cName
    LOCAL nValue
    nValue = 0
    WsyReplyItemInt(nReply, cList, nIndex, cName, @nValue)
    RETURN nValue
ENDFUNC

* 收款进行中给收银员看的提示，例如“等待顾客输入密码，还剩 25 秒”。
FUNCTION WsyCashierText
    LPARAMETERS nPayment
    LOCAL nNeeded, cBuffer
    nNeeded = 0
    cBuffer = SPACE(256)
    IF WsyPaymentText(nPayment, WSY_ZH, @cBuffer, 256, @nNeeded) <> WSY_OK
        RETURN ""
    ENDIF
    RETURN WsyUntilNull(cBuffer)
ENDFUNC

* 发生了什么、该怎么做。有回复就用回复里的话，它说得最具体；没有回复时按返回码说。
FUNCTION WsyExplain
    LPARAMETERS nCode, nReply
    LOCAL nNeeded, cBuffer, cReason
    IF nReply <> 0
        * 字段 detail 是写进日志的，不给收银员看。
        cReason = ""
        IF nCode = WSY_NOT_PAID OR nCode = WSY_NOT_REFUNDED
            cReason = WsyField(nReply, "reason")
        ENDIF
        IF NOT cReason == ""
            cReason = "（" + cReason + "）"
        ENDIF
        RETURN WsyField(nReply, "message_zh") + WsyField(nReply, "advice_zh") + cReason
    ENDIF
    nNeeded = 0
    cBuffer = SPACE(1024)
    IF WsyCodeText(nCode, WSY_ZH, WSY_GBK, @cBuffer, 1024, @nNeeded) <> WSY_OK
        RETURN "返回码 " + TRANSFORM(nCode)
    ENDIF
    RETURN WsyUntilNull(cBuffer)
ENDFUNC

* 分换成元，例如 1250 换成 12.50。
FUNCTION WsyYuan
    LPARAMETERS nFen
    LOCAL nNeeded, cBuffer
    nNeeded = 0
    cBuffer = SPACE(16)
    WsyFenToYuan(nFen, @cBuffer, 16, @nNeeded)
    RETURN WsyUntilNull(cBuffer)
ENDFUNC

* 小票的打印字节，原样送给 ESC/POS 打印机；没有小票时是空文本。
FUNCTION WsyReceiptBytes
    LPARAMETERS nReply
    LOCAL nNeeded, cBuffer
    nNeeded = 0
    cBuffer = ""
    WsyReplyReceiptBytes(nReply, @cBuffer, 0, @nNeeded)
    IF nNeeded = 0
        RETURN ""
    ENDIF
    cBuffer = SPACE(nNeeded)
    IF WsyReplyReceiptBytes(nReply, @cBuffer, nNeeded, @nNeeded) <> WSY_OK
        RETURN ""
    ENDIF
    RETURN LEFT(cBuffer, nNeeded)
ENDFUNC

* 只有一个 deadline_ms 的参数表，用完要 WsyParamsFree。
FUNCTION WsyDeadline
    LPARAMETERS cMilliseconds
    LOCAL nParams
    nParams = 0
    WsyParamsNew(WSY_GBK, @nParams)
    WsyParamsSet(nParams, "deadline_ms", cMilliseconds)
    RETURN nParams
ENDFUNC

* DLL 写进来的文本以零字符结尾，后面是原来的空格。
FUNCTION WsyUntilNull
    LPARAMETERS cBuffer
    RETURN LEFT(cBuffer, AT(CHR(0), cBuffer + CHR(0)) - 1)
ENDFUNC
