#include "sandbox.hpp"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#define INVALID_SOCKET (-1)
typedef int SOCKET;
#define closesocket close
#endif

#include "process.hpp"
#include "runner.hpp"

namespace sandbox {

namespace {

void stop(const std::string &why)
{
    fprintf(stderr, "sandbox: %s\n", why.c_str());
    exit(2);
}

/* A socket that its destructor closes. */
class Socket {
public:
    Socket()
    {
#ifdef _WIN32
        static WSADATA data;
        static const int started = WSAStartup(MAKEWORD(2, 2), &data);
        (void)started;
#endif
        socket_ = socket(AF_INET, SOCK_STREAM, 0);
        if (socket_ == INVALID_SOCKET)
            stop("no socket");
    }

    ~Socket() { closesocket(socket_); }

    void connect_to(int port)
    {
        sockaddr_in address = local(port);

        if (connect(socket_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            stop("cannot be reached at " + base());
    }

    void send_all(const std::string &bytes)
    {
        size_t sent = 0;

        while (sent < bytes.size()) {
            const int more = static_cast<int>(
                send(socket_, bytes.data() + sent, static_cast<int>(bytes.size() - sent), 0));
            if (more <= 0)
                stop("the connection broke");
            sent += static_cast<size_t>(more);
        }
    }

    std::string receive_all() const
    {
        std::string bytes;
        char part[4096];
        int more;

        while ((more = static_cast<int>(recv(socket_, part, sizeof part, 0))) > 0)
            bytes.append(part, static_cast<size_t>(more));
        return bytes;
    }

    int bind_to_any_port()
    {
        sockaddr_in address = local(0);
#ifdef _WIN32
        int length = sizeof address;
#else
        socklen_t length = sizeof address;
#endif

        if (bind(socket_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0
            || getsockname(socket_, reinterpret_cast<sockaddr *>(&address), &length) != 0)
            stop("no free port");
        return ntohs(address.sin_port);
    }

    void listen_to_one()
    {
        if (listen(socket_, 1) != 0)
            stop("cannot listen");
    }

    /* Everything that the client sends. */
    std::string receive_all_of_one()
    {
        const Socket one(accept(socket_, NULL, NULL));

        return one.receive_all();
    }

private:
    explicit Socket(SOCKET socket) : socket_(socket) {}
    Socket(const Socket &);
    Socket &operator=(const Socket &);

    static sockaddr_in local(int port)
    {
        sockaddr_in address = sockaddr_in();

        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<unsigned short>(port));
        return address;
    }

    SOCKET socket_;
};

} /* namespace */

std::string base()
{
    static const std::string address = process::variable("WSY_SANDBOX_BASE");

    return address;
}

Json control(const std::string &method, const std::string &path, const std::string &body)
{
    const std::string host = base().substr(strlen("http://"));
    Socket socket;
    std::string answer;

    socket.connect_to(atoi(host.substr(host.find(':') + 1).c_str()));
    socket.send_all(method + " /_sandbox/" + path + " HTTP/1.1\r\nHost: " + host
                    + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
                    + runner::shown(body.size()) + "\r\n\r\n" + body);
    answer = socket.receive_all();
    if (answer.compare(0, 10, "HTTP/1.1 2") != 0)
        stop(method + " " + path + " " + body + ": " + answer);
    return Json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
}

std::string customer(const std::string &kind, const std::string &fields)
{
    const std::string behaviour = "{\"kind\":\"" + kind + "\"" + fields + "}";

    return control("POST", "auth-codes", "{\"kind\":\"wechat\",\"behaviour\":" + behaviour + "}")["auth_code"].text();
}

void fault(const std::string &call, const std::string &kind, const std::string &times, const std::string &fields)
{
    control("POST", "faults",
            "{\"on\":\"" + call + "\",\"times\":" + times + ",\"fault\":{\"kind\":\"" + kind + "\"" + fields + "}}");
}

void reset()
{
    control("DELETE", "faults", "");
    control("PUT", "settings", "{\"clock_skew_s\":0,\"server\":null}");
}

void decide(const std::string &dm_id, const std::string &state)
{
    control("POST", "bills/" + dm_id + "/state", "{\"state\":\"" + state + "\"}");
}

struct Printer::Listener {
    Socket socket;
    int port;
};

Printer::Printer() : listener_(new Listener)
{
    listener_->port = listener_->socket.bind_to_any_port();
    listener_->socket.listen_to_one();
}

Printer::~Printer()
{
    delete listener_;
}

std::string Printer::name() const
{
    return "tcp:127.0.0.1:" + runner::shown(listener_->port);
}

std::string Printer::paper()
{
    return listener_->socket.receive_all_of_one();
}

} /* namespace sandbox */
