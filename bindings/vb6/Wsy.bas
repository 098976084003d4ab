Attribute VB_Name = "Wsy"
' wsy 的声明，用于 VB6，也可用于 Office 2007 及更早版本的 VBA。
'
' 本文件是 GBK 编码（代码页 936）。句柄都是 Long，0 表示没有；可以不填的文本传 vbNullString 或 ""。
' sBuffer 先用 Space$(lSize) 准备好；配套的 WsyText.bas 把这些都包好了，一般不必直接调用读文本的函数。
' bBuffer、bBytes 传字节数组的第一个元素。
Option Explicit

' 以下由 cargo xtask tables 生成，请不要手工修改。
Public Const WSY_OK As Long = 0  ' 完成。
Public Const WSY_PAID As Long = 1  ' 支付成功，款已收到。
Public Const WSY_REFUNDED As Long = 2  ' 退款成功，款已退回顾客。
Public Const WSY_NOT_PAID As Long = -1  ' 支付未成功，没有扣款。
Public Const WSY_UNKNOWN As Long = -2  ' 结果未知，顾客可能已被扣款。
Public Const WSY_NOT_REFUNDED As Long = -3  ' 退款未成功，款没有退给顾客。
Public Const WSY_PENDING As Long = -4  ' 还在处理，暂时没有结果，顾客可能已被扣款。
Public Const WSY_PAID_EARLIER As Long = -5  ' 已付过款，不要再收款。
Public Const WSY_DECIDED As Long = -6  ' 这一单已由人工认定，本次没有收款，也没有退款。
Public Const WSY_VOIDED As Long = -7  ' 这一单已撤销，款已退回顾客。
Public Const WSY_ERR_HANDLE As Long = -101  ' 句柄无效：从未打开、已经关闭，或类型不对。
Public Const WSY_ERR_ARGUMENT As Long = -102  ' 参数不合法：必填项为 NULL，或数值超出范围。
Public Const WSY_ERR_TEXT As Long = -103  ' 文字不符合所选代码页。
Public Const WSY_ERR_BUFFER As Long = -104  ' 缓冲区太小，文字已被截断。
Public Const WSY_ERR_NO_FIELD As Long = -105  ' 回复中没有这个字段、列表或列表项。
Public Const WSY_ERR_INTERNAL As Long = -106  ' 把 wsy.log 发给支持人员；如果当时正在收款，请先调用 wsy_recover。
Public Const WSY_ERR_BUSY As Long = -107  ' 这一单正在处理中，这次操作没有执行。
Public Const WSY_ERR_IN_CALLBACK As Long = -108  ' 日志回调函数里不能再调用本程序库。
Public Const WSY_ERR_FORKED As Long = -109  ' 句柄属于父进程：fork 之后，子进程不能使用也不能关闭它。
Public Const WSY_ERR_OPTIONS As Long = -110  ' 有不认识的选项或参数，或它的值不合法。
Public Const WSY_ERR_ALREADY_OPEN As Long = -119  ' 同一个进程里另一个句柄还开着这个数据文件夹：先关闭它（wsy_close）。
Public Const WSY_ERR_FOLDER As Long = -120  ' 存放收款记录的文件夹无法使用，没有收款，也没有退款。
Public Const WSY_ERR_FOLDER_IN_USE As Long = -121  ' 另一个收银程序正在使用收款记录，这次没有打开。
Public Const WSY_ERR_LEDGER As Long = -122  ' 收款记录无法读写，没有收款，也没有退款。
Public Const WSY_ERR_LEDGER_DAMAGED As Long = -123  ' 收款记录已损坏，没有打开。
Public Const WSY_ERR_LEDGER_NEWER As Long = -124  ' 收款记录由较新版本的收银程序写入，没有打开。
Public Const WSY_ERR_BASE As Long = -125  ' 平台地址或代理地址不合法。
Public Const WSY_ERR_CA_FILE As Long = -126  ' CA 证书文件无法读取，或不含 PEM 格式的证书。
Public Const WSY_ERR_LEDGER_COPIED As Long = -127  ' 这份收款记录来自另一台机器或另一个文件夹，可能是复制来的，没有使用。
Public Const WSY_ERR_LEDGER_RESTORED As Long = -128  ' 收款记录不是最新的那一份：可能被删除过，或恢复了旧备份，没有使用。
Public Const WSY_ERR_SERVER_NOT_ALLOWED As Long = -129  ' 平台的服务器地址不在允许的范围内，没有向它发出任何请求，没有收款，也没有退款。
Public Const WSY_ERR_NOT_ACTIVATED As Long = -130  ' 这台收银机还没有激活，没有收款，也没有退款。
Public Const WSY_ERR_ACTIVATION_REFUSED As Long = -131  ' 激活码未通过，收银机没有激活。
Public Const WSY_ERR_ACTIVATION_LOST As Long = -132  ' 激活请求已发出，但没有收到完整的答复；激活码可能已被用掉。
Public Const WSY_ERR_ACTIVATE_AGAIN As Long = -133  ' 平台不认可这台收银机，没有收款，也没有退款。
Public Const WSY_ERR_NO_CONFIG As Long = -134  ' 还没有取得收款设置：连不上平台，本机也没有保存过；没有收款。
Public Const WSY_ERR_DEVICE_NOT_SAVED As Long = -136  ' 已经激活，可以收款；激活码已用掉，但密钥还没能存到磁盘。
Public Const WSY_ERR_DEVICE_UNREADABLE As Long = -137  ' 这台收银机保存的密钥读不出来，没有收款，也没有退款。
Public Const WSY_ERR_DEVICE_IN_USE As Long = -135  ' 这台设备在收银程序里已经打开，没有重复打开。
Public Const WSY_ERR_AUTH_CODE As Long = -140  ' 付款码不正确，没有扣款。
Public Const WSY_ERR_AUTH_CODE_USED As Long = -141  ' 这个付款码已用于另一单，这次没有扣款。
Public Const WSY_ERR_AMOUNT As Long = -142  ' 金额不对：必须大于 0，且不超过 1000000.00 元。没有收款，也没有退款。
Public Const WSY_ERR_AMOUNT_NOT_ALLOWED As Long = -143  ' 商户设置不允许收这个金额，没有扣款。
Public Const WSY_ERR_PAY_TYPE As Long = -144  ' 商户没有开通这种付款方式，或无法识别这个付款码，没有扣款。
Public Const WSY_ERR_NOT_LICENSED As Long = -145  ' 这台收银机没有开通收款，没有扣款。
Public Const WSY_ERR_OUT_TRADE_NO As Long = -146  ' 单号不符合要求，没有收款，也没有退款。
Public Const WSY_ERR_AMOUNT_DIFFERS As Long = -147  ' 这个单号已用于另一个金额，这次没有扣款。
Public Const WSY_ERR_STILL_OPEN As Long = -148  ' 这一单上次的收款还没有查清，顾客可能已被扣款；这次没有再收款。
Public Const WSY_ERR_ALREADY_REFUNDED As Long = -149  ' 这一单付过款，又已全额退款；这次没有收款，也没有退款。
Public Const WSY_ERR_PARAM As Long = -150  ' 附加参数不合法。
Public Const WSY_ERR_NO_BILL As Long = -151  ' 找不到这一单，没有收款，也没有退款。
Public Const WSY_ERR_BILL_NOT_PAID As Long = -152  ' 这一单没有付款，或结果还没有查清；没有退款。
Public Const WSY_ERR_OUT_REFUND_NO As Long = -153  ' 退款单号不符合要求，没有退款。
Public Const WSY_ERR_REFUND_DIFFERS As Long = -154  ' 这个退款单号已用于另一单或另一个金额，这次没有退款。
Public Const WSY_ERR_REFUND_OPEN As Long = -155  ' 这一单有一笔退款或撤销还没有查清，款可能已退；这次没有收款，也没有退款。
Public Const WSY_ERR_REFUND_TOO_MUCH As Long = -156  ' 退款金额超过还能退的金额，没有退款。
Public Const WSY_ERR_NOT_OPEN As Long = -157  ' 这一单已有结果，或不在未查清的单里，不需要人工认定。
Public Const WSY_ERR_TOO_EARLY As Long = -158  ' 这一单还在自动查询，暂时不能人工认定。
Public Const WSY_ERR_DAY_NOT_OVER As Long = -159  ' 这一天还没有到，不能日结。
Public Const WSY_ERR_NOT_SENT As Long = -160  ' 连不上平台，没有收款，也没有退款。
Public Const WSY_ERR_NO_RESPONSE As Long = -161  ' 没有收到平台的完整答复，没有收款，也没有退款。
Public Const WSY_ERR_BAD_RESPONSE As Long = -162  ' 收到的不是平台的答复，没有收款，也没有退款。
Public Const WSY_ERR_REFUSED As Long = -163  ' 平台拒绝了请求，没有收款，也没有退款。
Public Const WSY_ERR_NO_RECEIPT As Long = -164  ' 平台没有这张小票。款项不受影响。
Public Const WSY_ERR_CANCELLED As Long = -165  ' 已取消，没有收款，也没有退款。
Public Const WSY_ERR_NO_ALARM As Long = -166  ' 没有这条警报，或已经有人确认过。
Public Const WSY_ERR_NO_FONT As Long = -167  ' 缺少中文字体，小票图片没有生成。款项不受影响。
Public Const WSY_ERR_PICTURE As Long = -168  ' 小票图片没有生成。款项不受影响。
Public Const WSY_ERR_BILL_LACKS_REFUND As Long = -169  ' 平台账单与本机记录的一笔退款对不上，这次没有退款。
Public Const WSY_ERR_NO_PRINTER As Long = -170  ' 找不到打印机，小票没有打印。款项不受影响。
Public Const WSY_ERR_PRINTER_OFFLINE As Long = -171  ' 打印机没有响应。款项不受影响。
Public Const WSY_ERR_NO_PAPER As Long = -172  ' 打印机缺纸。款项不受影响。
Public Const WSY_ERR_NOT_PRINTED As Long = -173  ' 小票没有打完。款项不受影响。
Public Const WSY_ERR_DM_ID As Long = -174  ' 单号有误，这次没有收款，也没有退款。
Public Const WSY_ERR_DAY_NOT_ARCHIVABLE As Long = -175  ' 这一天还不能归档。
Public Const WSY_ERR_ARCHIVE As Long = -176  ' 这一单已归档，归档文件读不出来；没有收款，也没有退款。
Public Const WSY_UTF8 As Long = 65001  ' 代码页：UTF-8。
Public Const WSY_GBK As Long = 936  ' 代码页：GBK。
Public Const WSY_ZH As Long = 0  ' 语言：中文。
Public Const WSY_EN As Long = 1  ' 语言：英文。

