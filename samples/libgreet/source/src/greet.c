#include "greet.h"

#include <stdio.h>
#include <string.h>

#define GREET_API __attribute__((visibility("default")))

struct language {
    const char *code;
    const char *before;
    const char *after;
};

static const struct language languages[] = {
    { "da", "Hej, ", "!" },
    { "de", "Guten Tag, ", "!" },
    { "el", "\xCE\x93\xCE\xB5\xCE\xB9\xCE\xAC \xCF\x83\xCE\xBF\xCF\x85, ", "!" },
    { "en", "Hello, ", "!" },
    { "es", "\xC2\xA1Hola, ", "!" },
    { "fr", "Bonjour, ", " !" },
    { "it", "Ciao, ", "!" },
};

static const size_t language_count = sizeof languages / sizeof languages[0];

GREET_API const char *greet_version(void)
{
    return GREET_VERSION;
}

GREET_API size_t greet_language_count(void)
{
    return language_count;
}

GREET_API const char *greet_language(size_t index)
{
    return index < language_count ? languages[index].code : NULL;
}

GREET_API int greet_format(char *buffer, size_t size, const char *language, const char *name)
{
    for (size_t i = 0; i < language_count; i++) {
        if (strcmp(languages[i].code, language) == 0) {
            return snprintf(buffer, size, "%s%s%s", languages[i].before, name, languages[i].after);
        }
    }
    return -1;
}
