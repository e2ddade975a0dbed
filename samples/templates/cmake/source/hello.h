#ifndef HELLO_H
#define HELLO_H

/* A greeting, such as "Hello, Peios!". */
const char *hello_greeting(void);

#endif
