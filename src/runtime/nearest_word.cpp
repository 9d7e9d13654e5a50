#include "runtime/nearest_word.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace runtime {
namespace {

/// Levenshtein's distance: how many letters to add, remove or replace.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const auto replaced = diagonal + (left[i] == right[j] ? 0U : 1U);
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, replaced}));
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_word(std::string_view word, std::span<const std::string> known) {
  std::string nearest;
  std::size_t distance_max = 3;  // a typing mistake or two, not another word
  for (const auto& candidate : known) {
    const auto distance = edit_distance(word, candidate);
    if (distance <= distance_max && distance < word.size()) {
      nearest = candidate;
      distance_max = distance;
    }
  }
  return nearest;
}

}  // namespace runtime
