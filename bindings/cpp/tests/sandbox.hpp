/* The control API of the platform at WSY_SANDBOX_BASE, see sandbox/README.md. */
#ifndef SANDBOX_HPP
#define SANDBOX_HPP

#include <string>

#include "json.hpp"

namespace sandbox {

/* Its address, such as http://127.0.0.1:41563. */
std::string base();

/*
 * Calls the control API. path is without /_sandbox/, body is JSON or "". The program ends if the platform
 * refuses.
 */
Json control(const std::string &method, const std::string &path, const std::string &body);

/* A customer's auth code. fields are further JSON members of the behaviour, such as ",\"ms\":300". */
std::string customer(const std::string &kind = "pays", const std::string &fields = "");

/* Breaks the next `times` requests of a call; times is a number or "null". */
void fault(const std::string &call, const std::string &kind, const std::string &times = "1",
           const std::string &fields = "");

/* Removes all faults and restores the initial settings. */
void reset();

/* Sets a bill to "paid" or "failed". */
void decide(const std::string &dm_id, const std::string &state);

/* A network printer for one receipt, which does not answer status requests. */
class Printer {
public:
    Printer();
    ~Printer();

    /* For Client::print_receipt. */
    std::string name() const;

    /* What it received, including the status requests. */
    std::string paper();

private:
    Printer(const Printer &);
    Printer &operator=(const Printer &);

    struct Listener;
    Listener *listener_;
};

} /* namespace sandbox */

#endif
