# From `kind file line column count-true count-false` (see scripts/coverage) to a table by room, with the gaps.

function room_of(file) {
    if (file ~ /^node\/(net|api|replica)\//) return substr(file, 1, index(substr(file, 6), "/") + 4)
    return substr(file, 1, index(file, "/") - 1)
}

# Which lines of a file hold assertions, comparisons that the compiler writes, and the way out of a switch that has all
# cases.
function read_source(file,    text, number, inside) {
    read[file] = 1
    while ((getline text < file) > 0) {
        number++
        if (text ~ /DATADEED_ASSERT\(/) inside = 1
        if (inside || text ~ /= default;/) aside[file, number] = 1
        if (text ~ /= default;$/) unwritten[file, number] = 1
        if (text ~ /switch \(/) switches[file, number] = index(text, "switch (") + 8
        if (text ~ /\);/) inside = 0
    }
    close(file)
}

function share(hit, all) { return all == 0 ? "     -" : sprintf("%5.1f%%", 100 * hit / all) }

function print_row(name, r) {
    printf "%-14s %7d %s %9d %s\n", name, lines[r], share(lines_hit[r], lines[r]), branches[r], share(branches_hit[r], branches[r])
}

BEGIN { wanted = split(only, list, " "); for (i in list) named[list[i]] = 1 }

$2 ~ /^(tests|bench|examples)\// || $2 ~ /^\// || $2 !~ /\// { next }
wanted && !(room_of($2) in named) { next }

$1 == "line" {
    if (!($2 in read)) read_source($2)
    if (($2, $3) in unwritten) next
    key = $2 SUBSEP $3
    if (!(key in line_count)) line_order[++line_total] = key
    line_count[key] += $5
}

$1 == "branch" {
    if (!($2 in read)) read_source($2)
    if (($2, $3) in aside || switches[$2, $3] == $4) next
    key = $2 SUBSEP $3 SUBSEP $4
    if (!(key in true_count)) branch_order[++branch_total] = key
    true_count[key] += $5
    false_count[key] += $6
}

END {
    gaps = wanted ? "/dev/stdout" : "build/coverage/gaps.txt"
    printf "" > gaps
    for (i = 1; i <= line_total; i++) {
        split(line_order[i], at, SUBSEP)
        r = room_of(at[1])
        rooms[r] = 1
        lines[r]++; lines[""]++
        if (line_count[line_order[i]] > 0) { lines_hit[r]++; lines_hit[""]++ }
        else printf "%s:%d: never runs\n", at[1], at[2] > gaps
    }
    for (i = 1; i <= branch_total; i++) {
        split(branch_order[i], at, SUBSEP)
        # Neither, though the line ran: the compiler knew the condition.
        if (true_count[branch_order[i]] + false_count[branch_order[i]] == 0 && line_count[at[1], at[2]] > 0) continue
        r = room_of(at[1])
        branches[r] += 2; branches[""] += 2
        taken = (true_count[branch_order[i]] > 0) + (false_count[branch_order[i]] > 0)
        branches_hit[r] += taken; branches_hit[""] += taken
        if (true_count[branch_order[i]] == 0) printf "%s:%d:%d: never true\n", at[1], at[2], at[3] > gaps
        if (false_count[branch_order[i]] == 0) printf "%s:%d:%d: never false\n", at[1], at[2], at[3] > gaps
    }
    printf "%-14s %7s %6s %9s %6s\n", "room", "lines", "ran", "branches", "taken"
    count = split(all_rooms, names, " ")
    for (i = 1; i <= count; i++) if (names[i] in rooms) print_row(names[i], names[i])
    print_row("all", "")

    failed = 0
    # A room of which nothing was counted isn't covered, whatever its share would be.
    for (i = 1; i <= count; i++) {
        if (!(names[i] in rooms) && (!wanted || names[i] in named)) { printf "coverage: nothing of %s was counted\n", names[i]; failed = 1 }
    }
    for (r in rooms) {
        whole = lines_hit[r] == lines[r] && branches_hit[r] == branches[r]
        if ((wanted || r == "consensus") && !whole) { printf "coverage: %s isn't covered whole\n", r; failed = 1 }
    }
    if (!wanted && lines_hit[""] < 0.9 * lines[""]) { print "coverage: less than 90 % of all lines ran"; failed = 1 }
    exit failed
}
