"""Runs all tests: python tests. WSY_SANDBOX names the sandbox program; WSY_LIBRARY the library, if the installed package has
none inside. The last line is "N passed, M failed"."""

import os
import sys
import unittest


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    suite = unittest.defaultTestLoader.discover(here, top_level_dir=here)
    # Failures are told on the standard output too, in front of the last line.
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1, warnings="error").run(suite)
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses) + len(result.skipped)
    passed = max(result.testsRun - bad, 0)
    print("%d passed, %d failed" % (passed, bad))
    return 1 if bad or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
