* wsy 的常量，在程序开头写：#INCLUDE wsycodes.h
* 以下由 cargo xtask tables 生成，请不要手工修改。

* 完成。
#DEFINE WSY_OK 0

* 支付成功，款已收到。
#DEFINE WSY_PAID 1

* 退款成功，款已退回顾客。
#DEFINE WSY_REFUNDED 2

* 支付未成功，没有扣款。
#DEFINE WSY_NOT_PAID (-1)

* 结果未知，顾客可能已被扣款。
#DEFINE WSY_UNKNOWN (-2)

* 退款未成功，款没有退给顾客。
#DEFINE WSY_NOT_REFUNDED (-3)

* 还在处理，暂时没有结果，顾客可能已被扣款。
#DEFINE WSY_PENDING (-4)

* 已付过款，不要再收款。
#DEFINE WSY_PAID_EARLIER (-5)

* 这一单已由人工认定，本次没有收款，也没有退款。
#DEFINE WSY_DECIDED (-6)

* 这一单已撤销，款已退回顾客。
#DEFINE WSY_VOIDED (-7)

* 句柄无效：从未打开、已经关闭，或类型不对。
#DEFINE WSY_ERR_HANDLE (-101)

* 参数不合法：必填项为 NULL，或数值超出范围。
#DEFINE WSY_ERR_ARGUMENT (-102)

* 文字不符合所选代码页。
#DEFINE WSY_ERR_TEXT (-103)

* 缓冲区太小，文字已被截断。
#DEFINE WSY_ERR_BUFFER (-104)

* 回复中没有这个字段、列表或列表项。
#DEFINE WSY_ERR_NO_FIELD (-105)

* 把 wsy.log 发给支持人员；如果当时正在收款，请先调用 wsy_recover。
#DEFINE WSY_ERR_INTERNAL (-106)

* 这一单正在处理中，这次操作没有执行。
#DEFINE WSY_ERR_BUSY (-107)

* 日志回调函数里不能再调用本程序库。
#DEFINE WSY_ERR_IN_CALLBACK (-108)

* 句柄属于父进程：fork 之后，子进程不能使用也不能关闭它。
#DEFINE WSY_ERR_FORKED (-109)

* 有不认识的选项或参数，或它的值不合法。
#DEFINE WSY_ERR_OPTIONS (-110)

* 同一个进程里另一个句柄还开着这个数据文件夹：先关闭它（wsy_close）。
#DEFINE WSY_ERR_ALREADY_OPEN (-119)

* 存放收款记录的文件夹无法使用，没有收款，也没有退款。
#DEFINE WSY_ERR_FOLDER (-120)

* 另一个收银程序正在使用收款记录，这次没有打开。
#DEFINE WSY_ERR_FOLDER_IN_USE (-121)

* 收款记录无法读写，没有收款，也没有退款。
#DEFINE WSY_ERR_LEDGER (-122)

* 收款记录已损坏，没有打开。
#DEFINE WSY_ERR_LEDGER_DAMAGED (-123)

* 收款记录由较新版本的收银程序写入，没有打开。
#DEFINE WSY_ERR_LEDGER_NEWER (-124)

* 平台地址或代理地址不合法。
#DEFINE WSY_ERR_BASE (-125)

* CA 证书文件无法读取，或不含 PEM 格式的证书。
#DEFINE WSY_ERR_CA_FILE (-126)

* 这份收款记录来自另一台机器或另一个文件夹，可能是复制来的，没有使用。
#DEFINE WSY_ERR_LEDGER_COPIED (-127)

* 收款记录不是最新的那一份：可能被删除过，或恢复了旧备份，没有使用。
#DEFINE WSY_ERR_LEDGER_RESTORED (-128)

* 平台的服务器地址不在允许的范围内，没有向它发出任何请求，没有收款，也没有退款。
#DEFINE WSY_ERR_SERVER_NOT_ALLOWED (-129)

* 这台收银机还没有激活，没有收款，也没有退款。
#DEFINE WSY_ERR_NOT_ACTIVATED (-130)

* 激活码未通过，收银机没有激活。
#DEFINE WSY_ERR_ACTIVATION_REFUSED (-131)

* 激活请求已发出，但没有收到完整的答复；激活码可能已被用掉。
#DEFINE WSY_ERR_ACTIVATION_LOST (-132)

* 平台不认可这台收银机，没有收款，也没有退款。
#DEFINE WSY_ERR_ACTIVATE_AGAIN (-133)

* 还没有取得收款设置：连不上平台，本机也没有保存过；没有收款。
#DEFINE WSY_ERR_NO_CONFIG (-134)

* 已经激活，可以收款；激活码已用掉，但密钥还没能存到磁盘。
#DEFINE WSY_ERR_DEVICE_NOT_SAVED (-136)

* 这台收银机保存的密钥读不出来，没有收款，也没有退款。
#DEFINE WSY_ERR_DEVICE_UNREADABLE (-137)

* 这台设备在收银程序里已经打开，没有重复打开。
#DEFINE WSY_ERR_DEVICE_IN_USE (-135)

