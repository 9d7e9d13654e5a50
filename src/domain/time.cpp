#include "domain/time.hpp"

#include <charconv>
#include <cstdio>

namespace domain {
namespace {

// Reads a fixed grammar from the left; every step says whether the text went on as expected.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) {
      return false;
    }
    value = 0;
    for (const char digit : rest_.substr(0, count)) {
      if (digit < '0' || digit > '9') {
        return false;
      }
      value = value * 10 + (digit - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }

  // The next character, if it is one of `allowed`.
  std::optional<char> one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
      return std::nullopt;
    }
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> read_date(Reader& reader) {
  int year = 0;
  int month = 0;
  int day = 0;
  const bool shaped = reader.digits(4, year) && reader.one_of("-") && reader.digits(2, month) &&
                      reader.one_of("-") && reader.digits(2, day);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!shaped || year < 1 || !date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::microseconds> read_clock(Reader& reader) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool shaped = reader.digits(2, hour) && reader.one_of(":") && reader.digits(2, minute) &&
                      reader.one_of(":") && reader.digits(2, second);
  if (!shaped || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

std::optional<std::chrono::microseconds> read_fraction(Reader& reader) {
  constexpr int k_digits_max = 9;
  constexpr int k_digits_kept = 6;
  if (!reader.one_of(".")) {
    return std::chrono::microseconds{0};
  }
  int micros = 0;
  int count = 0;
  for (int digit = 0; count < k_digits_max && reader.digits(1, digit); ++count) {
    micros = count < k_digits_kept ? micros * 10 + digit : micros;
  }
  if (count == 0) {
    return std::nullopt;
  }
  for (; count < k_digits_kept; ++count) {
    micros *= 10;
  }
  return std::chrono::microseconds{micros};
}

std::optional<std::chrono::minutes> read_offset(Reader& reader) {
  const auto sign = reader.one_of("Zz+-");
  if (!sign) {
    return std::nullopt;
  }
  if (*sign == 'Z' || *sign == 'z') {
    return std::chrono::minutes{0};
  }
  int hours = 0;
  int minutes = 0;
  const bool shaped = reader.digits(2, hours) && reader.one_of(":") && reader.digits(2, minutes);
  if (!shaped || hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  const auto offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return *sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<Time> parse_rfc3339(std::string_view text) {
  Reader reader{text};
  const auto date = read_date(reader);
  if (!date || !reader.one_of("Tt ")) {
    return std::nullopt;
  }
  const auto clock = read_clock(reader);
  const auto fraction = clock ? read_fraction(reader) : std::nullopt;
  const auto offset = fraction ? read_offset(reader) : std::nullopt;
  if (!offset || !reader.at_end()) {
    return std::nullopt;
  }
  // The offset or a leap second may lead out of the years that we can write.
  const Time time = Time{*date} + *clock + *fraction - *offset;
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
  const bool has_four_digit_year =
      day.year() >= std::chrono::year{1} && day.year() <= std::chrono::year{9999};
  return has_four_digit_year ? std::optional{time} : std::nullopt;
}

std::string format_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char text[48];
  const int date_length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string formatted(text, static_cast<std::size_t>(date_length));
  if (clock.subseconds().count() != 0) {
    const int length =
        std::snprintf(text, sizeof text, ".%06d", static_cast<int>(clock.subseconds().count()));
    formatted.append(text, static_cast<std::size_t>(length));
  }
  return formatted + "Z";
}

}  // namespace domain
