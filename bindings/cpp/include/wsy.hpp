/*
 * wsy.h for C++: a till knows for certain whether a phone payment was taken.
 *
 * One header over the C library, for C++98 and later. It needs nothing but wsy.h beside it and the same
 * library: no exceptions, no RTTI, no C++ threads. wsy.h documents what each call does, which fields its
 * reply has and which codes it returns, at the function of the same name. This comment describes what C++
 * adds.
 *
 * IN SHORT (the complete program is examples/cpp/till.cpp)
 *   wsy::Client till;
 *   wsy::Reply opened = till.open("C:/till/wsy", wsy::gbk);
 *   if (!opened.ok())
 *       stop(opened.explain(wsy::zh));
 *   till.activate("24901320180424");                                            -- only once
 *   wsy::Work recovery;
 *   till.recover_start(recovery);                                               -- and go on selling
 *   wsy::Outcome outcome = till.micropay("B20261122-0001", scanned, 1250);
 *   if (outcome.paid())
 *       hand_over(outcome.receipt_bytes());
 *   show(outcome.explain(wsy::zh));
 *
 * VERDICTS
 *   A call about money returns an Outcome, which is paid(), not_paid(), unknown(), paid_earlier(), or refunded(),
 *   not_refunded(), voided(), or decided() by a person, or pending(), or an error(), after which nothing was
 *   sent that moves money. Exactly one of them is true. Hand over goods on paid() alone: it is reported once for
 *   a bill. Neither an Outcome nor a Verdict converts to a bool or a number: "if (outcome)" does not compile.
 *   One that was never set, or that was moved from, is unknown.
 *
 * ERRORS
 *   Nothing here throws by itself, and no error is hidden: each call returns its code. A std::string may throw
 *   std::bad_alloc when a text is read, after the call has been made and recorded.
 *
 * OWNERSHIP
 *   Client, Params, Payment, Work, Reply and Outcome own their handle, which is freed by the destructor or by
 *   close(). They can be moved but not copied, in C++98 too: a function may return one, and wsy::transfer(x)
 *   moves the contents of x. One that was closed, moved from or never opened is safe to use: its calls return
 *   WSY_ERR_HANDLE. A Client should not be a global variable, because closing it waits for calls in progress.
 *
 * TEXT
 *   std::string or const char *, in and out in the code page that the client was opened with: wsy::gbk for most
 *   programs on a Chinese Windows. A std::string with a NUL inside is rejected with WSY_ERR_TEXT, never cut.
 *   NULL stands for an omitted text. An Item refers to its Reply; every other result is a copy.
 *
 * MONEY
 *   Integers in fen (1/100 yuan); yuan_to_fen and fen_to_yuan convert. A float or a double does not compile.
 *
 * THREADS
 *   The const functions of an object, which include everything that a till does and close(), may be called from
 *   several threads at once. For the others (open, set, assignment, moving, swapping, the destructor) make sure
 *   that no other thread is using the object.
 */

#ifndef WSY_HPP
#define WSY_HPP

#include <stddef.h>

#include <string>
#include <vector>

#include "wsy.h"

#if __cplusplus >= 201103L || (defined(_MSC_VER) && _MSC_VER >= 1800)
#define WSY_CPP_MOVES 1
#else
#define WSY_CPP_MOVES 0
#endif

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define WSY_CPP_TRY try
#define WSY_CPP_CATCH_ALL catch (...)
#else
#define WSY_CPP_TRY
#define WSY_CPP_CATCH_ALL if (false)
#endif

/*
 * Makes a class movable but not copyable. The class needs swap and a constructor that takes a detail::Moved.
 * Before C++11 a temporary converts to a detail::Moved implicitly, and a variable does not.
 */
#if WSY_CPP_MOVES
#define WSY_CPP_MOVES_ONLY(Type)                                        \
public:                                                                 \
    Type(Type &&other) : Type(detail::Moved<Type>(other)) {}            \
    Type &operator=(Type &&other)                                       \
    {                                                                   \
        Type taken((detail::Moved<Type>(other)));                       \
        swap(taken);                                                    \
        return *this;                                                   \
    }                                                                   \
    Type(const Type &) = delete;                                        \
    Type &operator=(const Type &) = delete
#else
#define WSY_CPP_MOVES_ONLY(Type)                                        \
private:                                                                \
    Type(Type &);                                                       \
    Type &operator=(Type &);                                            \
                                                                        \
public:                                                                 \
    operator detail::Moved<Type>() { return detail::Moved<Type>(*this); } \
    Type &operator=(detail::Moved<Type> other)                          \
    {                                                                   \
        Type taken(other);                                              \
        swap(taken);                                                    \
        return *this;                                                   \
    }
#endif

namespace wsy {

/* The code page of the texts of a client or a list of parameters. */
enum CodePage {
    utf8 = WSY_UTF8,
    gbk = WSY_GBK
};

/* The language of a sentence. */
enum Language {
    zh = WSY_ZH,
    en = WSY_EN
};

/* The severity of a log line. */
enum LogLevel {
    log_info = 1,
    log_warning = 2,
    log_error = 3
};

/*
 * A text argument: a const char * or a std::string, which must not change during the call. NULL stands for an
 * omitted text; where a text is required, the library rejects it.
 */
class Text {
public:
    Text(const char *text) : text_(text) {}

    /* A NUL inside would end the text early. The byte 0xff is not valid text in any code page. */
    Text(const std::string &text) : text_(text.find('\0') == std::string::npos ? text.c_str() : "\xff") {}

    const char *c_str() const { return text_; }

private:
    const char *text_;
};

/* An amount in fen: any integer, which is never truncated. */
class Fen {
public:
    template <typename Number>
    Fen(Number fen) : fen_(0)
    {
        const double value = static_cast<double>(fen);

        /* A number that does not fit becomes 0, which is not a valid amount. */
        if (value >= -2147483647.0 && value <= 2147483647.0)
            fen_ = static_cast<int32_t>(fen);
    }

