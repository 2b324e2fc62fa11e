#!/usr/bin/env bash
# A real node that lies to three others: they go on, come to one end, and say of nobody else that it lied.
. "$(dirname "$0")/lib.sh"

nodes=(node-0 node-1 node-2 node-3)
base=$dir
workers=0 proxy=""
fail() { echo "$*" >&2; exit 1; }
for part in one_node network byzantine; do . "$root/tests/torture/$part.sh"; done

# Lies that need no view of its own, in which others may be quicker.
for lie in mutates impersonates; do
    dir=$base/$lie
    lying_network 3 node-3 "$lie"
    [[ $told -gt 0 && $rate -gt 0 ]] || fail "$lie: told $told times, $rate transactions a second"
    case $lie in
        mutates) expect "$([[ $(accusations) -gt 0 ]] && echo yes)" yes "whether the others have noticed that its votes contradict each other" ;;
        impersonates) expect "$([[ $(count peer.bad_message) -gt 0 ]] && echo yes)" yes "whether the others have turned votes in their names away" ;;
    esac
done
dir=$base
