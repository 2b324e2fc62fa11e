# Random choices that a seed repeats. Sourced by scripts/torture. Not RANDOM: a subshell begins its own sequence of that, so
# what is chosen within $(...) either is the same each time or can't be repeated.

choices=0 choice=0 name=""

begin_choices() { choices=$1; }

# choose END: `choice` becomes a number from 0 up to, and without, END.
choose() {
    [[ $BASHPID == "$$" ]] || fail "a choice within a subshell would be made again by the next one"
    choices=$((choices * 6364136223846793005 + 1442695040888963407))
    choice=$(((choices >> 33 & 0x7fffffff) % $1))
}

# choose_of WORD...: `choice` becomes one of them.
choose_of() {
    choose $#
    choice=${@:choice + 1:1}
}

# `name` becomes a node's.
choose_node() {
    choose ${#nodes[@]}
    name=${nodes[choice]}
}

# seconds MS: as sleep wants it.
seconds() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }

# pause_ms MAX: sleeps for a random time below that.
pause_ms() {
    choose "$1"
    sleep "$(seconds "$choice")"
}