    int32_t value() const { return fen_; }

private:
    /* Money is counted, not measured: no floating point. */
    Fen(float);
    Fen(double);
    Fen(long double);
    Fen(bool);

    int32_t fen_;
};

namespace detail {

/* A reference to an object whose contents another one takes over. */
template <typename Type>
class Moved {
public:
    explicit Moved(Type &from) : from_(&from) {}
    Type &from() const { return *from_; }

private:
    Type *from_;
};

/* The owner of a handle. After close() it keeps the handle, which the library recognises as stale. */
template <typename Type, int32_t (*Free)(Type *)>
class Handle {
public:
    explicit Handle(Type *handle = NULL) : handle_(handle) {}

    ~Handle()
    {
        if (handle_ != NULL)
            Free(handle_);
    }

    Type *get() const { return handle_; }
    int32_t close() const { return Free(handle_); }

    void own(Type *handle)
    {
        Handle owner(handle);
        swap(owner);
    }

    void swap(Handle &other)
    {
        Type *handle = handle_;
        handle_ = other.handle_;
        other.handle_ = handle;
    }

private:
    Handle(const Handle &);
    Handle &operator=(const Handle &);

    Type *handle_;
};

template <typename Type>
void exchange(Type &one, Type &other)
{
    const Type kept = one;
    one = other;
    other = kept;
}

/*
 * A buffer for a text of the library: grows until all of it fits. Reading has no side effect, so it can be
 * repeated.
 */
class Buffer {
public:
    Buffer() : needed_(0), bytes_(256) {}

    char *data() { return &bytes_[0]; }
    int32_t size() const { return static_cast<int32_t>(bytes_.size()); }
    int32_t *needed() { return &needed_; }

    /* Whether to call again with the larger buffer. */
    bool has_grown(int32_t code)
    {
        if (code != WSY_ERR_BUFFER || needed_ <= size())
            return false;
        bytes_.resize(static_cast<size_t>(needed_));
        return true;
    }

    std::string text(int32_t code) const { return code == WSY_OK ? std::string(&bytes_[0]) : std::string(); }

    std::string bytes(int32_t code) const
    {
        return code == WSY_OK ? std::string(&bytes_[0], static_cast<size_t>(needed_)) : std::string();
    }

private:
    int32_t needed_;
    std::vector<char> bytes_;
};

} /* namespace detail */

/* Moves the contents of an object, as std::move does since C++11: "return wsy::transfer(outcome);". */
#if WSY_CPP_MOVES
template <typename Type>
Type &&transfer(Type &from)
{
    return static_cast<Type &&>(from);
}
#else
template <typename Type>
Type transfer(Type &from)
{
    return Type(detail::Moved<Type>(from));
}
#endif

/*
 * Closes every till of this process, for a program that was stopped in its development environment and lost
 * them. Not where another part of the process may be using the library.
 */
inline int32_t close_all()
{
    return wsy_close_all();
}

/* The library's version, such as "0.1.0". */
inline std::string version()
{
    detail::Buffer buffer;
    int32_t code;

    do
        code = wsy_version(buffer.data(), buffer.size(), buffer.needed());
    while (buffer.has_grown(code));
    return buffer.text(code);
}

/*
 * The meaning of a code and what to do; "" for a number that is not a code. A Reply's explain() is more
 * specific.
 */
inline std::string code_text(int32_t code, Language language, CodePage code_page)
{
    detail::Buffer buffer;
    int32_t done;

    do
        done = wsy_code_text(code, language, code_page, buffer.data(), buffer.size(), buffer.needed());
    while (buffer.has_grown(done));
    return buffer.text(done);
}

/* Reads an amount in yuan, such as "12.50", into fen. WSY_OK, WSY_ERR_AMOUNT or WSY_ERR_ARGUMENT. */
inline int32_t yuan_to_fen(Text yuan, int32_t &fen)
{
    return wsy_yuan_to_fen(yuan.c_str(), &fen);
}

/* An amount in fen as yuan, such as "12.50". */
inline std::string fen_to_yuan(int32_t fen)
{
    detail::Buffer buffer;
    int32_t code;

    do
        code = wsy_fen_to_yuan(fen, buffer.data(), buffer.size(), buffer.needed());
    while (buffer.has_grown(code));
    return buffer.text(code);
}

/* How a call about money ended. Exactly one of the predicates is true. It can be copied and kept. */
class Verdict {
public:
    /* Unknown. */
    Verdict() : code_(WSY_UNKNOWN) {}

    /* The verdict for the code of a call about money. A number that is not a verdict is unknown. */
    explicit Verdict(int32_t code) : code_(is_one(code) ? code : WSY_UNKNOWN) {}

    /*
     * The money was taken: hand over the goods. This is reported once for a bill, and goods are handed over
     * on no other verdict.
     */
    bool paid() const { return code_ == WSY_PAID; }

    /* No money was taken, and none will be: charge again with a new auth code, or take cash. */
    bool not_paid() const { return code_ == WSY_NOT_PAID; }

    /*
     * The money may have been taken, or given back. Do not hand over goods; do not charge again;
     * Client::settle finds out which.
     */
    bool unknown() const { return code_ == WSY_UNKNOWN; }

    /*
     * Paid, and already reported as paid (field first_told), or paid with an earlier code. Nothing was
     * charged now.
     */
    bool paid_earlier() const { return code_ == WSY_PAID_EARLIER; }

    /* A person decided the outcome (Client::decide); the reply has the decision. Nothing was sent. */
    bool decided() const { return code_ == WSY_DECIDED; }

