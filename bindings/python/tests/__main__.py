"""Runs all tests: python tests. WSY_SANDBOX names the sandbox program; WSY_LIBRARY names the library, if the
installed package does not contain it. The last line is "N passed, M failed"."""

import os
import sys
import unittest


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    suite = unittest.defaultTestLoader.discover(here, top_level_dir=here)
    # Failures are printed on the standard output too, before the last line.
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1, warnings="error").run(suite)
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses) + len(result.skipped)
    passed = max(result.testsRun - bad, 0)
    print("%d passed, %d failed" % (passed, bad))
    return 1 if bad or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
