#!/bin/sh
# Wakes each planted bug, and looks whether the checker that is named for it finds it within so many seeds.
# Usage: scripts/planted.sh [SEEDS [SECONDS [known]]]
#   SECONDS: for how long each found play is shortened; known: begins at the seed in which each was found last, not at the first
set -eu
cd "$(dirname "$0")/.."
most=${1:-20000}
shortening=${2:-60}
begin=${3:-first}
tool=.build-planted/build/release/kiplot-prove

python3 scripts/plant.py .build-planted/package
(cd .build-planted/package && swift build -c release --product kiplot-prove --scratch-path ../build >/dev/null)

# seek NUMBER CHECKER SEED AMONG
seek() { PLANTED_BUG=$1 $tool hunt "$2" --from "$3" --among "$4" --most "$most" --shortening "$shortening"; }

# hunt NUMBER CHECKER SEED AMONG TITLE
hunt() {
    # Every change of the engine changes the plays: what was found last in one seed may now be found in another.
    verdict=$(seek "$1" "$2" "$3" "$4") || { [ "$3" -ne 1 ] && verdict=$(seek "$1" "$2" 1 "$4"); } || verdict="NOT FOUND: $verdict"
    printf 'M%-3s %-100s %s\n' "$1" "$5" "$verdict"
}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
# One for each of two cores.
python3 scripts/plant.py list | {
    running=0
    while IFS="$(printf '\t')" read -r number checker seed among title; do
        [ "$begin" = known ] || seed=1
        hunt "$number" "$checker" "$seed" "$among" "$title" >>"$results" &
        running=$((running + 1))
        if [ "$running" -eq 2 ]; then
            wait
            running=0
        fi
    done
    wait
}
sort -V "$results"
found=$(grep -c "found by" "$results" || true)
echo "$found of $(wc -l <"$results") planted bugs were found, each by the checker that is named for it"
! grep -q "NOT FOUND" "$results"
