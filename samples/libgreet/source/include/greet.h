/* libgreet: greetings in many languages. */
#ifndef GREET_H
#define GREET_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is loaded, such as "1.0.0". */
const char *greet_version(void);

/* How many languages are known. */
size_t greet_language_count(void);

/* The code of language number INDEX, such as "en", or NULL when there is none. */
const char *greet_language(size_t index);

/*
 * Writes a greeting for NAME in the language with the code LANGUAGE into BUFFER, at most SIZE bytes
 * with the terminating NUL. Returns the length of the whole greeting, as snprintf does, or -1
 * when the language is unknown.
 */
int greet_format(char *buffer, size_t size, const char *language, const char *name);

#ifdef __cplusplus
}
#endif

#endif
