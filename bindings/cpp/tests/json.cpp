#include "json.hpp"

#include <stdlib.h>
#include <string.h>

/* Parses the text in one pass. An error does not advance the position, so parsing always terminates. */
class JsonReader {
public:
    explicit JsonReader(const std::string &text) : place_(text.c_str()) {}

    Json value()
    {
        Json json;

        blanks();
        if (*place_ == '{')
            members(json, '}');
        else if (*place_ == '[')
            members(json, ']');
        else if (*place_ == '"')
            json.text_ = string();
        else
            json.text_ = word();
        blanks();
        return json;
    }

private:
    void blanks() { place_ += strspn(place_, " \t\r\n"); }

    bool skip(char wanted)
    {
        blanks();
        if (*place_ != wanted)
            return false;
        place_++;
        return true;
    }

    void members(Json &json, char end)
    {
        place_++;
        if (skip(end))
            return;
        do {
            if (end == '}') {
                blanks();
                json.names_.push_back(string());
                skip(':');
            }
            json.items_.push_back(value());
        } while (skip(','));
        skip(end);
    }

    std::string string()
    {
        std::string text;

        for (skip('"'); *place_ != '\0' && *place_ != '"'; place_++)
            text += *place_ == '\\' ? escape() : *place_;
        skip('"');
        return text;
    }

    /* The sandbox escapes nothing beyond ASCII. */
    char escape()
    {
        static const char letters[] = "nrtbf", meanings[] = "\n\r\t\b\f";
        const char *letter;

        place_++;
        if (*place_ == 'u' && strlen(place_) > 4) {
            const std::string digits(place_ + 1, 4);
            place_ += 4;
            return static_cast<char>(strtol(digits.c_str(), NULL, 16));
        }
        letter = *place_ == '\0' ? NULL : strchr(letters, *place_);
        return letter == NULL ? *place_ : meanings[letter - letters];
    }

    std::string word()
    {
        const size_t length = strcspn(place_, ",]} \t\r\n");
        const std::string text(place_, length);

        place_ += length;
        return text;
    }

    const char *place_;
};

Json Json::parse(const std::string &text)
{
    return JsonReader(text).value();
}

const Json &Json::operator[](const std::string &name) const
{
    for (size_t index = 0; index < names_.size() && index < items_.size(); index++) {
        if (names_[index] == name)
            return items_[index];
    }
    return nothing();
}

int Json::number() const
{
    return atoi(text_.c_str());
}

const Json &Json::nothing()
{
    static const Json json;

    return json;
}