' 打开收银台的数据文件夹，最先调用。
' Opens a till's data folder; call this first.
Public Declare Function WsyOpen Lib "wsy.dll" (ByVal sFolder As String, ByVal lCodePage As Long, _
    ByVal hOptions As Long, ByRef hClient As Long, ByRef hReply As Long) As Long

' 关闭收银台，程序退出前调用。
' Closes a till; call this before the program ends.
Public Declare Function WsyClose Lib "wsy.dll" (ByVal hClient As Long) As Long

' 关闭本进程遗留未关的所有收银台；在开发环境里运行的程序启动时最先调用。
' Closes every till that this process left open; call this first in a development environment.
Public Declare Function WsyCloseAll Lib "wsy.dll" () As Long

' 录入商品时提前为下一笔收款建立连接，立即返回。
' Opens a connection for the next payment while the sale is being entered; returns at once.
Public Declare Function WsyPrepare Lib "wsy.dll" (ByVal hClient As Long) As Long

' 用后台的激活码激活，只需激活一次。
' Activates the till with a code from the back office; needed only once.
Public Declare Function WsyActivate Lib "wsy.dll" (ByVal hClient As Long, ByVal sInitkey As String, _
    ByVal sHostid As String, ByVal hParams As Long, ByRef hReply As Long) As Long

