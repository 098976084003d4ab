/* A single-threaded till with a screen, as in VB6: no call may take so long that the window freezes. */
#include "till.h"

/* Less than a call that waited for the first customer would take, who pays only after the cashier has read
 * this often. */
#define FROZEN_MS 20000
/* The number of times the cashier's text is read. */
#define TURNS_OF_WAITING 10

static DWORD longest;

static DWORD started_at;

static void tick(void)
{
    started_at = GetTickCount();
}

static void tock(void)
{
    DWORD took = GetTickCount() - started_at;
    longest = took > longest ? took : longest;
}

/* One turn of the loop: polls for a verdict, and reads the cashier's text. */
static int32_t turn(wsy_payment *payment, char *text, int32_t size)
{
    int32_t code;
    tick();
    code = wsy_payment_poll(payment, NULL);
    if (code == WSY_PENDING)
        CHECK(wsy_payment_text(payment, WSY_ZH, text, size, NULL), WSY_OK);
    tock();
    Sleep(20);
    return code;
}

static int32_t until_it_ends(wsy_payment *payment)
{
    char text[256];
    int32_t code;
    int turns;
    for (turns = 0; (code = turn(payment, text, sizeof text)) == WSY_PENDING && turns < 3000; turns++)
        ;
    return code;
}

/* How often the cashier reads that the customer is waited for, up to this many times. */
static int turns_of_waiting(wsy_payment *payment, int most)
{
    /* 等待 in GBK */
    static const char wait[] = "\xb5\xc8\xb4\xfd";
    char text[256] = "";
    int turns, waiting = 0;
    for (turns = 0; waiting < most && turns < 3000 && turn(payment, text, sizeof text) == WSY_PENDING; turns++)
        waiting += strstr(text, wait) != NULL;
    return waiting;
}

static wsy_payment *start(wsy_client *client, const char *bill, const char *auth_code, const char *behaviour)
{
    wsy_payment *payment = NULL;
    customer(auth_code, behaviour);
    tick();
    CHECK(wsy_micropay_start(client, bill, auth_code, 1250, NULL, &payment, NULL), WSY_PENDING);
    tock();
    return payment;
}

static wsy_client *client;

static void a_payment_is_followed_to_its_verdict(void)
{
    wsy_payment *payment;
    client = open_till("loop", WSY_GBK);
    payment = start(client, "L1", "130000000000000301", "{\"kind\":\"never_answers\"}");
    CHECK(turns_of_waiting(payment, TURNS_OF_WAITING), TURNS_OF_WAITING);
    types_the_password("130000000000000301");
    CHECK(until_it_ends(payment), WSY_PAID);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(captures("130000000000000301"), 1);
}

static void a_customer_who_declines_has_not_paid(void)
{
    wsy_payment *payment = start(client, "L2", "130000000000000302", "{\"kind\":\"cancels_password\",\"ms\":300}");
    CHECK(until_it_ends(payment), WSY_NOT_PAID);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(captures("130000000000000302"), 0);
}

static void the_cashier_can_stop_waiting(void)
{
    wsy_params *soon = one("deadline_ms", "100");
    wsy_payment *payment = start(client, "L3", "130000000000000303", "{\"kind\":\"never_answers\"}");
    arrives("130000000000000303");
    CHECK(wsy_payment_cancel(payment), WSY_OK);
    CHECK(until_it_ends(payment), WSY_UNKNOWN);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(wsy_settle(client, "L3", soon, NULL), WSY_UNKNOWN);
    CHECK(wsy_params_free(soon), WSY_OK);
}

static void a_refund_is_followed_too(void)
{
    wsy_payment *payment = NULL;
    tick();
    CHECK(wsy_refund_start(client, "LR1", "L1", NULL, 250, NULL, &payment, NULL), WSY_PENDING);
    tock();
    CHECK(until_it_ends(payment), WSY_REFUNDED);
    CHECK(wsy_payment_free(payment), WSY_OK);
}

static void what_was_taken_can_be_given_back(void)
{
    wsy_payment *payment = start(client, "L4", "130000000000000304", "{\"kind\":\"asks_password\",\"ms\":600}");
    arrives("130000000000000304");
    CHECK(wsy_payment_void(payment), WSY_OK);
    CHECK(until_it_ends(payment), WSY_VOIDED);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(wsy_close(client), WSY_OK);
}

static void the_window_never_froze(void)
{
    if (longest >= FROZEN_MS)
        printf("a call took %lu ms\n", longest);
    ASSERT(longest < FROZEN_MS);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a payment is followed to its verdict", a_payment_is_followed_to_its_verdict},
        {"a customer who declines has not paid", a_customer_who_declines_has_not_paid},
        {"the cashier can stop waiting", the_cashier_can_stop_waiting},
        {"a refund is followed too", a_refund_is_followed_too},
        {"what was taken can be given back", what_was_taken_can_be_given_back},
        {"the window never froze", the_window_never_froze},
    };
    return RUN_TESTS(tests, argc, argv);
}
