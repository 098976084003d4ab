"""Finding and loading the library."""

import _ctypes
import os
import subprocess
import sys
import tempfile
import unittest

import wsy
from wsy import _native


def python(program, library=None, folder=None, **more):
    """Runs a program in a separate Python process, and returns its exit code and output."""
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(os.path.abspath(wsy.__file__))), **more)
    environment["WSY_LIBRARY"] = _native.lib._name if library is None else library
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
    return ended.returncode, ended.stdout.decode("utf-8", "replace")


class Loading(unittest.TestCase):
    def test_a_library_that_is_not_there_is_an_import_error_that_says_what_to_do(self):
        code, said = python("import wsy", library=os.path.join("no", "such", "libwsy.so"))
        self.assertEqual(code, 1)
        self.assertIn("ImportError: cannot load the wsy library", said)
        self.assertIn("WSY_LIBRARY names another file", said)

    def test_another_library_is_an_import_error(self):
        # The module behind ctypes is a library too, but not ours.
        other = _ctypes.__file__
        code, said = python("import wsy", library=other)
        self.assertEqual(code, 1)
        self.assertIn("ImportError: cannot load the wsy library", said)
        self.assertIn("wsy_open", said)

    def test_a_relative_path_is_from_the_current_folder(self):
        folder, name = os.path.split(_native.lib._name)
        code, said = python("import wsy; print(wsy.version())", library=name, folder=folder)
        self.assertEqual((code, said.strip()), (0, wsy.__version__))

    def test_a_till_that_is_left_open_is_closed_at_the_end_of_the_program(self):
        with tempfile.TemporaryDirectory(prefix="wsy python ") as home:
            program = (
                "import wsy\n"
                "options = {'refresh_config': 0}\n"
                "till = wsy.Client(%r, options)\n"
                "till.on_log(lambda level, line: None)\n" % os.path.join(home, "data")
            )
            for _ in range(2):
                self.assertEqual(python(program), (0, ""))
            # Only close() releases this.
            self.assertFalse(os.path.exists(os.path.join(home, "data", "ledger.db-wal")))
