/* Reads the JSON of the sandbox. */
#ifndef JSON_HPP
#define JSON_HPP

#include <string>
#include <vector>

class Json {
public:
    /* Nothing: a missing value. */
    Json() {}

    /* Text that is not JSON becomes nothing. */
    static Json parse(const std::string &text);

    /* The member of an object. */
    const Json &operator[](const std::string &name) const;

    /* The number of items of an array, or of members of an object. */
    size_t size() const { return items_.size(); }

    /* The item of an array. */
    const Json &at(size_t index) const { return index < items_.size() ? items_[index] : nothing(); }

    /* A string without its quotes and escapes; anything else as it is written; "" for an array or object. */
    const std::string &text() const { return text_; }

    int number() const;

private:
    static const Json &nothing();

    std::string text_;
    std::vector<std::string> names_;
    std::vector<Json> items_;

    friend class JsonReader;
};

#endif
