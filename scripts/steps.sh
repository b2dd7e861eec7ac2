# Sourced by .ci/run and scripts/check-long: runs checks one after another and adds up their own "N passed, N failed".
# shellcheck shell=bash

steps_log=$(mktemp)
trap 'rm -f "$steps_log"' EXIT
passed=0
failed=0

step() {
    local began=$SECONDS status last
    echo
    echo "==== $*"
    "$@" 2>&1 | tee "$steps_log"
    status=${PIPESTATUS[0]}
    last=$(tail -n 1 "$steps_log")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        # A step that fails in another way than by a failed test is a failure, too.
        [ "$status" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || failed=$((failed + 1))
    else
        failed=$((failed + 1))
    fi
    echo "==== $1: exit status $status after $((SECONDS - began)) s"
}

# The last line of all; the exit status is 0 only if nothing failed.
sum_up() {
    echo
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}
