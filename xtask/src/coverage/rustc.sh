#!/bin/sh
# The compiler, as cargo calls it for the packages of the project: the library and its tests count what they reach.
# Counting branches is an option of the compiler that is not stable yet.
case " $* " in
*" --crate-name build_script_build "*) exec "$@" ;;
*) RUSTC_BOOTSTRAP=1 exec "$@" -Cinstrument-coverage -Zcoverage-options=branch ;;
esac
