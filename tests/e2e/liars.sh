#!/usr/bin/env bash
# A real node that lies to three others: they go on, come to one end, and say of nobody else that it lied.
. "$(dirname "$0")/lib.sh"

nodes=(node-0 node-1 node-2 node-3)
base=$dir
workers=0 proxy=""
fail() { echo "$*" >&2; exit 1; }
for part in one_node network byzantine; do . "$root/tests/torture/$part.sh"; done

# Lies that are told at every message, in whatever view; what others lead to is chance, and the simulator's matter.
for lie in floods stalls; do
    dir=$base/$lie
    lying_network 3 node-3 "$lie"
    [[ $told -gt 0 && $rate -gt 0 ]] || fail "$lie: told $told times, $rate transactions a second"
done
dir=$base
