#include "greet.h"

#include <stdio.h>
#include <string.h>

static int failures;

static void expect(const char *what, int holds)
{
    if (!holds) {
        fprintf(stderr, "failed: %s\n", what);
        failures++;
    }
}

int main(void)
{
    char buffer[64];
    char small[6];

    expect("English is spoken", greet_format(buffer, sizeof buffer, "en", "Peios") == 13);
    expect("the greeting is right", strcmp(buffer, "Hello, Peios!") == 0);
    expect("a small buffer gets what fits", greet_format(small, sizeof small, "en", "Peios") == 13);
    expect("and is terminated", strcmp(small, "Hello") == 0);
    expect("an unknown language is refused", greet_format(buffer, sizeof buffer, "tlh", "Peios") == -1);
    expect("past the last language comes nothing", greet_language(greet_language_count()) == NULL);
    expect("the version is the one built", strcmp(greet_version(), GREET_VERSION) == 0);

    for (size_t i = 0; i < greet_language_count(); i++) {
        expect(greet_language(i), greet_format(buffer, sizeof buffer, greet_language(i), "x") > 0);
    }
    if (failures == 0) {
        printf("libgreet %s: all checks passed\n", greet_version());
    }
    return failures != 0;
}