    /* The bill was voided, and the money was refunded. Only for a Payment, after Payment::void_charge. */
    bool voided() const { return code_ == WSY_VOIDED; }

    /* The money went back to the customer. */
    bool refunded() const { return code_ == WSY_REFUNDED; }

    /* No money went back. To try again, use a new out_refund_no. */
    bool not_refunded() const { return code_ == WSY_NOT_REFUNDED; }

    /* Still in progress: ask again. */
    bool pending() const { return code_ == WSY_PENDING; }

    /* The call failed: it sent nothing that moves money. */
    bool error() const { return code_ < lowest_verdict; }

    /* The number in wsy.h, for a switch: "case WSY_PAID:". */
    int32_t code() const { return code_; }

    bool operator==(const Verdict &other) const { return code_ == other.code_; }
    bool operator!=(const Verdict &other) const { return code_ != other.code_; }

private:
    enum { lowest_verdict = -100 };

    static bool is_one(int32_t code)
    {
        return code == WSY_PAID || code == WSY_REFUNDED || code < lowest_verdict
            || (code >= WSY_VOIDED && code <= WSY_NOT_PAID);
    }

    int32_t code_;
};

/* Named fields of a Reply, or of an Item in one of its lists. wsy.h documents the names at each call. */
class Fields {
public:
    virtual ~Fields() {}

    /* A field as text; "" if it does not exist. */
    std::string text(Text name) const
    {
        std::string value;

        read_text(name, value);
        return value;
    }

    /* A field that is an integer, such as "total_fen"; fallback if it does not exist or is not a number. */
    int32_t number(Text name, int32_t fallback = 0) const
    {
        int32_t value = fallback;

        read_number(name, value);
        return value;
    }

    /*
     * A field that is an amount in fen, such as "total_fen", in yuan; "" if it does not exist or is not a
     * number.
     */
    std::string yuan(Text name) const
    {
        int32_t fen = 0;

        return read_number(name, fen) == WSY_OK ? fen_to_yuan(fen) : std::string();
    }

    /*
     * Reads a field as text. Returns WSY_OK or an error such as WSY_ERR_NO_FIELD, after which value is empty.
     */
    int32_t read_text(Text name, std::string &value) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = get_text(name.c_str(), buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        value = buffer.text(code);
        return code;
    }

    /* Reads a field as an integer. Returns WSY_OK or an error, after which value is unchanged. */
    int32_t read_number(Text name, int32_t &value) const { return get_number(name.c_str(), &value); }

private:
    virtual int32_t get_text(const char *name, char *buffer, int32_t size, int32_t *needed) const = 0;
    virtual int32_t get_number(const char *name, int32_t *value) const = 0;
};

/*
 * An item of a list in a reply, such as one charge of a day. It refers to its Reply, and has no fields once
 * that is destroyed.
 */
class Item : public Fields {
public:
    Item(const wsy_reply *reply, const std::string &list, int32_t index) : reply_(reply), list_(list), index_(index) {}

    /* The names of all its fields, including those that only the platform defines. */
    std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        std::string one;

        while (read_name(static_cast<int32_t>(all.size()), one) == WSY_OK)
            all.push_back(one);
        return all;
    }

private:
    int32_t read_name(int32_t field, std::string &name) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_item_name(reply_, list_.c_str(), index_, field, buffer.data(), buffer.size(),
                                       buffer.needed());
        while (buffer.has_grown(code));
        name = buffer.text(code);
        return code;
    }

    virtual int32_t get_text(const char *name, char *buffer, int32_t size, int32_t *needed) const
    {
        return wsy_reply_item_text(reply_, list_.c_str(), index_, name, buffer, size, needed);
    }

    virtual int32_t get_number(const char *name, int32_t *value) const
    {
        return wsy_reply_item_int(reply_, list_.c_str(), index_, name, value);
    }

    const wsy_reply *reply_;
    std::string list_;
    int32_t index_;
};

/* The result of a call: its code, and named fields that can be read any number of times. */
class Reply : public Fields {
public:
    /* Without a call: WSY_ERR_HANDLE, without fields. */
    Reply() : code_(WSY_ERR_HANDLE), code_page_(utf8) {}

    /*
     * Takes ownership of the result of a function of wsy.h: the code that it returned, and its reply, which
     * may be NULL.
     */
    Reply(int32_t code, wsy_reply *reply, CodePage code_page) : handle_(reply), code_(code), code_page_(code_page) {}

    Reply(detail::Moved<Reply> other) : code_(WSY_ERR_HANDLE), code_page_(utf8) { swap(other.from()); }

    WSY_CPP_MOVES_ONLY(Reply);

    /* The code that the call returned. */
    int32_t code() const { return code_; }

    /* Whether the call succeeded. A call about money has a verdict instead. */
    bool ok() const { return code_ == WSY_OK; }

    /*
     * Tells the cashier what happened and what to do: message and advice, or the meaning of the code if
     * there are no fields.
     */
    std::string explain(Language language) const
    {
        if (!has_fields())
            return code_text(code_, language, code_page_);
        return language == en ? text("message_en") + ' ' + text("advice_en") : text("message_zh") + text("advice_zh");
    }

    /* Whether there are fields: not after a call with an invalid handle or text, and not after close(). */
    bool has_fields() const { return handle_.get() != NULL && wsy_reply_code(handle_.get()) == code_; }

    /* The names of all fields. */
    std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        std::string one;

