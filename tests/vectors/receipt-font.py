"""Makes receipt-font.ttf, a font for tests: every character is one of a few plain shapes, so that the tests need no font of the
system's and their pictures are the same on every machine. It lacks Greek letters."""

import struct
import sys

EM = 1000


def rectangle(left, bottom, right, top):
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def ring(left, bottom, right, top, stroke):
    inner = rectangle(left + stroke, bottom + stroke, right - stroke, top - stroke)
    return [rectangle(left, bottom, right, top), inner[::-1]]


# Its outlines, its advance width, and the characters that look so.
SHAPES = [
    ([], 500, []),
    ([rectangle(60, 0, 160, 700), rectangle(160, 600, 440, 700)], 500, [(0x21, 0x7E)]),
    ([[(60, 0), (250, 700), (440, 0)]], 500, [(0x30, 0x39)]),
    # Wider than its cell on the paper.
    (ring(40, 0, 910, 700, 120), 950, [(0x57, 0x57)]),
    # With a tail.
    (ring(60, -200, 440, 500, 90), 500, [(0x67, 0x67)]),
    (ring(60, -60, 940, 820, 90) + [rectangle(300, 300, 700, 460)], EM, [(0x4E00, 0x9F9F)]),
    ([rectangle(80, -40, 280, 160)], EM, [(0x3001, 0x303F), (0xFF01, 0xFF5E), (0xFFE5, 0xFFE5)]),
]


def glyph(contours):
    if not contours:
        return b""
    points = [point for contour in contours for point in contour]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    data = struct.pack(">hhhhh", len(contours), min(xs), min(ys), max(xs), max(ys))
    end = -1
    for contour in contours:
        end += len(contour)
        data += struct.pack(">H", end)
    data += struct.pack(">H", 0) + b"\x01" * len(points)
    for values in (xs, ys):
        last = 0
        for value in values:
            data += struct.pack(">h", value - last)
            last = value
    return data + b"\0" * (-len(data) % 4)


def cmap():
    """The later shapes come before the earlier ones that have the same characters among theirs."""
    of = {}
    for number, (_, _, ranges) in enumerate(SHAPES):
        for first, last in ranges:
            for character in range(first, last + 1):
                of[character] = number
    groups = []
    for character in sorted(of):
        if groups and groups[-1][1] == character - 1 and groups[-1][2] == of[character]:
            groups[-1][1] = character
        else:
            groups.append([character, character, of[character]])
    # Format 13: a range of characters for one glyph.
    body = b"".join(struct.pack(">III", *group) for group in groups)
    table = struct.pack(">HHIII", 13, 0, 16 + len(body), 0, len(groups)) + body
    return struct.pack(">HHHHI", 0, 1, 0, 6, 12) + table


def tables():
    glyphs = [glyph(contours) for contours, _, _ in SHAPES]
    places = [sum(map(len, glyphs[:at])) for at in range(len(glyphs) + 1)]
    widest = max(advance for _, advance, _ in SHAPES)
    count = len(SHAPES)
    return {
        b"cmap": cmap(),
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 40, -200, 940, 820, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 880, -120, 0, widest, 0, 0, 940, *[0] * 8, count),
        b"hmtx": b"".join(struct.pack(">Hh", advance, 0) for _, advance, _ in SHAPES),
        b"loca": struct.pack(">%dI" % (count + 1), *places),
        b"maxp": struct.pack(">IH13H", 0x10000, count, *[0] * 13),
    }


def checksum(data):
    data += b"\0" * (-len(data) % 4)
    return sum(struct.unpack(">%dI" % (len(data) // 4), data)) & 0xFFFFFFFF


def font():
    found = sorted(tables().items())
    place = 12 + 16 * len(found)
    head = struct.pack(">IHHHH", 0x10000, len(found), 64, 2, len(found) * 16 - 64)
    body = b""
    for name, data in found:
        head += name + struct.pack(">III", checksum(data), place + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return head + body


sys.stdout.buffer.write(font())
