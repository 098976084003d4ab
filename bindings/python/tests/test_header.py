"""Compares the package with wsy.h: nothing may be missing. The prototypes are generated, so they are not
compared."""

import inspect
import os
import re
import unittest

import wsy
from wsy import _native

# Names of wsy.h that Python expresses differently: out parameters, and the handle that is the object itself.
NOT_IN_PYTHON = {"client", "reply", "payment", "buffer", "size", "needed"}


def header():
    """wsy.h: from the checkout or package that contains these tests, or from WSY_HEADER."""
    named = os.environ.get("WSY_HEADER")
    folder = os.path.dirname(os.path.abspath(__file__))
    while not named:
        candidate = os.path.join(folder, "include", "wsy.h")
        if os.path.exists(candidate):
            named = candidate
        elif folder == os.path.dirname(folder):
            raise AssertionError("include/wsy.h is not above these tests; WSY_HEADER may name it")
        folder = os.path.dirname(folder)
    with open(named, encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)


def functions():
    """The functions of wsy.h, each with its parameters as pairs of type and name."""
    found = {}
    for name, inside in re.findall(r"^int32_t (wsy_\w+)\(([^)]*)\);", header(), flags=re.MULTILINE):
        pairs = (re.fullmatch(r"\s*(.*?)\s*(\w+)\s*", part, flags=re.DOTALL) for part in inside.split(","))
        found[name] = [(pair.group(1), pair.group(2)) for pair in pairs]
    return found


def constants():
    defines = re.findall(r"^#define WSY_(\w+) \(?(-?\d+)\)?$", header(), flags=re.MULTILINE)
    return {name: int(value) for name, value in defines}


def sources():
    """The package."""
    folder = os.path.dirname(wsy.__file__)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield file.read()


class Header(unittest.TestCase):
    def test_nothing_else_is_declared_in_the_header(self):
        text = header()
        calls = set(re.findall(r"\b(wsy_\w+)\(", text)) - {"wsy_log_callback"}
        self.assertEqual(calls, set(functions()))

    def test_every_function_is_used_by_the_package(self):
        used = set(re.findall(r"\blib\.(wsy_\w+)", "".join(sources())))
        self.assertEqual(used, set(functions()))

    def test_every_call_on_a_client_is_a_method_with_the_same_parameters(self):
        of_client = {name: of for name, of in functions().items() if of[0][0] == "wsy_client *"}
        for name, of in of_client.items():
            if name in ("wsy_close", "wsy_on_log"):
                continue
            with self.subTest(name):
                method = getattr(wsy.Client, name[len("wsy_") :])
                self.assertEqual(
                    set(inspect.signature(method).parameters) - {"self"},
                    {parameter for _, parameter in of} - NOT_IN_PYTHON,
                )

    def test_every_number_is_in_an_enum(self):
        ours = {member.name: int(member) for kind in (wsy.Verdict, wsy.Code) for member in kind}
        ours.update({member.name: int(member) for kind in (wsy.Language, wsy.CodePage) for member in kind})
        ours["OK"] = 0
        self.assertEqual(ours, constants())

    def test_all_that_is_exported_is_documented(self):
        for name in wsy.__all__:
            with self.subTest(name):
                self.assertTrue(name in ("LogFunction", "Values") or inspect.getdoc(getattr(wsy, name)))


class Package(unittest.TestCase):
    def test_it_is_of_the_library_s_version(self):
        self.assertEqual(wsy.version(), wsy.__version__)

    def test_its_hints_are_marked(self):
        self.assertTrue(os.path.exists(os.path.join(os.path.dirname(wsy.__file__), "py.typed")))

    def test_the_library_inside_the_package_is_the_one_in_use(self):
        inside = os.path.dirname(os.path.abspath(wsy.__file__))
        wanted = os.environ.get("WSY_LIBRARY") or os.path.join(inside, os.path.basename(_native.lib._name))
        self.assertEqual(_native.lib._name, os.path.abspath(wanted))
