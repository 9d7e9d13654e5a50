#include "commands/own_delivery.hpp"

#include <stdexcept>
#include <variant>

#include "reads/read_context.hpp"

namespace commands {

store::Delivery own_delivery(const providers::OwnReport& own, const providers::Source& source,
                             domain::Time now) {
  std::string body = providers::make_own_body(own);
  providers::DecodeOptions options;
  options.source = source.name;
  options.livemode = source.livemode;
  options.evidence = own.report.evidence;
  options.received_at = now;
  auto decoded = providers::decode_own_report(body, options);
  auto* const event = std::get_if<domain::Event>(&decoded);
  if (event == nullptr) {
    throw std::runtime_error{own.event_type + " (" + own.note + ") makes no report: " +
                             std::get<providers::NotAnEvent>(decoded).reason};
  }
  return reads::delivery_of(source, {std::move(*event), std::move(body)}, now);
}

}  // namespace commands
