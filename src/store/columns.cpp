#include "store/columns.hpp"

#include <bit>
#include <concepts>
#include <stdexcept>

#include "store/failure.hpp"

namespace store {
namespace {

// PostgreSQL counts its microseconds from here.
constexpr domain::Time k_postgres_epoch =
    std::chrono::sys_days{std::chrono::year{2000} / std::chrono::January / 1};
constexpr std::uint32_t k_null_size = 0xFFFFFFFF;
constexpr char k_jsonb_version = 1;

struct TypeFacts {
  const char* name;
  std::uint32_t oid;  // fixed for built-in types: pg_type.dat
};

TypeFacts facts_of(Type type) {
  switch (type) {
    case Type::boolean:
      return {"boolean", 16};
    case Type::bytea:
      return {"bytea", 17};
    case Type::bigint:
      return {"bigint", 20};
    case Type::integer:
      return {"integer", 23};
    case Type::text:
      return {"text", 25};
    case Type::timestamptz:
      return {"timestamptz", 1184};
    case Type::uuid:
      return {"uuid", 2950};
    case Type::jsonb:
      return {"jsonb", 3802};
  }
  __builtin_unreachable();
}

constexpr std::size_t k_head_size = 5 * sizeof(std::uint32_t);

// Big-endian.
template <std::unsigned_integral T>
void append(std::string& bytes, T number) {
  std::array<char, sizeof number> digits{};
  for (std::size_t at = 0; at < sizeof number; ++at) {
    digits[at] = static_cast<char>(number >> (8 * (sizeof number - 1 - at)) & 0xFFU);
  }
  bytes.append(digits.data(), digits.size());
}

std::uint64_t postgres_microseconds(domain::Time time) {
  return static_cast<std::uint64_t>((time - k_postgres_epoch).count());
}

}  // namespace

const char* name_of(Type type) {
  return facts_of(type).name;
}

Column::Column(Type type) : type_{type}, bytes_(k_head_size, '\0') {}

void Column::begin_element(Type type, std::size_t size) {
  if (type != type_) {
    throw std::logic_error{std::string{"a "} + name_of(type) + " in a column of " + name_of(type_)};
  }
  append(bytes_, static_cast<std::uint32_t>(size));
  ++element_count_;
  only_nulls_ = false;
}

void Column::add(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Failure{FailureKind::rejected, "a text holds a NUL byte", /*connection_lost=*/false};
  }
  if (type_ == Type::jsonb) {
    begin_element(Type::jsonb, text.size() + 1);
    bytes_ += k_jsonb_version;
  } else {
    begin_element(Type::text, text.size());
  }
  bytes_ += text;
}

void Column::add(std::int64_t number) {
  if (type_ == Type::integer) {
    begin_element(Type::integer, sizeof(std::uint32_t));
    append(bytes_, static_cast<std::uint32_t>(number));
  } else {
    begin_element(Type::bigint, sizeof(std::uint64_t));
    append(bytes_, static_cast<std::uint64_t>(number));
  }
}

void Column::add(bool flag) {
  begin_element(Type::boolean, 1);
  bytes_ += flag ? '\1' : '\0';
}

void Column::add(domain::Time time) {
  begin_element(Type::timestamptz, sizeof(std::uint64_t));
  append(bytes_, postgres_microseconds(time));
}

void Column::add(std::span<const std::byte> bytes) {
  begin_element(Type::bytea, bytes.size());
  bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void Column::add(const Uuid& id) {
  begin_element(Type::uuid, id.size());
  bytes_.append(reinterpret_cast<const char*>(id.data()), id.size());
}

void Column::add_null() {
  append(bytes_, k_null_size);
  ++element_count_;
  has_null_ = true;
}

// The head that array_recv of PostgreSQL reads: dimensions, whether there are nulls, the element's
// type, then size and lower bound of the one dimension.
std::string_view Column::array() {
  std::string head;
  append(head, std::uint32_t{only_nulls_ ? 0U : 1U});
  append(head, std::uint32_t{has_null_ ? 1U : 0U});
  append(head, facts_of(type_).oid);
  if (only_nulls_) {
    bytes_ = std::move(head);
    return bytes_;
  }
  append(head, element_count_);
  append(head, std::uint32_t{1});
  bytes_.replace(0, k_head_size, head);
  return bytes_;
}

std::string binary(domain::Time time) {
  std::string bytes;
  append(bytes, postgres_microseconds(time));
  return bytes;
}

std::string binary(std::int64_t number) {
  std::string bytes;
  append(bytes, static_cast<std::uint64_t>(number));
  return bytes;
}

void Columns::throw_wrong_width() {
  throw std::logic_error{"a row has another number of values than there are columns"};
}

}  // namespace store
