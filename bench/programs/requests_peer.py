"""Python with requests: queries, and reads ten fields of each response.

    requests_peer.py BASE CALLS     prints cpu_us and wall_us a call
"""

import hashlib
import resource
import sys
import time
import xml.etree.ElementTree as ElementTree

import requests

KEY = "0123456789abcdef0123456789abcdef"
WARM_UP = 20


def query(session, url):
    params = {"action": "query", "dm_id": "dm2032288236", "device_id": "215117"}
    text = "".join(f"{name}={params[name]}&" for name in sorted(params)) + "key=" + KEY
    params["sign"] = hashlib.sha1(text.encode()).hexdigest().upper()
    root = ElementTree.fromstring(session.post(url, data=params, timeout=30).content)
    names = ["ok", "total", "pay_type", "pay_time", "info", "dm_id", "openid", "pay_id", "remark"]
    fields = [root.get(name) for name in names] + [root.findtext("paylist/pay/printinfo")]
    if None in fields:
        sys.exit("a field is missing")


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    url, calls = sys.argv[1] + "/o2o-dm/op.php", int(sys.argv[2])
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
