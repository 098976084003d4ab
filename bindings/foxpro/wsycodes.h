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

* 退款未成功，没有退出款项。
#DEFINE WSY_NOT_REFUNDED (-3)

* 还在进行中，尚无结果。
#DEFINE WSY_PENDING (-4)

* 句柄无效：从未打开、已经关闭，或类型不对。
#DEFINE WSY_ERR_HANDLE (-101)

* 参数不合法：必填项为空，或数值超出范围。
#DEFINE WSY_ERR_ARGUMENT (-102)

* 文字不符合所选代码页。
#DEFINE WSY_ERR_TEXT (-103)

* 缓冲区太小，文字已被截断。
#DEFINE WSY_ERR_BUFFER (-104)

* 回复中没有这个字段。
#DEFINE WSY_ERR_NO_FIELD (-105)

* 程序库内部错误。
#DEFINE WSY_ERR_INTERNAL (-106)

* 这笔单正在另一个线程里处理，或支付尚未结束。
#DEFINE WSY_ERR_BUSY (-107)

* 日志回调函数里不能再调用本程序库。
#DEFINE WSY_ERR_IN_CALLBACK (-108)

* 有不认识的选项，或选项的值不合法。
#DEFINE WSY_ERR_OPTIONS (-110)

* 数据目录无法创建或写入。
#DEFINE WSY_ERR_FOLDER (-120)

* 数据目录正被另一个程序使用。
#DEFINE WSY_ERR_FOLDER_IN_USE (-121)

* 账本无法读写，没有发出任何请求。
#DEFINE WSY_ERR_LEDGER (-122)

* 账本文件已损坏，或不是本程序的账本。
#DEFINE WSY_ERR_LEDGER_DAMAGED (-123)

* 账本由更新版本的程序库写成。
#DEFINE WSY_ERR_LEDGER_NEWER (-124)

* 平台地址或代理地址不正确。
#DEFINE WSY_ERR_BASE (-125)

* CA 证书文件无法读取，或不含 PEM 证书。
#DEFINE WSY_ERR_CA_FILE (-126)

* 这份账本是在另一台机器或另一个目录里建立的，可能是复制来的，没有使用它。
#DEFINE WSY_ERR_LEDGER_COPIED (-127)

* 这份账本不是最后写入的那一份：可能被删除过，或恢复了旧备份，没有使用它。
#DEFINE WSY_ERR_LEDGER_RESTORED (-128)

* 配置里的服务器地址不在允许的范围内，没有使用它。
#DEFINE WSY_ERR_SERVER_NOT_ALLOWED (-129)

* 设备尚未激活。
#DEFINE WSY_ERR_NOT_ACTIVATED (-130)

* 平台拒绝了激活码。
#DEFINE WSY_ERR_ACTIVATION_REFUSED (-131)

* 激活请求已发出，但没有收到完整答复；激活码可能已被用掉。
#DEFINE WSY_ERR_ACTIVATION_LOST (-132)

* 平台不承认这台设备或它的密钥。
#DEFINE WSY_ERR_ACTIVATE_AGAIN (-133)

* 没有支付配置：平台连不上，本地也没有保存过。
#DEFINE WSY_ERR_NO_CONFIG (-134)

* 本程序的另一个客户端正在使用同一台设备，两者不知道对方收过哪些付款码。
#DEFINE WSY_ERR_DEVICE_IN_USE (-135)

* 付款码不正确：应为 10 到 32 位数字。
#DEFINE WSY_ERR_AUTH_CODE (-140)

* 这个付款码已用于另一笔单。
#DEFINE WSY_ERR_AUTH_CODE_USED (-141)

* 金额不合法：必须大于 0 且不超过 1000000.00 元。
#DEFINE WSY_ERR_AMOUNT (-142)

* 支付配置不允许这个金额。
#DEFINE WSY_ERR_AMOUNT_NOT_ALLOWED (-143)

* 支付方式不存在，或没有支付方式能识别这个付款码。
#DEFINE WSY_ERR_PAY_TYPE (-144)

* 这台设备没有被许可收款。
#DEFINE WSY_ERR_NOT_LICENSED (-145)

* 商户订单号不合法：1 到 64 个可见的 ASCII 字符。
#DEFINE WSY_ERR_OUT_TRADE_NO (-146)

* 这个商户订单号已用于另一个金额，没有发出任何请求。
#DEFINE WSY_ERR_AMOUNT_DIFFERS (-147)

* 这笔单上一次收款的结果还不清楚，不能用新的付款码再收。
#DEFINE WSY_ERR_STILL_OPEN (-148)

* 这笔单已支付并已全额退款。
#DEFINE WSY_ERR_ALREADY_REFUNDED (-149)

* 附加参数不合法。
#DEFINE WSY_ERR_PARAM (-150)

* 账本里没有这个单号，或平台没有这张账单。
#DEFINE WSY_ERR_NO_BILL (-151)

* 这笔单没有支付成功，或结果还不清楚。
#DEFINE WSY_ERR_BILL_NOT_PAID (-152)

* 商户退款单号不合法：1 到 64 个可见的 ASCII 字符，且不能以 void- 开头。
#DEFINE WSY_ERR_OUT_REFUND_NO (-153)

* 这个商户退款单号已用于另一笔单或另一个金额，没有发出任何请求。
#DEFINE WSY_ERR_REFUND_DIFFERS (-154)

* 这张账单还有一笔退款没有查清，没有发出任何请求。
#DEFINE WSY_ERR_REFUND_OPEN (-155)

* 退款金额超过可退金额，没有发出退款请求。
#DEFINE WSY_ERR_REFUND_TOO_MUCH (-156)

* 连不上平台，没有发出任何请求。
#DEFINE WSY_ERR_NOT_SENT (-160)

* 平台没有给出完整的答复。
#DEFINE WSY_ERR_NO_ANSWER (-161)

* 收到的答复不是平台的格式。
#DEFINE WSY_ERR_BAD_ANSWER (-162)

* 平台拒绝了请求。
#DEFINE WSY_ERR_REFUSED (-163)

* 平台没有这张小票。
#DEFINE WSY_ERR_NO_RECEIPT (-164)

* 在发出请求之前已取消。
#DEFINE WSY_ERR_CANCELLED (-165)

* 没有这条警报，或它已经被确认。
#DEFINE WSY_ERR_NO_ALARM (-166)

* 没有能写出这张小票的中文字体。
#DEFINE WSY_ERR_NO_FONT (-167)

* 小票图片无法生成或无法写入文件。
#DEFINE WSY_ERR_PICTURE (-168)

* 找不到这台打印机，什么也没有打印。款项不受影响。
#DEFINE WSY_ERR_NO_PRINTER (-170)

* 打印机没有响应。款项不受影响。
#DEFINE WSY_ERR_PRINTER_OFFLINE (-171)

* 打印机缺纸。款项不受影响。
#DEFINE WSY_ERR_NO_PAPER (-172)

* 小票没有打完。款项不受影响。
#DEFINE WSY_ERR_NOT_PRINTED (-173)

* 代码页：UTF-8。
#DEFINE WSY_UTF8 65001

* 代码页：GBK。
#DEFINE WSY_GBK 936

* 语言：中文。
#DEFINE WSY_ZH 0

* 语言：英文。
#DEFINE WSY_EN 1
* 以上由 cargo xtask tables 生成。
