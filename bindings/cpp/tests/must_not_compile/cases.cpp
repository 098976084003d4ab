/* Code that must not compile: each CASE except 0, which shows that the rest of the file is valid. */
#include <wsy.hpp>

#ifndef CASE
#define CASE 0
#endif

void refused(const wsy::Client &till, wsy::Client &other, wsy::Payment &payment, const wsy::Outcome &outcome,
             const wsy::Verdict &verdict)
{
    const wsy::Reply reply = till.day();
    const wsy::Params params(wsy::utf8);
    bool good = false;

#if CASE == 0
    good = outcome.paid() && verdict.paid() && reply.ok() && outcome.verdict() == verdict;
    till.micropay("B1", "130000000000000001", 1250, &params);
    other = wsy::Client();
    payment = wsy::Payment();
#elif CASE == 1
    if (outcome)
        good = true;
#elif CASE == 2
    if (verdict)
        good = true;
#elif CASE == 3
    if (!outcome)
        good = true;
#elif CASE == 4
    good = verdict;
#elif CASE == 5
    good = outcome.verdict() == 1;
#elif CASE == 6
    good = outcome == true;
#elif CASE == 7
    good = outcome.ok();
#elif CASE == 8
    if (till.settle("B1"))
        good = true;
#elif CASE == 9
    till.micropay("B1", "130000000000000001", 12.50);
#elif CASE == 10
    till.micropay("B1", "130000000000000001", 12.5f);
#elif CASE == 11
    till.micropay("B1", "130000000000000001", true);
#elif CASE == 12
    till.micropay("B1", "130000000000000001", "12.50");
#elif CASE == 13
    const wsy::Client copy = till;
#elif CASE == 14
    other = till;
#elif CASE == 15
    const wsy::Outcome copy = outcome;
#elif CASE == 16
    const wsy::Reply copy = reply;
#elif CASE == 17
    wsy::Payment copy = payment;
#elif CASE == 18
    const wsy::Params copy = params;
#elif CASE == 19
    other.open("till", wsy::zh);
#elif CASE == 20
    payment.text(wsy::gbk);
#elif CASE == 21
    const wsy::Verdict made = 1;
#elif CASE == 22
    if (reply)
        good = true;
#endif
    (void)good, (void)other, (void)payment, (void)outcome, (void)verdict;
}
