"""Reads wheels as pip does: python check_wheels.py WHEEL... The last line is "N passed, M failed"."""

import base64
import csv
import hashlib
import io
import os
import re
import struct
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(os.path.dirname(HERE), "wsy")


def machine(data):
    """The platform that a library is made for."""
    if data[:4] == b"\x7fELF":
        return {62: "x86_64", 183: "aarch64"}[struct.unpack_from("<H", data, 18)[0]]
    head = struct.unpack_from("<I", data, 0x3C)[0]
    assert data[:2] == b"MZ" and data[head : head + 4] == b"PE\0\0", "neither ELF nor PE"
    return {0x14C: "win32", 0x8664: "win_amd64"}[struct.unpack_from("<H", data, head + 4)[0]]


def check_record(wheel, info):
    """Checks that RECORD lists each file of the wheel once, with its hash and size."""
    rows = list(csv.reader(io.StringIO(wheel.read(info + "/RECORD").decode())))
    assert sorted(row[0] for row in rows) == sorted(wheel.namelist()), "RECORD does not list the files of the wheel"
    for name, digest, size in rows:
        if name == info + "/RECORD":
            assert (digest, size) == ("", ""), "RECORD has a hash of itself"
            continue
        data = wheel.read(name)
        wanted = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        assert (digest, size) == ("sha256=" + wanted, str(len(data))), "RECORD is wrong about " + name


def check(path):
    name = re.fullmatch(r"wsy-(\d+\.\d+\.\d+)-py3-none-(\w+)\.whl", os.path.basename(path))
    assert name, "the name of the file"
    version, tag = name.groups()
    info = "wsy-%s.dist-info" % version
    with zipfile.ZipFile(path) as wheel:
        assert wheel.testzip() is None, "a damaged file"
        for entry in wheel.infolist():
            assert not entry.filename.startswith("/") and ".." not in entry.filename, entry.filename
            assert entry.date_time == (1980, 1, 1, 0, 0, 0), "a time of the machine that built it"
        check_record(wheel, info)
        assert "Tag: py3-none-%s\n" % tag in wheel.read(info + "/WHEEL").decode(), "the tag"
        metadata = wheel.read(info + "/METADATA").decode()
        for line in ("Name: wsy", "Version: " + version, "Requires-Python: >=3.8"):
            assert line + "\n" in metadata, line
        for name in os.listdir(PACKAGE):
            if name.endswith(".py") or name == "py.typed":
                with open(os.path.join(PACKAGE, name), "rb") as file:
                    assert wheel.read("wsy/" + name) == file.read(), name + " is not the one of the checkout"
        library = "wsy/wsy.dll" if tag.startswith("win") else "wsy/libwsy.so"
        assert tag.endswith(machine(wheel.read(library))), "the library is made for another platform"


def main(paths):
    passed = failed = 0
    for path in paths:
        try:
            check(path)
            passed += 1
        except Exception as error:
            failed += 1
            print("%s: %r" % (path, error))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
