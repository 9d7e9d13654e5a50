// Every shipped template with fixed facts, against the files of golden/, byte by byte.
// REFUNDD_WRITE_GOLDEN=1 writes them anew; the difference is then for a person to read.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <variant>

#include "outbox/template_contract.hpp"
#include "outbox/template_set.hpp"
#include "outbox/wording.hpp"

namespace outbox {
namespace {

const std::filesystem::path k_source = REFUNDD_SOURCE_DIR;
const std::filesystem::path k_golden = k_source / "tests/outbox/golden";

MessageFacts facts_in_common() {
  MessageFacts facts;
  facts.source = "omise-th";
  facts.refund_id = "rfnd_5xyz";
  facts.order_id = "ORD-2024-001 <b>&\"";
  facts.charge_id = "chrg_5abc";
  facts.amount = domain::Money{150050, *domain::Currency::parse("THB")};
  facts.payment_method = "promptpay";
  facts.days_left = 12;
  facts.shop_name = "Siam & Sons";
  facts.estimated_days_min = 5;
  facts.estimated_days_max = 10;
  return facts;
}

void add_failure(MessageFacts& facts) {
  facts.failure_code = "insufficient_fund";
  facts.failure_message = "insufficient balance <0>\r\nBcc: x@example.com";
}

void add_anomaly(MessageFacts& facts) {
  facts.template_name = "anomaly_over_refund";
  facts.anomaly_kind = "over_refund";
  facts.expected = "at most 1,000.00 THB";
  facts.found = "1,500.50 THB";
}

MessageFacts facts_of(const TemplateContract& contract) {
  MessageFacts facts = facts_in_common();
  facts.template_name = contract.name;
  facts.audience = contract.audience;
  if (contract.name.ends_with("anomaly")) {
    add_anomaly(facts);
  } else if (contract.name == "finance_refund_reversed") {
    facts.template_name = "refund_reversed";
  } else if (contract.name == "refund_failed" || contract.name == "insufficient_balance") {
    add_failure(facts);
  } else if (contract.name == "stuck_pending" || contract.name == "action_required_too_long") {
    facts.pending_for = std::chrono::days{11};
  } else if (contract.name == "customer_unreachable") {
    facts.untold_template = "refund_complete";
  }
  return facts;
}

std::string rendered(const TemplateSet& set, const TemplateContract& contract, Language language) {
  const auto values = wording_of(facts_of(contract), language);
  const Rendered rendered = set.render(contract.name, language, values).value();
  return "Subject: " + rendered.subject + "\n\n----- text -----\n" + rendered.text +
         "\n----- HTML -----\n" + rendered.html;
}

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream{file, std::ios::binary}.rdbuf();
  return content.str();
}

TEST(ShippedTemplates, AreRenderedAsTheGoldenFilesSay) {
  const bool is_written = getenv("REFUNDD_WRITE_GOLDEN") != nullptr;
  const auto loaded = TemplateSet::load(k_source / "config/templates");
  const auto& set = std::get<TemplateSet>(loaded);
  for (const Language language : k_languages) {
    for (const TemplateContract& contract : template_contracts()) {
      const auto file = k_golden / to_string(language) / (std::string{contract.name} + ".txt");
      const std::string text = rendered(set, contract, language);
      if (is_written) {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream{file, std::ios::binary} << text;
      }
      EXPECT_EQ(content_of(file), text) << file;
    }
  }
}

// Without any value: what is not known must leave no line and no label behind.
TEST(ShippedTemplates, LeaveOutWhatIsNotKnown) {
  const auto loaded = TemplateSet::load(k_source / "config/templates");
  const auto& set = std::get<TemplateSet>(loaded);
  for (const Language language : k_languages) {
    for (const TemplateContract& contract : template_contracts()) {
      const auto text = set.render(contract.name, language, {}).value().text;
      EXPECT_EQ(text.find("{{"), std::string::npos) << text;
      EXPECT_EQ(text.find(": \n"), std::string::npos) << contract.name << "\n" << text;
      EXPECT_EQ(text.find("\n\n\n\n"), std::string::npos) << contract.name << "\n" << text;
    }
  }
}

}  // namespace
}  // namespace outbox