        while (read_name(static_cast<int32_t>(all.size()), one) == WSY_OK)
            all.push_back(one);
        return all;
    }

    /* How many items a list has, such as the list "charge" of a day; 0 if the list does not exist. */
    int32_t count(Text list) const
    {
        int32_t items = 0;

        wsy_reply_count(handle_.get(), list.c_str(), &items);
        return items;
    }

    /* An item of a list; index starts at 0. An item past the end has no fields. */
    Item item(const std::string &list, int32_t index) const { return Item(handle_.get(), list, index); }

    /* All items of a list; none if the list does not exist. */
    std::vector<Item> items(const std::string &list) const
    {
        std::vector<Item> all;
        const int32_t length = count(list);

        for (int32_t index = 0; index < length; index++)
            all.push_back(item(list, index));
        return all;
    }

    /* The receipt as bytes for an ESC/POS printer, to be sent unchanged; empty if there is none. */
    std::string receipt_bytes() const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_receipt_bytes(handle_.get(), buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        return buffer.bytes(code);
    }

    /* The receipt as plain lines, laid out for paper that is 58 or 80 mm wide; empty if there is none. */
    std::string receipt_text(int32_t width_mm = 58) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_receipt_text(handle_.get(), width_mm, buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        return buffer.text(code);
    }

    /*
     * Draws the receipt as a PNG, in a system font unless a font file is named. Returns WSY_OK or an error
     * such as WSY_ERR_NO_FIELD, WSY_ERR_NO_FONT or WSY_ERR_PICTURE, after which png is empty.
     */
    int32_t receipt_png(std::string &png, int32_t width_mm = 58, Text font = NULL) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_receipt_png(handle_.get(), width_mm, font.c_str(), buffer.data(), buffer.size(),
                                         buffer.needed());
        while (buffer.has_grown(code));
        png = buffer.bytes(code);
        return code;
    }

    /* Writes the same picture to a file, replacing an existing one. Returns WSY_OK or an error. */
    int32_t receipt_png_file(Text path, int32_t width_mm = 58, Text font = NULL) const
    {
        return wsy_reply_receipt_png_file(handle_.get(), width_mm, font.c_str(), path.c_str());
    }

    /* The pop-up of the platform's own client (field canvas) as plain lines; empty if there is none. */
    std::string canvas_text() const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_canvas_text(handle_.get(), buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        return buffer.text(code);
    }

    /* Draws the same pop-up as a colour PNG, without its images; otherwise like receipt_png. */
    int32_t canvas_png(std::string &png, Text font = NULL) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_canvas_png(handle_.get(), font.c_str(), buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        png = buffer.bytes(code);
        return code;
    }

    /* Writes the same picture to a file, replacing an existing one. Returns WSY_OK or an error. */
    int32_t canvas_png_file(Text path, Text font = NULL) const
    {
        return wsy_reply_canvas_png_file(handle_.get(), font.c_str(), path.c_str());
    }

    /* Frees the fields; code and verdict stay. Returns WSY_OK, or WSY_ERR_HANDLE if there were no fields. */
    int32_t close() const { return handle_.close(); }

    void swap(Reply &other)
    {
        handle_.swap(other.handle_);
        detail::exchange(code_, other.code_);
        detail::exchange(code_page_, other.code_page_);
    }

    /* The handle for functions of wsy.h; NULL if there is none. This object keeps owning it. */
    const wsy_reply *handle() const { return handle_.get(); }

private:
    int32_t read_name(int32_t index, std::string &name) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_reply_name(handle_.get(), index, buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        name = buffer.text(code);
        return code;
    }

    virtual int32_t get_text(const char *name, char *buffer, int32_t size, int32_t *needed) const
    {
        return wsy_reply_text(handle_.get(), name, buffer, size, needed);
    }

    virtual int32_t get_number(const char *name, int32_t *value) const
    {
        return wsy_reply_int(handle_.get(), name, value);
    }

    detail::Handle<wsy_reply, wsy_reply_free> handle_;
    int32_t code_;
    CodePage code_page_;
};

/* How a call about money ended, with the fields of the charge or refund. */
class Outcome : public Reply {
public:
    /* Unknown, without fields. */
    Outcome() {}

    /* Takes ownership of the result of a function of wsy.h about money. */
    Outcome(int32_t code, wsy_reply *reply, CodePage code_page) : Reply(code, reply, code_page), verdict_(code) {}

    Outcome(detail::Moved<Outcome> other) { swap(other.from()); }

    WSY_CPP_MOVES_ONLY(Outcome);

    /* Paid, not paid, unknown, paid earlier, refunded, not refunded, voided, decided, pending or error. */
    const Verdict &verdict() const { return verdict_; }

    /* As Verdict's. */
    bool paid() const { return verdict_.paid(); }
    bool not_paid() const { return verdict_.not_paid(); }
    bool unknown() const { return verdict_.unknown(); }
    bool paid_earlier() const { return verdict_.paid_earlier(); }
    bool decided() const { return verdict_.decided(); }
    bool voided() const { return verdict_.voided(); }
    bool refunded() const { return verdict_.refunded(); }
    bool not_refunded() const { return verdict_.not_refunded(); }
    bool pending() const { return verdict_.pending(); }
    bool error() const { return verdict_.error(); }

    /*
     * When the bill was first reported as paid (Beijing time), by this call or an earlier one. "" if it never
     * was.
     */
    std::string first_told() const { return text("first_told"); }

    /* After decided(): "paid", "not_paid", "refunded" or "not_refunded". */
    std::string decision() const { return text("decision"); }

    void swap(Outcome &other)
    {
        Reply::swap(other);
        detail::exchange(verdict_, other.verdict_);
    }

private:
    friend class Payment;

    /*
     * The result of wsy_payment_poll or wsy_payment_wait. A payment that has ended has a reply; an error
     * without a reply concerns that call alone, so nothing is known about the money.
     */
    static Outcome of_started(int32_t code, wsy_reply *reply, CodePage code_page)
    {
        Outcome outcome(code, reply, code_page);

        if (outcome.error() && reply == NULL)
            outcome.verdict_ = Verdict();
        return Outcome(detail::Moved<Outcome>(outcome));
    }

