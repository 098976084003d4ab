"""A shop for a test: a platform, a data folder, and tills on it."""

import http.client
import json
import os
import subprocess
import tempfile
import time
import unittest

import wsy

# Short times, so that tests run faster than a cashier works; timeouts that only a hang reaches are long,
# because the machine may be busy.
QUICK = {
    "poll_ms": 50,
    "first_query_ms": 20,
    "quiet_ms": 500,
    "deadline_ms": 60000,
    "connect_ms": 20000,
    "response_ms": 20000,
}

# For calls that are supposed to end undecided.
SOON = {"deadline_ms": 200}

PATIENCE = 60


def eventually(what, condition):
    """Waits until the condition holds, and returns its value."""
    end = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("it never came about that " + what)
        time.sleep(0.01)


class Sandbox:
    """A platform and its control API: a new one, or the one that WSY_SANDBOX_BASE names, in its initial state
    except for the bills of earlier devices."""

    def __init__(self):
        self._process = None
        self.base = os.environ.get("WSY_SANDBOX_BASE") or self._start()
        self.clear_faults()
        self.control("DELETE", "requests")
        self.control("PUT", "settings", {"clock_skew_s": 0, "server": None})
        self.device = self.control("POST", "devices", {"client_name": "示例店 - 2"})

    def _start(self):
        program = os.environ.get("WSY_SANDBOX")
        if not program:
            raise RuntimeError("WSY_SANDBOX has to name the wsy-sandbox program")
        self._process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        return self._process.stdout.readline().decode().rsplit(" on ", 1)[-1].strip()

    def stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    def control(self, method, path, body=None):
        """Calls the control API. Not with urllib, which may take a proxy from the environment."""
        connection = http.client.HTTPConnection(self.base.rsplit("/", 1)[-1], timeout=PATIENCE)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, "/_sandbox/" + path, data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
            if not 200 <= answer.status < 300:
                raise AssertionError("%s %s: %s %s" % (method, path, answer.status, text))
            return json.loads(text) if text else None
        finally:
            connection.close()

    def customer(self, kind="pays", wallet="wechat", **fields):
        """A customer's auth code."""
        body = {"kind": wallet, "behaviour": dict(fields, kind=kind)}
        return self.control("POST", "auth-codes", body)["auth_code"]

    def fault(self, call, kind, times=1, **fields):
        self.control("POST", "faults", {"on": call, "times": times, "fault": dict(fields, kind=kind)})

    def clear_faults(self):
        self.control("DELETE", "faults")

    def sent(self, action):
        """The requests of an action so far."""
        return [request for request in self.control("GET", "requests")["requests"] if request["action"] == action]

    def bills(self):
        bills = self.control("GET", "book")["bills"]
        return [bill for bill in bills if bill["device_id"] == self.device["device_id"]]

    def decide(self, dm_id, state):
        self.control("POST", "bills/%s/state" % dm_id, {"state": state})

    def all_pay(self):
        """Every customer who is still asked for the password enters it."""
        for bill in self.bills():
            if bill["state"] == "paying":
                self.decide(bill["dm_id"], "paid")


class ShopTest(unittest.TestCase):
    """A test with a sandbox and an activated till. It leaves nothing behind."""

    code_page = wsy.CodePage.UTF8

    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix="wsy python 收银 ")
        self.addCleanup(home.cleanup)
        self.home = home.name
        self.folder = os.path.join(self.home, "数据 1")
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.stop)
        self.device = self.sandbox.device
        self.till = self.open()
        self.till.set_device(self.device["device_id"], self.device["key"])

    def options(self, **more):
        return dict(QUICK, base=self.sandbox.base, **more)

    def open(self, folder=None, **more):
        till = wsy.Client(folder or self.folder, self.options(**more), code_page=self.code_page)
        self.addCleanup(till.close)
        return till

    def sell(self, number, fen):
        outcome = self.till.micropay(number, self.sandbox.customer(), fen)
        self.assertIs(outcome.verdict, wsy.Verdict.PAID)
        return outcome

    def fails(self, code, function, *arguments, **named):
        """Returns the error that a call raises, which must have this code."""
        with self.assertRaises(wsy.Error) as caught:
            function(*arguments, **named)
        self.assertIs(caught.exception.code, code, caught.exception)
        return caught.exception

    def paid_at_the_platform(self):
        """The amount that the platform has taken and not refunded, in fen."""
        return sum(
            bill["total_fen"] - sum(refund["refund_fen"] for refund in bill["refunds"])
            for bill in self.sandbox.bills()
            if bill["state"] == "paid"
        )
