# Every small change of a C++ source that might go unnoticed: a line each, of
#   kind <tab> line <tab> that line as it becomes [<tab> the next line as it becomes]
# Lines are looked at by themselves, so what stands on several is changed where a part of it says something by itself. Left out:
# assertions (only a bug takes them), what is written to the log, strings, room reserved ahead, and what isn't code of a
# function.

function put(kind, now, after) { print kind "\t" NR_of "\t" now (after == "" ? "" : "\t" after) }

# Each place of `what` in the line, one at a time.
function replace_each(kind, what, by,    from, at, head) {
    from = 1
    while ((at = index(substr(line, from), what)) > 0) {
        head = substr(line, 1, from + at - 2)
        if (gsub(/"/, "\"", head) % 2 == 0) put(kind, head by substr(line, from + at - 1 + length(what)))
        from += at - 1 + length(what)
    }
}

# Of the bracket that opens at `from`: where it closes, 0 if not in this line.
function closing(from,    depth, i, c) {
    for (i = from; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "(") depth++
        if (c == ")" && --depth == 0) return i
    }
    return 0
}

function is_statement(text) {
    if (text ~ /^ *(return|const|auto|using|case|else|break|continue|throw|static|constexpr|template|DATADEED|[a-z_]*outbox_?(\.|->)log)/) return 0
    if (text ~ /\.reserve\(/) return 0
    return text ~ /^ +(\+\+|--)?[A-Za-z_][][A-Za-z0-9_.:>*()-]*(\(| = | \+= | -= |;).*;$/ && text !~ /^ +return;/
}

function mutate(    open_at, close_at, condition) {
    if (line ~ /^ *(\/\/|#|using |namespace |template|static_assert)/ || line ~ /^[^ ]/ || line ~ /outbox_?(\.|->)log\(/) return
    sub(/  \/\/ .*$/, "", line)
    replace_each("compare", " == ", " != ")
    replace_each("compare", " != ", " == ")
    replace_each("compare", " < ", " <= ")
    replace_each("compare", " <= ", " < ")
    replace_each("compare", " > ", " >= ")
    replace_each("compare", " >= ", " > ")
    replace_each("logic", " && ", " || ")
    replace_each("logic", " || ", " && ")
    replace_each("one", " + 1", "")
    replace_each("one", " - 1", "")
    replace_each("one", ".next()", "")
    replace_each("sign", " += ", " -= ")
    replace_each("truth", "return true;", "return false;")
    replace_each("truth", "return false;", "return true;")
    replace_each("negate", "(!", "(")
    if ((open_at = match(line, /(if|while) \(/)) > 0) {
        open_at += RLENGTH - 1
        close_at = closing(open_at)
        condition = substr(line, open_at + 1, close_at - open_at - 1)
        if (close_at > 0 && condition !~ /;| = /) put("negate", substr(line, 1, open_at) "!(" condition ")" substr(line, close_at))
        if (line ~ /^ +if \(.*\) return.*;$/ || line ~ /^ +if \(.*\) (continue|break);$/) put("delete", "")
    }
    if (is_statement(line)) put("delete", "")
}

# What `text` sets, if it does nothing else and asks only what changes nothing by being asked: what takes no argument (but
# what is named for changing something), and functions of a namespace or a class; "" otherwise. (Two names of one thing it
# takes for two things.)
function set_by(text,    words) {
    if (text ~ /\+\+|--|(take|begin|release|pop|next_[a-z])[a-z_]*\(/) return ""
    if (text ~ /^ +[a-z_][A-Za-z0-9_.>-]*\.(reset|clear)\(\);$/) sub(/\.(reset|clear)\(\);$/, " = x;", text)
    if (text ~ /^ +std::erase_if\(/) sub(/std::erase_if\(/, "", text) && sub(/,/, " =", text)
    gsub(/\(\)/, "", text)
    gsub(/[A-Za-z_]+(::[A-Za-z_]+)+\(/, "", text)
    sub(/\.(push_back|emplace_back|insert|erase)\(/, " = ", text)
    sub(/ \+= /, " = ", text)
    if (text !~ /^ +[a-z_][A-Za-z0-9_.>-]* = [A-Za-z0-9_.>*+{}, )?:&|<=!-]+;$/) return ""
    split(text, words, " ")
    return words[1]
}

function names(text, what) { return text ~ "(^|[^A-Za-z0-9_])" what "([^A-Za-z0-9_]|$)" }

# Whether `text` has to do with what is set: names it, or the whole of what it is a part of.
function concerns(text, what) {
    if (names(text, what)) return 1
    while (sub(/(\.|->)[A-Za-z0-9_]+$/, "", what)) {
        if (text ~ "(^|[^A-Za-z0-9_.>])" what "([^A-Za-z0-9_.>-]|$)") return 1
    }
    return 0
}

# Whether `text` has to do with what the other moves from.
function concerns_moved(text, other) {
    while (match(other, /std::move\([^()]+\)/)) {
        if (concerns(text, substr(other, RSTART + 10, RLENGTH - 11))) return 1
        other = substr(other, RSTART + RLENGTH)
    }
    return 0
}

# One after the other or the other way round: two that only set something, neither of them what the other names.
function are_independent(first, second) {
    if (set_by(first) == "" || set_by(second) == "") return 0
    if (concerns_moved(first, second) || concerns_moved(second, first)) return 0
    return !concerns(second, set_by(first)) && !concerns(first, set_by(second))
}

{ lines[NR] = $0 }
END {
    for (NR_of = 1; NR_of <= NR; NR_of++) {
        line = lines[NR_of]
        asserts = asserts || line ~ /DATADEED_ASSERT\(/
        if (!asserts) mutate()
        if (line ~ /\);/) asserts = 0
        match(lines[NR_of], /^ */)
        indent = RLENGTH
        match(lines[NR_of + 1], /^ */)
        if (indent == RLENGTH && is_statement(lines[NR_of]) && is_statement(lines[NR_of + 1]) &&
            !are_independent(lines[NR_of], lines[NR_of + 1])) put("swap", lines[NR_of + 1], lines[NR_of])
    }
}
