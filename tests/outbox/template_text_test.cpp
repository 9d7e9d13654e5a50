#include "outbox/template_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace outbox {
namespace {

std::string rendered(std::string_view text, const Values& values,
                     Escaping escaping = Escaping::none) {
  const auto parsed = TemplateText::parse(text);
  return std::get<TemplateText>(parsed).render(values, escaping);
}

TEST(TemplateText, PutsValuesInTheirPlaces) {
  EXPECT_EQ(
      rendered("Order {{order_id}}: {{amount}}.", {{"order_id", "A-1"}, {"amount", "¥1,000"}}),
      "Order A-1: ¥1,000.");
  EXPECT_EQ(rendered("no place", {}), "no place");
  EXPECT_EQ(rendered("", {}), "");
  EXPECT_EQ(rendered("[{{unknown}}]", {}), "[]");
  EXPECT_EQ(rendered("a { b } c }} d", {}), "a { b } c }} d");
}

TEST(TemplateText, NeverParsesAValueAgain) {
  const Values values{{"order_id", "{{amount}}{{#amount}}"}, {"amount", "100"}};
  EXPECT_EQ(rendered("{{order_id}}", values), "{{amount}}{{#amount}}");
}

TEST(TemplateText, EscapesValuesAndNothingElseForHtml) {
  EXPECT_EQ(rendered("<p title='x'>{{order_id}}</p>", {{"order_id", "<b>&\"'"}}, Escaping::html),
            "<p title='x'>&lt;b&gt;&amp;&quot;&#39;</p>");
  EXPECT_EQ(rendered("{{order_id}}", {{"order_id", "<b>&\"'"}}), "<b>&\"'");
}

TEST(TemplateText, LeavesOutABlockWhoseValueIsEmpty) {
  struct Case {
    std::string_view text;
    std::string_view value;
    std::string_view expected;
  };
  const Case cases[] = {
      {"a{{#x}} ({{x}}){{/x}} b", "1", "a (1) b"},
      {"a{{#x}} ({{x}}){{/x}} b", "", "a b"},
      {"a\n{{#x}}X: {{x}}{{/x}}\nb", "1", "a\nX: 1\nb"},
      {"a\n{{#x}}X: {{x}}{{/x}}\nb", "", "a\nb"},
      {"{{#x}}X: {{x}}{{/x}}\nb", "", "b"},
      {"a {{#x}}X: {{x}}{{/x}}\nb", "", "a \nb"},
      {"a\n{{#x}}X{{/x}} b", "", "a\n b"},
      {"{{#x}}1{{/x}}{{#x}}2{{/x}}", "1", "12"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(rendered(test.text, {{"x", std::string{test.value}}}), test.expected) << test.text;
  }
  EXPECT_EQ(rendered("a{{#x}}X{{/x}}", {}), "a");
}

TEST(TemplateText, TellsWhatItShowsAndWhatItAsksFor) {
  const auto parsed = TemplateText::parse("{{b}} {{#c}}{{a}}{{/c}} {{b}}");
  const auto& text = std::get<TemplateText>(parsed);
  EXPECT_EQ(text.placeholders(), (Names{"a", "b"}));
  EXPECT_EQ(text.conditions(), (Names{"c"}));
}

TEST(TemplateText, SaysWhereATextIsNoTemplate) {
  struct Case {
    std::string_view text;
    std::size_t line;
    std::string_view message;
  };
  const Case cases[] = {
      {"a\nb {{order_id", 2, "{{ has no }} on its line"},
      {"{{order\n_id}}", 1, "{{ has no }} on its line"},
      {"{{", 1, "{{ has no }} on its line"},
      {"\n\n{{Order}}", 3, "{{Order}} is not a name of a-z and _"},
      {"{{ order_id }}", 1, "{{ order_id }} is not a name of a-z and _"},
      {"{{}}", 1, "{{}} is not a name of a-z and _"},
      {"{{#}}", 1, "{{#}} is not a name of a-z and _"},
      {"{{{order_id}}}", 1, "{{{order_id}} is not a name of a-z and _"},
      {"\n{{#a}}", 2, "{{#a}} has no {{/a}}"},
      {"{{/a}}", 1, "{{/a}} ends no block that is open"},
      {"{{#a}}{{/b}}", 1, "{{/b}} ends no block that is open"},
      {"{{#a}}\n{{#b}}{{/b}}{{/a}}", 2, "{{#b}} stands within {{#a}}"},
  };
  for (const Case& test : cases) {
    const auto parsed = TemplateText::parse(test.text);
    const auto* mistake = std::get_if<TemplateMistake>(&parsed);
    ASSERT_NE(mistake, nullptr) << test.text;
    EXPECT_EQ(mistake->line, test.line) << test.text;
    EXPECT_EQ(mistake->message, test.message) << test.text;
  }
}

}  // namespace
}  // namespace outbox
