// One file of a template: read, and checked against what its template gets. Used by TemplateSet.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "outbox/template_contract.hpp"
#include "outbox/template_text.hpp"

namespace outbox {

enum class TemplateForm { subject, text, html };

struct CheckedTemplate {
  TemplateText text;
  std::vector<std::string> problems;  // "ja/refund_complete.txt is missing"; empty: it is good
};

/// Blocks on the file system. `folder` is that of the templates, `file` the path within it.
CheckedTemplate read_template(const std::filesystem::path& folder,
                              const std::filesystem::path& file, const TemplateContract& contract,
                              TemplateForm form);

}  // namespace outbox
