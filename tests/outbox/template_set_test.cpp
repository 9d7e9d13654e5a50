#include "outbox/template_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <variant>

#include "outbox/template_contract.hpp"

namespace outbox {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::filesystem::path k_shipped = REFUNDD_SOURCE_DIR "/config/templates";

// A copy of the shipped templates, to be spoilt.
class TemplateSetOfAFolder : public ::testing::Test {
 protected:
  TemplateSetOfAFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "refundd-templates-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::filesystem::copy(k_shipped, folder_, std::filesystem::copy_options::recursive);
  }

  ~TemplateSetOfAFolder() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view file, std::string_view content) const {
    std::ofstream{folder_ / file, std::ios::binary} << content;
  }

  [[nodiscard]] std::string read(std::string_view file) const {
    std::ostringstream content;
    content << std::ifstream{folder_ / file, std::ios::binary}.rdbuf();
    return content.str();
  }

  void remove(std::string_view file) const { std::filesystem::remove(folder_ / file); }

  [[nodiscard]] TemplateProblems problems() const {
    auto loaded = TemplateSet::load(folder_);
    auto* problems = std::get_if<TemplateProblems>(&loaded);
    return problems == nullptr ? TemplateProblems{} : *std::move(problems);
  }

  [[nodiscard]] Rendered render(std::string_view name, Language language,
                                const Values& values) const {
    return std::get<TemplateSet>(TemplateSet::load(folder_)).render(name, language, values).value();
  }

  std::filesystem::path folder_;
};