' 填入后台给的设备号和密钥，代替激活。
' Sets a device id and key that the back office issued by hand.
Public Declare Function WsySetDevice Lib "wsy.dll" (ByVal hClient As Long, ByVal sDeviceId As String, _
    ByVal sKey As String, ByRef hReply As Long) As Long

' 支付配置；refresh 为 1 时重新向平台读取。
' Reads the pay config; with refresh 1 from the platform now.
Public Declare Function WsyConfig Lib "wsy.dll" (ByVal hClient As Long, ByVal lRefresh As Long, _
    ByRef hReply As Long) As Long

' 平台时间。
' Reads the platform's clock.
Public Declare Function WsyTime Lib "wsy.dll" (ByVal hClient As Long, ByRef hReply As Long) As Long

' 本库的版本号。
' Reads the library's version.
Public Declare Function WsyVersion Lib "wsy.dll" (ByVal sBuffer As String, ByVal lSize As Long, _
    ByRef lNeeded As Long) As Long

' 新建一个参数表。
' Creates an empty list of named values.
Public Declare Function WsyParamsNew Lib "wsy.dll" (ByVal lCodePage As Long, ByRef hParams As Long) As Long

' 设置一个参数。
' Sets a named value.
Public Declare Function WsyParamsSet Lib "wsy.dll" (ByVal hParams As Long, ByVal sName As String, _
    ByVal sValue As String) As Long

