#ifndef CRASH_HPP
#define CRASH_HPP

#include <string>

namespace crash {

/* Runs this program as the child that a test starts and kills. */
int child(const std::string &home, const std::string &page_name, const std::string &what,
          const std::string &auth_code);

} /* namespace crash */

#endif
