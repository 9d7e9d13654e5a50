#include "commands/reads_setup.hpp"

namespace commands {

std::vector<reads::ReadSource> make_read_sources(const Setup& setup) {
  std::vector<reads::ReadSource> sources;
  for (std::size_t at = 0; at < setup.sources.size(); ++at) {
    const runtime::ApiConfig& config = setup.config.sources.at(at).api;
    reads::ReadPolicy policy;
    policy.poll = config.poll;
    policy.poll_by_method = config.poll_by_method;
    policy.give_up_after = std::chrono::days{config.poll_give_up_days};
    policy.catch_up_interval = config.catch_up_interval;
    policy.catch_up_overlap = config.catch_up_overlap;
    sources.push_back({setup.sources[at], std::move(policy)});
  }
  return sources;
}

}  // namespace commands