' 释放参数表。
' Frees a list of named values.
Public Declare Function WsyParamsFree Lib "wsy.dll" (ByVal hParams As Long) As Long

' 扫码收款并等到结果；只有返回 1 才是已收款。
' Charges the customer and waits for the verdict; only 1 is paid.
Public Declare Function WsyMicropay Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal sAuthCode As String, ByVal lTotalFen As Long, ByVal hParams As Long, ByRef hReply As Long) As Long

' 退款并等到结果；只有返回 2 才是已退款。
' Refunds all or part of a bill and waits for the verdict; only 2 is refunded.
Public Declare Function WsyRefund Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutRefundNo As String, _
    ByVal sOutTradeNo As String, ByVal sDmId As String, ByVal lRefundFen As Long, ByVal hParams As Long, _
    ByRef hReply As Long) As Long

' 撤销：查清这一单，若已收款则全额退款。
' Settles a bill, and refunds it if it turns out to be paid.
Public Declare Function WsyVoid Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal hParams As Long, ByRef hReply As Long) As Long

' 开始撤销一单，不等待；用 WsyPaymentPoll 取结果。
' Starts undoing a bill; polled like a charge.
Public Declare Function WsyVoidStart Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal hParams As Long, ByRef hPayment As Long, ByRef hReply As Long) As Long

' 查清一单“结果未知”的收款。
' Finds out the outcome of a bill that is unknown.
Public Declare Function WsySettle Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal hParams As Long, ByRef hReply As Long) As Long

' 开始查清一单，不等待；用 WsyPaymentPoll 取结果。
' Starts finding out the outcome of a bill; polled like a charge.
Public Declare Function WsySettleStart Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal hParams As Long, ByRef hPayment As Long, ByRef hReply As Long) As Long

' 每次启动后调用：查清上次断电或死机留下的单。
' Settles what a crash or a power cut left open, after each start.
Public Declare Function WsyRecover Lib "wsy.dll" (ByVal hClient As Long, ByVal hParams As Long, _
    ByRef hReply As Long) As Long

' 每次启动后调用，不等待：在后台查清上次断电或死机留下的单，期间照常收款。
' Starts settling what a crash or a power cut left open, after each start; the till keeps selling.
Public Declare Function WsyRecoverStart Lib "wsy.dll" (ByVal hClient As Long, ByVal hParams As Long, _
    ByRef hPayment As Long, ByRef hReply As Long) As Long

' 开始收款，不等待；随后用 WsyPaymentPoll 轮询，界面不会卡住。
' Starts a charge that is polled, so that the screen stays responsive.
Public Declare Function WsyMicropayStart Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal sAuthCode As String, ByVal lTotalFen As Long, ByVal hParams As Long, ByRef hPayment As Long, _
    ByRef hReply As Long) As Long

' 开始退款，不等待。
' Starts a refund that is polled.
Public Declare Function WsyRefundStart Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutRefundNo As String, _
    ByVal sOutTradeNo As String, ByVal sDmId As String, ByVal lRefundFen As Long, ByVal hParams As Long, _
    ByRef hPayment As Long, ByRef hReply As Long) As Long

' 收款是否已有结果；还没有时返回 -4。
' Reports whether a started payment has ended; -4 until then.
Public Declare Function WsyPaymentPoll Lib "wsy.dll" (ByVal hPayment As Long, ByRef hReply As Long) As Long

' 等待结果，最多 timeout_ms 毫秒。
' Waits for a started payment for at most timeout_ms.
Public Declare Function WsyPaymentWait Lib "wsy.dll" (ByVal hPayment As Long, ByVal lTimeoutMs As Long, _
    ByRef hReply As Long) As Long

