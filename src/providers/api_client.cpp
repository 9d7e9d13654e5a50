#include "providers/api_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "runtime/curl_handle.hpp"
#include "runtime/rate_limit.hpp"

namespace providers {
namespace {

using runtime::set;

constexpr std::size_t k_answer_max_bytes = std::size_t{16} << 20;
constexpr int k_attempts_max = 4;
constexpr int k_listings_max = 3;
constexpr std::chrono::milliseconds k_retry_delay{500};
constexpr std::chrono::milliseconds k_turn{50};
/// A provider that asks for more patience is asked again by the caller, later.
constexpr std::chrono::seconds k_patience_max{30};
/// Whatever it asks for.
constexpr curl_off_t k_retry_after_max_seconds = 3600;

struct HttpAnswer {
  long status = 0;
  std::chrono::seconds retry_after{};
  std::string body;
};

std::size_t keep_answer(char* bytes, std::size_t /*always_1*/, std::size_t size, void* kept) {
  auto& body = *static_cast<std::string*>(kept);
  if (body.size() + size > k_answer_max_bytes) {
    return 0;
  }
  try {
    body.append(bytes, size);
  } catch (const std::bad_alloc&) {
    return 0;  // no exception goes through libcurl
  }
  return size;
}

int stop_transfer(void* pause, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const Pause*>(pause))(std::chrono::milliseconds{0}) ? 0 : 1;
}

ApiErrorKind kind_of_status(long status) {
  if (status == 401 || status == 403) {
    return ApiErrorKind::authentication;
  }
  if (status == 404) {
    return ApiErrorKind::not_found;
  }
  if (status == 429) {
    return ApiErrorKind::rate_limited;
  }
  return status >= 500 ? ApiErrorKind::server : ApiErrorKind::invalid_request;
}

bool may_pass(ApiErrorKind kind) {
  return kind == ApiErrorKind::rate_limited || kind == ApiErrorKind::server ||
         kind == ApiErrorKind::network || kind == ApiErrorKind::unreadable;
}

}  // namespace

std::string_view to_string(ApiErrorKind kind) {
  switch (kind) {
    case ApiErrorKind::invalid_request:
      return "invalid_request";
    case ApiErrorKind::authentication:
      return "authentication";
    case ApiErrorKind::not_found:
      return "not_found";
    case ApiErrorKind::rate_limited:
      return "rate_limited";
    case ApiErrorKind::server:
      return "server";
    case ApiErrorKind::network:
      return "network";
    case ApiErrorKind::unreadable:
      return "unreadable";
    case ApiErrorKind::stopped:
      return "stopped";
  }
  __builtin_unreachable();
}

// For a command, which has one thread and nobody who would wake it: a signal ends it as it is.
bool pause_this_thread(std::chrono::milliseconds duration) {
  if (duration.count() > 0) {
    std::this_thread::sleep_for(duration);
  }
  return true;
}

class ApiClient::Impl {
 public:
  Impl(const Source& source, Pause pause)
      : api_{*source.provider->api},
        access_{*source.api},
        rate_{static_cast<double>(access_.rate_per_second)},
        pause_{std::move(pause)},
        handle_{runtime::make_curl_handle()} {
    for (const std::string& line : api_.header_lines(access_.key)) {
      runtime::append(headers_, line);
    }
    runtime::append(headers_, "Accept: application/json");
  }

  [[nodiscard]] const Api& api() const { return api_; }

  ApiAnswer item(const std::string& path) {
    std::optional<ApiItem> item;
    const auto error = ask(path, [&item](const std::string& body) {
      item = parse_item(body);
      return item && !item->id.empty();
    });
    return error ? ApiAnswer{*error} : ApiAnswer{*std::move(item)};
  }

  std::optional<ApiError> list(const std::string& first_path, const TimeRange& range,
                               const Page& page) {
    for (int listing = 1;; ++listing) {
      bool changed = false;
      const auto error = list_once(first_path, range, page, changed);
      if (error || !changed) {
        return error;
      }
      if (listing == k_listings_max) {
        return ApiError{
            ApiErrorKind::unreadable, "the provider's list changes while it is read", {}};
      }
    }
  }

 private:
  std::optional<ApiError> list_once(const std::string& first_path, const TimeRange& range,
                                    const Page& visit, bool& changed) {
    std::optional<std::int64_t> total;
    std::size_t seen = 0;
    for (std::string path = first_path; !path.empty();) {
      ApiPage page;
      const auto error = ask(path, [&page](const std::string& body) {
        auto parsed = parse_page(body);
        page = parsed ? *std::move(parsed) : ApiPage{};
        return parsed.has_value();
      });
      if (error) {
        return error;
      }
      changed = changed || (total && page.total != total);
      total = page.total;
      seen += page.items.size();
      const auto next = api_.next_path(first_path, page, seen);
      const bool is_behind = api_.newest_first && ends_before(page, range.from);
      if (!visit(inside(std::move(page), range)) || is_behind) {
        return std::nullopt;
      }
      if (!next) {
        return ApiError{
            ApiErrorKind::unreadable, "the provider's list does not say how it goes on", {}};
      }
      path = *next;
    }
    return std::nullopt;
  }

