"""Python with requests: queries, and reads ten fields of each response.

    requests_peer.py BASE CALLS     prints cpu_us and wall_us a call
    requests_peer.py BASE CALLS FIRST PAUSE_MS [CA_FILE]
                                    payments with a pause before each, as requests.post sends them; prints the
                                    auth code, the verdict and the time in ms of each
"""

import hashlib
import resource
import sys
import time
import xml.etree.ElementTree as ElementTree

import requests

KEY = "0123456789abcdef0123456789abcdef"
WARM_UP = 20


def post(sender, url, params, **more):
    text = "".join(f"{name}={params[name]}&" for name in sorted(params)) + "key=" + KEY
    params["sign"] = hashlib.sha1(text.encode()).hexdigest().upper()
    root = ElementTree.fromstring(sender.post(url, data=params, timeout=30, **more).content)
    names = ["ok", "total", "pay_type", "pay_time", "info", "dm_id", "openid", "pay_id", "remark"]
    fields = [root.get(name) for name in names] + [root.findtext("paylist/pay/printinfo")]
    if None in fields:
        sys.exit("a field is missing")


def query(session, url):
    post(session, url, {"action": "query", "dm_id": "dm2032288236", "device_id": "215117"})


def pay(url, code, authority):
    params = {"action": "micropay", "authcode": code, "device_id": "215117"}
    params.update(paytype="o2o_dm_code_wxpaysub", total="1.00")
    try:
        post(requests, url, params, verify=authority)
    except requests.RequestException:
        return "none"
    return "paid"


def scan(url, calls, first, pause, authority):
    for number in range(first, first + calls):
        time.sleep(pause)
        code, begun = f"13{number:016}", time.monotonic()
        verdict = pay(url, code, authority)
        print(f"{code} {verdict} {(time.monotonic() - begun) * 1e3:.3f}")


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    url, calls = sys.argv[1] + "/o2o-dm/op.php", int(sys.argv[2])
    if len(sys.argv) > 4:
        authority = sys.argv[5] if len(sys.argv) > 5 else True
        return scan(url, calls, int(sys.argv[3]), int(sys.argv[4]) / 1e3, authority)
    session = requests.Session()
    session.trust_env = False
    for _ in range(WARM_UP if calls > 1 else 0):
        query(session, url)
    cpu_from, wall_from = cpu(), time.monotonic()
    for _ in range(calls):
        query(session, url)
    print(f"cpu_us {(cpu() - cpu_from) * 1e6 / calls:.3f}")
    print(f"wall_us {(time.monotonic() - wall_from) * 1e6 / calls:.3f}")


main()