' 给收银员看的提示，例如“等待顾客输入密码”。
' Reads a short text for the cashier about the progress.
Public Declare Function WsyPaymentText Lib "wsy.dll" (ByVal hPayment As Long, ByVal lLanguage As Long, _
    ByVal sBuffer As String, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 不再等待；不能撤销已经发生的收款。
' Stops waiting; does not undo a payment.
Public Declare Function WsyPaymentCancel Lib "wsy.dll" (ByVal hPayment As Long) As Long

' 撤销这一单，若已收款则退回。
' Undoes the bill: gives the money back if it was taken.
Public Declare Function WsyPaymentVoid Lib "wsy.dll" (ByVal hPayment As Long) As Long

' 释放句柄；不影响收款本身。
' Frees a started payment; does not undo it.
Public Declare Function WsyPaymentFree Lib "wsy.dll" (ByVal hPayment As Long) As Long

' 按付款码向平台查询一次。
' Asks the platform once about an auth code.
Public Declare Function WsyQueryAuthCode Lib "wsy.dll" (ByVal hClient As Long, ByVal sAuthCode As String, _
    ByVal lTotalFen As Long, ByVal hParams As Long, ByRef hReply As Long) As Long

' 按平台单号向平台查询一次。
' Asks the platform once about one of its orders.
Public Declare Function WsyQueryOrder Lib "wsy.dll" (ByVal hClient As Long, ByVal sDmId As String, _
    ByVal lTotalFen As Long, ByVal hParams As Long, ByRef hReply As Long) As Long

' 向平台读取账单及其支付、退款明细。
' Reads a bill with its payments and refunds from the platform.
Public Declare Function WsyReadBill Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal sDmId As String, ByVal hParams As Long, ByRef hReply As Long) As Long

' 补打小票。
' Asks the platform for a receipt again.
Public Declare Function WsyReprint Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal sDmId As String, ByVal hParams As Long, ByRef hReply As Long) As Long

' 开始补打，不等待；用 WsyPaymentPoll 取小票。
' Starts asking the platform for a receipt again; polled like a charge.
Public Declare Function WsyReprintStart Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal sDmId As String, ByVal hParams As Long, ByRef hPayment As Long, ByRef hReply As Long) As Long

' 查本机账本里的一单，不联网。
' Reads a bill from the ledger; sends nothing.
Public Declare Function WsyFind Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByRef hReply As Long) As Long

' 查本机账本里的一笔退款，不联网。
' Reads a refund from the ledger; sends nothing.
Public Declare Function WsyFindRefund Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutRefundNo As String, _
    ByRef hReply As Long) As Long

' 某一天的全部收款和退款，不联网。
' Reads all charges and refunds of a day, such as 2026-11-22; sends nothing.
Public Declare Function WsyDay Lib "wsy.dll" (ByVal hClient As Long, ByVal sDay As String, _
    ByRef hReply As Long) As Long

' 日结：之后查清的收款和退款计入第二天，当天的合计不再变化。不联网。
' Closes a day: later outcomes count for the next day, and its totals stay the same.
Public Declare Function WsyCloseDay Lib "wsy.dll" (ByVal hClient As Long, ByVal sDay As String, _
    ByVal sBy As String, ByRef hReply As Long) As Long

' 归档：把 90 天以前、已了结的单移到归档文件，账本不会一直变大；之后照样能查、能退。
' Moves bills that are done with, up to a day at least 90 days ago, into the archive.
Public Declare Function WsyArchive Lib "wsy.dll" (ByVal hClient As Long, ByVal sDay As String, _
    ByRef hReply As Long) As Long

' 所有尚未查清的收款和退款，不联网。
' Lists all charges and refunds that are undecided; sends nothing.
Public Declare Function WsyUnresolved Lib "wsy.dll" (ByVal hClient As Long, ByRef hReply As Long) As Long

' 人工认定一笔查不清的收款：paid、not_paid 或 keep。
' Records a person's decision about a bill that the library cannot settle.
Public Declare Function WsyDecide Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal lAttempt As Long, ByVal sDecision As String, ByVal sBy As String, ByVal sWhy As String, _
    ByRef hReply As Long) As Long

' 人工认定一笔查不清的退款：refunded、not_refunded 或 keep。
' Records a person's decision about a refund that the library cannot settle.
Public Declare Function WsyDecideRefund Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutRefundNo As String, _
    ByVal sDecision As String, ByVal sBy As String, ByVal sWhy As String, ByRef hReply As Long) As Long

