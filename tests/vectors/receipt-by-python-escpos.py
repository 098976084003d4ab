"""Writes receipt-by-python-escpos.hex: the bytes that python-escpos 3.1 sends for a receipt with everything on it."""
from pathlib import Path

from escpos.printer import Dummy
from PIL import Image

printer = Dummy()


def text(line):
    printer._raw(line.encode("gbk") + b"\n")


printer.hw("INIT")
printer.set(align="center", double_width=True, double_height=True, bold=True, normal_textsize=False)
text("付款回执")
printer.set(align="left", normal_textsize=True, bold=False)
text("商户名称: 示例小店")
printer.set(underline=1)
text("No. B-17")
printer.set(underline=0)
printer.set(font="b")
text("small")
printer.set(font="a")
printer.set(custom_size=True, width=3, height=2)
text("12.34")
printer.set(normal_textsize=True)
printer.set(invert=True)
text("black")
printer.set(invert=False)
printer.line_spacing(40)
text("apart")
printer.line_spacing()
printer.set(align="right")
text("right")
printer.set(align="left")
printer.barcode("123456", "CODE39", function_type="A")
printer.barcode("{B123456", "CODE128", function_type="B")
printer.qr("https://example.com/B-17", native=True)
for way in ("bitImageRaster", "bitImageColumn"):
    printer.image(Image.new("1", (16, 24), 0), impl=way)
printer.ln(3)
printer.cashdraw(2)
printer.cut(mode="FULL")
text("after")
printer.cut(mode="PART", feed=False)
Path(__file__).with_suffix(".hex").write_text(printer.output.hex() + "\n")
