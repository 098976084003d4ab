#ifndef CRASH_HPP
#define CRASH_HPP

#include <string>

namespace crash {

/* What this program does when a test starts it again, to be killed. */
int child(const std::string &home, const std::string &page_name, const std::string &what,
          const std::string &auth_code);

} /* namespace crash */

#endif