    /* A call about money never returns zero, and !ok() does not mean "not paid". */
    bool ok() const;

    Verdict verdict_;
};

/*
 * A list of named values: the options of Client::open, or the additional parameters of a call. It can be
 * reused.
 *
 *   wsy::Params options(wsy::gbk);
 *   options.set("base", "http://127.0.0.1:8080").set_number("poll_ms", 1000);
 *
 * Once a value was rejected, the list is closed: code() is the reason, and every call that gets it returns
 * WSY_ERR_HANDLE and does nothing.
 */
class Params {
public:
    explicit Params(CodePage code_page) : code_(WSY_OK)
    {
        wsy_params *params = NULL;

        code_ = wsy_params_new(code_page, &params);
        handle_.own(params);
    }

    Params(detail::Moved<Params> other) : code_(WSY_ERR_HANDLE) { swap(other.from()); }

    WSY_CPP_MOVES_ONLY(Params);

    /* Sets a value, replacing an earlier one of this name. */
    Params &set(Text name, Text value)
    {
        const int32_t done = wsy_params_set(handle_.get(), name.c_str(), value.c_str());

        if (done != WSY_OK && code_ == WSY_OK) {
            code_ = done;
            close();
        }
        return *this;
    }

    /* Sets an integer value. */
    Params &set_number(Text name, int32_t value)
    {
        char digits[16];
        char *place = digits + sizeof digits;
        /* Unsigned, because the smallest number has no positive counterpart. */
        uint32_t rest = value < 0 ? 0u - static_cast<uint32_t>(value) : static_cast<uint32_t>(value);

        *--place = '\0';
        do {
            *--place = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0)
            *--place = '-';
        return set(name, place);
    }

    /* WSY_OK, or why the first rejected value was rejected. */
    int32_t code() const { return code_; }

    /* Frees the list. Returns WSY_OK, or WSY_ERR_HANDLE if it was already freed. */
    int32_t close() const { return handle_.close(); }

    void swap(Params &other)
    {
        handle_.swap(other.handle_);
        detail::exchange(code_, other.code_);
    }

    /*
     * The handle for functions of wsy.h. Never NULL, which would mean "no parameters". This object keeps
     * owning it.
     */
    const wsy_params *handle() const
    {
        return handle_.get() != NULL ? handle_.get() : reinterpret_cast<const wsy_params *>(1);
    }

private:
    friend class Client;

    static const wsy_params *handle_of(const Params *params) { return params == NULL ? NULL : params->handle(); }

    detail::Handle<wsy_params, wsy_params_free> handle_;
    int32_t code_;
};

/* An operation in progress on a thread of the library: a Payment or some Work. */
class Started {
public:
    /* A short text for the cashier, such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒". It is not a verdict. */
    std::string text(Language language) const
    {
        detail::Buffer buffer;
        int32_t code;

        do
            code = wsy_payment_text(handle_.get(), language, buffer.data(), buffer.size(), buffer.needed());
        while (buffer.has_grown(code));
        return buffer.text(code);
    }

    /*
     * Stops waiting and undoes nothing: a charge that may have been made ends as unknown. Returns WSY_OK or
     * WSY_ERR_HANDLE.
     */
    int32_t cancel() const { return wsy_payment_cancel(handle_.get()); }

    /*
     * Frees the handle; the operation continues and is recorded. Returns WSY_OK, or WSY_ERR_HANDLE if it was
     * already freed.
     */
    int32_t close() const { return handle_.close(); }

    /* The handle for functions of wsy.h; NULL if nothing was started. This object keeps owning it. */
    wsy_payment *handle() const { return handle_.get(); }

protected:
    Started() : code_page_(utf8) {}

    void swap(Started &other)
    {
        handle_.swap(other.handle_);
        detail::exchange(code_page_, other.code_page_);
    }

    CodePage code_page() const { return code_page_; }

private:
    friend class Client;

    void own(wsy_payment *payment, CodePage code_page)
    {
        handle_.own(payment);
        code_page_ = code_page;
    }

    detail::Handle<wsy_payment, wsy_payment_free> handle_;
    CodePage code_page_;
};

/*
 * A payment, refund, settlement or void in progress.
 *
 *   wsy::Payment payment;
 *   wsy::Outcome outcome = till.micropay_start(number, scanned, fen, payment);
 *   while (outcome.pending()) {
 *       show(payment.text(wsy::zh));                     -- payment.cancel() if the cashier gives up
 *       outcome = payment.wait(100);
 *   }
 *
 * If it is destroyed or closed before it has ended, the operation continues by itself and is recorded.
 */
class Payment : public Started {
public:
    Payment() {}
    Payment(detail::Moved<Payment> other) { swap(other.from()); }

    WSY_CPP_MOVES_ONLY(Payment);

    /* Checks without waiting whether it has ended: pending(), or the outcome, which stays the same. */
    Outcome poll() const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_payment_poll(handle(), &reply);

        return Outcome::of_started(code, reply, code_page());
    }

    /* Waits until it has ended, for at most timeout_ms (0 to 3600000). */
    Outcome wait(int32_t timeout_ms) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_payment_wait(handle(), timeout_ms, &reply);

        return Outcome::of_started(code, reply, code_page());
    }

    /*
     * Voids the bill of a charge or a settlement, whether that is in progress or has ended: it is then
     * pending again, and ends like Client::void_bill, but with voided() instead of refunded(). Returns
     * WSY_ERR_ARGUMENT for a refund or a void.
     */
    int32_t void_charge() const { return wsy_payment_void(handle()); }

    void swap(Payment &other) { Started::swap(other); }
};

