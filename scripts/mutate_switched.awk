# A C++ source with its changes behind a switch, so that one build holds them all: mutant(N) says whether change N is the
# one that is looked at. Reads the changes (number <tab> line <tab> that line as it becomes [<tab> the next line]), then
# the source. A change is put beside the smallest statement, condition or initial value that holds it whole; one that
# none holds, as of a declaration, is left out, as are the numbers in `without` (" 3 7 "). What doesn't compile names
# its change: each is its own line of a file named "change".

# The source as the scanner reads it: what stands in comments and strings is blank; `text` keeps the strings.
function blank(    i, n, c, two, result, kept, end) {
    n = length(text)
    for (i = 1; i <= n; i++) {
        c = substr(text, i, 1)
        two = substr(text, i, 2)
        if (two == "//") {
            end = index(substr(text, i), "\n")
            result = result spaces(end - 1); kept = kept spaces(end - 1)
            i += end - 2
        } else if (c == "\"" || (c == "'" && substr(text, i - 1, 1) !~ /[0-9a-fA-F]/)) {
            for (end = i + 1; substr(text, end, 1) != c; end++) if (substr(text, end, 1) == "\\") end++
            result = result c spaces(end - i - 1) c; kept = kept substr(text, i, end - i + 1)
            i = end
        } else {
            result = result c; kept = kept c
        }
    }
    code = result
    text = kept
}
function spaces(count) { return sprintf("%" count "s", "") }
function at(i) { return substr(code, i, 1) }

function region(kind, from, to) { kind_of[++regions] = kind; from_of[regions] = from; to_of[regions] = to }

