// What is compared with rows of years ago, or stored as text: these bytes never change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "providers/decoding.hpp"
#include "providers/signature.hpp"
#include "providers/source.hpp"

namespace providers {
namespace {

constexpr std::string_view k_every_kind_of_value =
    R"({"key":"refund.create","id":"evnt_1","pending_webhooks":3,"webhook_deliveries":[{"a":1}],
 "z":{"webhook_deliveries":[],"pending_webhooks":1},"A":[],"b":{},"c":[{},[],[[1]]],"d":[true,false,null],
 "numbers":[0,-0,-1,18446744073709551615,-9223372036854775808,0.1,-0.0,1e300,1E-7,12.50,1e2,100000000000000000000],
 "texts":["","\"\\\/\b\f\n\r\t","\u0000\u0001\u001f\u007f","\u0e25\u0e39\u0e01","🧾\ud83e\uddfe","a\\u0000"],
 "k\"\\\n\u0000é":1,"é":2,"data":null})";

std::string omise_content(std::string_view body) {
  return to_hex(omise_event(body).content_sha256);
}

// As the version of 2026-01 computed them.
TEST(StoredBytes, OfAnOmiseEventsContent) {
  const std::pair<const char*, const char*> digests[] = {
      {"omise_charge_complete", "e890cb300dac5d669fc15df464a4d97b6e1b18169205cf6711efa18b3d2822ca"},
      {"omise_charge_older", "f34e7e71d7d4f5fcdc3188ab07751b35ef815bd36c68a999d81702fecd3a3cdc"},
      {"omise_current", "00176987bba2192db0891e5d4da335f6e1813f37c57775fa8a0d3fc977267f37"},
      {"omise_expanded_charge", "9e68bde962535bebd4752f12c6c47a45c3ad460e0cad29dfd0d383b2cf4ec81e"},
      {"omise_mixed_versions", "cd32df4372cbb5502102e00a318b1ac643fe8f1bf3e07e9db8be21fff5a9f37c"},
      {"omise_older", "fc199dbf436830e8486956e096b0c610ef08e08698d2730ab147022e49d696e6"},
      {"omise_refund_fail", "dcd2d4c579c79323a4e712c809c4f9b7c311c8d3f92d8b58c53a081535584948"},
      {"omise_refund_success", "e56643c7d0b67b5e1156e2040b317cb5e2f4a62d3943fbbbaf7b74fbae77a340"}};
  for (const auto& [name, digest] : digests) {
    EXPECT_EQ(omise_content(fixture(name)), digest) << name;
  }
}

TEST(StoredBytes, OfAPayjpEventsContent) {
  const std::pair<const char*, const char*> digests[] = {
      {"payjp_current", "63746297a6383e46f13447f8fa72f851c10b9c3feedea6fe7f41c0a9001564a0"},
      {"payjp_expanded_flow", "0634ae9719cdf900230d2cc3a411df80578ebbde90c3068bfe87825b87837bc8"},
      {"payjp_minimal", "402543978c74c5c63c8a46bfd591c5f063b56de529f62e2a485cc96f58fe39d7"},
      {"payjp_older_names", "a5923ee6a6d33eeb07bd64059865179f7ad1f5ed81590ae005615ecb50a35f60"},
      {"payjp_payment_flow", "dfa5bca84c3b8d203de2677745b4a70d0c7e1ff39b0373f12ffca3632285b36a"}};
  for (const auto& [name, digest] : digests) {
    EXPECT_EQ(to_hex(payjp_event(fixture(name)).content_sha256), digest) << name;
  }
}

TEST(StoredBytes, OfContentWithEveryKindOfValue) {
  EXPECT_EQ(omise_content(k_every_kind_of_value),
            "294c45154c10650983535e7ce653af8d81dfc2b689ee3c0f4c6cd92a884abf41");
}

TEST(StoredBytes, OfContentThatCouldNotBeReadToItsEnd) {
  EXPECT_EQ(omise_content(R"({"key":"refund.create","id":"evnt_1","a":1e400})"),
            "3a4b8094261d6b18fc4339f632ab22fccd389f480b993631ccb07cc046acc5ff");
}