TEST_F(TemplateSetOfAFolder, LoadsTheShippedTemplates) {
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(TemplateSetOfAFolder, RefusesAFileThatItCannotUse) {
  const std::string body = "{{order_id}} {{amount}}";
  struct Case {
    std::string_view file;
    std::string content;
    std::string_view problem;
  };
  const Case cases[] = {
      {"en/refund_complete.txt", "", "is empty"},
      {"en/refund_complete.txt", " \n\t\n", "is empty"},
      {"en/refund_complete.txt", body + "\n\xE3\x81", "line 2: is not valid UTF-8"},
      {"en/refund_complete.txt", "\xC0\xAF" + body, "line 1: is not valid UTF-8"},
      {"ja/refund_complete.html", "\xEF\xBB\xBF" + body, "begins with a byte order mark"},
      {"en/refund_complete.txt", body + "\n\n\x1B[1m", "line 3: holds a control character"},
      {"en/refund_complete.txt", body + "\r", "line 1: holds a control character"},
      {"th/refund_complete.html", body + std::string(k_template_file_max_bytes, 'x'),
       "is larger than 65536 bytes"},
      {"en/refund_complete.txt", body + "\n{{amount", "line 2: {{ has no }} on its line"},
      {"en/refund_complete.subject.txt", "one\ntwo\n", "is more than one line"},
      {"en/refund_complete.subject.txt", "\n", "is empty"},
      {"en/refund_complete.txt", "{{order_id}}", "does not show {{amount}}"},
      {"en/refund_complete.html", "{{order_id}}", "does not show {{amount}}"},
      {"en/refund_complete.txt", "{{order_id}}{{#amount}}paid{{/amount}}",
       "does not show {{amount}}"},
      {"en/refund_complete.txt", body + "{{amuont}}",
       "shows {{amuont}}, but its values are: order_id amount shop_name refund_id estimated_days"},
      {"en/refund_complete.subject.txt", "{{failure_code}}",
       "shows {{failure_code}}, but its values are: order_id amount shop_name refund_id "
       "estimated_days"},
      {"en/refund_complete.txt", body + "{{#found}}x{{/found}}",
       "shows {{found}}, but its values are: order_id amount shop_name refund_id estimated_days"},
  };
  for (const Case& test : cases) {
    const std::string good = read(test.file);
    write(test.file, test.content);
    EXPECT_THAT(problems(), ElementsAre(std::string{test.file} + " " + std::string{test.problem}));
    write(test.file, good);
  }
}

TEST_F(TemplateSetOfAFolder, ReportsAllProblemsTogether) {
  remove("en/refund_complete.txt");
  write("ja/anomaly.subject.txt", "{{nonsense}}");
  write("th/refund_failed.html", "{{refund_id}} {{next_step}} {{shop}} {{name}}");
  EXPECT_THAT(problems(), SizeIs(4));
  EXPECT_THAT(problems(), Contains("en/refund_complete.txt is missing"));
  EXPECT_THAT(problems(), Contains(HasSubstr("ja/anomaly.subject.txt shows {{nonsense}}")));
  EXPECT_THAT(problems(), Contains(HasSubstr("th/refund_failed.html shows {{shop}}")));
  EXPECT_THAT(problems(), Contains(HasSubstr("th/refund_failed.html shows {{name}}")));
}

TEST_F(TemplateSetOfAFolder, ReportsEveryFileOfALanguageThatIsMissing) {
  std::filesystem::remove_all(folder_ / "th");
  EXPECT_THAT(problems(), SizeIs(3 * template_contracts().size()));
}

TEST_F(TemplateSetOfAFolder, RefusesAFolderThatIsNotThere) {
  const auto loaded = TemplateSet::load(folder_ / "nowhere");
  EXPECT_THAT(std::get<TemplateProblems>(loaded),
              ElementsAre(HasSubstr("nowhere is not a folder")));
}

TEST_F(TemplateSetOfAFolder, RefusesAFolderInPlaceOfAFile) {
  remove("en/refund_complete.txt");
  std::filesystem::create_directory(folder_ / "en/refund_complete.txt");
  EXPECT_THAT(problems(), ElementsAre("en/refund_complete.txt is not a regular file"));
}

TEST_F(TemplateSetOfAFolder, TakesLineEndsOfWindows) {
  write("en/refund_complete.txt", "{{order_id}}\r\n{{amount}}\r\n");
  write("en/refund_complete.subject.txt", "Done\r\n");
  const Rendered rendered =
      render("refund_complete", Language::en, {{"order_id", "A-1"}, {"amount", "¥1"}});
  EXPECT_EQ(rendered.text, "A-1\n¥1\n");
  EXPECT_EQ(rendered.subject, "Done");
}

TEST_F(TemplateSetOfAFolder, RendersNothingForATemplateThatItDoesNotKnow) {
  const auto loaded = TemplateSet::load(folder_);
  EXPECT_FALSE(std::get<TemplateSet>(loaded).render("nonsense", Language::en, {}));
}

TEST_F(TemplateSetOfAFolder, EscapesMarkupInHtmlOnly) {
  for (const Language language : k_languages) {
    const Rendered rendered =
        render("refund_complete", language, {{"order_id", "<b>&\""}, {"amount", "¥1"}});
    EXPECT_THAT(rendered.html, HasSubstr("&lt;b&gt;&amp;&quot;"));
    EXPECT_THAT(rendered.html, Not(HasSubstr("<b>")));
    EXPECT_THAT(rendered.text, HasSubstr("<b>&\""));
    EXPECT_THAT(rendered.subject, HasSubstr("<b>&\""));
  }
}

TEST_F(TemplateSetOfAFolder, KeepsASubjectOnOneLine) {
  write("en/refund_complete.subject.txt", "Order {{order_id}}");
  const std::pair<std::string, std::string> cases[] = {
      {"A\r\nBcc: x@example.com", "Order A  Bcc: x@example.com"},
      {"A\nB\tC", "Order A B C"},
      {std::string{"A\0B\x7F", 4}, "Order A B "},
      {"A\xC2\x85"
       "B",
       "Order A B"},  // U+0085, next line
      {"A\xE2\x80\xA8"
       "B",
       "Order A B"},  // U+2028, line separator
      {"A\xE2\x80\xAE"
       "B",
       "Order A B"},  // U+202E, turns the direction of reading
      {"A\xFF"
       "B",
       "Order A\xEF\xBF\xBD"
       "B"},  // not UTF-8
  };
  for (const auto& [value, subject] : cases) {
    EXPECT_EQ(render("refund_complete", Language::en, {{"order_id", value}}).subject, subject);
  }
}

TEST_F(TemplateSetOfAFolder, CutsALongSubjectBetweenCharacters) {
  write("ja/refund_complete.subject.txt", "{{order_id}}");
  const auto repeated = [](std::string_view character, int count) {
    std::string text;
    for (int at = 0; at < count; ++at) {
      text += character;
    }
    return text;
  };
  const auto subject = [this](const std::string& order_id) {
    return render("refund_complete", Language::ja, {{"order_id", order_id}}).subject;
  };
  EXPECT_EQ(subject(repeated("返", 200)), repeated("返", 200));
  EXPECT_EQ(subject(repeated("返", 201)), repeated("返", 199) + "…");
}

TEST_F(TemplateSetOfAFolder, DropsControlCharactersFromBodies) {
  write("en/refund_failed.txt", "[{{failure_message}}]{{refund_id}}{{next_step}}");
  write("en/refund_failed.html", "[{{failure_message}}]{{refund_id}}{{next_step}}");
  const Values values{{"failure_message", std::string{"a\r\nb\tc\0\x1B[1m\xFF", 12}}};
  const Rendered rendered = render("refund_failed", Language::en, values);
  EXPECT_EQ(rendered.text, "[a\nb\tc[1m\xEF\xBF\xBD]");
  EXPECT_EQ(rendered.html, rendered.text);
}

TEST_F(TemplateSetOfAFolder, BoundsAValue) {
  write("en/refund_failed.txt", "{{failure_message}}{{refund_id}}{{next_step}}");
  const Values values{{"failure_message", std::string(5000, 'x')}};
  EXPECT_EQ(render("refund_failed", Language::en, values).text, std::string(999, 'x') + "…");
}

TEST(TemplateContract, KnowsTheTemplateOfEveryMessage) {
  using domain::Audience;
  struct Case {
    Audience audience;
    std::string_view message_template;
    std::string_view expected;  // empty: none
  };
  const Case cases[] = {
      {Audience::customer, "refund_complete", "refund_complete"},
      {Audience::support, "refund_complete", ""},
      {Audience::support, "anomaly_over_refund", "anomaly"},
      {Audience::finance, "anomaly_over_refund", "finance_anomaly"},
      {Audience::customer, "anomaly_over_refund", ""},
      {Audience::support, "refund_reversed", "refund_reversed"},
      {Audience::finance, "refund_reversed", "finance_refund_reversed"},
      {Audience::finance, "insufficient_balance", "insufficient_balance"},
      {Audience::support, "nonsense", ""},
      {Audience::support, "", ""},
  };
  for (const Case& test : cases) {
    const auto* contract = contract_for(test.audience, test.message_template);
    EXPECT_EQ(contract == nullptr ? "" : contract->name, test.expected) << test.message_template;
  }
}

}  // namespace
}  // namespace outbox