# A statement from `start` to its semicolon.
function statement(start, end,    said, head) {
    said = substr(code, start, end - start + 1)
    gsub(/\n/, " ", said)
    if (said ~ /^return[ ;]/) return region("return", start, end)
    if (said !~ /^(const|constexpr|static|auto|using|struct|class|enum) / &&
        said !~ /^[A-Za-z_][A-Za-z0-9_:<>, *&]*[ &*][a-z_][a-z0-9_]*( = |[{;(])/) return region("statement", start, end)
    if ((head = match(said, /[a-z0-9_\]] = /)) && substr(said, 1, head) !~ /[({]/) head += 3
    else if ((head = match(said, /[a-z0-9_][{]/)) && substr(said, 1, head) !~ /[({]/ && said ~ /};$/) { head++; end-- }
    else return
    if (substr(said, head + 1) !~ /^ *[.{]/) region("value", start + head, end - 1)
}

# Whether the brace at i opens a block, not a list of values.
function opens_block(i,    before) {
    before = substr(code, i > 60 ? i - 60 : 1, i > 60 ? 60 : i - 1)
    if (before !~ /[ \n]$/) return 0
    sub(/[ \n]+$/, "", before)
    return before !~ /[=,(]$/ && before !~ /(^|[^a-z_])return$/
}

function scan(    i, n, c, rest, start, top) {
    n = length(code)
    top = 0  # what is open: "b"lock, "h"eader of a control statement, "o"ther
    start = 0  # of the statement that goes on; 0 between statements
    for (i = 1; i <= n; i++) {
        c = at(i)
        if (open[top] ~ /^b?$/ && start == 0) {
            if (c == " " || c == "\n" || c == ";") continue
            rest = substr(code, i, 40)
            if (c == "#") { i += index(substr(code, i), "\n") - 1; continue }
            if (match(rest, /^(if|while|for|switch)( constexpr)? \(/)) {
                open[++top] = "h"; from[top] = i + RLENGTH; word[top] = substr(rest, 1, 3); saved[top] = 0; semis_of[top] = ""
                start = -1
                i += RLENGTH - 1
                continue
            }
            if (match(rest, /^(else|do|try)[ \n]/)) { i += RLENGTH - 1; continue }
            if (rest ~ /^(case|default)[ :]/) { while (at(i) != ":" || at(i + 1) == ":" || at(i - 1) == ":") i++; continue }
            if (c != "}") start = i
            if (c == "{") start = 0
        }
        if (c == "(" || c == "[") open[++top] = "o"
        else if (c == "{") {
            if (start == 0 || opens_block(i)) { open[++top] = "b"; saved[top] = start; start = 0 }
            else open[++top] = "o"
        } else if (c == ")" || c == "]" || c == "}") {
            if (open[top] == "h") { condition(top, i); start = 0 }
            else if (open[top] == "b") {
                start = saved[top]
                rest = substr(code, i + 1, 200)
                sub(/^[ \n]+/, "", rest)
                if (open[top - 1] ~ /^b?$/ && rest !~ /^[;,.()]/) start = 0
            }
            top--
        } else if (c == ";") {
            if (open[top] == "h") semis_of[top] = semis_of[top] " " i
            else if (open[top] ~ /^b?$/) { statement(start, i); start = 0 }
        }
    }
}

function condition(top, end,    semis, count, begin) {
    count = split(semis_of[top], semis, " ")
    begin = from[top]
    if (word[top] == "for") {
        if (count != 2) return
        return region("condition", semis[1] + 1, semis[2] - 1)
    }
    if (count > 0) begin = semis[count] + 1
    if (substr(code, begin, end - begin) !~ /^[^(]* = /) region("condition", begin, end - 1)
}

# What change `number` makes of its place: in the source from s_of to e_of (behind the last) it puts by_of.
function place(number,    old, new, first, last, lo, ln, first_same, last_same) {
    first = line_at[line_of[number]]
    last = line_at[line_of[number] + (after_of[number] == "" ? 1 : 2)] - 1  # the newline isn't of it
    old = substr(text, first, last - first)
    new = now_of[number] (after_of[number] == "" ? "" : "\n" after_of[number])
    sub(/  \/\/ .*$/, "", new)
    lo = length(old); ln = length(new)
    for (first_same = 0; first_same < lo && first_same < ln && substr(old, first_same + 1, 1) == substr(new, first_same + 1, 1); first_same++);
    for (last_same = 0; last_same < lo - first_same && last_same < ln - first_same && substr(old, lo - last_same, 1) == substr(new, ln - last_same, 1); last_same++);
    s_of[number] = first + first_same
    e_of[number] = last - last_same
    by_of[number] = substr(new, first_same + 1, ln - first_same - last_same)
}

# The region that holds the change whole; 0 for none. A line that goes is a whole statement, or a return that isn't taken.
function holder(number,    r, best, line, head) {
    line = substr(text, line_at[line_of[number]], line_at[line_of[number] + 1] - line_at[line_of[number]] - 1)
    if (now_of[number] == "" && after_of[number] == "") {
        head = line_at[line_of[number]] + match(line, /[^ ]/) - 1
        sub(/ +$/, "", line)
        e_of[number] = head + length(line) - match(line, /[^ ]/) + 1
        s_of[number] = head
        if (line ~ /^ *if \(/) {
            for (r = 1; r <= regions; r++) {
                if (kind_of[r] == "condition" && from_of[r] > head && to_of[r] < e_of[number] && (!best || from_of[r] < from_of[best])) best = r
            }
            if (!best) return 0
            s_of[number] = from_of[best]; e_of[number] = to_of[best] + 1; by_of[number] = "false"
            return best
        }
        for (r = 1; r <= regions; r++) if (kind_of[r] == "statement" && from_of[r] == head && to_of[r] == e_of[number] - 1) return r
        return 0
    }
    if (after_of[number] != "") return 0
    for (r = 1; r <= regions; r++) {
        if (from_of[r] <= s_of[number] && to_of[r] + 1 >= e_of[number] &&
            (!best || to_of[r] - from_of[r] < to_of[best] - from_of[best])) best = r
    }
    return best
}

function changed(r, number) {
    return substr(text, from_of[r], s_of[number] - from_of[r]) by_of[number] substr(text, e_of[number], to_of[r] + 1 - e_of[number])
}
function one_line(what) { gsub(/\n */, " ", what); return what }
function line_number(i,    low, high, middle) {
    low = 1; high = lines
    while (low < high) { middle = int((low + high + 1) / 2); if (line_at[middle] <= i) low = middle; else high = middle - 1 }
    return low
}

function wrapped(r,    numbers, count, i, result, k, what) {
    count = split(changes_of[r], numbers, " ")
    what = kind_of[r]
    result = (what == "condition" || what == "value") ? "(" : "{"
    for (i = 1; i <= count; i++) {
        k = numbers[i]
        result = result "\n#line " k " \"change\"\n"
        if (what == "condition") result = result "mutant(" k ") ? static_cast<bool>(" one_line(changed(r, k)) ") :"
        else if (what == "value") result = result "mutant(" k ") ? (" one_line(changed(r, k)) ") :"
        else if (what == "return") result = result "if (mutant(" k ")) { " one_line(changed(r, k)) " }"
        else result = result "if (mutant(" k ")) { " one_line(changed(r, k)) " } else"
    }
    result = result "\n#line " line_number(from_of[r]) " \"" name "\"\n"
    if (what == "condition") return result "static_cast<bool>(" rendered(from_of[r], to_of[r], r) "))"
    if (what == "value") return result "(" rendered(from_of[r], to_of[r], r) "))"
    return result "{ " rendered(from_of[r], to_of[r], r) " }}"
}

function rendered(from, to, inside,    r, best, result) {
    for (;;) {
        best = 0
        for (r = 1; r <= regions; r++) {
            if (changes_of[r] == "" || r == inside || from_of[r] < from || to_of[r] > to) continue
            if (!best || from_of[r] < from_of[best] || (from_of[r] == from_of[best] && to_of[r] > to_of[best])) best = r
        }
        if (!best) return result substr(text, from, to - from + 1)
        result = result substr(text, from, from_of[best] - from) wrapped(best)
        from = to_of[best] + 1
    }
}

BEGIN { FS = "\t" }
NR == FNR { order[++changes] = $1; line_of[$1] = $2; now_of[$1] = $3; after_of[$1] = $4; next }
{ line_at[++lines] = length(text) + 1; text = text $0 "\n" }
END {
    line_at[lines + 1] = length(text) + 1
    blank()
    scan()
    for (i = 1; i <= changes; i++) {
        k = order[i]
        if (index(without, " " k " ")) continue
        place(k)
        if ((r = holder(k)) > 0) changes_of[r] = changes_of[r] " " k
    }
    print "#include <cstdlib>"
    print "namespace datadeed {"
    print "inline const int chosen_mutant = [] { const char* said = std::getenv(\"DATADEED_MUTANT\"); return said == nullptr ? 0 : std::atoi(said); }();"
    print "inline bool mutant(int number) { return number == chosen_mutant; }"
    print "}"
    print "using datadeed::mutant;"
    print "#line 1 \"" name "\""
    printf "%s", rendered(1, length(text), 0)
}