* 付款码不正确，没有扣款。
#DEFINE WSY_ERR_AUTH_CODE (-140)

* 这个付款码已用于另一单，这次没有扣款。
#DEFINE WSY_ERR_AUTH_CODE_USED (-141)

* 金额不对：必须大于 0，且不超过 1000000.00 元。没有收款，也没有退款。
#DEFINE WSY_ERR_AMOUNT (-142)

* 商户设置不允许收这个金额，没有扣款。
#DEFINE WSY_ERR_AMOUNT_NOT_ALLOWED (-143)

* 商户没有开通这种付款方式，或无法识别这个付款码，没有扣款。
#DEFINE WSY_ERR_PAY_TYPE (-144)

* 这台收银机没有开通收款，没有扣款。
#DEFINE WSY_ERR_NOT_LICENSED (-145)

* 单号不符合要求，没有收款，也没有退款。
#DEFINE WSY_ERR_OUT_TRADE_NO (-146)

* 这个单号已用于另一个金额，这次没有扣款。
#DEFINE WSY_ERR_AMOUNT_DIFFERS (-147)

* 这一单上次的收款还没有查清，顾客可能已被扣款；这次没有再收款。
#DEFINE WSY_ERR_STILL_OPEN (-148)

* 这一单付过款，又已全额退款；这次没有收款，也没有退款。
#DEFINE WSY_ERR_ALREADY_REFUNDED (-149)

* 附加参数不合法。
#DEFINE WSY_ERR_PARAM (-150)

* 找不到这一单，没有收款，也没有退款。
#DEFINE WSY_ERR_NO_BILL (-151)

* 这一单没有付款，或结果还没有查清；没有退款。
#DEFINE WSY_ERR_BILL_NOT_PAID (-152)

* 退款单号不符合要求，没有退款。
#DEFINE WSY_ERR_OUT_REFUND_NO (-153)

* 这个退款单号已用于另一单或另一个金额，这次没有退款。
#DEFINE WSY_ERR_REFUND_DIFFERS (-154)

* 这一单有一笔退款或撤销还没有查清，款可能已退；这次没有收款，也没有退款。
#DEFINE WSY_ERR_REFUND_OPEN (-155)

* 退款金额超过还能退的金额，没有退款。
#DEFINE WSY_ERR_REFUND_TOO_MUCH (-156)

* 这一单已有结果，或不在未查清的单里，不需要人工认定。
#DEFINE WSY_ERR_NOT_OPEN (-157)

* 这一单还在自动查询，暂时不能人工认定。
#DEFINE WSY_ERR_TOO_EARLY (-158)

* 这一天还没有到，不能日结。
#DEFINE WSY_ERR_DAY_NOT_OVER (-159)

* 连不上平台，没有收款，也没有退款。
#DEFINE WSY_ERR_NOT_SENT (-160)

* 没有收到平台的完整答复，没有收款，也没有退款。
#DEFINE WSY_ERR_NO_RESPONSE (-161)

* 收到的不是平台的答复，没有收款，也没有退款。
#DEFINE WSY_ERR_BAD_RESPONSE (-162)

* 平台拒绝了请求，没有收款，也没有退款。
#DEFINE WSY_ERR_REFUSED (-163)

* 平台没有这张小票。款项不受影响。
#DEFINE WSY_ERR_NO_RECEIPT (-164)

* 已取消，没有收款，也没有退款。
#DEFINE WSY_ERR_CANCELLED (-165)

* 没有这条警报，或已经有人确认过。
#DEFINE WSY_ERR_NO_ALARM (-166)

* 缺少中文字体，小票图片没有生成。款项不受影响。
#DEFINE WSY_ERR_NO_FONT (-167)

* 小票图片没有生成。款项不受影响。
#DEFINE WSY_ERR_PICTURE (-168)

* 平台账单与本机记录的一笔退款对不上，这次没有退款。
#DEFINE WSY_ERR_BILL_LACKS_REFUND (-169)

* 找不到打印机，小票没有打印。款项不受影响。
#DEFINE WSY_ERR_NO_PRINTER (-170)

* 打印机没有响应。款项不受影响。
#DEFINE WSY_ERR_PRINTER_OFFLINE (-171)

* 打印机缺纸。款项不受影响。
#DEFINE WSY_ERR_NO_PAPER (-172)

* 小票没有打完。款项不受影响。
#DEFINE WSY_ERR_NOT_PRINTED (-173)

* 单号有误，这次没有收款，也没有退款。
#DEFINE WSY_ERR_DM_ID (-174)

* 这一天还不能归档。
#DEFINE WSY_ERR_DAY_NOT_ARCHIVABLE (-175)

* 这一单已归档，归档文件读不出来；没有收款，也没有退款。
#DEFINE WSY_ERR_ARCHIVE (-176)

* 代码页：UTF-8。
#DEFINE WSY_UTF8 65001

* 代码页：GBK。
#DEFINE WSY_GBK 936

* 语言：中文。
#DEFINE WSY_ZH 0

* 语言：英文。
#DEFINE WSY_EN 1
* 以上由 cargo xtask tables 生成。
