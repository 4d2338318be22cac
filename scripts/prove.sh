#!/bin/sh
# Proves that no edit is lost, and prints one table of what was measured. Nothing in the table is anything but the output of a proof
# that has just run; a proof that fails is in it as such, and makes the whole fail.
# Usage: scripts/prove.sh bounded | full
#   bounded: what `make test` has time for, at most 2,000 seeds; with one release build, in which the planted bugs sleep while the seeds are played.
#   full: everything, for a night. KIPLOT_SEEDS sets how many seeds, KIPLOT_HUNT how many for each planted bug at most.
set -eu
cd "$(dirname "$0")/.."
extent=${1:-bounded}
case $extent in
    bounded) seeds=${KIPLOT_SEEDS:-2000} hunt=${KIPLOT_HUNT:-2000} kills=8 crashes=400 pace=20 shortening=5 begin=known ;;
    full) seeds=${KIPLOT_SEEDS:-100000} hunt=${KIPLOT_HUNT:-20000} kills=40 crashes=20000 pace=60 shortening=60 begin=first ;;
    *) sed -n '2,7p' "$0" && exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=""

# prove NAME COMMAND… : runs a proof, shows what it says, and keeps it for the table.
prove() {
    name=$1
    shift
    echo "== $name"
    start=$(date +%s)
    if "$@" >"$work/$name" 2>&1; then verdict=holds; else verdict=FAILS failed="$failed $name"; fi
    cat "$work/$name"
    printf '%-9s %-6s %5s s  %s\n' "$name" "$verdict" "$(($(date +%s) - start))" "$(grep -E "$pattern" "$work/$name" | paste -sd ';' | sed 's/;/; /g')" >>"$work/table"
}

python3 scripts/plant.py .build-planted/package
echo "== release build"
build() {
    if ! swift build -c release --product kiplot-prove "$@" >"$work/build" 2>&1; then
        cat "$work/build"
        exit 1
    fi
}
(cd .build-planted/package && build --scratch-path ../build)
tool=.build-planted/build/release/kiplot-prove
if [ "$extent" = full ]; then
    build
    tool=.build/release/kiplot-prove
fi

pattern='plays a minute' prove pace $tool pace --seconds "$pace"
if [ "$extent" = bounded ] && [ -z "${KIPLOT_SEEDS:-}" ]; then
    # Each seed is played twice, on every core. On a machine that is several times slower than others there are fewer, so that the
    # proofs take five minutes and not thirty; the table tells how many were played.
    affordable=$(sed -n 's/^\([0-9]*\) plays a minute and core.*/\1/p' "$work/pace" | awk -v cores="$(nproc)" '{ print int($1 * cores * 5 / 2) }')
    if [ "${affordable:-$seeds}" -lt "$seeds" ]; then seeds=$affordable; fi
fi
pattern='break an invariant|seeds with|faults occurred' prove seeds $tool seeds --count "$seeds" --faults
pattern='planted bugs were found' prove planted scripts/planted.sh "$hunt" "$shortening" "$begin"
pattern='kills in' prove crashes python3 Tests/Crash/crash.py --points "$kills"
pattern='crash states at|a disk that lies' prove torn $tool torn --count "$crashes"

echo
echo "What was proved ($extent, $(nproc) cores):"
cat "$work/table"
if [ -n "$failed" ]; then
    echo "Not proved:$failed"
    exit 1
fi
