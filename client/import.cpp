#include "client/import.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "client/import_rows.h"
#include "http/message.h"

namespace datadeed::client {
namespace {

// A member's transactions must come within its 256 highest nonces. A row that waits for a lost answer must not be left
// behind by the others, so none begins this many rows ahead of the oldest that isn't done.
constexpr std::uint64_t rows_ahead_max = 192;
constexpr int signings_max = 3;
constexpr std::chrono::milliseconds progress_every{100};
constexpr std::chrono::milliseconds unreachable_pause{200};

enum class RowOutcome : std::uint8_t { registered, skipped };

// Hands rows to the threads and collects what became of them. Any thread may call.
class Board {
public:
    explicit Board(ImportRows rows) : rows_{std::move(rows)} {}

    struct Job {
        std::uint64_t number{};
        ImportRow row{};
    };

    // The next row, once it isn't too far ahead; nothing when there are no more.
    std::optional<Job> take() {
        std::unique_lock lock{mutex_};
        moved_.wait(lock, [this] { return at_end_ || open_.empty() || next_ - *open_.begin() < rows_ahead_max; });
        if (at_end_) return std::nullopt;
        Outcome<std::optional<ImportRow>> row = rows_.next();
        if (!row) problem_ = row.error();
        if (!row || !*row) {
            at_end_ = true;
            moved_.notify_all();
            return std::nullopt;
        }
        open_.insert(next_);
        return Job{.number = next_++, .row = std::move(**row)};
    }

    void finish(const Job& job, const Outcome<RowOutcome>& outcome) {
        const std::scoped_lock lock{mutex_};
        open_.erase(job.number);
        ++done_;
        if (!outcome) {
            ++result_.failed_total;
            if (result_.failed.size() < ImportResult::failed_listed_max) {
                result_.failed.push_back(
                    {.line = job.row.line, .code = outcome.error().code, .detail = outcome.error().title});
            }
        } else {
            ++(*outcome == RowOutcome::registered ? result_.registered : result_.skipped);
        }
        moved_.notify_all();
    }

    void thread_ends() {
        const std::scoped_lock lock{mutex_};
        ++ended_;
        moved_.notify_all();
    }

    // Waits a while for the threads; says how many rows are done, and whether all threads have ended.
    std::pair<std::uint64_t, bool> wait(std::size_t threads) {
        std::unique_lock lock{mutex_};
        const bool ended = moved_.wait_for(lock, progress_every, [this, threads] { return ended_ == threads; });
        return {done_, ended};
    }

    Outcome<ImportResult> result() {
        const std::scoped_lock lock{mutex_};
        if (problem_) return fail(*problem_);
        std::ranges::sort(result_.failed, {}, &ImportFailure::line);
        return result_;
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    ImportRows rows_;
    std::set<std::uint64_t> open_;
    std::uint64_t next_{0};
    std::uint64_t done_{0};
    std::size_t ended_{0};
    bool at_end_{false};
    std::optional<Problem> problem_;
    ImportResult result_;
};

// One thread's part: rows to transactions to outcomes.
class Worker {
public:
    Worker(Session& session, const ImportPlan& plan, std::size_t number, std::chrono::milliseconds row_timeout)
        : signer_{session.signer()}, link_{session.link(number)}, type_{plan.type}, row_timeout_{row_timeout} {}

    void work(Board& board) {
        while (const std::optional<Board::Job> job = board.take()) board.finish(*job, register_row(job->row));
    }

private:
    Outcome<RowOutcome> register_row(const ImportRow& row) {
        const Deadline deadline = after(row_timeout_);
        for (int i = 0; i < signings_max; ++i) {
            const Outcome<SignedTransaction> tx = signer_.sign({registration_of(row, type_)});
            if (!tx) return fail(tx.error());
            const Outcome<Final> final = submit(*tx, deadline);
            if (final) return RowOutcome::registered;
            if (final.error().code == "data.exists" && is_mine(row, deadline)) return RowOutcome::skipped;
            // Refused for good by its nonce, so another one can't make it happen twice.
            const bool renew = final.error().code == "tx.nonce_below_window" || final.error().code == "tx.nonce_used";
            if (!renew || i + 1 == signings_max) return fail(final.error());
        }
        return fail(Problem{});
    }

    // Goes on while no node is in reach: nodes come back.
    Outcome<Final> submit(const SignedTransaction& tx, Deadline deadline) {
        while (true) {
            Outcome<Final> final = link_.submit_and_wait(tx, deadline);
            const bool again = !final && final.error().code == code::unreachable;
            if (!again || std::chrono::steady_clock::now() + unreachable_pause >= deadline) return final;
            std::this_thread::sleep_for(unreachable_pause);
        }
    }

    bool is_mine(const ImportRow& row, Deadline deadline) {
        const Outcome<json::Value> answer = link_.get("/v1/data/" + http::percent_encode(row.id), deadline);
        const json::Value* const data = answer ? answer->find("data") : nullptr;
        return data != nullptr && data->text_at("registrant") == signer_.member().value &&
               data->text_at("title") == row.title;
    }

    Signer& signer_;
    NodeLink link_;
    std::string type_;
    std::chrono::milliseconds row_timeout_;
};

}  // namespace

Outcome<std::uint64_t> count_rows(const ImportPlan& plan) {
    Outcome<ImportRows> rows = ImportRows::open(plan);
    if (!rows) return fail(rows.error());
    for (std::uint64_t count = 0;; ++count) {
        const Outcome<std::optional<ImportRow>> row = rows->next();
        if (!row) return fail(row.error());
        if (!*row) return count;
    }
}

Outcome<ImportResult> import_rows(Session& session, const ImportPlan& plan, const ImportOptions& options) {
    Outcome<ImportRows> rows = ImportRows::open(plan);
    if (!rows) return fail(rows.error());
    Board board{std::move(*rows)};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < options.threads; ++i) {
        threads.emplace_back([&session, &plan, &options, &board, i] {
            Worker worker{session, plan, i, options.row_timeout};
            worker.work(board);
            board.thread_ends();
        });
    }
    for (bool ended = false; !ended;) {
        const auto [done, now_ended] = board.wait(threads.size());
        if (options.progress) options.progress(done);
        ended = now_ended;
    }
    for (std::thread& thread : threads) thread.join();
    return board.result();
}

}  // namespace datadeed::client