/* A recovery, reconciliation, reprint or print in progress. */
class Work : public Started {
public:
    Work() {}
    Work(detail::Moved<Work> other) { swap(other.from()); }

    WSY_CPP_MOVES_ONLY(Work);

    /* Checks without waiting whether it has ended; the code is WSY_PENDING until then. */
    Reply poll() const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_payment_poll(handle(), &reply);

        return Reply(code, reply, code_page());
    }

    /* Waits until it has ended, for at most timeout_ms (0 to 3600000). */
    Reply wait(int32_t timeout_ms) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_payment_wait(handle(), timeout_ms, &reply);

        return Reply(code, reply, code_page());
    }

    void swap(Work &other) { Started::swap(other); }
};

typedef Work Reconciliation;

/* A receiver of log lines. It must live until the client is closed. */
class Log {
public:
    virtual ~Log() {}

    /*
     * Receives a line in the client's code page, valid during the call only. It runs on the thread that does
     * the work, which may be one of the library's. It must not call the library and must return soon.
     * Exceptions are ignored.
     */
    virtual void line(LogLevel level, const char *text) = 0;
};

/*
 * A till on its data folder. Open it when the program starts and keep it.
 *
 * params is NULL, or a list of additional parameters, which the caller keeps owning.
 */
class Client {
public:
    Client() : code_page_(utf8) {}
    Client(detail::Moved<Client> other) : code_page_(utf8) { swap(other.from()); }

    WSY_CPP_MOVES_ONLY(Client);

    /*
     * Opens the data folder, creating it if necessary, and reads the pay config. Call recover_start() next if
     * open_charges or open_refunds in the reply is not 0; a person has to look at unresolved() if unfinished
     * or conflicts is not 0. A till that this object had open is closed.
     */
    Reply open(Text folder, CodePage code_page, const Params *options = NULL)
    {
        wsy_client *client = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_open(folder.c_str(), code_page, Params::handle_of(options), &client, &reply);

        if (code == WSY_OK) {
            handle_.own(client);
            code_page_ = code_page;
        }
        return Reply(code, reply, code_page);
    }

    /*
     * Ends calls in progress, as unknown if they are undecided, and releases the data folder. Returns WSY_OK
     * or WSY_ERR_HANDLE.
     */
    int32_t close() const { return handle_.close(); }

    /* Sets the receiver of log lines; NULL for none. Returns WSY_OK or WSY_ERR_HANDLE. */
    int32_t on_log(Log *log) const { return wsy_on_log(handle_.get(), log == NULL ? NULL : pass_on, log); }

    /* The device. */

    /* Activates this till with a one-time code from the back office. Needed only once. */
    Reply activate(Text initkey, Text hostid = NULL, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_activate(handle_.get(), initkey.c_str(), hostid.c_str(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /* Sets a device id and key that were copied from the back office. */
    Reply set_device(Text device_id, Text key) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_set_device(handle_.get(), device_id.c_str(), key.c_str(), &reply);

        return replied(code, reply);
    }

    /* The pay config: the one in use or, with refresh, read from the platform now. */
    Reply config(bool refresh = false) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_config(handle_.get(), refresh ? 1 : 0, &reply);

        return replied(code, reply);
    }

    /* Opens a connection for the next payment, while the sale is being entered. Returns at once. */
    int32_t prepare() const
    {
        return wsy_prepare(handle_.get());
    }

    /* The platform's clock, and how many seconds this machine is ahead. */
    Reply time() const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_time(handle_.get(), &reply);

        return replied(code, reply);
    }

    /* Money. */

    /*
     * Charges the customer and waits for the verdict: paid(), not_paid(), unknown(), paid_earlier() or
     * decided(). out_trade_no is your number for the bill: the same number with the same amount is charged at
     * most once. Called again, it returns the recorded outcome or continues to query. A bill is reported as
     * paid() once, and as paid_earlier() after that.
     */
    Outcome micropay(Text out_trade_no, Text auth_code, Fen total_fen, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_micropay(handle_.get(), out_trade_no.c_str(), auth_code.c_str(), total_fen.value(),
                                          Params::handle_of(params), &reply);

        return ended(code, reply);
    }

    /*
     * Starts what micropay does and returns at once: pending(), or an error(), which leaves payment
     * unchanged.
     */
    Outcome micropay_start(Text out_trade_no, Text auth_code, Fen total_fen, Payment &payment,
                           const Params *params = NULL) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_micropay_start(handle_.get(), out_trade_no.c_str(), auth_code.c_str(),
                                                total_fen.value(), Params::handle_of(params), &started, &reply);

