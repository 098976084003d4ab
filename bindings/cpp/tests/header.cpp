/* Compares wsy.hpp with wsy.h: nothing may be missing. */
#include <ctype.h>

#include <fstream>
#include <set>

#include "process.hpp"
#include "runner.hpp"

namespace {

/* Removes the comments of a header. */
std::string code_of(const std::string &name)
{
    std::ifstream file((process::variable("WSY_HEADERS") + "/" + name).c_str(), std::ios::binary);
    std::ostringstream all;
    std::string text;
    size_t begin, end;

    all << file.rdbuf();
    text = all.str();
    while ((begin = text.find("/*")) != std::string::npos) {
        end = text.find("*/", begin);
        text.replace(begin, end == std::string::npos ? end : end + 2 - begin, " ");
    }
    return text;
}

bool is_of_a_name(char letter)
{
    return isalnum(static_cast<unsigned char>(letter)) || letter == '_';
}

/* All names that begin with wsy_ or WSY_, each with whether a "(" follows it. */
std::set<std::string> names(const std::string &code, const std::string &beginning, bool called_only)
{
    std::set<std::string> found;
    size_t place = 0;

    while ((place = code.find(beginning, place)) != std::string::npos) {
        size_t end = place;

        while (end < code.size() && is_of_a_name(code[end]))
            end++;
        if ((place == 0 || !is_of_a_name(code[place - 1])) && (!called_only || code[end] == '('))
            found.insert(code.substr(place, end - place));
        place = end;
    }
    return found;
}

} /* namespace */

TEST(every_function_of_the_c_header_is_used)
{
    const std::set<std::string> functions = names(code_of("wsy.h"), "wsy_", true);
    const std::set<std::string> used = names(code_of("wsy.hpp"), "wsy_", false);
    std::set<std::string>::const_iterator function;

    CHECK(functions.size() >= 48);
    for (function = functions.begin(); function != functions.end(); ++function) {
        if (used.count(*function) == 0)
            runner::fail(*function + " is not in wsy.hpp", __FILE__, __LINE__);
    }
}
