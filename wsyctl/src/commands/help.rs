//! `help`.

use wsy::till::code::Language;

use crate::report::{Exit, Report};
use crate::wording;

const ZH: &str = "\
wsyctl [选项] 命令

  doctor                              检查数据文件夹、账本、设备、连接、时钟、配置，列出无法识别的平台原话
  activate [激活码]                   激活本机（不写激活码则从键盘读入）
  first-contact [--record 文件]       首次联调：用真实设备查出平台对文档的理解、需要的选项；收款、退款前逐步询问
  pay 订单号 元 [付款码]              收款（不写付款码则等待扫码）
  settle [订单号]                     查清一笔或全部未查清的款项，只查询
  refund 订单号 元 --refund-no 退款单号   退款（或用 --dm-id 平台单号 代替订单号）
  void 订单号                         撤销整单：查清这一单，已收的款退给顾客
  bill 订单号                         平台和账本对这笔单的记录（或 --dm-id）
                                      --dm-id 可以不带 dm，也可以是本机收款的渠道流水号；
                                      --any-number 不按配置的单号规则检查
  open（或 unresolved）               列出未查清的款项和未了结的销售，不联网
  decide 订单号 paid|not_paid|keep --by 姓名 --why 理由 [--attempt 次数]
                                      人工认定一笔查不清的收款
  decide-refund 退款单号 refunded|not_refunded|keep --by 姓名 --why 理由
                                      人工认定一笔查不清的退款
  reconcile [日期]                    与平台对账
  close-day [日期] --by 姓名          日结：当日金额不再变动，之后的结果计入下一天
  archive [日期]                      归档：把 90 天以前、已了结的单移到归档文件
  receipt 订单号                      小票文字（或 --dm-id、--refund-no）
          [--mm 58|80] [--copy] [--png 文件 [--font 字体文件]] [--printer 打印机]
          [--custom-series 系列号]    向平台重取小票时的系列号，默认 0
          打印机：tcp:地址、queue:Windows 中的名称、device:设备；--copy 标上“补打”
  export --csv [日期] [--from 日期 --to 日期] [--out 文件]
  alarms                              未确认的警报
  acknowledge 编号 --by 姓名          确认警报

选项：--folder 文件夹（或 WSY_FOLDER） --lang zh|en --json --verbose --base 地址 --option 名称=值
      --verbose 另外显示给程序员的提示
退出码：0 已支付、已退款或正常；1 未支付或未退款；2 命令写错；3 结果未知，款项可能已变动；4 出错，没有发出收款或退款请求；
5 需要人工处理；6 以前已支付，这次没有扣款；7 已由人工认定";

const EN: &str = "\
wsyctl [OPTIONS] COMMAND

  doctor                              checks folder, ledger, device, connection, clock and config, and lists
                                      unknown sentences of the platform
  activate [CODE]                     activates this till (reads the code if none is given)
  first-contact [--record FILE]       finds out with a real device how the platform reads its document, and
                                      which options it needs; asks before each step that moves money
  pay NUMBER YUAN [CODE]              charges a bill (waits for the scanner if no code is given)
  settle [NUMBER]                     finds out the outcome of one bill or of all open ones; only queries
  refund NUMBER YUAN --refund-no NO   gives money back (or --dm-id ORDER in place of NUMBER)
  void NUMBER                         undoes a bill: finds out its outcome and refunds what was paid
  bill NUMBER                         shows it as platform and ledger have it (or --dm-id)
                                      ORDER may lack its dm, or be the channel's number of a payment of this
                                      till; --any-number accepts one that the config's rule rejects
  open (or unresolved)                lists undecided payments and unfinished sales; sends nothing
  decide NUMBER paid|not_paid|keep --by WHO --why WHY [--attempt N]
                                      a person's decision on a payment that stays undecided
  decide-refund NO refunded|not_refunded|keep --by WHO --why WHY
                                      the same for a refund
  reconcile [DAY]                     compares a day with the platform
  close-day [DAY] --by WHO            fixes the totals of a day; later outcomes count for the next
  archive [DAY]                       moves old bills that are done with into the archive
  receipt NUMBER                      the receipt as text (or --dm-id, --refund-no)
          [--mm 58|80] [--copy] [--png FILE [--font FILE]] [--printer PRINTER]
          [--custom-series N]         the series requested from the platform; default 0
          PRINTER: tcp:HOST, queue:NAME in Windows, device:FILE; --copy marks it as a reprint
  export --csv [DAY] [--from DAY --to DAY] [--out FILE]
  alarms                              alarms that nobody has acknowledged
  acknowledge ID --by WHO             acknowledges an alarm

Options: --folder FOLDER (or WSY_FOLDER) --lang zh|en --json --verbose --base URL --option NAME=VALUE
         --verbose also shows the hint for the programmer
Exit codes: 0 paid, refunded or good; 1 not paid or not refunded; 2 bad command line; 3 unknown, money may have
moved; 4 an error, nothing was sent that moves money; 5 something needs a person; 6 paid earlier, nothing was
charged now; 7 a person has decided it";

pub fn report(language: Language) -> Report {
    let text = wording::pick(language, ZH, EN);
    Report::new(Exit::Good).line(text).field("help", text)
}
