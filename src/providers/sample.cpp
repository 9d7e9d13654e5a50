#include "providers/sample.hpp"

namespace providers {

void put(OrderedJson& object, const char* name, const std::optional<std::string>& value) {
  if (value) {
    object[name] = *value;
  }
}

void put_unless_empty(OrderedJson& object, const char* name, const std::string& value) {
  if (!value.empty()) {
    object[name] = value;
  }
}

OrderedJson sample_metadata(const SampleEvent& sample) {
  OrderedJson metadata = OrderedJson::object();
  put(metadata, "order_id", sample.order_id);
  return metadata;
}

std::string write_body(const OrderedJson& event, int indent) {
  return event.dump(indent, ' ', /*ensure_ascii=*/false, OrderedJson::error_handler_t::replace);
}

}  // namespace providers
