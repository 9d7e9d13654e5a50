#include "store/report_keys.hpp"

#include "store/failure.hpp"

namespace store {

std::string pack_keys(const domain::ReportKey& main, std::span<const domain::ReportKey> keys) {
  std::string packed;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    packed += at == 0 ? "" : "\t";
    packed += keys[at] == main ? "" : encode(keys[at]);
  }
  return packed;
}

std::vector<domain::ReportKey> unpack_keys(const domain::ReportKey& main, std::string_view packed,
                                           std::size_t count) {
  std::vector<domain::ReportKey> keys;
  for (std::size_t at = 0; at < count; ++at) {
    const std::size_t end = packed.find('\t');
    const std::string_view place = packed.substr(0, end);
    const auto key = place.empty() ? main : domain::decode_report_key(place);
    const bool last = at + 1 == count;
    if (!key || last != (end == std::string_view::npos)) {
      throw Failure{FailureKind::rejected, "a row's report_keys cannot be read",
                    /*connection_lost=*/false};
    }
    keys.push_back(*key);
    packed.remove_prefix(last ? packed.size() : end + 1);
  }
  return keys;
}

}  // namespace store
