// Asks one source's provider. Blocks: never on the event loop, never while a row is locked.
//
// Every request waits for its turn (requests per second), and is made again a few times where the
// provider says "later" or the network fails; what remains is an error that the caller decides on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "providers/api.hpp"
#include "providers/source.hpp"

namespace providers {

enum class ApiErrorKind {
  invalid_request,  // 4xx: asking again does not help
  authentication,   // 401, 403: the key is wrong, for every request
  not_found,        // 404
  rate_limited,     // 429
  server,           // 5xx
  network,          // no answer, or not a whole one
  unreadable,       // an answer that is not what the API promises
  stopped,          // we stopped waiting
};

std::string_view to_string(ApiErrorKind kind);

struct ApiError {
  ApiErrorKind kind{};
  std::string text;                    // for the log: nothing of the answer's body, no key
  std::chrono::seconds retry_after{};  // as the provider asks; 0: it does not say
};

using ApiAnswer = std::variant<ApiItem, ApiError>;

/// Waits so long; false: do not go on. Called between requests and attempts.
using Pause = std::function<bool(std::chrono::milliseconds)>;

/// Really waits. For commands.
bool pause_this_thread(std::chrono::milliseconds duration);

class ApiClient {
 public:
  /// Precondition: source.api. Copies what it needs. Throws std::runtime_error where libcurl has no
  /// memory.
  explicit ApiClient(const Source& source, Pause pause = pause_this_thread);
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;

  /// Whether the provider can be asked for this refund alone.
  [[nodiscard]] bool can_ask_for(std::string_view refund_id, std::string_view charge_id) const;
  /// Precondition: can_ask_for.
  ApiAnswer refund(std::string_view refund_id, std::string_view charge_id);
  ApiAnswer charge(std::string_view charge_id);

  /// One page: items inside the range, in the provider's order; an item may come twice where the
  /// list changes meanwhile. false: enough.
  using Page = std::function<bool(const std::vector<ApiItem>&)>;

  /// nullopt: the list was read to its end (or until `page` had enough). Where the provider counts
  /// and the count changes while it is paged, it is read again from its beginning.
  std::optional<ApiError> list_refunds(const TimeRange& range, const Page& page);
  std::optional<ApiError> list_events(const TimeRange& range, const Page& page);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace providers