        keep(payment, started);
        return ended(code, reply);
    }

    /*
     * Refunds all or part of a bill and waits for the verdict: refunded(), not_refunded(), unknown() or
     * decided(). out_refund_no is your number for the refund, which is sent at most once. The bill is
     * out_trade_no of this till, or NULL and dm_id.
     */
    Outcome refund(Text out_refund_no, Text out_trade_no, Text dm_id, Fen refund_fen, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_refund(handle_.get(), out_refund_no.c_str(), out_trade_no.c_str(), dm_id.c_str(),
                                        refund_fen.value(), Params::handle_of(params), &reply);

        return ended(code, reply);
    }

    /*
     * Starts what refund does and returns at once: pending(), or an error(), which leaves payment unchanged.
     */
    Outcome refund_start(Text out_refund_no, Text out_trade_no, Text dm_id, Fen refund_fen, Payment &payment,
                         const Params *params = NULL) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_refund_start(handle_.get(), out_refund_no.c_str(), out_trade_no.c_str(), dm_id.c_str(),
                             refund_fen.value(), Params::handle_of(params), &started, &reply);

        keep(payment, started);
        return ended(code, reply);
    }

    /*
     * Voids a bill of this till, paid or not (wsy_void): refunded(), not_paid() (there was nothing to void),
     * not_refunded() (the money was not returned), unknown() or decided().
     */
    Outcome void_bill(Text out_trade_no, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_void(handle_.get(), out_trade_no.c_str(), Params::handle_of(params), &reply);

        return ended(code, reply);
    }

    /*
     * Starts what void_bill does and returns at once: pending(), or an error(), which leaves payment
     * unchanged.
     */
    Outcome void_start(Text out_trade_no, Payment &payment, const Params *params = NULL) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_void_start(handle_.get(), out_trade_no.c_str(), Params::handle_of(params), &started, &reply);

        keep(payment, started);
        return ended(code, reply);
    }

    /* Finds out the outcome of a bill by querying, never by charging. The verdicts are those of micropay. */
    Outcome settle(Text out_trade_no, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_settle(handle_.get(), out_trade_no.c_str(), Params::handle_of(params), &reply);

        return ended(code, reply);
    }

    /*
     * Starts what settle does and returns at once: pending(), or an error(), which leaves payment unchanged.
     */
    Outcome settle_start(Text out_trade_no, Payment &payment, const Params *params = NULL) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_settle_start(handle_.get(), out_trade_no.c_str(), Params::handle_of(params), &started, &reply);

        keep(payment, started);
        return ended(code, reply);
    }

    /* Settles every open charge and refund by querying, for at most deadline_ms. */
    Reply recover(const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_recover(handle_.get(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /*
     * Starts what recover does and returns at once: call it after each start and go on selling. Returns
     * WSY_PENDING, or an error, which leaves recovery unchanged. Calls about a bill that it is working on
     * return WSY_ERR_BUSY meanwhile.
     */
    Reply recover_start(Work &recovery, const Params *params = NULL) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_recover_start(handle_.get(), Params::handle_of(params), &started, &reply);

        keep(recovery, started);
        return replied(code, reply);
    }

    /* Decisions by a person: nothing is sent. */

    /*
     * Records a person's decision about a bill that stays unknown: "paid", "not_paid" or "keep"; by whom, and
     * why. attempt is the attempt on the bill, or 0 for the only one that is open. Returns WSY_ERR_TOO_EARLY
     * while the library may still find out.
     */
    Reply decide(Text out_trade_no, Text decision, Text by, Text why, int32_t attempt = 0) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_decide(handle_.get(), out_trade_no.c_str(), attempt, decision.c_str(), by.c_str(),
                                        why.c_str(), &reply);

        return replied(code, reply);
    }

    /* The same about a refund: "refunded", "not_refunded" or "keep". */
    Reply decide_refund(Text out_refund_no, Text decision, Text by, Text why) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_decide_refund(handle_.get(), out_refund_no.c_str(), decision.c_str(), by.c_str(),
                                               why.c_str(), &reply);

        return replied(code, reply);
    }

    /* Queries to the platform. */

    /*
     * Queries the payment of an auth code once. This is not a verdict: state is "was_paid" (and perhaps
     * refunded since), "was_refunded", "paying", "differs" or "not_known". To settle a bill, use settle().
     */
    Reply query_auth_code(Text auth_code, Fen total_fen, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_query_auth_code(handle_.get(), auth_code.c_str(), total_fen.value(),
                                                 Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /* Queries one of the platform's orders once, like query_auth_code; state may also be "failed". */
    Reply query_order(Text dm_id, Fen total_fen, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_query_order(handle_.get(), dm_id.c_str(), total_fen.value(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /* Reads a bill from the platform, with the list "pay" of all its payments and refunds. */
    Reply read_bill(Text out_trade_no, Text dm_id = NULL, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_read_bill(handle_.get(), out_trade_no.c_str(), dm_id.c_str(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /*
     * Reprints the receipt of a bill. With WSY_ERR_NO_RECEIPT the reply has the ledger's receipt, if there is
     * one.
     */
    Reply reprint(Text out_trade_no, Text dm_id = NULL, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_reprint(handle_.get(), out_trade_no.c_str(), dm_id.c_str(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /*
     * Starts what reprint does and returns at once: Returns WSY_PENDING, or an error, which leaves work
     * unchanged.
     */
    Reply reprint_start(Text out_trade_no, Text dm_id, Work &work, const Params *params = NULL) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_reprint_start(handle_.get(), out_trade_no.c_str(), dm_id.c_str(),
                                               Params::handle_of(params), &started, &reply);

        keep(work, started);
        return replied(code, reply);
    }

    /*
     * Compares a day of the ledger, such as "2026-11-22" (NULL for today), with the platform; the list
     * "difference" has the differences.
     */
    Reply reconcile(Text day = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_reconcile(handle_.get(), day.c_str(), &reply);

        return replied(code, reply);
    }

    /*
     * Starts what reconcile does and returns at once: Returns WSY_PENDING, or an error, which leaves work
     * unchanged.
     */
    Reply reconcile_start(Text day, Work &work) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_reconcile_start(handle_.get(), day.c_str(), &started, &reply);

        keep(work, started);
        return replied(code, reply);
    }

    /* The ledger: nothing is sent. */

    /* Looks up a bill of this till. This is not a verdict: read its state. */
    Reply find(Text out_trade_no) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_find(handle_.get(), out_trade_no.c_str(), &reply);

        return replied(code, reply);
    }

    /* Looks up a refund of this till. This is not a verdict: read its state. */
    Reply find_refund(Text out_refund_no) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_find_refund(handle_.get(), out_refund_no.c_str(), &reply);

        return replied(code, reply);
    }

    /*
     * The receipt of a paid bill, made from the config's template if the platform sent none. copy=1 in params
     * marks it as a reprint.
     */
    Reply find_receipt(Text out_trade_no, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_find_receipt(handle_.get(), out_trade_no.c_str(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /* The receipt of a refund that was made. copy=1 in params marks it as a reprint. */
    Reply find_refund_receipt(Text out_refund_no, const Params *params = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_find_refund_receipt(handle_.get(), out_refund_no.c_str(), Params::handle_of(params), &reply);

        return replied(code, reply);
    }

    /* The lists "charge" and "refund" of a day such as "2026-11-22"; NULL for today. */
    Reply day(Text day = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_day(handle_.get(), day.c_str(), &reply);

        return replied(code, reply);
    }

    /*
     * Closes a day; NULL for today. Its totals are final, and later outcomes count for the next day. The
     * reply is that of day().
     */
    Reply close_day(Text by, Text day = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_close_day(handle_.get(), day.c_str(), by.c_str(), &reply);

        return replied(code, reply);
    }

    /*
     * Moves bills that are done with, up to a closed day at least 90 days ago (NULL for that), into the
     * archive, which keeps the ledger small. Every call still finds them.
     */
    Reply archive(Text day = NULL) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_archive(handle_.get(), day.c_str(), &reply);

        return replied(code, reply);
    }

    /*
     * The lists "charge" and "refund" of everything that is undecided or needs a person, and the list
     * "unfinished" of bills that are paid but may never have been reported as paid: check whether the goods
     * were handed over, then call settle().
     */
    Reply unresolved() const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_unresolved(handle_.get(), &reply);

        return replied(code, reply);
    }

    /* The list "alarm" of verdicts that turned out to be wrong and that nobody has acknowledged. */
    Reply alarms() const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_alarms(handle_.get(), &reply);

        return replied(code, reply);
    }

    /* Acknowledges an alarm: the person named by has dealt with it, and it is no longer reported. */
    Reply acknowledge(int32_t alarm_id, Text by) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_acknowledge(handle_.get(), alarm_id, by.c_str(), &reply);

        return replied(code, reply);
    }

    /* Printing, which never holds up a payment. */

    /*
     * Prints the receipt of a reply on "tcp:192.168.1.50", "queue:NAME" (Windows) or "device:COM3". Waits for
     * at most timeout_ms, or 10 s if that is 0. Returns WSY_OK, WSY_ERR_NO_PRINTER, WSY_ERR_PRINTER_OFFLINE,
     * WSY_ERR_NO_PAPER or WSY_ERR_NOT_PRINTED.
     */
    Reply print_receipt(const Reply &receipt, Text printer, int32_t timeout_ms = 0) const
    {
        wsy_reply *reply = NULL;
        const int32_t code =
            wsy_print_receipt(handle_.get(), receipt.handle(), printer.c_str(), timeout_ms, &reply);

        return replied(code, reply);
    }

    /* Prints bytes unchanged, such as a till's own bill. */
    Reply print_bytes(const std::string &bytes, Text printer, int32_t timeout_ms = 0) const
    {
        wsy_reply *reply = NULL;
        const int32_t code = wsy_print_bytes(handle_.get(), bytes.data(), size_of(bytes), printer.c_str(), timeout_ms,
                                             &reply);

        return replied(code, reply);
    }

    /*
     * Starts what print_receipt does and returns at once: Returns WSY_PENDING, or an error, which leaves work
     * unchanged. A cancelled print may still be printed.
     */
    Reply print_receipt_start(const Reply &receipt, Text printer, int32_t timeout_ms, Work &work) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_print_receipt_start(handle_.get(), receipt.handle(), printer.c_str(), timeout_ms,
                                                     &started, &reply);

        keep(work, started);
        return replied(code, reply);
    }

    /* Starts what print_bytes does and returns at once, like print_receipt_start. */
    Reply print_bytes_start(const std::string &bytes, Text printer, int32_t timeout_ms, Work &work) const
    {
        wsy_payment *started = NULL;
        wsy_reply *reply = NULL;
        const int32_t code = wsy_print_bytes_start(handle_.get(), bytes.data(), size_of(bytes), printer.c_str(),
                                                   timeout_ms, &started, &reply);

        keep(work, started);
        return replied(code, reply);
    }

    void swap(Client &other)
    {
        handle_.swap(other.handle_);
        detail::exchange(code_page_, other.code_page_);
    }

    /* The code page with which it was opened. */
    CodePage code_page() const { return code_page_; }

    /* The handle for functions of wsy.h; NULL if it was never opened. This object keeps owning it. */
    wsy_client *handle() const { return handle_.get(); }

private:
    Reply replied(int32_t code, wsy_reply *reply) const { return Reply(code, reply, code_page_); }
    Outcome ended(int32_t code, wsy_reply *reply) const { return Outcome(code, reply, code_page_); }

    /* A size that does not fit into an int32_t is rejected like any other that is too large. */
    static int32_t size_of(const std::string &bytes)
    {
        return bytes.size() > 0x7fffffffu ? -1 : static_cast<int32_t>(bytes.size());
    }

    void keep(Started &place, wsy_payment *started) const
    {
        if (started != NULL)
            place.own(started, code_page_);
    }

    /* An exception must not propagate into the library. */
    static void pass_on(void *log, int32_t level, const char *line)
    {
        WSY_CPP_TRY
        {
            static_cast<Log *>(log)->line(static_cast<LogLevel>(level), line);
        }
        WSY_CPP_CATCH_ALL
        {
        }
    }

    detail::Handle<wsy_client, wsy_close> handle_;
    CodePage code_page_;
};

} /* namespace wsy */

#undef WSY_CPP_MOVES
#undef WSY_CPP_MOVES_ONLY
#undef WSY_CPP_TRY
#undef WSY_CPP_CATCH_ALL

#endif /* WSY_HPP */