  static bool ends_before(const ApiPage& page, domain::Time from) {
    return !page.items.empty() && page.items.back().created_at &&
           *page.items.back().created_at < from;
  }

  // What names no time is never passed over.
  static std::vector<ApiItem> inside(ApiPage page, const TimeRange& range) {
    std::erase_if(page.items, [&range](const ApiItem& item) {
      return item.created_at && (*item.created_at < range.from || *item.created_at >= range.to);
    });
    return std::move(page.items);
  }

  // `take` says whether the body is what was asked for.
  std::optional<ApiError> ask(const std::string& path,
                              const std::function<bool(const std::string&)>& take) {
    for (int attempt = 1;; ++attempt) {
      auto error = ask_once(path, take);
      if (!error || !may_pass(error->kind) || attempt == k_attempts_max ||
          error->retry_after > k_patience_max) {
        return error;
      }
      const std::chrono::milliseconds delay =
          std::max<std::chrono::milliseconds>(k_retry_delay * (1 << attempt), error->retry_after);
      if (!pause_(delay)) {
        return stopped();
      }
    }
  }

  std::optional<ApiError> ask_once(const std::string& path,
                                   const std::function<bool(const std::string&)>& take) {
    while (rate_.allow(1, std::chrono::steady_clock::now()) == 0) {
      if (!pause_(k_turn)) {
        return stopped();
      }
    }
    rate_.take();
    HttpAnswer answer;
    if (auto error = get(path, answer)) {
      return error;
    }
    if (answer.status != 200) {
      return ApiError{kind_of_status(answer.status),
                      "the provider answered " + std::to_string(answer.status), answer.retry_after};
    }
    if (!take(answer.body)) {
      return ApiError{
          ApiErrorKind::unreadable, "the provider's answer is not as its API promises", {}};
    }
    return std::nullopt;
  }

  std::optional<ApiError> get(const std::string& path, HttpAnswer& answer) {
    CURL* const handle = handle_.get();
    const std::string url = access_.url + path;
    runtime::begin_transfer(handle, access_.ca_file, access_.timeout);
    set(handle, CURLOPT_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http");
    set(handle, CURLOPT_URL, url.c_str());
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_USERAGENT, "refundd");
    set(handle, CURLOPT_HTTPHEADER, headers_.get());
    set(handle, CURLOPT_WRITEFUNCTION, &keep_answer);
    set(handle, CURLOPT_WRITEDATA, &answer.body);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    set(handle, CURLOPT_XFERINFOFUNCTION, &stop_transfer);
    set(handle, CURLOPT_XFERINFODATA, &pause_);
    const auto code = curl_easy_perform(handle);
    if (code == CURLE_ABORTED_BY_CALLBACK) {
      return stopped();
    }
    if (code != CURLE_OK) {
      return ApiError{ApiErrorKind::network, runtime::describe_failure(handle, code), {}};
    }
    curl_off_t retry_after_seconds = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after_seconds);
    answer.retry_after = std::chrono::seconds{
        std::clamp<curl_off_t>(retry_after_seconds, 0, k_retry_after_max_seconds)};
    return std::nullopt;
  }

  static ApiError stopped() { return {ApiErrorKind::stopped, "stopped", {}}; }

  const Api& api_;
  ApiAccess access_;
  runtime::RateLimit rate_;
  Pause pause_;
  runtime::CurlHandle handle_;
  runtime::CurlList headers_;
};

ApiClient::ApiClient(const Source& source, Pause pause)
    : impl_{std::make_unique<Impl>(source, std::move(pause))} {}

ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

bool ApiClient::can_ask_for(std::string_view refund_id, std::string_view charge_id) const {
  return !impl_->api().refund_path(refund_id, charge_id).empty();
}

ApiAnswer ApiClient::refund(std::string_view refund_id, std::string_view charge_id) {
  return impl_->item(impl_->api().refund_path(refund_id, charge_id));
}

ApiAnswer ApiClient::charge(std::string_view charge_id) {
  return impl_->item(impl_->api().charge_path(charge_id));
}

std::optional<ApiError> ApiClient::list_refunds(const TimeRange& range, const Page& page) {
  return impl_->list(impl_->api().refunds_path(range), range, page);
}

std::optional<ApiError> ApiClient::list_events(const TimeRange& range, const Page& page) {
  return impl_->list(impl_->api().events_path(range), range, page);
}

}  // namespace providers
