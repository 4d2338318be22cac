#!/bin/sh
# Checks the two models of the sync protocol over their whole state spaces: the protocol holds, and each weaker one is caught.
# A model that starts to hold where it must not is a failure too: it would prove nothing.
set -eu
cd "$(dirname "$0")/../Models"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect holds|violated MODEL "what it is" FLAGS…
expect() {
    wanted=$1 model=$PWD/$2.pml words=$3
    shift 3
    (cd "$work" && spin -a "$@" "$model" >/dev/null && gcc -O2 -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -w -o pan pan.c && ./pan -m1000000 -w24 >verdict 2>&1) || true
    if grep -q "max search depth too small\|out of memory\|Search not completed" "$work/verdict" && grep -q "errors: 0" "$work/verdict"; then
        found="not finished"
    elif grep -q "errors: 0" "$work/verdict"; then
        found=holds
    elif grep -q "errors: [1-9]" "$work/verdict"; then
        found=violated
    else
        found="not finished"
    fi
    states=$(sed -n 's/^ *\([0-9][0-9]*\) states, stored.*/\1/p' "$work/verdict")
    mark=ok
    if [ "$found" != "$wanted" ]; then
        mark="WRONG, expected $wanted"
        failures=$((failures + 1))
    fi
    printf '%-78s %-9s %10s states  %s\n' "$words" "$found" "${states:-?}" "$mark"
}

crashes="-DNCRASH=2 -DNLOST=2 -DNEPOCH=8"
# shellcheck disable=SC2086
{
    expect violated create "create, naive retry: one item at the end" -DFIX=0 -DPROP=0 $crashes
    expect violated create "create, naive retry: never two" -DFIX=0 -DPROP=1 $crashes
    expect violated create "create, marker and look-up: one item at the end" -DFIX=1 -DPROP=0 $crashes
    expect violated create "create, marker and look-up: never two" -DFIX=1 -DPROP=1 $crashes
    expect holds create "create, with fence and waiting for the search: one item at the end" -DFIX=2 -DPROP=0 $crashes
    expect violated create "create, with fence and waiting for the search: never two" -DFIX=2 -DPROP=1 $crashes
    expect holds create "create, our protocol: one item at the end" -DFIX=3 -DPROP=0 $crashes
    expect holds create "create, our protocol: never two" -DFIX=3 -DPROP=1 $crashes
}
edits="-DNF=3 -DNL=4 -DNR=3"
# shellcheck disable=SC2086
{
    expect violated merge "merge without test /rev" -DREV=0 -DLCAS=1 -DLOG=2 $edits
    expect violated merge "merge without the check of the local version" -DREV=1 -DLCAS=0 -DLOG=2 $edits
    expect violated merge "merge without memory of attempts" -DREV=1 -DLCAS=1 -DLOG=0 $edits
    expect violated merge "merge with memory of the last attempt only" -DREV=1 -DLCAS=1 -DLOG=1 $edits
    expect holds merge "merge, our protocol: 4 local and 3 remote edits, 3 faults" -DREV=1 -DLCAS=1 -DLOG=2 $edits
    expect holds merge "merge, our protocol: two workers without any lease" -DREV=1 -DLCAS=1 -DLOG=2 -DTWO -DNF=1 -DNL=2 -DNR=2
}
exit "$failures"