' 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
' Compares a day of the ledger with the platform and reports the differences.
Public Declare Function WsyReconcile Lib "wsy.dll" (ByVal hClient As Long, ByVal sDay As String, _
    ByRef hReply As Long) As Long

' 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
' Starts a reconciliation that is polled, so that the screen can show its progress.
Public Declare Function WsyReconcileStart Lib "wsy.dll" (ByVal hClient As Long, ByVal sDay As String, _
    ByRef hPayment As Long, ByRef hReply As Long) As Long

' 尚未确认的警报：事后发现与平台不符的结果。
' Lists the alarms that nobody has acknowledged: verdicts that turned out to be wrong.
Public Declare Function WsyAlarms Lib "wsy.dll" (ByVal hClient As Long, ByRef hReply As Long) As Long

' 确认一条警报：已有人处理。
' Acknowledges an alarm: a person has seen it.
Public Declare Function WsyAcknowledge Lib "wsy.dll" (ByVal hClient As Long, ByVal lAlarmId As Long, _
    ByVal sBy As String, ByRef hReply As Long) As Long

' 回复的返回码。
' Returns the code of a reply.
Public Declare Function WsyReplyCode Lib "wsy.dll" (ByVal hReply As Long) As Long

' 读回复的一个字段（文本）。
' Reads a field of a reply as text.
Public Declare Function WsyReplyText Lib "wsy.dll" (ByVal hReply As Long, ByVal sName As String, _
    ByVal sBuffer As String, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 读回复的一个字段（整数）。
' Reads a field of a reply as a number.
Public Declare Function WsyReplyInt Lib "wsy.dll" (ByVal hReply As Long, ByVal sName As String, _
    ByRef lValue As Long) As Long

' 第 index 个字段的名字，从 0 开始。
' Reads the name of the field at an index, starting at 0.
Public Declare Function WsyReplyName Lib "wsy.dll" (ByVal hReply As Long, ByVal lIndex As Long, _
    ByVal sBuffer As String, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 回复中一个列表的项数。
' Reads how many items a list of a reply has.
Public Declare Function WsyReplyCount Lib "wsy.dll" (ByVal hReply As Long, ByVal sList As String, _
    ByRef lCount As Long) As Long

' 读列表中一项的字段（文本）。
' Reads a field of a list's item as text.
Public Declare Function WsyReplyItemText Lib "wsy.dll" (ByVal hReply As Long, ByVal sList As String, _
    ByVal lIndex As Long, ByVal sName As String, ByVal sBuffer As String, ByVal lSize As Long, _
    ByRef lNeeded As Long) As Long

' 列表中一项的第 field 个字段的名字，从 0 开始。
' Reads the name of a field of a list's item, starting at 0.
Public Declare Function WsyReplyItemName Lib "wsy.dll" (ByVal hReply As Long, ByVal sList As String, _
    ByVal lIndex As Long, ByVal lField As Long, ByVal sBuffer As String, ByVal lSize As Long, _
    ByRef lNeeded As Long) As Long

' 读列表中一项的字段（整数）。
' Reads a field of a list's item as a number.
Public Declare Function WsyReplyItemInt Lib "wsy.dll" (ByVal hReply As Long, ByVal sList As String, _
    ByVal lIndex As Long, ByVal sName As String, ByRef lValue As Long) As Long

' 小票的 ESC/POS 打印字节。
' Reads the receipt as bytes for an ESC/POS printer.
Public Declare Function WsyReplyReceiptBytes Lib "wsy.dll" (ByVal hReply As Long, ByRef bBuffer As Byte, _
    ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 释放回复。
' Frees a reply.
Public Declare Function WsyReplyFree Lib "wsy.dll" (ByVal hReply As Long) As Long

' 返回码的说明和处理办法。
' Reads what a code means and what to do next.
Public Declare Function WsyCodeText Lib "wsy.dll" (ByVal lCode As Long, ByVal lLanguage As Long, _
    ByVal lCodePage As Long, ByVal sBuffer As String, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 从本地账本取小票，不联网；平台没有给的按模板生成。
' Reads the receipt of a paid bill from the till's own ledger; sends nothing.
Public Declare Function WsyFindReceipt Lib "wsy.dll" (ByVal hClient As Long, ByVal sOutTradeNo As String, _
    ByVal hParams As Long, ByRef hReply As Long) As Long

' 从本地账本取退款小票，不联网。
' Reads the receipt of a refund from the till's own ledger; sends nothing.
Public Declare Function WsyFindRefundReceipt Lib "wsy.dll" (ByVal hClient As Long, _
    ByVal sOutRefundNo As String, ByVal hParams As Long, ByRef hReply As Long) As Long

' 按 58 或 80 毫米纸宽排好的小票文字。
' Reads the receipt as text in the columns of 58 or 80 mm paper.
Public Declare Function WsyReplyReceiptText Lib "wsy.dll" (ByVal hReply As Long, ByVal lWidthMm As Long, _
    ByVal sBuffer As String, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 小票图片（PNG）的字节。
' Draws the receipt as a picture (PNG).
Public Declare Function WsyReplyReceiptPng Lib "wsy.dll" (ByVal hReply As Long, ByVal lWidthMm As Long, _
    ByVal sFont As String, ByRef bBuffer As Byte, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 小票图片（PNG）存成文件。
' Writes the receipt as a picture (PNG) to a file.
Public Declare Function WsyReplyReceiptPngFile Lib "wsy.dll" (ByVal hReply As Long, ByVal lWidthMm As Long, _
    ByVal sFont As String, ByVal sPath As String) As Long

' 平台弹窗的文字。
' Reads the platform's pop-up as plain lines.
Public Declare Function WsyReplyCanvasText Lib "wsy.dll" (ByVal hReply As Long, ByVal sBuffer As String, _
    ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 平台弹窗图片（PNG）的字节。
' Draws the platform's pop-up as a picture (PNG).
Public Declare Function WsyReplyCanvasPng Lib "wsy.dll" (ByVal hReply As Long, ByVal sFont As String, _
    ByRef bBuffer As Byte, ByVal lSize As Long, ByRef lNeeded As Long) As Long

' 平台弹窗图片（PNG）存成文件。
' Writes the platform's pop-up as a picture (PNG) to a file.
Public Declare Function WsyReplyCanvasPngFile Lib "wsy.dll" (ByVal hReply As Long, ByVal sFont As String, _
    ByVal sPath As String) As Long

' 打印小票：tcp:地址、queue:打印机名称 或 device:COM3。
' Prints the receipt of a reply; tcp:HOST, queue:NAME or device:COM3.
Public Declare Function WsyPrintReceipt Lib "wsy.dll" (ByVal hClient As Long, ByVal hReceipt As Long, _
    ByVal sPrinter As String, ByVal lTimeoutMs As Long, ByRef hReply As Long) As Long

' 开始打印小票，不等待；用 WsyPaymentPoll 取结果。
' Starts printing the receipt of a reply; polled like a charge.
Public Declare Function WsyPrintReceiptStart Lib "wsy.dll" (ByVal hClient As Long, ByVal hReceipt As Long, _
    ByVal sPrinter As String, ByVal lTimeoutMs As Long, ByRef hPayment As Long, _
    ByRef hReply As Long) As Long

' 原样打印字节，如收银软件自己的小票。
' Prints bytes unchanged, such as a till's own bill.
Public Declare Function WsyPrintBytes Lib "wsy.dll" (ByVal hClient As Long, ByRef bBytes As Byte, _
    ByVal lSize As Long, ByVal sPrinter As String, ByVal lTimeoutMs As Long, ByRef hReply As Long) As Long

' 开始原样打印字节，不等待；用 WsyPaymentPoll 取结果。
' Starts printing bytes unchanged; polled like a charge.
Public Declare Function WsyPrintBytesStart Lib "wsy.dll" (ByVal hClient As Long, ByRef bBytes As Byte, _
    ByVal lSize As Long, ByVal sPrinter As String, ByVal lTimeoutMs As Long, ByRef hPayment As Long, _
    ByRef hReply As Long) As Long

' 元（如 12.50）换成分。
' Converts an amount in yuan, such as 12.50, to fen.
Public Declare Function WsyYuanToFen Lib "wsy.dll" (ByVal sYuan As String, ByRef lFen As Long) As Long

' 分换成元。
' Converts an amount in fen to yuan.
Public Declare Function WsyFenToYuan Lib "wsy.dll" (ByVal lFen As Long, ByVal sBuffer As String, _
    ByVal lSize As Long, ByRef lNeeded As Long) As Long
' 以上由 cargo xtask tables 生成。
