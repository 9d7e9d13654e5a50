#include "store/local_days.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_span = R"(
SELECT ($2::date)::timestamp AT TIME ZONE $1::text AS span_from,
       ($3::date + 1)::timestamp AT TIME ZONE $1::text AS span_to)";

constexpr const char* k_yesterday = R"(
SELECT ($2::timestamptz AT TIME ZONE $1::text)::date - 1)";

constexpr Prepared k_times{"times_of_local", R"(
SELECT (n.local AT TIME ZONE 'UTC') AT TIME ZONE $2::text AS at
  FROM unnest($1::timestamptz[]) WITH ORDINALITY AS n (local, place)
 ORDER BY n.place)"};

}  // namespace

std::string day_text(Day day) {
  constexpr std::size_t k_length = std::string_view{"2026-01-31"}.size();
  return domain::format_rfc3339(domain::Time{day}).substr(0, k_length);
}

std::optional<Day> parse_day(std::string_view text) {
  const auto midnight = domain::parse_rfc3339(std::string{text} + "T00:00:00Z");
  return midnight ? std::optional{std::chrono::floor<std::chrono::days>(*midnight)} : std::nullopt;
}

Span span_of(Connection& connection, const std::string& time_zone, const Days& days) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto row =
        transaction.run(k_span, {time_zone, day_text(days.first), day_text(days.last)})[0];
    return Span{require(read_time(row["span_from"]), "span_from"),
                require(read_time(row["span_to"]), "span_to")};
  });
}

Day yesterday_of(Connection& connection, const std::string& time_zone, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto row = transaction.run(k_yesterday, {time_zone, domain::format_rfc3339(now)})[0];
    return require(parse_day(row[0].as<std::string>()), "yesterday");
  });
}

std::vector<domain::Time> times_of_local(Connection& connection, const std::string& time_zone,
                                         std::span<const domain::Time> local) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::timestamptz};
    for (const domain::Time time : local) {
      columns.add_row(time);
    }
    Parameters parameters;
    append(parameters, columns);
    append(parameters, time_zone);
    std::vector<domain::Time> times;
    for (const auto& row : transaction.run(k_times, parameters)) {
      times.push_back(require(read_time(row["at"]), "at"));
    }
    return times;
  });
}

}  // namespace store
