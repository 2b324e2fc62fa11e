#include "cli/context.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "cli/output.h"
#include "client/files.h"

namespace datadeed::cli {

Outcome<client::Profile> Context::profile() const {
    if (!globals_.profile.empty()) return client::read_profile(globals_.profile);
    return fail(
        Problem{.code = "usage.no_profile",
                .title = "no profile was named",
                .detail = "a profile says who you are and which nodes to ask",
                .hint = {"--profile FILE, or DATADEED_PROFILE=FILE", "datadeed dev up --dir ./try makes profiles"},
                .status = 400});
}

Outcome<crypto::SecretText> Context::passphrase(const std::string& file, Ask ask) const {
    const char* const environment = std::getenv("DATADEED_PASSPHRASE_FILE");
    const PassphraseSources sources{.flag_file = globals_.passphrase_file,
                                    .flag_fd = globals_.passphrase_fd,
                                    .profile_file = file,
                                    .environment_file = environment == nullptr ? "" : environment,
                                    .may_ask = !globals_.json};
    if (const std::string named = passphrase_file_of(sources); !named.empty()) warn_of_rights(named);
    return find_passphrase(sources, ask);
}

void Context::warn_of_rights(const std::string& file) const {
    if (client::is_open_to_others(file)) say("warning: others than its owner have rights on '" + file + "': chmod 600");
}

Outcome<client::Session*> Context::session() {
    if (session_) return session_.get();
    Outcome<client::Profile> profile = this->profile();
    if (!profile) return fail(profile.error());
    warn_of_rights(profile->key_file);
    const Outcome<crypto::SecretText> words = passphrase(profile->passphrase_file);
    if (!words) return fail(words.error());
    Outcome<std::unique_ptr<client::Session>> session = client::Session::open(std::move(*profile), *words);
    if (!session) return fail(session.error());
    session_ = std::move(*session);
    first_deadline_ = client::after(globals_.timeout);
    session_->nodes().prefer_current(*first_deadline_);
    return session_.get();
}

client::Deadline Context::take_deadline() {
    return std::exchange(first_deadline_, std::nullopt).value_or(client::after(globals_.timeout));
}

void Context::say(std::string_view line) const {
    if (globals_.quiet || globals_.json) return;
    static_cast<void>(std::fprintf(stderr, "%s\n", printable(line).c_str()));
}

bool Context::shows_progress() const {
    return !globals_.quiet && !globals_.json && ::isatty(STDERR_FILENO) == 1;
}

}  // namespace datadeed::cli
