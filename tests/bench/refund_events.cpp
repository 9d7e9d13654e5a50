#include "bench/refund_events.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>

namespace bench {
namespace {

// What stands between two @ is filled in.
constexpr std::string_view k_template = R"({
  "object": "event",
  "id": "@event@",
  "livemode": true,
  "location": "/events/@event@",
  "webhook_deliveries": [],
  "key": "@key@",
  "created_at": "@told_at@",
  "data": {
    "object": "refund",
    "id": "@refund@",
    "livemode": true,
    "location": "/charges/@charge@/refunds/@refund@",
    "amount": @amount@,
    "currency": "THB",
    "funding_amount": @amount@,
    "funding_currency": "THB",
    "charge": "@charge@",
    "transaction": "@transaction@",
    "status": "@status@",
    "voided": false,
    "metadata": {
      "order_id": "@order@"
    },
    "reason": "requested by the customer",
    "acquirer_reference_number": null,
    "approval_code": null,
    "merchant_name": "Example Shop",
    "merchant_uid": "014060000000001",
    "created_at": "@created_at@"
  }
}
)";

constexpr std::uint64_t k_digits_of_ids = 36;
constexpr std::size_t k_id_length = 19;
constexpr std::size_t k_id_tail = 13;  // 36^13 > 2^64: here two numbers always differ
constexpr std::uint64_t k_amount_minor_min = 2000;
constexpr std::uint64_t k_amount_minor_max = 500000;

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection in which neighbours have
// nothing in common.
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

std::uint64_t seed_of(std::string_view run) {
  std::uint64_t seed = 0;
  for (const char c : run) {
    seed = mix(seed ^ static_cast<unsigned char>(c));
  }
  return seed;
}

std::uint64_t number_of(const RefundEvent& event) {
  return 2 * event.refund + (event.stage == Stage::created ? 0U : 1U);
}

void append_number(std::string& text, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), written.ptr);
}

void append_two_digits(std::string& text, unsigned number) {
  text += static_cast<char>('0' + number / 10 % 10);
  text += static_cast<char>('0' + number % 10);
}

void append_time(std::string& text, std::int64_t unix_seconds) {
  using std::chrono::floor;
  const std::chrono::sys_seconds time{std::chrono::seconds{unix_seconds}};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  append_number(text, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  text += '-';
  append_two_digits(text, static_cast<unsigned>(date.month()));
  text += '-';
  append_two_digits(text, static_cast<unsigned>(date.day()));
  text += 'T';
  append_two_digits(text, static_cast<unsigned>(clock.hours().count()));
  text += ':';
  append_two_digits(text, static_cast<unsigned>(clock.minutes().count()));
  text += ':';
  append_two_digits(text, static_cast<unsigned>(clock.seconds().count()));
  text += 'Z';
}

}  // namespace

RefundEvents::RefundEvents(std::string_view run) : run_{run}, seed_{seed_of(run)} {}

void RefundEvents::write_body(std::string& body, const RefundEvent& event) const {
  body.clear();
  for (std::string_view rest = k_template; !rest.empty();) {
    const auto begin = rest.find('@');
    body.append(rest.substr(0, begin));
    if (begin == std::string_view::npos) {
      return;
    }
    const auto end = rest.find('@', begin + 1);
    append_member(body, rest.substr(begin + 1, end - begin - 1), event);
    rest.remove_prefix(end + 1);
  }
}

void RefundEvents::append_member(std::string& text, std::string_view name,
                                 const RefundEvent& event) const {
  const bool is_created = event.stage == Stage::created;
  if (name == "event") {
    append_event_id(text, event);
  } else if (name == "key") {
    text += is_created ? "refund.create" : "refund.success";
  } else if (name == "told_at") {
    append_time(text, event.created_at + (is_created ? 0 : 1));
  } else if (name == "refund") {
    append_id(text, "rfnd_", event.refund);
  } else if (name == "charge") {
    append_id(text, "chrg_", event.refund);
  } else if (name == "transaction") {
    append_id(text, "trxn_", event.refund);
  } else if (name == "amount") {
    const std::uint64_t span = k_amount_minor_max - k_amount_minor_min + 1;
    append_number(text, k_amount_minor_min + mix(seed_ ^ mix(event.refund)) % span);
  } else if (name == "status") {
    text += is_created ? "pending" : "closed";
  } else if (name == "order") {
    text.append("order-").append(run_) += '-';
    append_number(text, event.refund);
  } else if (name == "created_at") {
    append_time(text, event.created_at);
  } else {
    throw std::logic_error{"the template names what no event has"};
  }
}

void RefundEvents::append_event_id(std::string& text, const RefundEvent& event) const {
  append_id(text, "evnt_", number_of(event));
}

// The head of the id is noise; its tail alone is already unique within the run.
void RefundEvents::append_id(std::string& text, std::string_view prefix,
                             std::uint64_t number) const {
  static constexpr std::string_view k_characters = "0123456789abcdefghijklmnopqrstuvwxyz";
  const std::uint64_t mixed = mix(mix(seed_of(prefix) ^ seed_) + number);
  std::array<char, k_id_length> characters;
  std::uint64_t tail = mixed;
  std::uint64_t head = mix(mixed ^ seed_);
  for (std::size_t at = k_id_length; at-- > 0;) {
    std::uint64_t& left = at >= k_id_length - k_id_tail ? tail : head;
    characters[at] = k_characters[left % k_digits_of_ids];
    left /= k_digits_of_ids;
  }
  text.append(prefix).append(characters.data(), characters.size());
}

}  // namespace bench