TEST(StoredBytes, OfMetadata) {
  EXPECT_EQ(omise_event(fixture("omise_current")).refund->metadata_json,
            R"({"note":"ลูกค้าขอคืนเงิน","order_id":"ORD-1001"})");
  EXPECT_EQ(payjp_event(fixture("payjp_current")).refund->metadata_json,
            R"({"order_id":"ORD-3003","points":12,"vip":true})");
}

class RandomValues {
 public:
  explicit RandomValues(unsigned seed) : random_{seed} {}

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_);
  }

  std::string text() {
    static constexpr std::string_view k_pieces[] = {"a",    "Z9 ~",    "\"",     "\\", "/",
                                                    "\n",   "\x1f",    "\x7f",   "é",  "ลูก",
                                                    "🧾", "\\u0000", {"\0", 1}};
    std::string result;
    for (std::size_t left = below(5); left > 0; --left) {
      result += k_pieces[below(std::size(k_pieces))];
    }
    return result;
  }

  Json value(int depth) {
    switch (below(depth == 0 ? 6 : 8)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_() << below(64));  // of either sign
      case 3:
        return random_() << below(64);
      case 4:
        return std::ldexp(static_cast<double>(random_()), static_cast<int>(below(200)) - 100);
      case 5:
        return text();
      case 6:
        return object(depth - 1);
      default:
        return array(depth - 1);
    }
  }

  Json object(int depth) {
    Json result = Json::object();
    for (std::size_t left = below(5); left > 0; --left) {
      result[text()] = value(depth);
    }
    return result;
  }

 private:
  Json array(int depth) {
    Json result = Json::array();
    for (std::size_t left = below(4); left > 0; --left) {
      result.push_back(value(depth));
    }
    return result;
  }

  std::mt19937_64 random_;
};

TEST(DumpCompact, IsWhatTheLibraryWrites) {
  constexpr unsigned k_seed = 20260131;
  RandomValues random{k_seed};
  for (int i = 0; i < 3000; ++i) {
    const Json value = random.value(4);
    ASSERT_EQ(dump_compact(value), value.dump()) << "seed " << k_seed << ", value " << i;
  }
}

TEST(DumpCompact, LeavesOutMembersOfTheOutermostObjectOnly) {
  constexpr std::string_view k_left_out[] = {"a", "c"};
  const Json value = Json::parse(R"({"a":1,"b":{"a":[]},"c":{}})");
  EXPECT_EQ(dump_compact(value, k_left_out), R"({"b":{"a":[]}})");
  EXPECT_EQ(dump_compact(Json::parse(R"({"a":1,"c":2})"), k_left_out), "{}");
}

// The plain way to the same bytes.
std::string headers_json_by_map(const Headers& headers) {
  std::map<std::string, std::string> joined;
  for (auto [name, value] : headers.all()) {
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    const auto [entry, is_new] = joined.try_emplace(name, value);
    if (!is_new) {
      entry->second += ", " + value;
    }
  }
  return dump_for_jsonb(Json(joined));
}

TEST(StorableHeaders, AreWhatASortedMapOfThemWouldBe) {
  constexpr unsigned k_seed = 7;
  RandomValues random{k_seed};
  constexpr std::string_view k_names[] = {"X", "x", "Via", "VIA", "via", "a", "X-B", "x_b", "\xC3"};
  for (int i = 0; i < 1000; ++i) {
    Headers headers;
    for (std::size_t left = random.below(12); left > 0; --left) {
      const std::string_view bad = random.below(4) == 0 ? "\xE0\xB8" : "";
      headers.add(std::string{k_names[random.below(std::size(k_names))]},
                  random.text() + std::string{bad});
    }
    ASSERT_EQ(storable_headers_json(k_omise, headers), headers_json_by_map(headers))
        << "seed " << k_seed << ", headers " << i;
  }
}

}  // namespace
}  // namespace providers
